/**
 * Byte pair encoding as it is defined: join the leftmost pair of neighbours whose union is the
 * token of lowest id, until no union is a token. Needs the trie alone, but the square of the
 * length; the counter leaves longer pieces to backtracking (backtrack.ts), and the build uses this
 * to find out of which two parts each token was made.
 */
import { findToken, TRIE, type Trie } from './trie.ts';

const { NO_TOKEN } = TRIE;

/** No token is lower: what a pair ranks whose union is no token. */
const NEVER = 0x7fffffff;

export class Merger {
  /** After a merge: where each part starts, and at the end where the last one ends. */
  readonly starts: Int32Array;
  /** ranks[i] is the token that parts i and i + 1 would make. */
  readonly #ranks: Int32Array;
  readonly #trie: Trie;

  constructor(trie: Trie, longestPiece: number) {
    this.#trie = trie;
    this.starts = new Int32Array(longestPiece + 1);
    this.#ranks = new Int32Array(longestPiece + 1);
  }

  /** Merges bytes[start, end) until nothing can be merged or `enough` parts are left. */
  merge(bytes: Uint8Array, start: number, end: number, enough = 1): number {
    const starts = this.starts;
    const ranks = this.#ranks;
    let count = end - start;
    for (let part = 0; part <= count; part++) starts[part] = start + part;
    for (let part = 0; part < count - 1; part++) ranks[part] = this.#rank(bytes, part);
    while (count > enough) {
      let lowest = 0;
      for (let part = 1; part < count - 1; part++) {
        if ((ranks[part] as number) < (ranks[lowest] as number)) lowest = part;
      }
      if (count === 1 || ranks[lowest] === NEVER) break;
      starts.copyWithin(lowest + 1, lowest + 2, count + 1);
      ranks.copyWithin(lowest + 1, lowest + 2, count);
      count--;
      if (lowest > 0) ranks[lowest - 1] = this.#rank(bytes, lowest - 1);
      if (lowest < count - 1) ranks[lowest] = this.#rank(bytes, lowest);
    }
    return count;
  }

  #rank(bytes: Uint8Array, part: number): number {
    const start = this.starts[part] as number;
    const end = this.starts[part + 2] as number;
    const token = findToken(this.#trie, bytes, start, end);
    return token === NO_TOKEN ? NEVER : token;
  }
}
