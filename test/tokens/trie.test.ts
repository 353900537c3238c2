import o200k from 'js-tiktoken/ranks/o200k_base';
import { describe, expect, test } from 'vitest';
import { parseRanks } from '../../src/tokens/compile/ranks.ts';
import { buildTrie } from '../../src/tokens/compile/trie.ts';
import { findToken, longestToken, TRIE } from '../../src/tokens/trie.ts';
import { loadVocabulary } from '../../src/tokens/vocabulary.ts';

const { FREE, IS_TOKEN, NO_TOKEN } = TRIE;
const encoder = new TextEncoder();
const tokens = ['a', 'ab', 'abcd', 'b', '\0', '\0\0', 'é', '\xff'].map((text) =>
  encoder.encode(text),
);
const trie = buildTrie(tokens);

function find(text: string): number {
  const bytes = encoder.encode(text);
  return findToken(trie, bytes, 0, bytes.length);
}

function longest(text: string, end = encoder.encode(text).length): number {
  return longestToken(trie, encoder.encode(text), 0, end);
}

describe('findToken', () => {
  test('gives each token its id', () => {
    for (const [id, token] of tokens.entries()) {
      expect(findToken(trie, token, 0, token.length)).toBe(id);
    }
  });

  test.each(['abc', 'abcde', 'abcdef', 'aa', 'ba', 'c', '\0\0\0', 'è', ''])(
    '%j is none',
    (text) => {
      expect(find(text)).toBe(NO_TOKEN);
    },
  );

  test('looks at no byte outside', () => {
    expect(findToken(trie, encoder.encode('xabx'), 1, 3)).toBe(1);
  });
});

describe('longestToken', () => {
  test.each([
    ['abcd', 2],
    ['abcx', 1],
    ['ax', 0],
    ['\0\0\0', 5],
    ['x', NO_TOKEN],
  ])('at the start of %j', (text, token) => {
    expect(longest(text)).toBe(token);
  });

  test('ends by the end', () => {
    expect(longest('abcd', 3)).toBe(1);
  });
});

describe('the compiled trie of o200k_base', () => {
  const ranks = parseRanks(o200k.bpe_ranks);
  const compiled = loadVocabulary('o200k_base').trie;

  test('has every token and no other', () => {
    const lost = ranks.tokens.filter(
      (token, id) => token !== undefined && findToken(compiled, token, 0, token.length) !== id,
    );
    expect(lost).toEqual([]);
    const ends = compiled.filter((slot) => slot & IS_TOKEN);
    expect(ends.length).toBe(ranks.tokens.length);
  });

  test('is nearly without gaps', () => {
    const free = compiled.filter((slot) => slot === FREE).length;
    expect(free / compiled.length).toBeLessThan(0.02);
  });
});
