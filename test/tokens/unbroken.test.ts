import { describe, expect, test } from 'vitest';
import { createBacktracker } from '../../src/tokens/backtrack.ts';
import { VOCABULARIES } from '../../src/tokens/encodings.ts';
import { createSettler } from '../../src/tokens/unbroken.ts';
import { loadVocabulary } from '../../src/tokens/vocabulary.ts';
import { LEXICONS } from './lexicon.ts';
import { Random } from './random.ts';
import { toyVocabulary } from './toy.ts';

describe.each(VOCABULARIES)('in %s', (name) => {
  const { trie, loadPairs } = loadVocabulary(name);
  const pairs = loadPairs();
  const backtracker = createBacktracker(trie, pairs);
  const settler = createSettler(trie, pairs);
  const ALPHABETS = ['a', '=', ' ', 'ab', 'aab', '=-', 'etaoin', 'ABCDEFG', '中文字的是不', '\0'];

  function run(random: Random, characters: number): string {
    const alphabet = [...random.pick(ALPHABETS)];
    if (random.chance(0.3)) {
      return random
        .times(characters / 8, characters / 8, () => LEXICONS.identifier.word(random))
        .join('');
    }
    return random.times(characters, characters, () => random.pick(alphabet)).join('');
  }

  test('what is settled is counted alone, however the piece goes on', () => {
    const random = new Random(11);
    let settledRounds = 0;
    for (let round = 0; round < 60; round++) {
      const beginning = Buffer.from(run(random, 8000));
      const settled = settler.settle(beginning, 0, beginning.length);
      if (settled === undefined) continue;
      settledRounds++;
      expect(settled.end).toBeGreaterThan(beginning.length / 4);
      for (let ending = 0; ending < 8; ending++) {
        const kept = beginning.subarray(0, beginning.length - random.below(5));
        const whole = Buffer.concat([kept, Buffer.from(run(random, random.below(300)))]);
        const rest = backtracker.count(whole, settled.end, whole.length);
        expect(settled.tokens + rest).toBe(backtracker.count(whole, 0, whole.length));
      }
    }
    expect(settledRounds).toBeGreaterThan(50);
  });

  test('nothing is settled of little', () => {
    const little = Buffer.from('a'.repeat(900));
    expect(settler.settle(little, 0, little.length)).toBeUndefined();
  });
});

describe('where each byte that follows moves all borders before it', () => {
  // Of a pair and the next one, the next one is merged first: so counts the end of the text, and
  // whether the number of bytes before it is even.
  const ascending = String.fromCharCode(...Array.from({ length: 120 }, (_, code) => code));
  const merged = Array.from({ length: 119 }, (_, at) => ascending.slice(118 - at, 120 - at));
  const { trie, pairs } = toyVocabulary(...merged);
  const backtracker = createBacktracker(trie, pairs);
  const settler = createSettler(trie, pairs);

  test('nothing is settled', () => {
    const bytes = Buffer.from(ascending);
    const borders = [119, 120].map((end) => {
      backtracker.count(bytes, 0, end);
      return backtracker.taken(0) < 256;
    });
    expect(borders).toEqual([true, false]);
    expect(settler.settle(bytes, 0, bytes.length)).toBeUndefined();
  });

  test('unless such a row ended before', () => {
    const bytes = Buffer.from(ascending.slice(0, 11).repeat(20));
    const settled = settler.settle(bytes, 0, bytes.length);
    expect(settled?.end).toBeGreaterThan(100);
    expect(settled?.tokens).toBe(backtracker.count(bytes, 0, settled?.end ?? 0));
  });
});
