/**
 * Where a text can be cut so that its parts, each counted as a text of its own, have as many tokens
 * as the whole: after a letter or a digit, and before what goes on with neither. No pattern takes
 * both into one piece, and none looks back beyond the beginning of a piece; to the end of a text it
 * looks only from white space.
 */
import { isUtf8 } from 'node:buffer';
import { CLASS, characterAt, type UnicodeTable } from './characters.ts';
import { isContinuation, LONGEST_CHARACTER } from './utf8.ts';

const LETTER_OR_DIGIT = CLASS.LETTER | CLASS.NUMBER;
/** Marks go on with a word, and an apostrophe may begin a contraction. */
const GOES_ON = LETTER_OR_DIGIT | CLASS.MARK;
const APOSTROPHE = 0x27;

/** In bytes. A text that has no cut in so many of them is not worth searching further. */
const SEARCHED = 1 << 12;

/** The first cut, or undefined where there is none near the beginning. */
export function firstCut(bytes: Uint8Array, unicode: UnicodeTable): number | undefined {
  const latest = Math.min(bytes.length - 1, SEARCHED);
  for (let at = 1; at <= latest; at++) if (isCut(bytes, at, unicode)) return at;
  return undefined;
}

/** The last cut, or undefined where there is none near the end. */
export function lastCut(bytes: Uint8Array, unicode: UnicodeTable): number | undefined {
  const earliest = Math.max(1, bytes.length - SEARCHED);
  for (let at = bytes.length - 1; at >= earliest; at--) if (isCut(bytes, at, unicode)) return at;
  return undefined;
}

/** The bytes need not be UTF-8; only those of the characters on both sides are looked at. */
function isCut(bytes: Uint8Array, at: number, unicode: UnicodeTable): boolean {
  const after = bytes[at] as number;
  if (after === APOSTROPHE || isContinuation(after)) return false;
  if ((characterAt(bytes, at, unicode) & GOES_ON) !== 0) return false;
  const start = startOfCharacter(bytes, at - 1);
  if ((characterAt(bytes, start, unicode) & LETTER_OR_DIGIT) === 0) return false;
  // Of what is no UTF-8, nobody knows here what becomes of it.
  return isUtf8(bytes.subarray(start, endOfCharacter(bytes, at)));
}

/** Of the character that has its last byte at `last`, if it is one. */
function startOfCharacter(bytes: Uint8Array, last: number): number {
  const earliest = Math.max(0, last - LONGEST_CHARACTER + 1);
  let start = last;
  while (start > earliest && isContinuation(bytes[start] as number)) start--;
  return start;
}

/** Of the character that begins at `start`, if it is one. */
function endOfCharacter(bytes: Uint8Array, start: number): number {
  const latest = Math.min(bytes.length, start + LONGEST_CHARACTER);
  let end = start + 1;
  while (end < latest && isContinuation(bytes[end] as number)) end++;
  return end;
}
