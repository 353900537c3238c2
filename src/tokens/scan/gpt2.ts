/**
 * Where pieces end in p50k_base, p50k_edit and r50k_base, whose pattern is that of GPT-2:
 *
 *   's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
 */
import { CHARACTER, CLASS, characterAt, PADDING, type UnicodeTable } from '../characters.ts';
import { endOfLowerContraction } from './contraction.ts';
import { endOfSpaces } from './whitespace.ts';

const { LETTER, NUMBER, SPACE } = CLASS;
const { LENGTH_SHIFT } = CHARACTER;
const END_OF_TEXT = PADDING;

const BLANK = 0x20;

export function scanGpt2(bytes: Uint8Array, at: number, unicode: UnicodeTable): number {
  const afterContraction = endOfLowerContraction(bytes, at);
  if (afterContraction > at) return afterContraction;
  const start = bytes[at] === BLANK ? at + 1 : at;
  const character = characterAt(bytes, start, unicode);
  if (character & SPACE || bytes[start] === END_OF_TEXT) return endOfSpaces(bytes, at, unicode);
  const next = start + (character >> LENGTH_SHIFT);
  if (character & LETTER) return endOfRun(bytes, next, LETTER, unicode);
  if (character & NUMBER) return endOfRun(bytes, next, NUMBER, unicode);
  return endOfSymbols(bytes, next, unicode);
}

function endOfRun(bytes: Uint8Array, at: number, kinds: number, unicode: UnicodeTable): number {
  let end = at;
  let character = characterAt(bytes, end, unicode);
  while (character & kinds) {
    end += character >> LENGTH_SHIFT;
    character = characterAt(bytes, end, unicode);
  }
  return end;
}

function endOfSymbols(bytes: Uint8Array, at: number, unicode: UnicodeTable): number {
  let end = at;
  for (;;) {
    const character = characterAt(bytes, end, unicode);
    if (character & (SPACE | LETTER | NUMBER) || character === 0) return end;
    end += character >> LENGTH_SHIFT;
  }
}
