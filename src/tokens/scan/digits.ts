import { CHARACTER, CLASS, characterAt, type UnicodeTable } from '../characters.ts';

const { NUMBER } = CLASS;
const { LENGTH_SHIFT } = CHARACTER;

/** `\p{N}{1,3}`; the number of digits is not that of bytes (`1²`). */
export function endOfDigits(bytes: Uint8Array, at: number, unicode: UnicodeTable): number {
  let end = at;
  for (let digits = 0; digits < 3; digits++) {
    const character = characterAt(bytes, end, unicode);
    if ((character & NUMBER) === 0) break;
    end += character >> LENGTH_SHIFT;
  }
  return end;
}
