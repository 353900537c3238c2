/**
 * Counts a file in one pass and prints {tokens}; the caller takes the time of the whole process.
 *
 *   node one-pass.js <counter> <encoding> <file>
 */
import { readFileSync } from 'node:fs';
import { type BenchEncoding, type CounterName, loadCounter, OURS } from './counters.ts';

const [name, encoding, file] = process.argv.slice(2) as [CounterName, BenchEncoding, string];
/** The peers take much more time and memory for one long string than for its parts. */
const PART_BYTES = 1 << 20;

const count = await loadCounter(name, encoding);
const bytes = readFileSync(file);
const parts = name === OURS ? [bytes] : partsOf(bytes);
const tokens = parts.reduce((sum, part) => sum + count(part), 0);
process.stdout.write(JSON.stringify({ tokens }));

/** Cut where every encoding cuts: before a letter that follows a word and a line break. */
function partsOf(whole: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let from = 0; from < whole.length; ) {
    let to = from + PART_BYTES;
    while (to < whole.length && !isCut(whole, to)) to++;
    found.push(whole.subarray(from, to));
    from = to;
  }
  return found;
}

function isCut(whole: Buffer, at: number): boolean {
  return isLetter(whole[at - 2]) && whole[at - 1] === 0x0a && isLetter(whole[at]);
}

function isLetter(byte: number | undefined): boolean {
  return byte !== undefined && byte < 0x80 && /[a-z]/i.test(String.fromCharCode(byte));
}
