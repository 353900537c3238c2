import {
  ASCII_CLASS,
  CHARACTER,
  CLASS,
  characterAt,
  PADDING,
  type UnicodeTable,
} from '../characters.ts';

const { NEWLINE, NON_ASCII, SPACE } = CLASS;
const { LENGTH_SHIFT } = CHARACTER;
const ASCII = ASCII_CLASS;
const END_OF_TEXT = PADDING;

/**
 * The piece that begins with the white space at `at`, by `\s*[\r\n]+|\s+(?!\S)|\s+`: up to the last
 * line break of the run if it has one; else the run, but for its last character if that leaves any
 * and text follows.
 */
export function endOfLinesOrSpaces(bytes: Uint8Array, at: number, unicode: UnicodeTable): number {
  let end = at;
  let last = at;
  let afterNewline = at;
  for (;;) {
    const kind = ASCII[bytes[end] as number] as number;
    let length = 1;
    if ((kind & SPACE) === 0) {
      if ((kind & NON_ASCII) === 0) break;
      const character = characterAt(bytes, end, unicode);
      if ((character & SPACE) === 0) break;
      length = character >> LENGTH_SHIFT;
    }
    last = end;
    end += length;
    if (kind & NEWLINE) afterNewline = end;
  }
  if (afterNewline > at) return afterNewline;
  return last === at || bytes[end] === END_OF_TEXT ? end : last;
}

/** The same by `\s+(?!\S)|\s+`, to which a line break is a space like others. */
export function endOfSpaces(bytes: Uint8Array, at: number, unicode: UnicodeTable): number {
  let end = at;
  let last = at;
  for (;;) {
    const character = characterAt(bytes, end, unicode);
    if ((character & SPACE) === 0) break;
    last = end;
    end += character >> LENGTH_SHIFT;
  }
  return last === at || bytes[end] === END_OF_TEXT ? end : last;
}
