/** What English puts after an apostrophe: `'s|'t|'re|'ve|'m|'ll|'d`. */
const APOSTROPHE = 0x27;
/** Turns an ASCII capital into its small letter, and nothing else into a letter. */
const TO_LOWER = 0x20;

const D = 0x64;
const E = 0x65;
const L = 0x6c;
const M = 0x6d;
const R = 0x72;
const S = 0x73;
const T = 0x74;
const V = 0x76;
/** U+017F, LATIN SMALL LETTER LONG S, which is an s to whoever ignores case. */
const LONG_S = [0xc5, 0xbf] as const;

/** Where the contraction at `at` ends in either case; `at` if there is none. */
export function endOfSuffix(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== APOSTROPHE) return at;
  const second = bytes[at + 2] as number;
  if (bytes[at + 1] === LONG_S[0] && second === LONG_S[1]) return at + 3;
  return endOfContraction(bytes, at, TO_LOWER);
}

/** The same for small letters alone. */
export function endOfLowerContraction(bytes: Uint8Array, at: number): number {
  return bytes[at] === APOSTROPHE ? endOfContraction(bytes, at, 0) : at;
}

function endOfContraction(bytes: Uint8Array, at: number, fold: number): number {
  switch ((bytes[at + 1] as number) | fold) {
    case S:
    case T:
    case M:
    case D:
      return at + 2;
    case R:
    case V:
      return ((bytes[at + 2] as number) | fold) === E ? at + 3 : at;
    case L:
      return ((bytes[at + 2] as number) | fold) === L ? at + 3 : at;
    default:
      return at;
  }
}
