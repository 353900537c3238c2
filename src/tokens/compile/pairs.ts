/** Builds the tables of pairs.ts, and refuses a vocabulary that the algorithms cannot count. */
import { Merger } from '../merge.ts';
import {
  FILTER_BITS_PER_TOKEN,
  FIRST_MERGED,
  hashShift,
  type Pairs,
  pairHash,
  RECORD,
  TABLE_SLOTS_PER_TOKEN,
} from '../pairs.ts';
import { findToken, longestToken, TRIE, type Trie } from '../trie.ts';
import type { Ranks } from './ranks.ts';

const { SHIFT, LEFT, RIGHT, PREFIX, LENGTH } = RECORD;
const { NO_TOKEN } = TRIE;

export function buildPairs({ tokens }: Ranks, trie: Trie): Pairs {
  const longest = tokens.reduce((most, bytes) => Math.max(most, bytes?.length ?? 0), 0);
  const merger = new Merger(trie, longest);
  const records = new Int32Array(tokens.length << SHIFT).fill(NO_TOKEN);
  const table = new Int32Array(powerOfTwo(tokens.length * TABLE_SLOTS_PER_TOKEN)).fill(NO_TOKEN);
  const filterBits = powerOfTwo(tokens.length * FILTER_BITS_PER_TOKEN);
  const filter = new Int32Array(filterBits / 32);

  for (const [token, bytes] of tokens.entries()) {
    if (bytes === undefined) continue;
    const problem = (text: string) => new Error(`token ${token} [${bytes.join(' ')}]: ${text}`);
    if (findToken(trie, bytes, 0, bytes.length) !== token) throw problem('the trie loses it');
    if ((bytes.length === 1) !== token < FIRST_MERGED) throw problem('bytes must be the first ids');
    const record = token << SHIFT;
    records[record + LENGTH] = bytes.length;
    if (bytes.length === 1) continue;
    records[record + PREFIX] = longestToken(trie, bytes, 0, bytes.length - 1);
    if (merger.merge(bytes, 0, bytes.length, 2) !== 2) throw problem('no merges lead to it');
    const border = merger.starts[1] as number;
    const parts = [
      findToken(trie, bytes, 0, border),
      findToken(trie, bytes, border, bytes.length),
    ] as const;
    if (!parts.every((part) => part !== NO_TOKEN && part < token)) {
      throw problem('it has a part of higher id');
    }
    [records[record + LEFT], records[record + RIGHT]] = parts;
    const hash = pairHash(...parts);
    let slot = hash >>> hashShift(table.length);
    while (table[slot] !== NO_TOKEN) slot = (slot + 1) & (table.length - 1);
    table[slot] = token;
    const bit = hash >>> hashShift(filterBits);
    filter[bit >> 5] = (filter[bit >> 5] as number) | (1 << bit);
  }
  return { records, table, filter };
}

function powerOfTwo(atLeast: number): number {
  return 2 ** Math.ceil(Math.log2(atLeast));
}
