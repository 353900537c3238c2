import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { firstCut, lastCut } from '../../src/tokens/cut.ts';
import { countTokens, ENCODINGS } from '../../src/tokens/index.ts';
import { loadVocabulary } from '../../src/tokens/vocabulary.ts';
import { KIND_NAMES, makeText } from './corpus.ts';
import { fuzzBytes } from './fuzz.ts';
import { Random } from './random.ts';

const { unicode } = loadVocabulary('o200k_base');
const first = (text: string | Uint8Array) => firstCut(Buffer.from(text), unicode);
const last = (text: string | Uint8Array) => lastCut(Buffer.from(text), unicode);

function expectSameCount(whole: Uint8Array, at: number): void {
  for (const name of ENCODINGS) {
    const left = countTokens(whole.subarray(0, at), name);
    const right = countTokens(whole.subarray(at), name);
    expect(left + right, `${name} cut at ${at}`).toBe(countTokens(whole, name));
  }
}

describe('both sides of a cut have as many tokens as the whole:', () => {
  test('in text that is right or wrong, seen from anywhere in it', () => {
    const text = fc.integer().map((seed) => Buffer.from(fuzzBytes(new Random(seed))));
    const seen = text.chain((whole) =>
      fc.tuple(fc.constant(whole), fc.nat(whole.length), fc.nat(whole.length)),
    );
    fc.assert(
      fc.property(seen, ([whole, from, to]) => {
        const part = whole.subarray(Math.min(from, to), Math.max(from, to));
        for (const cut of [first(part), last(part)]) {
          if (cut !== undefined) expectSameCount(whole, Math.min(from, to) + cut);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test.each(KIND_NAMES)('in text like %s', (kind) => {
    const whole = Buffer.from(makeText(kind, 400, 3));
    for (let from = 0; from < whole.length; from += 7) {
      const cut = first(whole.subarray(from));
      if (cut !== undefined) expectSameCount(whole, from + cut);
    }
  });
});

describe('a text is cut', () => {
  test.each([
    ['after a word', 'one two three', 3, 7],
    ['after a number', 'a12, b34, c', 3, 8],
    ['before a line break', 'a1\r\nb2\r\n', 2, 6],
    ['where nothing is ASCII', '中文，中文。', 6, 15],
    ['before a slash', 'abc/def/', 3, 7],
  ])('%s', (_, text, from, to) => {
    expect([first(text), last(text)]).toEqual([from, to]);
  });

  test.each([
    ['in a word', 'word'],
    ['in a contraction', "don't"],
    ['before a mark', 'e\u0301'],
    ['after a mark', 'e\u0301 '],
    ['after a symbol', '+ + + a'],
    ['between letters and digits', 'a1b2'],
    ['in white space', ' \r\n \n'],
    ['of nothing', ''],
    ['beside what is no UTF-8', Buffer.from('a\xff \xe4b\x80\x80\x80\x80\x80 ', 'latin1')],
    ['in a character', Buffer.from('中').subarray(1)],
  ])('not %s', (_, text) => {
    expect([first(text), last(text)]).toEqual([undefined, undefined]);
  });
});
