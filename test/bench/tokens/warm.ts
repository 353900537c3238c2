/**
 * Counts each kind of text again and again in one process, and prints {kind: {tokens, bytesPerMs}}.
 *
 *   node warm.js <counter> <encoding> <UTF-16 units per kind>
 */
import { KIND_NAMES, makeText } from '../../tokens/corpus.ts';
import { type BenchEncoding, type CounterName, loadCounter } from './counters.ts';
import { median } from './statistics.ts';

const [name, encoding, units] = process.argv.slice(2) as [CounterName, BenchEncoding, string];
const ROUNDS = 3;
/** A round lasts at least so long, or the clock would be seen. */
const LEAST_MS = 20;

const count = await loadCounter(name, encoding);
const results = KIND_NAMES.map((kind) => {
  const text = makeText(kind, Number(units), 11);
  const tokens = count(text);
  const speeds = Array.from({ length: ROUNDS }, () => {
    const start = performance.now();
    let passes = 0;
    do {
      count(text);
      passes++;
    } while (performance.now() - start < LEAST_MS);
    return (passes * Buffer.byteLength(text)) / (performance.now() - start);
  });
  return [kind, { tokens, bytesPerMs: median(speeds) }] as const;
});
process.stdout.write(JSON.stringify(Object.fromEntries(results)));
