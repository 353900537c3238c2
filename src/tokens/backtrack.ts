/**
 * The number of tokens in a piece of any length, in time that grows as its length does.
 *
 * "BPE by backtracking", from GitHub's crate `bpe`: take the longest token that the rest begins
 * with and that may follow the last one (areNeighbours); if there is none take the last one back,
 * and shorten that. A position once given up is given up for good, for there is only one encoding
 * of each prefix of the piece.
 */
import { areNeighbours, type Pairs, pairHash, RECORD } from './pairs.ts';
import { longestToken, TRIE, type Trie } from './trie.ts';

const { SHIFT, PREFIX, LENGTH } = RECORD;
const { NO_TOKEN } = TRIE;

/** A power of two: 4 Ki answers are 32 KB, so that asking costs ordinary text nothing. */
const MEMO_BITS = 12;

const FIRST_CAPACITY = 1024;

export interface Backtracker {
  /** The number of tokens that bytes[start, end) is encoded as. */
  count(bytes: Uint8Array, start: number, end: number): number;
  /** Those tokens, by their index, until the next count. */
  taken(index: number): number;
}

/** A closure and no class: what it captures are constants to V8, which makes it a tenth faster. */
export function createBacktracker(trie: Trie, pairs: Pairs): Backtracker {
  const { records } = pairs;
  /**
   * Answers of areNeighbours, two words each: left + 1, then right and the answer's bit. Without it
   * a megabyte of `-`, where dozens of tokens begin at each place, takes twice as long.
   */
  const memo = new Int32Array(2 << MEMO_BITS);
  /** The tokens taken so far. */
  let taken = new Int32Array(FIRST_CAPACITY);
  /** By position in the piece: 1 if no encoding goes through it. */
  let isGivenUp = new Uint8Array(FIRST_CAPACITY);

  function mayFollow(last: number, candidate: number): boolean {
    if (last === NO_TOKEN) return true;
    const slot = (pairHash(last, candidate) >>> (32 - MEMO_BITS)) << 1;
    const answered = memo[slot + 1] as number;
    if (memo[slot] === last + 1 && answered >> 1 === candidate) return (answered & 1) === 1;
    const answer = areNeighbours(pairs, last, candidate);
    memo[slot] = last + 1;
    memo[slot + 1] = (candidate << 1) | (answer ? 1 : 0);
    return answer;
  }

  function countPiece(bytes: Uint8Array, start: number, end: number): number {
    if (end - start >= taken.length) {
      const capacity = 2 ** Math.ceil(Math.log2(end - start + 1));
      taken = new Int32Array(capacity);
      isGivenUp = new Uint8Array(capacity);
    }
    let count = 0;
    let backtracked = false;
    let last: number = NO_TOKEN;
    let at = start;
    let candidate = longestToken(trie, bytes, at, end);
    while (at < end) {
      let after = at;
      while (candidate !== NO_TOKEN) {
        const record = candidate << SHIFT;
        after = at + (records[record + LENGTH] as number);
        if (isGivenUp[after - start] === 0 && mayFollow(last, candidate)) break;
        candidate = records[record + PREFIX] as number;
      }
      if (candidate === NO_TOKEN) {
        isGivenUp[at - start] = 1;
        backtracked = true;
        candidate = last;
        count--;
        at -= records[(last << SHIFT) + LENGTH] as number;
        last = count === 0 ? NO_TOKEN : (taken[count - 1] as number);
      } else {
        taken[count++] = candidate;
        last = candidate;
        at = after;
        candidate = longestToken(trie, bytes, at, end);
      }
    }
    if (backtracked) isGivenUp.fill(0, 0, end - start + 1);
    return count;
  }

  return { count: countPiece, taken: (index) => taken[index] as number };
}
