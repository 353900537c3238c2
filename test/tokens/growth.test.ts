import { describe, expect, test } from 'vitest';
import { createBacktracker } from '../../src/tokens/backtrack.ts';
import { PADDING, PADDING_BYTES } from '../../src/tokens/characters.ts';
import { COMPOSITION, ENCODINGS, type Pattern } from '../../src/tokens/encodings.ts';
import { SCANS } from '../../src/tokens/scan/index.ts';
import { loadVocabulary } from '../../src/tokens/vocabulary.ts';

/** What quadratic counters are slow with, and what is the slowest here. */
const UNITS = [
  ...['a', 'A', '=', '-', '*', '#', '/', '0', ' ', '\t', '\n', '\r\n', '\0', '中', 'é', '😀'],
  ...['ab', 'aab', 'aaab', '=-', '-=-', '--*', ' \n', '\n ', '中A', '中Aa', "a'", "'s", '1²'],
  ...['etaoinshrdlu', 'QWxhZGRpbg', '的是不了在人有', '\u0301', 'A\u0301', '#\n', '//\n'],
];
const SHORT = 4_000;

/** Counts the reads of an array. */
function watched<T extends object>(array: T): { array: T; reads: () => number } {
  let reads = 0;
  const proxy = new Proxy(array, {
    get(target, property) {
      reads++;
      const value: unknown = Reflect.get(target, property);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return { array: proxy, reads: () => reads };
}

function padded(text: string): Uint8Array {
  return Buffer.concat([Buffer.from(text), Buffer.alloc(PADDING_BYTES, PADDING)]);
}

describe('four times the text is at most five times the work', () => {
  test.each(Object.keys(SCANS) as Pattern[])('to scan by %s', (pattern) => {
    const { unicode } = loadVocabulary('o200k_base');
    function work(text: string): number {
      const bytes = watched(padded(text));
      const length = Buffer.byteLength(text);
      for (let at = 0; at < length; ) at = SCANS[pattern](bytes.array, at, unicode);
      return bytes.reads();
    }
    for (const unit of UNITS) {
      const short = unit.repeat(SHORT / unit.length);
      expect(work(short.repeat(4)), unit).toBeLessThan(5 * work(short));
    }
  });

  const vocabularies = new Set(ENCODINGS.map((name) => COMPOSITION[name].vocabulary));
  test.each([...vocabularies])('to merge in %s', (vocabulary) => {
    const { trie, loadPairs } = loadVocabulary(vocabulary);
    const pairs = loadPairs();
    function work(text: string): number {
      const watchedTrie = watched(trie);
      const records = watched(pairs.records);
      const prefixes = watched(pairs.prefixes);
      const parts = { ...pairs, records: records.array, prefixes: prefixes.array };
      const bytes = Buffer.from(text);
      createBacktracker(watchedTrie.array, parts).count(bytes, 0, bytes.length);
      return watchedTrie.reads() + records.reads() + prefixes.reads();
    }
    for (const unit of UNITS) {
      const short = unit.repeat(SHORT / unit.length);
      expect(work(short.repeat(4)), unit).toBeLessThan(5 * work(short));
    }
  });
});
