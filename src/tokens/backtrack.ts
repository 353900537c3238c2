/**
 * The number of tokens in a piece of any length, in time that grows as its length does.
 *
 * "BPE by backtracking", from GitHub's crate `bpe`: take the longest token that the rest begins
 * with and that may follow the last one (areNeighbours); if there is none take the last one back,
 * and shorten that. A position once given up is given up for good, for there is only one encoding
 * of each prefix of the piece.
 */
import { areNeighbours, type Pairs, pairHash } from './pairs.ts';
import { longestToken, NO_TOKEN, type Trie } from './trie.ts';

/** A power of two. 64 Ki answers are 512 KB; twice or half of it is slower (README). */
const MEMO_BITS = 16;

const FIRST_CAPACITY = 1024;

export class Backtracker {
  readonly #trie: Trie;
  readonly #pairs: Pairs;
  /** Answers of areNeighbours, two words each: left + 1, then right and the answer's bit. */
  readonly #memo = new Int32Array(2 << MEMO_BITS);
  /** The tokens taken so far. */
  #taken = new Int32Array(FIRST_CAPACITY);
  /** By position in the piece: 1 if no encoding goes through it. */
  #isGivenUp = new Uint8Array(FIRST_CAPACITY);

  constructor(trie: Trie, pairs: Pairs) {
    this.#trie = trie;
    this.#pairs = pairs;
  }

  count(bytes: Uint8Array, start: number, end: number): number {
    if (end - start >= this.#taken.length) this.#grow(end - start);
    const { length: lengths, prefix: prefixes } = this.#pairs;
    const trie = this.#trie;
    const taken = this.#taken;
    const isGivenUp = this.#isGivenUp;
    let count = 0;
    let backtracked = false;
    let last = NO_TOKEN;
    let at = start;
    let candidate = longestToken(trie, bytes, at, end);
    while (at < end) {
      while (candidate !== NO_TOKEN) {
        const after = at + (lengths[candidate] as number);
        if (isGivenUp[after - start] === 0 && this.#mayFollow(last, candidate)) break;
        candidate = prefixes[candidate] as number;
      }
      if (candidate === NO_TOKEN) {
        isGivenUp[at - start] = 1;
        backtracked = true;
        candidate = last;
        count--;
        at -= lengths[last] as number;
        last = count === 0 ? NO_TOKEN : (taken[count - 1] as number);
      } else {
        taken[count++] = candidate;
        last = candidate;
        at += lengths[candidate] as number;
        candidate = longestToken(trie, bytes, at, end);
      }
    }
    if (backtracked) isGivenUp.fill(0, 0, end - start + 1);
    return count;
  }

  #mayFollow(last: number, candidate: number): boolean {
    if (last === NO_TOKEN) return true;
    const memo = this.#memo;
    const slot = (pairHash(last, candidate) >>> (32 - MEMO_BITS)) << 1;
    const answered = memo[slot + 1] as number;
    if (memo[slot] === last + 1 && answered >> 1 === candidate) return (answered & 1) === 1;
    const answer = areNeighbours(this.#pairs, last, candidate);
    memo[slot] = last + 1;
    memo[slot + 1] = (candidate << 1) | (answer ? 1 : 0);
    return answer;
  }

  #grow(length: number): void {
    const capacity = 2 ** Math.ceil(Math.log2(length + 1));
    this.#taken = new Int32Array(capacity);
    this.#isGivenUp = new Uint8Array(capacity);
  }
}
