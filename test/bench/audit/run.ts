/**
 * Measures the reading of a large usage export against its peers, and the command on a small one
 * against an empty program: both against the floors that they must reach.
 *
 *   npm run bench:audit -- [rows]
 *
 * The file is made once, in the folder for temporary files: 10 million rows are 2.3 GB. Progress
 * goes to stderr, the tables in Markdown to stdout. The exit code is 1 if a floor is missed or the
 * results differ.
 */
import { readFileSync, statSync } from 'node:fs';
import { cpus } from 'node:os';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadRates } from '../../../src/commands/load-rates.ts';
import { EXIT } from '../../../src/core/report.ts';
import { median } from '../tokens/statistics.ts';
import { atLeast, atMost, type Row, toMarkdown } from '../tokens/table.ts';
import { writeExport } from './export-file.ts';
import type { LongContexts } from './groups.ts';
import { type Run, runCommand, runNode, wallSeconds } from './process.ts';

const [rowCount = 10_000_000] = process.argv.slice(2).map(Number);
const SMALL_ROWS = 50;
const SMALL_PAIRS = 41;
const CSV_PARSE_TIMES_CPU = 20;
const DUCKDB_TIMES_WALL = 1;
const MOST_MEBIBYTES = 120;
const SMALL_TIMES_NODE = 1.5;

const script = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const say = (line: string) => process.stderr.write(`${line}\n`);

const rates = await loadRates({
  readFile: async (file) => readFileSync(file),
  packageFile: (file) => resolve(file),
});
const longContexts: LongContexts = Object.fromEntries(
  [...rates.names].flatMap(([name, { model }]) =>
    model.longContextAbove === undefined ? [] : [[name, model.longContextAbove] as const],
  ),
);

say('file');
const file = writeExport(rowCount);
const bytes = statSync(file).size;
const size = `${rowCount.toLocaleString('en')} rows, ${(bytes / 1e9).toFixed(2)} GB`;
const rest = [file, JSON.stringify(longContexts)];

// The first of them also brings the file into memory, as far as it fits.
const engines = {
  'wc -l': () => runCommand(`wc -l '${file}'`),
  'ours, 2 threads': () => runNode([script('ours.cjs'), file, '2']),
  'ours, 1 thread': () => runNode([script('ours.cjs'), file, '1']),
  'DuckDB, 2 threads': () => runNode([script('duckdb.js'), ...rest, '2']),
  'csv-parse with columns': () => runNode([script('csv-parse.js'), ...rest]),
} as const satisfies Record<string, () => Run>;
type Engine = keyof typeof engines;

engines['wc -l']();
const runs = Object.fromEntries(
  Object.entries(engines).map(([name, run]) => {
    const result = run();
    say(
      `  ${name}: ${result.cpuSeconds.toFixed(2)} CPU s, ${result.wallSeconds.toFixed(2)} s, ${result.peakMebibytes?.toFixed(0) ?? '-'} MiB`,
    );
    return [name, result];
  }),
) as Record<Engine, Run>;

say('a small file, by the whole command');
const small = [resolve('bin/openai-cost.cjs'), 'audit', writeExport(SMALL_ROWS)];
// Some of its rows have a tier in which their model has no price.
const auditSeconds = () => wallSeconds(small, EXIT.incomplete);
auditSeconds();
const timesNode = Array.from({ length: SMALL_PAIRS }, () => {
  const node = wallSeconds(['-e', '0']);
  return auditSeconds() / node;
});

const ours = runs['ours, 2 threads'];
const alone = runs['ours, 1 thread'];
const floors: Row[] = [
  atLeast(
    'CPU, 1 thread',
    'csv-parse with columns',
    runs['csv-parse with columns'].cpuSeconds / alone.cpuSeconds,
    CSV_PARSE_TIMES_CPU,
  ),
  atLeast(
    'CPU, 2 threads',
    'csv-parse with columns',
    runs['csv-parse with columns'].cpuSeconds / ours.cpuSeconds,
    CSV_PARSE_TIMES_CPU,
  ),
  atLeast(
    'wall, 2 threads',
    'DuckDB, 2 threads',
    runs['DuckDB, 2 threads'].wallSeconds / ours.wallSeconds,
    DUCKDB_TIMES_WALL,
  ),
  atMost('peak memory, 2 threads', 'itself', ours.peakMebibytes ?? Infinity, MOST_MEBIBYTES, 'MiB'),
  atMost(
    `\`audit\`, ${SMALL_ROWS} rows`,
    '`node -e 0`',
    median(timesNode),
    SMALL_TIMES_NODE,
    'times',
  ),
];

const differing = Object.entries(runs).filter(
  ([name, { output }]) => name !== 'wc -l' && output !== ours.output,
);
const table = Object.entries(runs).map(
  ([name, { cpuSeconds, wallSeconds, peakMebibytes }]) =>
    `| ${name} | ${cpuSeconds.toFixed(2)} | ${wallSeconds.toFixed(2)} | ${peakMebibytes?.toFixed(0) ?? '-'} | ${((1e9 * cpuSeconds) / rowCount).toFixed(0)} | ${(bytes / 1e6 / wallSeconds).toFixed(0)} |`,
);
process.stdout.write(
  [
    `${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${cpus().length} cores, ${process.platform} ${process.arch}; ${size}, ${ours.output.trim().split('\n').length} groups.`,
    '',
    '| engine | CPU s | wall s | peak MiB | CPU ns a row | MB/s |',
    '|---|---|---|---|---|---|',
    ...table,
    '',
    toMarkdown(floors),
    '',
    differing.length === 0 ? 'All results are equal.' : 'Not all results are equal:',
    ...differing.map(([name]) => `- ${name} differs from ours`),
    '',
  ].join('\n'),
);
process.exitCode = differing.length > 0 || floors.some(({ isReached }) => !isReached) ? 1 : 0;
