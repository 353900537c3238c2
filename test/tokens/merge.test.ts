import { describe, expect, test } from 'vitest';
import { createBacktracker } from '../../src/tokens/backtrack.ts';
import { ENCODINGS, VOCABULARIES } from '../../src/tokens/encodings.ts';
import { Merger } from '../../src/tokens/merge.ts';
import { areNeighbours, mergedToken, PREFIX, partnerBit, RECORD } from '../../src/tokens/pairs.ts';
import { TRIE } from '../../src/tokens/trie.ts';
import { loadVocabulary } from '../../src/tokens/vocabulary.ts';
import { LEXICONS } from './lexicon.ts';
import { Random } from './random.ts';
import { toyVocabulary } from './toy.ts';

const { NO_TOKEN } = TRIE;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

describe('Merger', () => {
  function parts(text: string, merged: string[], enough?: number): string[] {
    const bytes = encoder.encode(text);
    const merger = new Merger(toyVocabulary(...merged).trie, bytes.length);
    const count = merger.merge(bytes, 0, bytes.length, enough);
    return Array.from({ length: count }, (_, part) =>
      decoder.decode(bytes.subarray(merger.starts[part], merger.starts[part + 1])),
    );
  }

  test('leaves bytes that no token joins', () => {
    expect(parts('abc', [])).toEqual(['a', 'b', 'c']);
  });

  test('joins the token of lowest id first, not the longest', () => {
    expect(parts('abcd', ['bc', 'ab', 'cd'])).toEqual(['a', 'bc', 'd']);
    expect(parts('abcd', ['ab', 'cd', 'bc'])).toEqual(['ab', 'cd']);
  });

  test('joins the leftmost of equals', () => {
    expect(parts('aaa', ['aa'])).toEqual(['aa', 'a']);
    expect(parts('aaaaa', ['aa', 'aaaa'])).toEqual(['aaaa', 'a']);
  });

  test('goes on with what it has joined', () => {
    expect(parts('abcab', ['ab', 'abc', 'abcab'])).toEqual(['abcab']);
  });

  test('stops when few enough are left', () => {
    expect(parts('abcab', ['ab', 'abc', 'abcab'], 2)).toEqual(['abc', 'ab']);
  });
});

describe('pairs', () => {
  const { pairs } = toyVocabulary('ab', 'bc', 'abc', 'aa');
  const [a, b, c] = [97, 98, 99];
  const [ab, bc, abc, aa] = [256, 257, 258, 259];

  test('know what was merged, not what could have been', () => {
    expect(mergedToken(pairs, a, b)).toBe(ab);
    expect(mergedToken(pairs, ab, c)).toBe(abc);
    expect(mergedToken(pairs, a, bc)).toBe(NO_TOKEN);
    expect(mergedToken(pairs, b, a)).toBe(NO_TOKEN);
  });

  test('know the longest shorter token', () => {
    const prefixes = [abc, ab, a].map((token) => pairs.prefixes[token] as number);
    expect(prefixes.map((word) => word >> PREFIX.TOKEN_SHIFT)).toEqual([ab, a, NO_TOKEN]);
    expect(prefixes.map((word) => word & PREFIX.LENGTH_MASK)).toEqual([3, 2, 1]);
  });

  test('know the partners of a token on either side', () => {
    const partners = (token: number, side: number) => pairs.records[(token << RECORD.SHIFT) + side];
    expect(partners(a, RECORD.FOLLOWERS)).toBe(partnerBit(b) | partnerBit(a));
    expect(partners(ab, RECORD.FOLLOWERS)).toBe(partnerBit(c));
    expect(partners(abc, RECORD.FOLLOWERS)).toBe(0);
    expect(partners(c, RECORD.LEADERS)).toBe(partnerBit(b) | partnerBit(ab));
    expect(partners(ab, RECORD.LEADERS)).toBe(0);
  });

  test.each([
    ['a b would be merged', a, b, false],
    ['b a would not', b, a, true],
    ['a bc would have been ab c', a, bc, false],
    ['ab a', ab, a, true],
    ['a aa would have been aa a', a, aa, false],
    ['aa a', aa, a, true],
    ['aa aa', aa, aa, true],
  ])('%s', (_, left, right, answer) => {
    expect(areNeighbours(pairs, left, right)).toBe(answer);
  });
});

describe.each(VOCABULARIES)('in %s', (name) => {
  const { trie, loadPairs } = loadVocabulary(name);
  const backtracker = createBacktracker(trie, loadPairs());
  const merger = new Merger(trie, 1000);

  test('backtracking counts as merging does', () => {
    const random = new Random(4);
    const alphabets = ['a', 'ab', 'aab', '= -', ' \n\t', 'etaoin', 'ABab', '中文字', '\0\u00ff'];
    for (let round = 0; round < 2000; round++) {
      const characters = [...random.pick(alphabets)];
      const words = random.times(1, 30, () =>
        random.chance(0.5) ? random.pick(characters) : LEXICONS.identifier.word(random),
      );
      const bytes = encoder.encode(
        random.chance(0.5) ? words.join('') : characters.join('').repeat(words.length),
      );
      const merged = merger.merge(bytes, 0, bytes.length);
      expect(backtracker.count(bytes, 0, bytes.length), words.join('')).toBe(merged);
    }
  });

  test('backtracking counts bytes that are no text', () => {
    const random = new Random(5);
    for (let round = 0; round < 500; round++) {
      const bytes = Uint8Array.from(random.times(1, 200, () => random.below(256)));
      expect(backtracker.count(bytes, 0, bytes.length)).toBe(merger.merge(bytes, 0, bytes.length));
    }
  });
});

test('every encoding has a vocabulary', () => {
  expect(ENCODINGS.length).toBeGreaterThan(VOCABULARIES.length);
});
