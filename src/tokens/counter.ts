/**
 * The number of tokens in a piece: from the cache; else one if the piece is a token; else by byte
 * pair encoding.
 */

import { type Backtracker, createBacktracker } from './backtrack.ts';
import { CACHE, createPieceCache } from './cache.ts';
import type { UnicodeTable } from './characters.ts';
import { COMPOSITION, type Encoding } from './encodings.ts';
import { Merger } from './merge.ts';
import { SCANS, type Scan } from './scan/index.ts';
import { findToken, TRIE } from './trie.ts';
import { createSettler, type Settled, type Settler } from './unbroken.ts';
import { loadVocabulary, type Vocabulary } from './vocabulary.ts';

const { LONGEST, MISS } = CACHE;
const { NO_TOKEN } = TRIE;

/** Longer pieces go to the backtracker at once: the merger takes the square of the length. */
const LONGEST_MERGED = 128;
/**
 * After so many bytes in pieces that had to be merged, loading the tables of the backtracker (4 ms)
 * costs less than going on without them.
 */
const MERGED_BEFORE_LOADING = 1 << 14;
/** The first bytes are counted without the cache: to touch its memory costs more than it saves. */
const BYTES_BEFORE_CACHING = 1 << 13;

export interface PieceCounter {
  readonly scan: Scan;
  readonly unicode: UnicodeTable;
  /** The number of tokens in the piece bytes[start, end); `text` is a view of the same bytes. */
  count(bytes: Uint8Array, text: DataView, start: number, end: number): number;
  /** Counts the beginning of a piece of which bytes[start, end) has come, if one is certain. */
  settle(bytes: Uint8Array, start: number, end: number): Settled | undefined;
}

function createCounter(vocabulary: Vocabulary, scan: Scan): PieceCounter {
  const { trie, unicode } = vocabulary;
  const cache = createPieceCache();
  const merger = new Merger(trie, LONGEST_MERGED);
  let backtracker: Backtracker | undefined;
  let settler: Settler | undefined;
  let mergedBytes = 0;
  let bytesToCaching = BYTES_BEFORE_CACHING;

  function countNew(bytes: Uint8Array, start: number, end: number): number {
    const length = end - start;
    if (backtracker === undefined) {
      if (findToken(trie, bytes, start, end) !== NO_TOKEN) return 1;
      mergedBytes += length;
      if (length <= LONGEST_MERGED && mergedBytes <= MERGED_BEFORE_LOADING) {
        return merger.merge(bytes, start, end);
      }
      backtracker = createBacktracker(trie, vocabulary.loadPairs());
    }
    return backtracker.count(bytes, start, end);
  }

  function count(bytes: Uint8Array, text: DataView, start: number, end: number): number {
    const length = end - start;
    if (length > LONGEST || bytesToCaching > 0) {
      bytesToCaching -= length;
      return countNew(bytes, start, end);
    }
    const cached = cache.get(text, start, length);
    if (cached !== MISS) return cached;
    const found = countNew(bytes, start, end);
    cache.put(text, start, length, found);
    return found;
  }

  function settle(bytes: Uint8Array, start: number, end: number): Settled | undefined {
    settler ??= createSettler(trie, vocabulary.loadPairs());
    return settler.settle(bytes, start, end);
  }

  return { scan, unicode, count, settle };
}

const counters = new Map<string, PieceCounter>();

/** One for all streams of an encoding, as what it remembers is true for all. */
export function counterOf(encoding: Encoding): PieceCounter {
  const { vocabulary, pattern } = COMPOSITION[encoding];
  let counter = counters.get(vocabulary);
  if (counter === undefined) {
    counter = createCounter(loadVocabulary(vocabulary), SCANS[pattern]);
    counters.set(vocabulary, counter);
  }
  return counter;
}
