/** The rows about one short prompt: the command as a whole. */
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { makeText } from '../../tokens/corpus.ts';
import { OURS } from './counters.ts';
import { ESTIMATE_FLOORS, ESTIMATE_MEGABYTES_ABOVE_NODE, ESTIMATE_TIMES_NODE } from './floors.ts';
import { runsInTurns } from './process.ts';
import { atLeast, atMost, type Row } from './table.ts';

const COMMAND = resolve('bin/openai-cost.cjs');
const PROMPT_UNITS = 2000;

/** `onePass` is the script that counts a file and does nothing else. */
export function measurePrompt(onePass: string, times: number): Row[] {
  const file = join(mkdtempSync(join(tmpdir(), 'token-benchmark-')), 'prompt.txt');
  writeFileSync(file, makeText('markdown', PROMPT_UNITS, 5));
  const count = (counter: string) => [onePass, counter, 'o200k_base', file];
  const hasCommand = existsSync(COMMAND);
  const results = runsInTurns(
    {
      node: ['-e', '0'],
      ours: hasCommand ? [COMMAND, 'estimate', file, '--model', 'gpt-4o'] : count(OURS),
      'js-tiktoken': count('js-tiktoken'),
      'gpt-tokenizer': count('gpt-tokenizer'),
    },
    times,
  );
  const what = hasCommand ? '`estimate`, prompt of 2 KB' : 'counting alone, prompt of 2 KB';
  const { node, ours } = results;
  for (const [name, { seconds, spread, peakMegabytes }] of Object.entries(results)) {
    process.stderr.write(
      `  ${name}: ${(1000 * seconds).toFixed(0)} ms ±${(100 * spread).toFixed(0)}%, ${peakMegabytes.toFixed(0)} MB\n`,
    );
  }
  const peak = ours.peakMegabytes - node.peakMegabytes;
  const row = (peer: 'js-tiktoken' | 'gpt-tokenizer') =>
    atLeast(
      what,
      `${peer} counting alone`,
      results[peer].seconds / ours.seconds,
      ESTIMATE_FLOORS[peer],
    );
  return [
    atMost(what, '`node -e 0`', ours.seconds / node.seconds, ESTIMATE_TIMES_NODE, 'times'),
    row('js-tiktoken'),
    row('gpt-tokenizer'),
    atMost(`${what}, peak memory`, "node's own", peak, ESTIMATE_MEGABYTES_ABOVE_NODE, 'MB more'),
  ];
}
