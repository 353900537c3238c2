/**
 * Classes of characters, read from UTF-8.
 *
 * Regular expressions are not used because `\p{...}` follows the Unicode version of the Node build,
 * and JavaScript's `\s` has U+FEFF and lacks U+0085, where the patterns of the encodings are
 * Rust's. The table is compiled from one version of Unicode (compile/unicode.ts).
 */

/** Lu and Lt. */
export const UPPER = 1;
/** Ll. */
export const LOWER = 2;
/** Lm and Lo. */
export const CASELESS = 4;
/** M. */
export const MARK = 8;
/** N. */
export const NUMBER = 16;
/** White_Space. */
export const SPACE = 32;
/** CR and LF, which are SPACE too. */
export const NEWLINE = 64;
/** In ASCII_CLASS only: the byte is part of a longer character, or is PADDING. */
export const NON_ASCII = 128;

export const LETTER = UPPER | LOWER | CASELESS;

/**
 * What follows the text in a buffer, so that no loop needs to compare with the end: a byte that
 * is in no UTF-8 and of no class. Sixteen cover every look ahead, also that of the cache.
 */
export const PADDING = 0xff;
export const PADDING_BYTES = 64;

/** The class of each byte below 0x80. */
export const ASCII_CLASS: Uint8Array = new Uint8Array(256).map((_, byte) => {
  if (byte >= 0x80) return NON_ASCII;
  if (byte === 0x0a || byte === 0x0d) return SPACE | NEWLINE;
  if (byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)) return SPACE;
  if (byte >= 0x30 && byte <= 0x39) return NUMBER;
  if (byte >= 0x41 && byte <= 0x5a) return UPPER;
  if (byte >= 0x61 && byte <= 0x7a) return LOWER;
  return 0;
});

/**
 * A two-stage table: for each block of 64 code points, which are those that the last byte of a
 * UTF-8 sequence tells apart, where in this same table the classes of the block begin; then the
 * classes of the 365 different blocks.
 */
export type UnicodeTable = Uint16Array;
export const BLOCK_BITS = 6;
export const BLOCK_COUNT = 0x110000 >> BLOCK_BITS;

/** A character's class, and above it the number of its bytes. */
export const LENGTH_SHIFT = 8;
export const CLASS_MASK = (1 << LENGTH_SHIFT) - 1;

/** The character at `at`; of no class and no length at the padding. */
export function characterAt(bytes: Uint8Array, at: number, unicode: UnicodeTable): number {
  const lead = bytes[at] as number;
  if (lead < 0x80) return (1 << LENGTH_SHIFT) | (ASCII_CLASS[lead] as number);
  const second = (bytes[at + 1] as number) & 0x3f;
  if (lead < 0xe0) return (2 << LENGTH_SHIFT) | classIn(lead & 0x1f, second, unicode);
  const third = (bytes[at + 2] as number) & 0x3f;
  if (lead < 0xf0)
    return (3 << LENGTH_SHIFT) | classIn(((lead & 0x0f) << 6) | second, third, unicode);
  if (lead === PADDING) return 0;
  const fourth = (bytes[at + 3] as number) & 0x3f;
  const block = ((lead & 0x07) << 12) | (second << 6) | third;
  return (4 << LENGTH_SHIFT) | classIn(block, fourth, unicode);
}

function classIn(block: number, index: number, unicode: UnicodeTable): number {
  return unicode[(unicode[block] as number) + index] as number;
}
