/**
 * Classes of characters, read from UTF-8.
 *
 * Regular expressions are not used because `\p{...}` follows the Unicode version of the Node build,
 * and JavaScript's `\s` has U+FEFF and lacks U+0085, where the patterns of the encodings are
 * Rust's. The table is compiled from one version of Unicode (compile/unicode.ts).
 */

/**
 * The classes, as bits of a byte.
 *
 * The loops over characters copy these, and the other constants of the hot path, into constants of
 * their own module: V8 folds those, but reads an imported or exported one from memory each time,
 * which costs the counter a sixth of its speed (Node 20).
 */
export const CLASS = {
  /** Lu and Lt. */
  UPPER: 1,
  /** Ll. */
  LOWER: 2,
  /** Lm and Lo. */
  CASELESS: 4,
  LETTER: 1 | 2 | 4,
  /** M. */
  MARK: 8,
  /** N. */
  NUMBER: 16,
  /** White_Space. */
  SPACE: 32,
  /** CR and LF, which are SPACE too. */
  NEWLINE: 64,
  /** In ASCII_CLASS only: the byte is part of a longer character, or is PADDING. */
  NON_ASCII: 128,
} as const;
const { UPPER, LOWER, NUMBER, SPACE, NEWLINE, NON_ASCII } = CLASS;

/**
 * What follows the text in a buffer, so that no loop needs to compare with the end: a byte that is
 * in no UTF-8 and of no class.
 */
export const PADDING = 0xff;
/** More than any look ahead; the cache's, of 8 bytes, is the longest. */
export const PADDING_BYTES = 16;

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
export const CHARACTER = { LENGTH_SHIFT: 8, CLASS_MASK: 0xff } as const;
const { LENGTH_SHIFT } = CHARACTER;
const ASCII = ASCII_CLASS;
const END_OF_TEXT = PADDING;

/**
 * The character at `at`; of no class and no length at the padding. The order of the branches and
 * the size of the code matter: this is inlined into every loop over characters.
 */
export function characterAt(bytes: Uint8Array, at: number, unicode: UnicodeTable): number {
  const lead = bytes[at] as number;
  if (lead < 0x80) return (1 << LENGTH_SHIFT) | (ASCII[lead] as number);
  let block = lead & 0x1f;
  let length = 2;
  if (lead >= 0xe0) {
    block = ((lead & 0x0f) << 6) | ((bytes[at + 1] as number) & 0x3f);
    length = 3;
    if (lead >= 0xf0) {
      if (lead === END_OF_TEXT) return 0;
      block = ((block & 0x1ff) << 6) | ((bytes[at + 2] as number) & 0x3f);
      length = 4;
    }
  }
  const index = (bytes[at + length - 1] as number) & 0x3f;
  return (length << LENGTH_SHIFT) | (unicode[(unicode[block] as number) + index] as number);
}
