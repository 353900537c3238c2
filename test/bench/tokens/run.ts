/**
 * Measures the token counter against its peers and against the floors that it must reach.
 *
 *   npm run bench:tokens -- [megabytes of the corpus] [runs of each peer]
 *
 * Progress goes to stderr, the tables in Markdown to stdout. The exit code is 1 if a floor is
 * missed or our counts are not tiktoken's.
 */
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { KIND_NAMES, type Kind } from '../../tokens/corpus.ts';
import { writeCorpus } from './corpus-file.ts';
import { type BenchEncoding, type CounterName, OURS, PEERS, type Peer, TRUTH } from './counters.ts';
import { CL100K_FLOOR, ONE_PASS_FLOORS, WARM_FLOORS, WORST_KIND_FLOORS } from './floors.ts';
import { type Runs, runs } from './process.ts';
import { measurePrompt } from './prompt.ts';
import { geometricMean } from './statistics.ts';
import { atLeast, type Row, toMarkdown } from './table.ts';

const [megabytes = 80, peerRuns = 3] = process.argv.slice(2).map(Number);
const OUR_RUNS = 5;
const PROMPT_RUNS = 25;
/** More would take the quadratic peers hours on runs of one character. */
const WARM_UNITS = 50_000;

type Warm = Record<Kind, { tokens: number; bytesPerMs: number }>;

const script = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const say = (line: string) => process.stderr.write(`${line}\n`);
const disagreements: string[] = [];

function check(what: string, name: string, tokens: number, truth: number): void {
  if (tokens !== truth)
    disagreements.push(`${name} has ${tokens} tokens for ${what}, not ${truth}`);
}

function onePass(name: CounterName, encoding: BenchEncoding): Runs {
  const times = name === OURS ? OUR_RUNS : peerRuns;
  const result = runs([script('one-pass.js'), name, encoding, corpus.file], times);
  say(
    `  ${encoding} ${name}: ${result.seconds.toFixed(2)} s ±${(100 * result.spread).toFixed(0)}%, ${result.cpuSeconds.toFixed(2)} CPU s, ${(corpus.bytes / 1e6 / result.seconds).toFixed(1)} MB/s, ${result.peakMegabytes.toFixed(0)} MB`,
  );
  return result;
}

function onePassRow(
  encoding: BenchEncoding,
  peer: Peer,
  theirs: Runs,
  ours: Runs,
  floor: number,
): Row {
  const what = `one pass of ${size}, ${encoding}`;
  const cpuRatio = theirs.cpuSeconds / ours.cpuSeconds;
  return atLeast(what, peer, theirs.seconds / ours.seconds, floor, cpuRatio);
}

function tokensOf({ output }: Runs): number {
  const { tokens }: { tokens: number } = JSON.parse(output);
  return tokens;
}

function warm(name: CounterName): Warm {
  say(`  ${name}`);
  return JSON.parse(runs([script('warm.js'), name, 'o200k_base', String(WARM_UNITS)], 1).output);
}

say('corpus');
const corpus = writeCorpus(megabytes);
const size = `${(corpus.bytes / 1e6).toFixed(0)} MB`;
const rows: Row[] = [];

say('one pass, whole process');
const ours = onePass(OURS, 'o200k_base');
const passes = PEERS.map((peer) => [peer, onePass(peer, 'o200k_base')] as const);
const truth = tokensOf((passes.find(([peer]) => peer === TRUTH) as readonly [Peer, Runs])[1]);
check('the corpus', OURS, tokensOf(ours), truth);
for (const [peer, pass] of passes) {
  check('the corpus', peer, tokensOf(pass), truth);
  rows.push(onePassRow('o200k_base', peer, pass, ours, ONE_PASS_FLOORS[peer]));
}
const oursCl100k = onePass(OURS, 'cl100k_base');
const truthCl100k = onePass(TRUTH, 'cl100k_base');
check('the corpus in cl100k_base', OURS, tokensOf(oursCl100k), tokensOf(truthCl100k));
rows.push(onePassRow('cl100k_base', TRUTH, truthCl100k, oursCl100k, CL100K_FLOOR));

say('caches warm, each kind');
const warmOurs = warm(OURS);
const warmPeers = Object.fromEntries(PEERS.map((peer) => [peer, warm(peer)])) as Record<Peer, Warm>;
const ratio = (peer: Peer, kind: Kind) =>
  warmOurs[kind].bytesPerMs / warmPeers[peer][kind].bytesPerMs;
for (const kind of KIND_NAMES) {
  const { tokens } = warmPeers[TRUTH][kind];
  check(kind, OURS, warmOurs[kind].tokens, tokens);
  for (const peer of PEERS) check(kind, peer, warmPeers[peer][kind].tokens, tokens);
}
for (const peer of PEERS) {
  const mean = geometricMean(KIND_NAMES.map((kind) => ratio(peer, kind)));
  rows.push(atLeast('caches warm, geometric mean of kinds', peer, mean, WARM_FLOORS[peer]));
}
for (const peer of ['js-tiktoken', 'tiktoken'] as const) {
  const worst = KIND_NAMES.reduce((a, b) => (ratio(peer, a) < ratio(peer, b) ? a : b));
  const what = `caches warm, worst kind (${worst})`;
  rows.push(atLeast(what, peer, ratio(peer, worst), WORST_KIND_FLOORS[peer]));
}

say('a short prompt');
rows.push(...measurePrompt(script('one-pass.js'), PROMPT_RUNS));

const kinds = KIND_NAMES.map(
  (kind) =>
    `| ${kind} | ${(warmOurs[kind].bytesPerMs / 1000).toFixed(0)} | ${PEERS.map((peer) => `${ratio(peer, kind).toFixed(1)}x`).join(' | ')} |`,
);
process.stdout.write(
  [
    `${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${cpus().length} cores, ${process.platform} ${process.arch}; medians.`,
    '',
    toMarkdown(rows),
    '',
    `| kind, caches warm | MB/s | ${PEERS.join(' | ')} |`,
    `|---|---${'|---'.repeat(PEERS.length)}|`,
    ...kinds,
    '',
    disagreements.length === 0 ? 'All counters agree.' : 'Not all counters agree:',
    ...disagreements.map((line) => `- ${line}`),
    '',
  ].join('\n'),
);
const isWrong = disagreements.some((line) => line.startsWith(OURS));
process.exitCode = isWrong || rows.some((row) => !row.isReached) ? 1 : 0;
