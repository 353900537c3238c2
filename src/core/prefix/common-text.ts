/** How far texts are alike, and how far their tokens are. */

/** How many code units two texts begin with alike; characters of two units are not cut. */
export function commonStart(a: string, b: string): number {
  // Most texts that are compared are alike as far as they can be.
  if (b.startsWith(a)) return a.length;
  if (a.startsWith(b)) return b.length;
  let length = 0;
  while (a.charCodeAt(length) === b.charCodeAt(length)) length++;
  return isHighSurrogate(a.charCodeAt(length - 1)) ? length - 1 : length;
}

/** The same of their ends. */
export function commonEnd(a: string, b: string): number {
  if (b.endsWith(a)) return a.length;
  if (a.endsWith(b)) return b.length;
  let length = 0;
  while (a.charCodeAt(a.length - 1 - length) === b.charCodeAt(b.length - 1 - length)) length++;
  return isLowSurrogate(a.charCodeAt(a.length - length)) ? length - 1 : length;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000;
}

const WORD = /[\p{L}\p{N}]$/u;
/** What may still belong to the word: more of it, marks on its letters, the rest of a "don't". */
const GOES_ON = /^['\p{L}\p{M}\p{N}]/u;

/**
 * The length of the longest start of a text whose tokens no continuation of the text can change:
 * every encoding cuts between a word and what is no part of one. Tokens of this start are the first
 * tokens of all texts that begin with the text.
 */
export function settledLength(text: string): number {
  for (let at = text.length - 1; at > 0; at--) {
    if (isLowSurrogate(text.charCodeAt(at))) continue;
    if (GOES_ON.test(text.slice(at, at + 2))) continue;
    if (WORD.test(text.slice(Math.max(0, at - 2), at))) return at;
  }
  return 0;
}
