import { describe, expect, test } from 'vitest';
import { CACHE, createPieceCache, type PieceCache } from '../../src/tokens/cache.ts';
import { PADDING, PADDING_BYTES } from '../../src/tokens/characters.ts';
import { Random } from './random.ts';

const { LONGEST, MISS } = CACHE;

function viewOf(piece: Uint8Array, before = 0): DataView {
  const bytes = new Uint8Array(before + piece.length + PADDING_BYTES).fill(PADDING);
  bytes.set(piece, before);
  return new DataView(bytes.buffer);
}

function get(cache: PieceCache, piece: Uint8Array, before = 0): number {
  return cache.get(viewOf(piece, before), before, piece.length);
}

function put(cache: PieceCache, piece: Uint8Array, count: number): void {
  cache.put(viewOf(piece), 0, piece.length, count);
}

function filled(length: number, byte = 0x61): Uint8Array {
  return new Uint8Array(length).fill(byte);
}

const LENGTHS = Array.from({ length: LONGEST }, (_, index) => index + 1);

describe('the cache', () => {
  test.each(LENGTHS)('finds a piece of %i bytes again, wherever it is', (length) => {
    const cache = createPieceCache();
    const piece = Uint8Array.from({ length }, (_, index) => 0x61 + index);
    expect(get(cache, piece)).toBe(MISS);
    put(cache, piece, length);
    expect(get(cache, piece)).toBe(length);
    expect(get(cache, piece, 3)).toBe(length);
  });

  test.each(LENGTHS)('tells pieces of %i bytes apart that differ in one', (length) => {
    const cache = createPieceCache();
    const piece = filled(length);
    put(cache, piece, 1);
    for (let at = 0; at < length; at++) {
      const other = piece.slice();
      other[at] = 0x62;
      expect(get(cache, other)).toBe(MISS);
    }
  });

  test('tells lengths apart where the words are the same', () => {
    for (const byte of [0x00, 0x61]) {
      const cache = createPieceCache();
      for (const length of LENGTHS) put(cache, filled(length, byte), length);
      for (const length of LENGTHS) {
        expect([MISS, length]).toContain(get(cache, filled(length, byte)));
      }
    }
  });

  test('keeps the last two short pieces of a place, not the last one alone', () => {
    const cache = createPieceCache();
    const random = new Random(7);
    const first = Uint8Array.of(1, 2, 3, 4, 5);
    put(cache, first, 5);
    const putOther = () =>
      put(
        cache,
        Uint8Array.from({ length: 6 }, () => random.below(0x80)),
        6,
      );
    let lost = 0;
    for (let other = 0; other < 100_000; other++) {
      putOther();
      if (get(cache, first) !== 5) lost++;
    }
    expect(lost).toBe(0);
    for (let other = 0; other < 300_000; other++) putOther();
    expect(get(cache, first)).toBe(MISS);
  });

  test('never takes one piece for another that has its slot', () => {
    const random = new Random(6);
    const cache = createPieceCache();
    // Many more than there are slots of each size, of so few bytes that words are often the same.
    const pieces = Array.from({ length: 300_000 }, (_, index) => {
      const length = 1 + random.below(LONGEST);
      const piece = Uint8Array.from({ length }, () => random.pick([0, 1, 0x61, 0x80, 0xf4]));
      return { piece, key: piece.join(), count: 1 + (index % LONGEST) };
    });
    const latest = new Map<string, number>();
    for (const { piece, key, count } of pieces) {
      put(cache, piece, count);
      latest.set(key, count);
    }
    let hits = 0;
    for (const { piece, key } of pieces) {
      const found = get(cache, piece);
      if (found === MISS) continue;
      hits++;
      expect(found).toBe(latest.get(key));
    }
    expect(hits).toBeGreaterThan(10_000);
    expect(hits).toBeLessThan(pieces.length);
  });
});
