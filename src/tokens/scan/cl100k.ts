/**
 * Where pieces end in cl100k_base. The alternatives of the pattern, in order:
 *
 *   contraction (?i:'s|'t|'re|'ve|'m|'ll|'d)
 *   word        [^\r\n\p{L}\p{N}]?\p{L}+
 *   digits      \p{N}{1,3}
 *   symbols     ` ?[^\s\p{L}\p{N}]+[\r\n]*`
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

const { LETTER, NEWLINE, NON_ASCII, NUMBER, SPACE } = CLASS;
const { LENGTH_SHIFT } = CHARACTER;
const ASCII = ASCII_CLASS;
const END_OF_TEXT = PADDING;

const BLANK = 0x20;

export function scanCl100k(bytes: Uint8Array, at: number, unicode: UnicodeTable): number {
  const ascii = ASCII[bytes[at] as number] as number;
  if (ascii & LETTER) return endOfLetters(bytes, at, unicode);
  if (ascii & NEWLINE) return endOfLinesOrSpaces(bytes, at, unicode);
  const afterContraction = endOfSuffix(bytes, at);
  if (afterContraction > at) return afterContraction;

  const character = characterAt(bytes, at, unicode);
  if (character & LETTER) return endOfLetters(bytes, at, unicode);
  if (character & NUMBER) return endOfDigits(bytes, at, unicode);
  const next = at + (character >> LENGTH_SHIFT);
  const following = characterAt(bytes, next, unicode);
  if (following & LETTER) return endOfLetters(bytes, next, unicode);
  if ((character & SPACE) === 0) return endOfSymbols(bytes, next, unicode);
  const isSymbol = (following & (SPACE | NUMBER)) === 0 && bytes[next] !== END_OF_TEXT;
  if (bytes[at] === BLANK && isSymbol) return endOfSymbols(bytes, next, unicode);
  return endOfLinesOrSpaces(bytes, at, unicode);
}

function endOfLetters(bytes: Uint8Array, at: number, unicode: UnicodeTable): number {
  let end = at;
  for (;;) {
    const ascii = ASCII[bytes[end] as number] as number;
    if (ascii & LETTER) {
      end++;
      continue;
    }
    if ((ascii & NON_ASCII) === 0) return end;
    const character = characterAt(bytes, end, unicode);
    if ((character & LETTER) === 0) return end;
    end += character >> LENGTH_SHIFT;
  }
}

function endOfSymbols(bytes: Uint8Array, at: number, unicode: UnicodeTable): number {
  let end = at;
  for (;;) {
    const character = characterAt(bytes, end, unicode);
    if (character & (SPACE | LETTER | NUMBER) || character === 0) break;
    end += character >> LENGTH_SHIFT;
  }
  while ((ASCII[bytes[end] as number] as number) & NEWLINE) end++;
  return end;
}
