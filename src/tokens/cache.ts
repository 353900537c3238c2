/**
 * Caches of piece -> number of tokens. Nine in ten pieces of ordinary text have been seen before,
 * and to compare a few words with one slot is quicker than a walk of the trie.
 *
 * Each is direct-mapped: a piece can be in one slot only, and the last one that was put there is.
 * The key is the piece itself, so a hit is never wrong.
 */

export const CACHE = {
  /** The longest piece that is cached. */
  LONGEST: 128,
  /** What a cache says for a piece that it does not hold. */
  MISS: 0,
} as const;
const { LONGEST, MISS } = CACHE;

export interface PieceCache {
  /** The number of tokens in the piece of 1 to LONGEST bytes at `start`, or MISS. */
  get(text: DataView, start: number, length: number): number;
  put(text: DataView, start: number, length: number, count: number): void;
}

/** A slot's tag: the length of its piece and, below that, the number of tokens. */
const LENGTH_SHIFT = 8;
const COUNT_MASK = (1 << LENGTH_SHIFT) - 1;

const SHORT = 8;

/**
 * Made of closures like the backtracker: what they capture are constants to V8. The sizes are those
 * beyond which prose and code get no faster (README); memory is touched only where it is used.
 */
export function createPieceCache(): PieceCache {
  const short = shortPieces(1 << 16);
  const to16 = longPieces(16, 1 << 15);
  const to32 = longPieces(32, 1 << 14);
  const to64 = longPieces(64, 1 << 12);
  const to128 = longPieces(LONGEST, 1 << 11);

  function longer(length: number): PieceCache {
    if (length <= 16) return to16;
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

/** Pieces of up to 8 bytes: a slot is the two words of the piece, with zeros after it, and a tag. */
function shortPieces(slotCount: number): PieceCache {
  const slots = new Int32Array(SHORT_STRIDE * slotCount);
  const shift = Math.clz32(slotCount) + 1;
  return {
    get: (text, start, length) => {
      const first = text.getInt32(start, true) & (FIRST_MASK[length] as number);
      const second = text.getInt32(start + 4, true) & (SECOND_MASK[length] as number);
      const at = (mix(first, second) >>> shift) * SHORT_STRIDE;
      const tag = slots[at + 2] as number;
      const isHit =
        slots[at] === first && slots[at + 1] === second && tag >> LENGTH_SHIFT === length;
      return isHit ? tag & COUNT_MASK : MISS;
    },
    put: (text, start, length, count) => {
      const first = text.getInt32(start, true) & (FIRST_MASK[length] as number);
      const second = text.getInt32(start + 4, true) & (SECOND_MASK[length] as number);
      const at = (mix(first, second) >>> shift) * SHORT_STRIDE;
      slots[at] = first;
      slots[at + 1] = second;
      slots[at + 2] = (length << LENGTH_SHIFT) | count;
    },
  };
}

/**
 * Pieces of more than half of `longest` bytes: a slot is a tag, then their first and their last
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
      if (tag >> LENGTH_SHIFT !== length) return MISS;
      for (let offset = 0; offset < half; offset += 4) {
        if (slots[at++] !== text.getInt32(start + offset, true)) return MISS;
        if (slots[at++] !== text.getInt32(secondHalf + offset, true)) return MISS;
      }
      return tag & COUNT_MASK;
    },
    put: (text, start, length, count) => {
      const secondHalf = start + length - half;
      let at = slotOf(text, start, secondHalf);
      slots[at++] = (length << LENGTH_SHIFT) | count;
      for (let offset = 0; offset < half; offset += 4) {
        slots[at++] = text.getInt32(start + offset, true);
        slots[at++] = text.getInt32(secondHalf + offset, true);
      }
    },
  };
}

const SHORT_STRIDE = 3;

/** By length of a short piece: what of its first and of its second word is its own. */
const FIRST_MASK = Int32Array.from({ length: SHORT + 1 }, (_, length) => lowBytes(length));
const SECOND_MASK = Int32Array.from({ length: SHORT + 1 }, (_, length) => lowBytes(length - 4));

function lowBytes(count: number): number {
  if (count <= 0) return 0;
  return count >= 4 ? -1 : (1 << (8 * count)) - 1;
}

// Odd numbers with well mixed bits, from xxHash32.
const MULTIPLIER_1 = 0x9e3779b1;
const MULTIPLIER_2 = 0x85ebca77;

/** The high bits depend on all bits of both words. */
function mix(first: number, second: number): number {
  return Math.imul(Math.imul(first, MULTIPLIER_1) ^ second, MULTIPLIER_2);
}
