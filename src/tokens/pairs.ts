/**
 * How the tokens of a vocabulary were made, and from that which tokens may be neighbours.
 *
 * These tables are only for much text: backtracking reads them, a short prompt does without.
 */
import { TRIE } from './trie.ts';

const { NO_TOKEN } = TRIE;

export interface Pairs {
  /**
   * Four words for each token: LEFT, RIGHT, FOLLOWERS, LEADERS. What is asked about a token lies in
   * one cache line; as four arrays of their own, backtracking takes a third longer.
   */
  readonly records: Int32Array;
  /**
   * A word for each token: its length in bytes and, above that, the longest token that it begins
   * with and is not itself, or NO_TOKEN.
   */
  readonly prefixes: Int32Array;
  /** Open addressing by pairHash: every token that was merged, in a slot near its parts' hash. */
  readonly table: Int32Array;
}

/** Where in `records` something is: at (token << SHIFT) + what. */
export const RECORD = {
  SHIFT: 2,
  /** The two parts that the token was merged from; a byte has none: NO_TOKEN. */
  LEFT: 0,
  RIGHT: 1,
  /**
   * The tokens that it is merged with, those after it and those before it, as sets of 32 bits with
   * one hash (Bloom 1970). Most tokens have few partners, so most pairs end here.
   */
  FOLLOWERS: 2,
  LEADERS: 3,
} as const;
const { SHIFT, LEFT, RIGHT, FOLLOWERS, LEADERS } = RECORD;

/** Where in a word of `prefixes` something is. */
export const PREFIX = { TOKEN_SHIFT: 8, LENGTH_MASK: 0xff } as const;

/** Slots per token in the table, before rounding up. */
export const TABLE_SLOTS_PER_TOKEN = 2;

/** Tokens below this are single bytes; the build asserts it. */
export const FIRST_MERGED = 256;
const BYTE_TOKENS = FIRST_MERGED;
const NO_LIMIT = 0x7fffffff;

// The two multipliers of MurmurHash3, odd and with well mixed bits.
const LEFT_MULTIPLIER = 0xcc9e2d51;
const PAIR_MULTIPLIER = 0x1b873593;

/** The high bits are the good ones: take as many as the table has. */
export function pairHash(left: number, right: number): number {
  return Math.imul(Math.imul(left, LEFT_MULTIPLIER) + right, PAIR_MULTIPLIER);
}

/** By how much to shift a hash right for an index below `size`, a power of two. */
export function hashShift(size: number): number {
  return Math.clz32(size) + 1;
}

/** The bit of a token in FOLLOWERS and LEADERS, told by the five high bits of its hash. */
export function partnerBit(token: number): number {
  return 1 << (Math.imul(token, PAIR_MULTIPLIER) >>> (32 - 5));
}

/** The token that was merged from these two, or NO_TOKEN. */
export function mergedToken({ records, table }: Pairs, left: number, right: number): number {
  const followers = records[(left << SHIFT) + FOLLOWERS] as number;
  const leaders = records[(right << SHIFT) + LEADERS] as number;
  if ((followers & partnerBit(right)) === 0 || (leaders & partnerBit(left)) === 0) return NO_TOKEN;
  const mask = table.length - 1;
  const start = pairHash(left, right) >>> hashShift(table.length);
  for (let slot = start; ; slot = (slot + 1) & mask) {
    const token = table[slot] as number;
    if (token === NO_TOKEN) return NO_TOKEN;
    const record = token << SHIFT;
    if (records[record + LEFT] === left && records[record + RIGHT] === right) return token;
  }
}

/**
 * Whether the encoding of the bytes of these two tokens is these two tokens. A row of tokens is
 * the encoding of its bytes if and only if this is so for each two neighbours in it (Antwarg and
 * Neubeck, crate `bpe`, whose procedure this is).
 *
 * It takes the merges at the border back, the latest first, and asks each time whether the parts
 * that met there would have been merged with each other earlier.
 */
export function areNeighbours(pairs: Pairs, first: number, second: number): boolean {
  const { records } = pairs;
  let left = first;
  let right = second;
  // Merges across the border come too late if their token is not below this.
  let limit = NO_LIMIT;
  for (;;) {
    const merged = mergedToken(pairs, left, right);
    if (merged !== NO_TOKEN && merged < limit) return false;
    if (left > right) {
      if (left < BYTE_TOKENS) return true;
      limit = left;
      left = records[(left << SHIFT) + RIGHT] as number;
    } else {
      if (right < BYTE_TOKENS) return true;
      // Of two equal merges that overlap, the left one comes first, and that is across the border.
      limit = right + 1;
      right = records[(right << SHIFT) + LEFT] as number;
    }
  }
}
