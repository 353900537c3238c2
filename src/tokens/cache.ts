/**
 * Caches of piece -> number of tokens. Nine in ten pieces of ordinary text have been seen before,
 * and to compare a few words with one slot is quicker than a walk of the trie.
 *
 * A piece can be in one place only, and the last that was put there is (of the shortest pieces, the
 * last two). The key is the piece itself, so a hit is never wrong.
 */
import { PADDING } from './characters.ts';

export const CACHE = {
  /** The longest piece that is cached. */
  LONGEST: 128,
  /** What a cache says for a piece that it does not hold. */
  MISS: 0,
} as const;
const { LONGEST, MISS } = CACHE;

export interface PieceCache {
  /**
   * The number of tokens in the piece of 1 to LONGEST bytes at `start`, or MISS. The text is UTF-8,
   * so no piece has a byte that is PADDING.
   */
  get(text: DataView, start: number, length: number): number;
  put(text: DataView, start: number, length: number, count: number): void;
}

/** In a slot's last word, or its tag: the number of tokens is the highest byte. */
const COUNT_SHIFT = 24;
const BELOW_COUNT = (1 << COUNT_SHIFT) - 1;

const SHORT = 7;
const MIDDLE = 15;

/**
 * Made of closures like the backtracker: what they capture are constants to V8. Larger ones miss less
 * and are no faster, as they no longer fit in the processor's cache with the trie; memory is touched
 * only where it is used.
 */
export function createPieceCache(): PieceCache {
  const short = shortPieces(1 << 15);
  const middle = middlePieces(1 << 15);
  const to32 = longPieces(32, 1 << 14);
  const to64 = longPieces(64, 1 << 12);
  const to128 = longPieces(LONGEST, 1 << 11);

  function longer(length: number): PieceCache {
    if (length <= MIDDLE) return middle;
    if (length <= 32) return to32;
    return length <= 64 ? to64 : to128;
  }

  return {
    get: (text, start, length) => {
      if (length <= SHORT) return short.get(text, start, length);
      return longer(length).get(text, start, length);
    },
    put: (text, start, length, count) => {
      if (length <= SHORT) short.put(text, start, length, count);
      else longer(length).put(text, start, length, count);
    },
  };
}

/**
 * Pieces of up to 7 bytes: a slot is two words, the piece with PADDING up to 7 bytes and the number
 * of tokens as the eighth. Two slots side by side are one place; the piece that was used last is in
 * the first.
 */
function shortPieces(places: number): PieceCache {
  const slots = new Int32Array(4 * places);
  const shift = Math.clz32(places) + 1;
  return {
    get: (text, start, length) => {
      const first = text.getInt32(start, true) | (PAD[length] as number);
      const second = (text.getInt32(start + 4, true) | (PAD_NEXT[length] as number)) & BELOW_COUNT;
      const at = (mix(first, second) >>> shift) << 2;
      const latest = slots[at + 1] as number;
      if (slots[at] === first && (latest & BELOW_COUNT) === second) return latest >>> COUNT_SHIFT;
      const earlier = slots[at + 3] as number;
      if (slots[at + 2] !== first || (earlier & BELOW_COUNT) !== second) return MISS;
      slots[at + 2] = slots[at] as number;
      slots[at + 3] = latest;
      slots[at] = first;
      slots[at + 1] = earlier;
      return earlier >>> COUNT_SHIFT;
    },
    put: (text, start, length, count) => {
      const first = text.getInt32(start, true) | (PAD[length] as number);
      const second = (text.getInt32(start + 4, true) | (PAD_NEXT[length] as number)) & BELOW_COUNT;
      const at = (mix(first, second) >>> shift) << 2;
      slots[at + 2] = slots[at] as number;
      slots[at + 3] = slots[at + 1] as number;
      slots[at] = first;
      slots[at + 1] = second | (count << COUNT_SHIFT);
    },
  };
}

/** Pieces of 8 to 15 bytes: a slot is four words, filled like those of the shorter ones. */
function middlePieces(slotCount: number): PieceCache {
  const slots = new Int32Array(4 * slotCount);
  const shift = Math.clz32(slotCount) + 1;

  function slotOf(text: DataView, start: number, third: number, fourth: number): number {
    const first = text.getInt32(start, true);
    const second = text.getInt32(start + 4, true);
    return (mix(mix(first, second) ^ third, fourth) >>> shift) << 2;
  }

  return {
    get: (text, start, length) => {
      const third = text.getInt32(start + 8, true) | (PAD[length - 8] as number);
      const fourth =
        (text.getInt32(start + 12, true) | (PAD_NEXT[length - 8] as number)) & BELOW_COUNT;
      const at = slotOf(text, start, third, fourth);
      const last = slots[at + 3] as number;
      const isHit =
        slots[at] === text.getInt32(start, true) &&
        slots[at + 1] === text.getInt32(start + 4, true) &&
        slots[at + 2] === third &&
        (last & BELOW_COUNT) === fourth;
      return isHit ? last >>> COUNT_SHIFT : MISS;
    },
    put: (text, start, length, count) => {
      const third = text.getInt32(start + 8, true) | (PAD[length - 8] as number);
      const fourth =
        (text.getInt32(start + 12, true) | (PAD_NEXT[length - 8] as number)) & BELOW_COUNT;
      const at = slotOf(text, start, third, fourth);
      slots[at] = text.getInt32(start, true);
      slots[at + 1] = text.getInt32(start + 4, true);
      slots[at + 2] = third;
      slots[at + 3] = fourth | (count << COUNT_SHIFT);
    },
  };
}

/**
 * Pieces of at least half of `longest` bytes: a slot is a tag, then their first and their last
 * half of that, word by word. The halves may overlap, so there is nothing to mask.
 */
function longPieces(longest: number, slotCount: number): PieceCache {
  const half = longest / 2;
  const stride = longest / 4 + 1;
  const slots = new Int32Array(stride * slotCount);
  const shift = Math.clz32(slotCount) + 1;

  function slotOf(text: DataView, start: number, secondHalf: number): number {
    let hash = 0;
    for (let offset = 0; offset < half; offset += 4) {
      const word = text.getInt32(start + offset, true);
      hash = mix(hash ^ word, text.getInt32(secondHalf + offset, true));
    }
    return (hash >>> shift) * stride;
  }

  return {
    get: (text, start, length) => {
      const secondHalf = start + length - half;
      let at = slotOf(text, start, secondHalf);
      const tag = slots[at++] as number;
      if ((tag & BELOW_COUNT) !== length) return MISS;
      for (let offset = 0; offset < half; offset += 4) {
        if (slots[at++] !== text.getInt32(start + offset, true)) return MISS;
        if (slots[at++] !== text.getInt32(secondHalf + offset, true)) return MISS;
      }
      return tag >>> COUNT_SHIFT;
    },
    put: (text, start, length, count) => {
      const secondHalf = start + length - half;
      let at = slotOf(text, start, secondHalf);
      slots[at++] = length | (count << COUNT_SHIFT);
      for (let offset = 0; offset < half; offset += 4) {
        slots[at++] = text.getInt32(start + offset, true);
        slots[at++] = text.getInt32(secondHalf + offset, true);
      }
    },
  };
}

/** By the number of bytes in two words: what makes PADDING of the others. */
const PAD = Int32Array.from({ length: 8 }, (_, length) => paddingAfter(length));
const PAD_NEXT = Int32Array.from({ length: 8 }, (_, length) => paddingAfter(length - 4));

/** A word of PADDING but for its first bytes. */
function paddingAfter(bytes: number): number {
  const word = new Uint8Array(4).fill(PADDING, Math.max(0, bytes));
  return new DataView(word.buffer).getInt32(0, true);
}

// Odd numbers with well mixed bits, from xxHash32.
const MULTIPLIER_1 = 0x9e3779b1;
const MULTIPLIER_2 = 0x85ebca77;

/** The high bits depend on all bits of both words. */
function mix(first: number, second: number): number {
  return Math.imul(Math.imul(first, MULTIPLIER_1) ^ second, MULTIPLIER_2);
}
