import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import o200k from 'js-tiktoken/ranks/o200k_base';
import { describe, expect, test } from 'vitest';
import { buildPairs } from '../../src/tokens/compile/pairs.ts';
import { parseRanks, type Ranks } from '../../src/tokens/compile/ranks.ts';
import { buildTrie } from '../../src/tokens/compile/trie.ts';
import { VOCABULARIES, type VocabularyName } from '../../src/tokens/encodings.ts';
import {
  readHeader,
  SECTIONS,
  VOCABULARY_FOLDER,
  vocabularyFile,
} from '../../src/tokens/format.ts';
import { loadVocabulary } from '../../src/tokens/vocabulary.ts';

const encoder = new TextEncoder();

describe('parseRanks', () => {
  test('reads tokens from their first id on', () => {
    const { tokens } = parseRanks('! 0 YQ== Yg==\n! 3 YWI=\n');
    expect(tokens).toEqual(
      [encoder.encode('a'), encoder.encode('b'), undefined, encoder.encode('ab')].map(
        (bytes) => bytes && Buffer.from(bytes),
      ),
    );
  });

  test.each(['x 0 YQ==', '! a YQ==', '! 0 YQ== Yg==\n! 1 Yw=='])('refuses %j', (published) => {
    expect(() => parseRanks(published)).toThrow('not a line of tokens');
  });
});

describe('the build refuses', () => {
  const bytes = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));

  function build(...merged: string[]): unknown {
    const ranks: Ranks = {
      tokens: [...bytes, ...merged.map((token) => encoder.encode(token))],
      hash: '',
    };
    return buildPairs(ranks, buildTrie(ranks.tokens));
  }

  test('a token that no merges lead to', () => {
    expect(() => build('ab', 'abcd')).toThrow('token 257 [97 98 99 100]: no merges lead to it');
  });

  test('a token whose part comes later', () => {
    expect(() => build('abc', 'ab')).toThrow('token 256 [97 98 99]');
  });

  test('the same token twice', () => {
    expect(() => build('ab', 'ab')).toThrow('the trie loses it');
  });

  test('a byte among the merged tokens', () => {
    const ranks = { tokens: [encoder.encode('ab'), ...bytes], hash: '' };
    expect(() => buildPairs(ranks, buildTrie(ranks.tokens))).toThrow('bytes must be the first ids');
  });
});

describe('a compiled vocabulary', () => {
  test.each(VOCABULARIES)('%s has all sections', (name) => {
    const header = readHeader(readFileSync(vocabularyFile(name)));
    expect([...(header?.sections.keys() ?? [])]).toEqual([...SECTIONS]);
    for (const extent of header?.sections.values() ?? [])
      expect(extent.byteLength).toBeGreaterThan(0);
  });

  test('says of which ranks it was made', () => {
    const hash = createHash('sha256').update(o200k.bpe_ranks).digest('hex');
    expect(readHeader(readFileSync(vocabularyFile('o200k_base')))?.ranksHash).toBe(hash);
  });

  test('has its licence beside it', () => {
    expect(existsSync(`${VOCABULARY_FOLDER}LICENSE.txt`)).toBe(true);
  });

  test('that is missing says what to do', () => {
    expect(() => loadVocabulary('none' as VocabularyName)).toThrow(
      'the vocabulary none cannot be read: run `npm run build`',
    );
  });

  test('of another version is not read', () => {
    const bytes = readFileSync(vocabularyFile('r50k_base'));
    bytes[4] = 0xff;
    expect(readHeader(bytes)).toBeUndefined();
    expect(readHeader(bytes.subarray(0, 20))).toBeUndefined();
  });
});
