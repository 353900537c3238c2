/**
 * A build step: runs the program on the examples, and keeps what V8 has compiled of it. That is
 * what has run: of a file that all calls load, what few of them need is left to those, as every
 * 15 KB of it takes a quarter of a millisecond.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Script } from 'node:vm';
import { compiledFolder, loaderOf, withSource } from './chunks.ts';
import { EXIT } from './core/report.ts';
import { PACKAGE_ROOT } from './root.ts';

const estimate = ['estimate', 'review.txt'];
const audit = ['audit', 'usage.csv'];
const FREQUENT: readonly (readonly string[])[] = [
  estimate,
  [...estimate, '--model', 'gpt-5.4', '--output-tokens', '100', '--budget', '1'],
  audit,
];
/** What they load beyond the files of the frequent ones is compiled too. */
const OTHERS: readonly (readonly string[])[] = [
  ...['json', 'csv', 'markdown'].flatMap((format) =>
    [estimate, audit].map((call) => [...call, '--format', format]),
  ),
  [...estimate, '--color'],
  [...audit, '--costs', 'cost.csv'],
  ['init'],
  ['check', '--no-base'],
  ['rates', 'list'],
  ['rates', 'show', 'gpt-5.4'],
];

const folder = fileURLToPath(new URL('dist/', PACKAGE_ROOT));
rmSync(`${folder}compiled`, { recursive: true, force: true });
const scripts = new Map<string, Script>();
const load = loaderOf(folder, (name, script) => scripts.set(name, script));
const { main, nodeIo } = load('main.cjs') as typeof import('./main.ts');
const codes = new Map<string, Uint8Array>();
const examples = mkdtempSync(join(tmpdir(), 'openai-cost-'));
cpSync(new URL('test/example/', PACKAGE_ROOT), examples, { recursive: true });
for (const calls of [FREQUENT, OTHERS]) {
  for (const argv of calls) await run(argv);
  for (const [name, script] of scripts) {
    if (!codes.has(name)) codes.set(name, script.createCachedData());
  }
}

rmSync(examples, { recursive: true });

const compiled = compiledFolder(folder);
mkdirSync(compiled, { recursive: true });
for (const [name, code] of codes) {
  writeFileSync(compiled + name, withSource(code, readFileSync(folder + name)));
}

async function run(argv: readonly string[]): Promise<void> {
  let said = '';
  const err = (text: string) => {
    said += text;
  };
  const io = { ...nodeIo(examples), out: () => {}, err, progress: () => {} };
  const code = await main(argv, io);
  if (code === EXIT.bug) throw new Error(said);
}
