import { ASCII_CLASS, CHARACTER, CLASS, characterAt, type UnicodeTable } from '../characters.ts';

const { NON_ASCII, NUMBER } = CLASS;
const { LENGTH_SHIFT } = CHARACTER;
const ASCII = ASCII_CLASS;

/**
 * `\p{N}{1,3}`, of which the first is there; the number of digits is not that of bytes (`1²`). Tables
 * and identifiers are full of digits, so those of ASCII are looked at first.
 */
export function endOfDigits(bytes: Uint8Array, at: number, unicode: UnicodeTable): number {
  const second = ASCII[bytes[at + 1] as number] as number;
  if ((second & (NUMBER | NON_ASCII)) === 0) return at + 1;
  const third = ASCII[bytes[at + 2] as number] as number;
  if ((second | third) & NON_ASCII) return endOfAnyDigits(bytes, at, unicode);
  return third & NUMBER ? at + 3 : at + 2;
}

function endOfAnyDigits(bytes: Uint8Array, at: number, unicode: UnicodeTable): number {
  let end = at;
  for (let digits = 0; digits < 3; digits++) {
    const character = characterAt(bytes, end, unicode);
    if ((character & NUMBER) === 0) break;
    end += character >> LENGTH_SHIFT;
  }
  return end;
}
