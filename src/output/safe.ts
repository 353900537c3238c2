import { stripVTControlCharacters } from 'node:util';

/**
 * Text from files and command lines is untrusted: a file name may carry terminal escapes, or
 * characters that turn the reading direction round.
 */
export function safeText(text: string): string {
  return stripVTControlCharacters(text).replace(UNSAFE, '\u{FFFD}');
}

/** Control characters, line separators and direction marks. */
const UNSAFE = /[\p{Cc}\u2028\u2029\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;
