/**
 * All tokens of a vocabulary as a double-array trie (Aoe 1989), in the form where the slot of a
 * child is the parent's base XOR the label (Yata's darts-clone): a step is one load from one place.
 *
 * A label is a byte, or END for the child that holds the token which ends at its parent. A slot is
 * one word: label, then whether a token ends here, then the base of its own children or, under END,
 * the token. No two nodes have the same base, so a slot with the right label can have no other
 * parent.
 */
export type Trie = Int32Array;

export const TRIE = {
  END: 256,
  LABEL_MASK: 0x1ff,
  /** The label of a slot that nobody has. */
  FREE: 0x1ff,
  IS_TOKEN: 0x200,
  PAYLOAD_SHIFT: 10,
  ROOT_BASE: 512,
  NO_TOKEN: -1,
} as const;
const { END, LABEL_MASK, IS_TOKEN, PAYLOAD_SHIFT, ROOT_BASE, NO_TOKEN } = TRIE;

/** The token that is exactly bytes[start, end), or NO_TOKEN. */
export function findToken(trie: Trie, bytes: Uint8Array, start: number, end: number): number {
  let base = ROOT_BASE;
  let link = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    link = trie[base ^ byte] as number;
    if ((link & LABEL_MASK) !== byte) return NO_TOKEN;
    base = link >> PAYLOAD_SHIFT;
  }
  return link & IS_TOKEN ? (trie[base ^ END] as number) >> PAYLOAD_SHIFT : NO_TOKEN;
}

/** The longest token that begins at `start` and ends by `end`, or NO_TOKEN where nothing is. */
export function longestToken(trie: Trie, bytes: Uint8Array, start: number, end: number): number {
  let base = ROOT_BASE;
  let longest: number = NO_TOKEN;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    const link = trie[base ^ byte] as number;
    if ((link & LABEL_MASK) !== byte) break;
    base = link >> PAYLOAD_SHIFT;
    if (link & IS_TOKEN) longest = base;
  }
  return longest === NO_TOKEN ? NO_TOKEN : (trie[longest ^ END] as number) >> PAYLOAD_SHIFT;
}
