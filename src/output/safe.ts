/**
 * Text from files and command lines is untrusted: a file name may carry terminal escapes, or
 * characters that turn the reading direction round. What is not shown is marked, so that two names
 * never look alike.
 */
export function safeText(text: string): string {
  if (PRINTABLE.test(text)) return text;
  // Here, as V8 takes long to read the class, and hardly a text comes here.
  return text.replace(/[\p{Cc}\u2028\u2029\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu, '\u{FFFD}');
}

/** Nearly all texts: to compile what the others need takes a millisecond. */
const PRINTABLE = /^[\x20-\x7e]*$/;
/** Control characters, line separators and direction marks. */
