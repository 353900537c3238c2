/**
 * A build step: runs the program on the examples, and keeps what V8 has compiled of it. Only what
 * has run is compiled, so that little more is loaded later than is needed.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Script } from 'node:vm';
import { compiledFolder, loaderOf, withSource } from './chunks.ts';
import { EXIT } from './core/report.ts';
import { PACKAGE_ROOT } from './root.ts';

const EXAMPLES = fileURLToPath(new URL('test/example/', PACKAGE_ROOT));
const FORMATS = ['text', 'json', 'csv', 'markdown'];

const estimate = ['estimate', `${EXAMPLES}review.txt`];
const audit = ['audit', `${EXAMPLES}usage.csv`];
const RUNS: readonly (readonly string[])[] = [
  ...FORMATS.flatMap((format) => [estimate, audit].map((call) => [...call, '--format', format])),
  [...estimate, '--model', 'gpt-5.4', '--output-tokens', '100', '--budget', '1', '--color'],
  [...audit, '--costs', `${EXAMPLES}cost.csv`],
  ['rates', 'list'],
  ['rates', 'show', 'gpt-5.4'],
];

const folder = fileURLToPath(new URL('dist/', PACKAGE_ROOT));
rmSync(`${folder}compiled`, { recursive: true, force: true });
const scripts = new Map<string, Script>();
const load = loaderOf(folder, (name, script) => scripts.set(name, script));
const { main, nodeIo } = load('main.cjs') as typeof import('./main.ts');
for (const argv of RUNS) {
  let said = '';
  const err = (text: string) => {
    said += text;
  };
  const code = await main(argv, { ...nodeIo(), out: () => {}, err, progress: () => {} });
  if (code === EXIT.bug) throw new Error(said);
}

const compiled = compiledFolder(folder);
mkdirSync(compiled, { recursive: true });
for (const [name, script] of scripts) {
  writeFileSync(
    compiled + name,
    withSource(script.createCachedData(), readFileSync(folder + name)),
  );
}
