/** Builds the tables of pairs.ts, and refuses a vocabulary that the algorithms cannot count. */
import { Merger } from '../merge.ts';
import {
  FIRST_MERGED,
  hashShift,
  type Pairs,
  PREFIX,
  pairHash,
  partnerBit,
  RECORD,
  TABLE_SLOTS_PER_TOKEN,
} from '../pairs.ts';
import { findToken, longestToken, TRIE, type Trie } from '../trie.ts';
import type { Ranks } from './ranks.ts';

const { SHIFT, LEFT, RIGHT, FOLLOWERS, LEADERS } = RECORD;
const { NO_TOKEN } = TRIE;

export function buildPairs({ tokens }: Ranks, trie: Trie): Pairs {
  const longest = tokens.reduce((most, bytes) => Math.max(most, bytes?.length ?? 0), 0);
  const merger = new Merger(trie, longest);
  const records = new Int32Array(tokens.length << SHIFT);
  const prefixes = new Int32Array(tokens.length);
  const table = new Int32Array(powerOfTwo(tokens.length * TABLE_SLOTS_PER_TOKEN)).fill(NO_TOKEN);
  const setAt = (at: number, bit: number) => {
    records[at] = (records[at] as number) | bit;
  };

  for (const [token, bytes] of tokens.entries()) {
    if (bytes === undefined) continue;
    const problem = (text: string) => new Error(`token ${token} [${bytes.join(' ')}]: ${text}`);
    if (findToken(trie, bytes, 0, bytes.length) !== token) throw problem('the trie loses it');
    if ((bytes.length === 1) !== token < FIRST_MERGED) throw problem('bytes must be the first ids');
    if (bytes.length > PREFIX.LENGTH_MASK) throw problem('it is too long');
    const record = token << SHIFT;
    const isByte = bytes.length === 1;
    const prefix = isByte ? NO_TOKEN : longestToken(trie, bytes, 0, bytes.length - 1);
    prefixes[token] = (prefix << PREFIX.TOKEN_SHIFT) | bytes.length;
    [records[record + LEFT], records[record + RIGHT]] = [NO_TOKEN, NO_TOKEN];
    if (isByte) continue;
    if (merger.merge(bytes, 0, bytes.length, 2) !== 2) throw problem('no merges lead to it');
    const border = merger.starts[1] as number;
    const parts = [
      findToken(trie, bytes, 0, border),
      findToken(trie, bytes, border, bytes.length),
    ] as const;
    if (!parts.every((part) => part !== NO_TOKEN && part < token)) {
      throw problem('it has a part of higher id');
    }
    const [left, right] = parts;
    [records[record + LEFT], records[record + RIGHT]] = parts;
    setAt((left << SHIFT) + FOLLOWERS, partnerBit(right));
    setAt((right << SHIFT) + LEADERS, partnerBit(left));
    let slot = pairHash(left, right) >>> hashShift(table.length);
    while (table[slot] !== NO_TOKEN) slot = (slot + 1) & (table.length - 1);
    table[slot] = token;
  }
  return { records, prefixes, table };
}

function powerOfTwo(atLeast: number): number {
  return 2 ** Math.ceil(Math.log2(atLeast));
}
