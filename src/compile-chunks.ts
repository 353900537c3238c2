/**
 * A build step: runs the program on the examples, and keeps what V8 has compiled of it. That is
 * what has run: of a file that all calls load, what few of them need is left to those, as every
 * 15 KB of it takes a quarter of a millisecond.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Script } from 'node:vm';
import { compiledFolder, loaderOf, toKeep } from './chunks.ts';
import { EXIT } from './core/report.ts';
import { packageFile } from './root.ts';

const estimate = ['estimate', 'review.txt'];
const audit = ['audit', 'usage.csv'];
const MONTH = 'month.csv';
const FREQUENT: readonly (readonly string[])[] = [
  estimate,
  [...estimate, '--model', 'gpt-5.4', '--output-tokens', '100', '--budget', '1'],
  audit,
  ['audit', MONTH],
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

const folder = packageFile('dist/');
rmSync(`${folder}compiled`, { recursive: true, force: true });
const scripts = new Map<string, Script>();
const load = loaderOf(folder, (name, script) => scripts.set(name, script));
const { main, nodeIo } = load('main.cjs') as typeof import('./main.ts');
const codes = new Map<string, Uint8Array>();
const examples = mkdtempSync(join(tmpdir(), 'openai-cost-'));
cpSync(packageFile('test/example/'), examples, { recursive: true });
writeFileSync(join(examples, MONTH), month());
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
  writeFileSync(compiled + name, toKeep(code, readFileSync(folder + name, 'utf8')));
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

/** What the rules say of a real month and not of the example: a day that stands out, long requests. */
function month(): string {
  const columns =
    'start_time,end_time,project_id,num_model_requests,user_id,api_key_id,model,batch,service_tier,input_tokens,output_tokens,input_cached_tokens';
  const models = ['gpt-5.4', 'gpt-5-2025-08-07', 'gpt-4o-2024-08-06', 'o3-2025-04-16'];
  const rows = Array.from({ length: 60 }, (_, row) => {
    const start = Date.UTC(2026, 8, 1 + (row >> 1), row) / 1000;
    const [requests, input] = row % 3 ? [1, 500_000] : [40, 200_000 * (row === 30 ? 1000 : 1)];
    const whose = `proj_${row % 2},${requests},user-${row % 3},key_${row % 5}`;
    const how = `${models[row % models.length]},False,${row % 4 ? 'default' : ''}`;
    return `${start},${start + 3600},${whose},${how},${input},${row * 1000},${row % 2 ? 0 : 1280}`;
  });
  return `${[columns, ...rows].join('\n')}\n`;
}
