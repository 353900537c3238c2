/** Where the command starts. */
import { loaderOf } from './chunks.ts';

const { main, nodeIo } = loaderOf(`${import.meta.dirname}/`)(
  'main.cjs',
) as typeof import('./main.ts');

void main(process.argv.slice(2), nodeIo()).then((code) => {
  process.exitCode = code;
});
