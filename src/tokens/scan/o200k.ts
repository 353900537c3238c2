/**
 * Where pieces end in o200k_base and o200k_harmony. The pattern, in parts:
 *
 *   word        [^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+ suffix?
 *               [^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]* suffix?
 *   suffix      (?i:'s|'t|'re|'ve|'m|'ll|'d)
 *   digits      \p{N}{1,3}
 *   symbols     ` ?[^\s\p{L}\p{N}]+[\r\n/]*`
 *   white space \s*[\r\n]+|\s+(?!\S)|\s+
 */
import {
  ASCII_CLASS,
  CHARACTER,
  CLASS,
  characterAt,
  PADDING,
  type UnicodeTable,
} from '../characters.ts';
import { endOfSuffix } from './contraction.ts';
import { endOfDigits } from './digits.ts';
import { endOfLinesOrSpaces } from './whitespace.ts';

const { CASELESS, LETTER, LOWER, MARK, NEWLINE, NON_ASCII, NUMBER, SPACE, UPPER } = CLASS;
const { LENGTH_SHIFT } = CHARACTER;
const ASCII = ASCII_CLASS;
const END_OF_TEXT = PADDING;

/** Both halves of a word can have these. */
const EITHER_CASE = CASELESS | MARK;
const WORD = LETTER | MARK;
const SLASH = 0x2f;
const BLANK = 0x20;

export function scanO200k(bytes: Uint8Array, at: number, unicode: UnicodeTable): number {
  const first = bytes[at] as number;
  const kind = ASCII[first] as number;
  if (kind & LETTER) return endOfWord(bytes, at, unicode);
  if (kind & NUMBER) return endOfDigits(bytes, at, unicode);
  if (kind & NON_ASCII) return scanNonAscii(bytes, at, unicode);
  if (kind & NEWLINE) return endOfLinesOrSpaces(bytes, at, unicode);
  return scanPrefixed(bytes, at, at + 1, kind, unicode);
}

function scanNonAscii(bytes: Uint8Array, at: number, unicode: UnicodeTable): number {
  const character = characterAt(bytes, at, unicode);
  // A mark may be a prefix too, but it makes no difference: it is part of every word.
  if (character & WORD) return endOfUpperHalf(bytes, at, unicode);
  if (character & NUMBER) return endOfDigits(bytes, at, unicode);
  return scanPrefixed(bytes, at, at + (character >> LENGTH_SHIFT), character, unicode);
}

/** `kind` is that of the character from `at` to `next`, which is none of a word and no digit. */
function scanPrefixed(
  bytes: Uint8Array,
  at: number,
  next: number,
  kind: number,
  unicode: UnicodeTable,
): number {
  const nextKind = ASCII[bytes[next] as number] as number;
  if (nextKind & LETTER) return endOfWord(bytes, next, unicode);
  const following = nextKind & NON_ASCII ? characterAt(bytes, next, unicode) : nextKind;
  if (following & WORD) return endOfUpperHalf(bytes, next, unicode);
  if ((kind & SPACE) === 0) return endOfSymbols(bytes, next, unicode);
  const isSymbol = (following & (SPACE | NUMBER)) === 0 && bytes[next] !== END_OF_TEXT;
  if (bytes[at] === BLANK && isSymbol) return endOfSymbols(bytes, next, unicode);
  return endOfLinesOrSpaces(bytes, at, unicode);
}

/** ASCII alone; goes over to the general form at the first other character. */
function endOfWord(bytes: Uint8Array, at: number, unicode: UnicodeTable): number {
  let end = at;
  let kind = ASCII[bytes[end] as number] as number;
  while (kind & UPPER) kind = ASCII[bytes[++end] as number] as number;
  if (kind & NON_ASCII) return endOfUpperHalf(bytes, end, unicode);
  while (kind & LOWER) kind = ASCII[bytes[++end] as number] as number;
  if (kind & NON_ASCII) return endOfLowerHalf(bytes, end, unicode);
  return endOfSuffix(bytes, end);
}

/**
 * The upper half takes all it can; then a letter that only the lower half takes leads on. Without
 * one the word ends after the last character that the lower half could have taken instead, and
 * without such a character too it is a word of capitals.
 */
function endOfUpperHalf(bytes: Uint8Array, at: number, unicode: UnicodeTable): number {
  let end = at;
  let afterEitherCase = 0;
  let character = characterAt(bytes, end, unicode);
  while (character & (UPPER | EITHER_CASE)) {
    end += character >> LENGTH_SHIFT;
    if (character & EITHER_CASE) afterEitherCase = end;
    character = characterAt(bytes, end, unicode);
  }
  if (character & LOWER) return endOfLowerHalf(bytes, end, unicode);
  return endOfSuffix(bytes, afterEitherCase === 0 ? end : afterEitherCase);
}

function endOfLowerHalf(bytes: Uint8Array, at: number, unicode: UnicodeTable): number {
  let end = at;
  let character = characterAt(bytes, end, unicode);
  while (character & (LOWER | EITHER_CASE)) {
    end += character >> LENGTH_SHIFT;
    character = characterAt(bytes, end, unicode);
  }
  return endOfSuffix(bytes, end);
}

function endOfSymbols(bytes: Uint8Array, at: number, unicode: UnicodeTable): number {
  let end = at;
  for (;;) {
    const character = characterAt(bytes, end, unicode);
    if (character & (SPACE | LETTER | NUMBER) || character === 0) break;
    end += character >> LENGTH_SHIFT;
  }
  while (bytes[end] === SLASH || (ASCII[bytes[end] as number] as number) & NEWLINE) end++;
  return end;
}
