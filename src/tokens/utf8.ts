export const LONGEST_CHARACTER = 4;
/** The most bytes of text that a unit of input can become: a wrong byte, or half a UTF-16 pair. */
export const LONGEST_UNIT = 3;

/**
 * The end of bytes[start, end) without a character at the end that may be unfinished. To cut before
 * a lead byte changes nothing: a decoder gives up an unfinished character at the end of the text
 * and at a lead byte alike.
 */
export function endOfWholeCharacters(bytes: Uint8Array, start: number, end: number): number {
  const earliest = Math.max(start, end - LONGEST_CHARACTER + 1);
  for (let at = end - 1; at >= earliest; at--) {
    const byte = bytes[at] as number;
    if (byte < 0x80) return end;
    if (byte >= 0xc0) return at + lengthFromLead(byte) > end ? at : end;
  }
  return end;
}

function lengthFromLead(lead: number): number {
  if (lead < 0xe0) return 2;
  return lead < 0xf0 ? 3 : 4;
}

/** Whether the byte is inside a character and not its first. */
export function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}

/** The end of text[0, end) that is not between the two units of a character. */
export function endOfUnits(text: string, end: number): number {
  if (end >= text.length) return text.length;
  const last = text.charCodeAt(end - 1);
  return last >= 0xd800 && last < 0xdc00 ? end - 1 : end;
}

// A byte order mark is text like any other.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();

/** What is not UTF-8 becomes U+FFFD, as the Encoding Standard says. */
export function repairUtf8(bytes: Uint8Array): Uint8Array {
  return encoder.encode(decoder.decode(bytes));
}
