/**
 * The number of tokens in a piece: from the cache; else one if the piece is a token; else by byte
 * pair encoding.
 */

import { Backtracker } from './backtrack.ts';
import { LONGEST_CACHED, MISS, PieceCache } from './cache.ts';
import type { UnicodeTable } from './characters.ts';
import { COMPOSITION, type Encoding } from './encodings.ts';
import { Merger } from './merge.ts';
import { SCANS, type Scan } from './scan/index.ts';
import { findToken, NO_TOKEN, type Trie } from './trie.ts';
import { loadVocabulary, type Vocabulary } from './vocabulary.ts';

/** Longer pieces go to the backtracker at once: the merger takes the square of the length. */
const LONGEST_MERGED = 128;
/**
 * After so many bytes in pieces that had to be merged, loading the tables of the backtracker (4 ms)
 * costs less than going on without them.
 */
const MERGED_BEFORE_LOADING = 1 << 14;

export class PieceCounter {
  readonly scan: Scan;
  readonly unicode: UnicodeTable;
  readonly #vocabulary: Vocabulary;
  readonly #trie: Trie;
  readonly #cache = new PieceCache();
  readonly #merger: Merger;
  #backtracker: Backtracker | undefined;
  #mergedBytes = 0;

  constructor(vocabulary: Vocabulary, scan: Scan) {
    this.scan = scan;
    this.unicode = vocabulary.unicode;
    this.#vocabulary = vocabulary;
    this.#trie = vocabulary.trie;
    this.#merger = new Merger(vocabulary.trie, LONGEST_MERGED);
  }

  /** `text` is a view of the same bytes. */
  count(bytes: Uint8Array, text: DataView, start: number, end: number): number {
    const length = end - start;
    if (length > LONGEST_CACHED) return this.#countNew(bytes, start, end);
    const cached = this.#cache.get(text, start, length);
    if (cached !== MISS) return cached;
    const count = this.#countNew(bytes, start, end);
    this.#cache.put(text, start, length, count);
    return count;
  }

  #countNew(bytes: Uint8Array, start: number, end: number): number {
    const length = end - start;
    if (this.#backtracker === undefined) {
      if (findToken(this.#trie, bytes, start, end) !== NO_TOKEN) return 1;
      this.#mergedBytes += length;
      if (length <= LONGEST_MERGED && this.#mergedBytes <= MERGED_BEFORE_LOADING) {
        return this.#merger.merge(bytes, start, end);
      }
      this.#backtracker = new Backtracker(this.#trie, this.#vocabulary.loadPairs());
    }
    return this.#backtracker.count(bytes, start, end);
  }
}

const counters = new Map<string, PieceCounter>();

/** One for all streams of an encoding, as what it remembers is true for all. */
export function counterOf(encoding: Encoding): PieceCounter {
  const { vocabulary, pattern } = COMPOSITION[encoding];
  let counter = counters.get(vocabulary);
  if (counter === undefined) {
    counter = new PieceCounter(loadVocabulary(vocabulary), SCANS[pattern]);
    counters.set(vocabulary, counter);
  }
  return counter;
}
