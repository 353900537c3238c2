import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createBacktracker } from '../../src/tokens/backtrack.ts';
import { PADDING, PADDING_BYTES } from '../../src/tokens/characters.ts';
import { COMPOSITION } from '../../src/tokens/encodings.ts';
import { countTokens, ENCODINGS, type Encoding, TokenStream } from '../../src/tokens/index.ts';
import { SCANS } from '../../src/tokens/scan/index.ts';
import { loadVocabulary } from '../../src/tokens/vocabulary.ts';
import { KIND_NAMES, makeText } from './corpus.ts';
import { fuzzBytes, fuzzText } from './fuzz.ts';
import { trueCount } from './oracle.ts';
import { Random } from './random.ts';

const encoding = fc.constantFrom(...ENCODINGS);
const seed = fc.integer();

function countInParts(bytes: Uint8Array, cuts: readonly number[], name: Encoding): number {
  const stream = new TokenStream(name);
  let from = 0;
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    stream.write(bytes.subarray(from, cut));
    from = cut;
  }
  stream.write(bytes.subarray(from));
  return stream.end();
}

/** Piece by piece in one go, without buffer, caches and merger. */
function countWhole(text: string, name: Encoding): number {
  const { vocabulary, pattern } = COMPOSITION[name];
  const { trie, unicode, loadPairs } = loadVocabulary(vocabulary);
  const backtracker = createBacktracker(trie, loadPairs());
  const textBytes = Buffer.from(text);
  const bytes = Buffer.concat([textBytes, Buffer.alloc(PADDING_BYTES, PADDING)]);
  let count = 0;
  for (let at = 0; at < textBytes.length; ) {
    const end = SCANS[pattern](bytes, at, unicode);
    count += backtracker.count(bytes, at, end);
    at = end;
  }
  return count;
}

function cutsOf(bytes: Uint8Array): fc.Arbitrary<number[]> {
  return fc.array(fc.nat({ max: bytes.length }), { maxLength: 12 });
}

describe('a stream counts the whole, wherever it is cut:', () => {
  test('short text, also between all bytes', () => {
    const bytes = seed.map((from) => fuzzBytes(new Random(from)));
    fc.assert(
      fc.property(bytes, encoding, (whole, name) => {
        const everywhere = Array.from(whole, (_, at) => at);
        expect(countInParts(whole, everywhere, name)).toBe(countTokens(whole, name));
      }),
      { numRuns: 300 },
    );
  });

  test('text longer than the buffer', () => {
    const bytes = fc
      .tuple(fc.constantFrom(...KIND_NAMES), seed, fc.integer({ min: 60_000, max: 160_000 }))
      .map(([kind, from, units]) => Buffer.from(makeText(kind, units, from)));
    const cut = bytes.chain((whole) => fc.tuple(fc.constant(whole), cutsOf(whole)));
    fc.assert(
      fc.property(cut, encoding, ([whole, cuts], name) => {
        expect(countInParts(whole, cuts, name)).toBe(countWhole(whole.toString(), name));
      }),
      { numRuns: 60 },
    );
  });

  test('what stands where the buffer ends', () => {
    const random = new Random(7);
    const fillers = ['word ', '中文。', 'A', ' ', 'x\n', '1', '#'];
    for (let round = 0; round < 150; round++) {
      const filler = random.pick(fillers);
      const repeats = Math.floor((65_300 + random.below(300)) / Buffer.byteLength(filler));
      const parts = random.times(30, 60, () => fuzzText(random, 6));
      const text = filler.repeat(repeats) + parts.join('');
      const name = random.pick(ENCODINGS);
      expect(countInParts(Buffer.from(text), [50_000], name)).toBe(countWhole(text, name));
    }
  });
});

describe('a piece that is longer than the buffer', () => {
  const ENDINGS = ['', 'a', 'A', ' b', '\n', "'s", '\n\nc'];

  test.each(['a', 'A', 'é', '中', ' ', '\n', '#', '\0'])('of %j', (character) => {
    for (const ending of ENDINGS) {
      const text = `x${character.repeat(150_000)}${ending}`;
      const inParts = countInParts(Buffer.from(text), [100_000, 140_001], 'o200k_base');
      expect(inParts).toBe(countWhole(text, 'o200k_base'));
    }
  });

  test.each([
    ['capitals after a letter without case', `中${'AB'.repeat(70_000)}`],
    ['spaces after a line break', `\n${' '.repeat(140_000)}`],
  ])('or may be: %s', (_, start) => {
    for (const ending of ENDINGS) {
      const text = start + ending;
      const inParts = countInParts(Buffer.from(text), [50_000], 'o200k_base');
      expect(inParts).toBe(countWhole(text, 'o200k_base'));
    }
  });
});

describe('a piece that is longer than the largest buffer', () => {
  const LONG = 1_700_000;
  const STARTS = ['', 'x', '中', "it's ", ' .', '\n', 'xyz '.repeat(20)];
  const ENDINGS = ['', 'a', 'A', 'Aa', ' b', '中', '\n', ' \n', "'s", '#', '\n\nc', ' #/\n'];

  function makeRun(unit: string, random: Random): string {
    if (unit.length === 1) return unit.repeat(LONG / Buffer.byteLength(unit));
    const characters = [...unit];
    return random.times(LONG / 3, LONG / 3, () => random.pick(characters)).join('');
  }

  const RUNS = [
    'a',
    'A',
    'é',
    '中',
    ' ',
    '\n',
    '#',
    '/',
    '=',
    '\u0301',
    'etaoin',
    '的是不了',
    '-=*/',
    '\r\n',
  ];
  test.each(RUNS)('of %j', { timeout: 60_000 }, (unit) => {
    const random = new Random(unit.charCodeAt(0));
    const run = makeRun(unit, random);
    for (let round = 0; round < 3; round++) {
      const text = random.pick(STARTS) + run + random.pick(ENDINGS);
      const name = random.pick(ENCODINGS);
      const cuts = random.times(0, 5, () => random.below(LONG));
      expect(countInParts(Buffer.from(text), cuts, name), name).toBe(countWhole(text, name));
    }
  });

  test.each(['a', ' ', '\n', '\0', '中'])('of %j is not held as a whole', (character) => {
    const chunk = Buffer.from(character.repeat(1 << 20));
    const stream = new TokenStream('o200k_base');
    stream.write(Buffer.from('So it begins.'));
    stream.write(chunk);
    stream.write(chunk);
    const before = process.memoryUsage().arrayBuffers;
    for (let megabytes = 0; megabytes < 20; megabytes++) stream.write(chunk);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 << 20);
    stream.end();
  });
});

describe('TokenStream', () => {
  test('counts nothing as nothing', () => {
    expect(new TokenStream('o200k_base').end()).toBe(0);
    expect(countTokens('', 'cl100k_base')).toBe(0);
    expect(countTokens(new Uint8Array(0), 'r50k_base')).toBe(0);
  });

  test('is as new after its end', () => {
    const stream = new TokenStream('o200k_base');
    stream.write(Buffer.from('one two'));
    expect(stream.end()).toBe(2);
    stream.write(Buffer.from(' three'));
    expect(stream.end()).toBe(1);
  });

  test('does not mix with others of its encoding', () => {
    const first = new TokenStream('o200k_base');
    const second = new TokenStream('o200k_base');
    first.write(Buffer.from('one'));
    second.write(Buffer.from('two three'));
    expect(countTokens('four five six', 'o200k_base')).toBe(3);
    expect([first.end(), second.end()]).toEqual([1, 2]);
  });

  test('takes strings too, which end what was unfinished', () => {
    const stream = new TokenStream('o200k_base');
    stream.write(Uint8Array.of(0x61, 0xe4, 0xb8));
    stream.write('\u00adb');
    expect(stream.end()).toBe(trueCount('a\ufffd\u00adb', 'o200k_base'));
  });

  test('counts much that is wrong', () => {
    const stream = new TokenStream('o200k_base');
    const wrong = new Uint8Array(65_536).fill(0x80);
    for (let round = 0; round < 20; round++) stream.write(wrong);
    const text = '\ufffd'.repeat(20 * wrong.length);
    expect(stream.end()).toBe(countTokens(text, 'o200k_base'));
  });
});

describe('what is not Unicode counts as U+FFFD', () => {
  test('lone surrogates', () => {
    const text = '\ud800a\udc00\udc00\ud800';
    const repaired = '\ufffda\ufffd\ufffd\ufffd';
    expect(countTokens(text, 'o200k_base')).toBe(trueCount(repaired, 'o200k_base'));
  });

  test.each([
    ['an unfinished character', [0x61, 0xe4, 0xb8], 'a\ufffd'],
    ['an unfinished character and another', [0xe4, 0xb8, 0xe4, 0xb8, 0xad], '\ufffd中'],
    ['a byte that begins nothing', [0x80, 0x61], '\ufffda'],
    ['an overlong form', [0xc0, 0xaf], '\ufffd\ufffd'],
    ['a surrogate', [0xed, 0xa0, 0x80], '\ufffd\ufffd\ufffd'],
    ['beyond U+10FFFF', [0xf4, 0x90, 0x80, 0x80], '\ufffd\ufffd\ufffd\ufffd'],
    ['the padding', [0xff, 0xff, 0x61], '\ufffd\ufffda'],
  ])('%s', (_, bytes, text) => {
    for (const name of ENCODINGS) {
      expect(countTokens(Uint8Array.from(bytes), name)).toBe(trueCount(text, name));
      expect(countInParts(Uint8Array.from(bytes), [1, 2, 3], name)).toBe(trueCount(text, name));
    }
  });
});
