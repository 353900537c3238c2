/** What dist/main.cjs exports: the program, to be started by start.ts. */
export { main } from './cli.ts';
export { nodeIo } from './io.ts';
