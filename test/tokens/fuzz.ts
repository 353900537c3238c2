/** Short texts in which the rules of the patterns meet. */
import { TOKENS } from './lexicon.ts';
import type { Random } from './random.ts';

const APOSTROPHES = ["'s", "'S", "'t", "'re", "'VE", "'m", "'ll", "'lL", "'d", "'ſ", "'", '’s'];
const SPACES = [' ', ' ', ' ', '  ', '   ', '\t', '\n', '\n', '\r\n', '\r', '\u000b', '\u0085'];
const RARE_SPACES = ['\u00a0', '\u1680', '\u2003', '\u2028', '\u2029', '\u202f', '\u3000'];
const NOT_SPACES = ['\ufeff', '\u200b', '\u180e', '\u0000', '\u001c', '\u2060'];
const LETTERS = ['a', 'b', 'z', 'A', 'B', 'Z', 'é', 'É', 'ß', 'ſ', 'я', 'Я', 'ა', 'ǅ', 'ʰ', 'ª'];
const CASELESS = ['中', '文', 'あ', 'ー', '한', 'ا', 'א', 'ก', 'ๆ', '𠀀', 'ㄱ'];
const MARKS = ['\u0301', '\u0308', '\u093f', '\u0e31', '\u20dd', '\ufe0f', '\u{e0100}'];
const NUMBERS = ['0', '1', '9', '12', '123', '1234', '²', '½', '٣', '५', 'Ⅷ', '〇', '𝟘', '一'];
const SYMBOLS = ['!', '"', '#', '/', '//', '-', '=', '_', '.', '...', '<|endoftext|>', '€', '😀'];
const OTHERS = ['\ud800', '\udfff', '\ufffd', '\u{10ffff}', '\u0378', '\ue000', '👩‍💻', '🇩🇪'];
/** Assigned in Unicode 16 and in 17, and not yet. */
const NEW = ['\u{10d50}', '\u{16d40}', '\u{1c89}', '\ua7da', '\u{16ea0}', '\ua7ce', '\u{323b0}'];

const POOLS = [
  APOSTROPHES,
  SPACES,
  SPACES,
  RARE_SPACES,
  NOT_SPACES,
  LETTERS,
  LETTERS,
  CASELESS,
  MARKS,
  NUMBERS,
  SYMBOLS,
  SYMBOLS,
  OTHERS,
  NEW,
  TOKENS,
  TOKENS,
];

function anyPoint(random: Random): string {
  return String.fromCodePoint(random.below(random.pick([0x100, 0x3000, 0x10000, 0x110000])));
}

function part(random: Random): string {
  if (random.chance(0.1)) return anyPoint(random);
  const one = random.pick(random.pick(POOLS));
  return random.chance(0.1) ? one.repeat(1 + random.below(8)) : one;
}

/** Up to `most` parts, of few pools or of all. */
export function fuzzText(random: Random, most = 24): string {
  if (random.chance(0.3)) {
    const pools = [random.pick(POOLS), random.pick(POOLS), random.pick(POOLS)];
    return random.times(1, most, () => random.pick(random.pick(pools))).join('');
  }
  return random.times(1, most, () => part(random)).join('');
}

/** Bytes that are UTF-8 in part. */
export function fuzzBytes(random: Random): Uint8Array {
  const bytes = Buffer.from(fuzzText(random));
  for (let changes = random.below(6); changes > 0 && bytes.length > 0; changes--) {
    bytes[random.below(bytes.length)] = random.chance(0.5)
      ? 0x80 + random.below(0x80)
      : random.below(0x100);
  }
  return bytes;
}
