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
import { type Runs, runs, runsBetween } from './process.ts';
import { measurePrompt } from './prompt.ts';
import { geometricMean } from './statistics.ts';
import { atLeast, type Row, toMarkdown } from './table.ts';

const [megabytes = 80, peerRuns = 3] = process.argv.slice(2).map(Number);
/** The rival that is hardest to beat takes half a minute, the others take several. */
const TRUTH_RUNS = 5;
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

/** Measures us against a peer and gives the number of tokens that the peer has. */
function onePass(peer: Peer, encoding: BenchEncoding, floor: number): number {
  const command = (name: CounterName) => [script('one-pass.js'), name, encoding, corpus.file];
  const times = peer === TRUTH ? TRUTH_RUNS : peerRuns;
  const [ours, theirs] = runsBetween(command(OURS), command(peer), times);
  for (const [name, { seconds, spread, cpuSeconds, peakMegabytes }] of [
    [OURS, ours],
    [peer, theirs],
  ] as const) {
    say(
      `  ${encoding} ${name}: ${seconds.toFixed(2)} s ±${(100 * spread).toFixed(0)}%, ${cpuSeconds.toFixed(2)} CPU s, ${(corpus.bytes / 1e6 / seconds).toFixed(1)} MB/s, ${peakMegabytes.toFixed(0)} MB`,
    );
  }
  const tokens = tokensOf(theirs);
  if (peer === TRUTH) check(`the corpus in ${encoding}`, OURS, tokensOf(ours), tokens);
  const what = `one pass of ${size}, ${encoding}`;
  const cpuRatio = theirs.cpuSeconds / ours.cpuSeconds;
  rows.push(atLeast(what, peer, theirs.seconds / ours.seconds, floor, cpuRatio));
  return tokens;
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
const counts = PEERS.map(
  (peer) => [peer, onePass(peer, 'o200k_base', ONE_PASS_FLOORS[peer])] as const,
);
const truth = counts.find(([peer]) => peer === TRUTH)?.[1] ?? NaN;
for (const [peer, tokens] of counts) check('the corpus', peer, tokens, truth);
onePass(TRUTH, 'cl100k_base', CL100K_FLOOR);

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
