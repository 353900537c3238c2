/**
 * Direct-mapped caches of piece -> number of tokens. Nine in ten pieces of ordinary text have been
 * seen before, and to compare a few words with one slot is quicker than a walk of the trie.
 *
 * The key is the piece itself, so a hit is never wrong: a slot that another piece holds is a miss.
 * A piece of up to 8 bytes is two words cut to its length; up to 16 it is its first and its last
 * 8 bytes, which may overlap; up to 32 its first and its last 16. The length is part of the key,
 * or "a" would be "a\0" and overlaps would be ambiguous.
 */

/** The longest piece that is cached; of longer ones few are seen twice. */
export const LONGEST_CACHED = 32;
/** What a cache says for a piece that it does not hold. */
export const MISS = 0;

const SHORT = 8;
const MIDDLE = 16;

// Bits of the number of words in a slot (a power of two, so that no slot straddles cache lines) and
// of the number of slots. 256 + 256 + 512 KB: the processor's own cache holds them (README).
const SHORT_WORDS = 2;
const SHORT_SLOTS = 16;
const MIDDLE_WORDS = 3;
const MIDDLE_SLOTS = 15;
const LONG_WORDS = 4;
const LONG_SLOTS = 14;

/** The last part of the key and the value in one: length of the piece, then number of tokens. */
const LENGTH_SHIFT = 8;
const COUNT_MASK = (1 << LENGTH_SHIFT) - 1;

/** By length of a piece of up to 8 bytes: what of its first and of its second word is its own. */
const FIRST_MASK = Int32Array.from({ length: SHORT + 1 }, (_, length) => lowBytes(length));
const SECOND_MASK = Int32Array.from({ length: SHORT + 1 }, (_, length) => lowBytes(length - 4));

function lowBytes(count: number): number {
  if (count <= 0) return 0;
  return count >= 4 ? -1 : (1 << (8 * count)) - 1;
}

export class PieceCache {
  readonly #short = new Int32Array(1 << (SHORT_SLOTS + SHORT_WORDS));
  readonly #middle = new Int32Array(1 << (MIDDLE_SLOTS + MIDDLE_WORDS));
  readonly #long = new Int32Array(1 << (LONG_SLOTS + LONG_WORDS));

  /** The number of tokens in the piece of 1 to LONGEST_CACHED bytes at `start`, or MISS. */
  get(text: DataView, start: number, length: number): number {
    if (length <= SHORT) return this.#getShort(text, start, length);
    if (length <= MIDDLE) return this.#getMiddle(text, start, length);
    return this.#getLong(text, start, length);
  }

  put(text: DataView, start: number, length: number, count: number): void {
    const tag = (length << LENGTH_SHIFT) | count;
    if (length <= SHORT) this.#putShort(text, start, length, tag);
    else if (length <= MIDDLE) this.#putMiddle(text, start, length, tag);
    else this.#putLong(text, start, length, tag);
  }

  #getShort(text: DataView, start: number, length: number): number {
    const first = text.getInt32(start, true) & (FIRST_MASK[length] as number);
    const second = text.getInt32(start + 4, true) & (SECOND_MASK[length] as number);
    const cache = this.#short;
    const slot = slotOf(mix(first, second), SHORT_SLOTS, SHORT_WORDS);
    const tag = cache[slot + 2] as number;
    const isHit = cache[slot] === first && cache[slot + 1] === second && isOf(tag, length);
    return isHit ? tag & COUNT_MASK : MISS;
  }

  #putShort(text: DataView, start: number, length: number, tag: number): void {
    const first = text.getInt32(start, true) & (FIRST_MASK[length] as number);
    const second = text.getInt32(start + 4, true) & (SECOND_MASK[length] as number);
    const cache = this.#short;
    const slot = slotOf(mix(first, second), SHORT_SLOTS, SHORT_WORDS);
    cache[slot] = first;
    cache[slot + 1] = second;
    cache[slot + 2] = tag;
  }

  #getMiddle(text: DataView, start: number, length: number): number {
    const tail = start + length - 8;
    const w0 = text.getInt32(start, true);
    const w1 = text.getInt32(start + 4, true);
    const w2 = text.getInt32(tail, true);
    const w3 = text.getInt32(tail + 4, true);
    const cache = this.#middle;
    const slot = slotOf(mix(mix(w0, w1), mix(w2, w3)), MIDDLE_SLOTS, MIDDLE_WORDS);
    const tag = cache[slot + 4] as number;
    const isHit =
      cache[slot] === w0 &&
      cache[slot + 1] === w1 &&
      cache[slot + 2] === w2 &&
      cache[slot + 3] === w3 &&
      isOf(tag, length);
    return isHit ? tag & COUNT_MASK : MISS;
  }

  #putMiddle(text: DataView, start: number, length: number, tag: number): void {
    const tail = start + length - 8;
    const w0 = text.getInt32(start, true);
    const w1 = text.getInt32(start + 4, true);
    const w2 = text.getInt32(tail, true);
    const w3 = text.getInt32(tail + 4, true);
    const cache = this.#middle;
    const slot = slotOf(mix(mix(w0, w1), mix(w2, w3)), MIDDLE_SLOTS, MIDDLE_WORDS);
    cache[slot] = w0;
    cache[slot + 1] = w1;
    cache[slot + 2] = w2;
    cache[slot + 3] = w3;
    cache[slot + 4] = tag;
  }

  #getLong(text: DataView, start: number, length: number): number {
    const tail = start + length - 16;
    const cache = this.#long;
    const slot = slotOf(longHash(text, start, tail), LONG_SLOTS, LONG_WORDS);
    const tag = cache[slot + 8] as number;
    if (!isOf(tag, length)) return MISS;
    for (let word = 0; word < 4; word++) {
      if (cache[slot + word] !== text.getInt32(start + 4 * word, true)) return MISS;
      if (cache[slot + 4 + word] !== text.getInt32(tail + 4 * word, true)) return MISS;
    }
    return tag & COUNT_MASK;
  }

  #putLong(text: DataView, start: number, length: number, tag: number): void {
    const tail = start + length - 16;
    const cache = this.#long;
    const slot = slotOf(longHash(text, start, tail), LONG_SLOTS, LONG_WORDS);
    for (let word = 0; word < 4; word++) {
      cache[slot + word] = text.getInt32(start + 4 * word, true);
      cache[slot + 4 + word] = text.getInt32(tail + 4 * word, true);
    }
    cache[slot + 8] = tag;
  }
}

function isOf(tag: number, length: number): boolean {
  return tag >> LENGTH_SHIFT === length;
}

// Odd numbers with well mixed bits, from xxHash32.
const MULTIPLIER_1 = 0x9e3779b1;
const MULTIPLIER_2 = 0x85ebca77;

function mix(first: number, second: number): number {
  return Math.imul(Math.imul(first, MULTIPLIER_1) ^ second, MULTIPLIER_2);
}

/** The high bits of a product depend on all of its factors' bits. */
function slotOf(hash: number, slots: number, words: number): number {
  return (hash >>> (32 - slots)) << words;
}

function longHash(text: DataView, start: number, tail: number): number {
  const head = mix(text.getInt32(start, true), text.getInt32(start + 8, true));
  const middle = mix(text.getInt32(start + 4, true), text.getInt32(start + 12, true));
  const end = mix(text.getInt32(tail + 8, true), text.getInt32(tail + 12, true));
  return mix(mix(head, middle), end);
}
