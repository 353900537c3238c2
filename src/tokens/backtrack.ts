/**
 * The number of tokens in a piece of any length, in time that grows as its length does.
 *
 * "BPE by backtracking", from GitHub's crate `bpe`: take the longest token that the rest begins
 * with and that may follow the last one (areNeighbours); if there is none take the last one back,
 * and shorten that. A position once given up is given up for good, for there is only one encoding
 * of each prefix of the piece.
 *
 * As there is only one, any order of trying leads to it. So where the last token begins once more
 * that is tried first: of a run of one character dozens of tokens begin at each place, and most of
 * them lead nowhere.
 */
import { areNeighbours, type Pairs, PREFIX, pairHash } from './pairs.ts';
import { TRIE, type Trie, tokenAt } from './trie.ts';

const { LABEL_MASK, IS_TOKEN, IS_LEAF, PAYLOAD_SHIFT, ROOT_BASE, NO_TOKEN } = TRIE;
const { TOKEN_SHIFT, LENGTH_MASK } = PREFIX;

/** A power of two: half of the questions are among the last 16 Ki, whose answers are 128 KB. */
const MEMO_BITS = 14;

const FIRST_CAPACITY = 1024;

export interface Backtracker {
  /** The number of tokens that bytes[start, end) is encoded as. */
  count(bytes: Uint8Array, start: number, end: number): number;
  /** Those tokens, by their index, until the next count. */
  taken(index: number): number;
}

/** A closure and no class: what it captures are constants to V8, which makes it a tenth faster. */
export function createBacktracker(trie: Trie, pairs: Pairs): Backtracker {
  const { prefixes } = pairs;
  /** Answers of areNeighbours, two words each: left + 1, then right and the answer's bit. */
  const memo = new Int32Array(2 << MEMO_BITS);
  /** The tokens taken so far, and where each ends. */
  let taken = new Int32Array(FIRST_CAPACITY);
  let ends = new Int32Array(FIRST_CAPACITY);
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

  function reserve(length: number): void {
    if (length < taken.length) return;
    const capacity = 2 ** Math.ceil(Math.log2(length + 1));
    taken = new Int32Array(capacity);
    ends = new Int32Array(capacity);
    isGivenUp = new Uint8Array(capacity);
  }

  function countPiece(bytes: Uint8Array, start: number, end: number): number {
    reserve(end - start);
    let count = 0;
    let backtracked = false;
    let last: number = NO_TOKEN;
    let lastStart = start;
    let at = start;
    // The token that was taken back from here; what is to be tried is shorter.
    let failed: number = NO_TOKEN;
    while (at < end) {
      let after = at + at - lastStart;
      let candidate: number = NO_TOKEN;
      if (failed !== NO_TOKEN) {
        candidate = (prefixes[failed] as number) >> TOKEN_SHIFT;
        if (candidate !== NO_TOKEN) after = at + ((prefixes[candidate] as number) & LENGTH_MASK);
      } else if (
        bytes[at] === bytes[lastStart] &&
        last !== NO_TOKEN &&
        isRepeated(bytes, lastStart, at, end) &&
        isGivenUp[after - start] === 0 &&
        mayFollow(last, last)
      ) {
        candidate = last;
      } else {
        // The longest token, as in trie.ts, but its end is wanted too.
        let base: number = ROOT_BASE;
        let longest = 0;
        for (let next = at; next < end; ) {
          const byte = bytes[next++] as number;
          const link = trie[base ^ byte] as number;
          if ((link & LABEL_MASK) !== byte) break;
          base = link >> PAYLOAD_SHIFT;
          if (link & IS_TOKEN) {
            longest = link;
            after = next;
            if (link & IS_LEAF) break;
          }
        }
        if (after === end && count === 0) return 1;
        candidate = tokenAt(trie, longest);
      }
      while (candidate !== NO_TOKEN) {
        if (isGivenUp[after - start] === 0 && mayFollow(last, candidate)) break;
        candidate = (prefixes[candidate] as number) >> TOKEN_SHIFT;
        if (candidate !== NO_TOKEN) after = at + ((prefixes[candidate] as number) & LENGTH_MASK);
      }
      if (candidate === NO_TOKEN) {
        isGivenUp[at - start] = 1;
        backtracked = true;
        failed = last;
        at = lastStart;
        count--;
        last = count === 0 ? NO_TOKEN : (taken[count - 1] as number);
        lastStart = count < 2 ? start : (ends[count - 2] as number);
        // It may have been tried before the longer ones.
        if (failed === last) failed = NO_TOKEN;
      } else {
        failed = NO_TOKEN;
        taken[count] = candidate;
        ends[count++] = after;
        last = candidate;
        lastStart = at;
        at = after;
      }
    }
    if (backtracked) isGivenUp.fill(0, 0, end - start + 1);
    return count;
  }

  return { count: countPiece, taken: (index) => taken[index] as number };
}

/** Whether bytes[from, at) come once more at `at`, by `end`. */
function isRepeated(bytes: Uint8Array, from: number, at: number, end: number): boolean {
  if (at + at - from > end) return false;
  for (let before = from, here = at; before < at; before++, here++) {
    if (bytes[before] !== bytes[here]) return false;
  }
  return true;
}
