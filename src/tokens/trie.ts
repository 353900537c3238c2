/**
 * All tokens of a vocabulary as a double-array trie (Aoe 1989), in the form where the slot of a
 * child is the parent's base XOR the label (Yata's darts-clone): a step is one load from one place.
 *
 * A label is a byte, or END for the child that holds the token which ends at its parent. A slot is
 * one word: label, then whether a token ends here and whether that is all, then the base of its
 * own children or, in a leaf and under END, the token. No two nodes have the same base, so a slot
 * with the right label can have no other parent.
 *
 * The walk of a piece that was not met before waits for memory a third of its time. So leaves have
 * no children that would have to be read, and tokens of low ids, which are the frequent ones, lie
 * together (compile/trie.ts).
 */
export type Trie = Int32Array;

export const TRIE = {
  END: 256,
  LABEL_MASK: 0x1ff,
  /** The label of a slot that nobody has. */
  FREE: 0x1ff,
  IS_TOKEN: 0x200,
  /** A token ends here and no other goes on. */
  IS_LEAF: 0x400,
  PAYLOAD_SHIFT: 11,
  ROOT_BASE: 512,
  NO_TOKEN: -1,
} as const;
const { END, LABEL_MASK, IS_TOKEN, IS_LEAF, PAYLOAD_SHIFT, ROOT_BASE, NO_TOKEN } = TRIE;

/** The token that ends at a slot with IS_TOKEN. */
export function tokenAt(trie: Trie, link: number): number {
  const payload = link >> PAYLOAD_SHIFT;
  return link & IS_LEAF ? payload : (trie[payload ^ END] as number) >> PAYLOAD_SHIFT;
}

/** The token that is exactly bytes[start, end), or NO_TOKEN. */
export function findToken(trie: Trie, bytes: Uint8Array, start: number, end: number): number {
  let base: number = ROOT_BASE;
  let link = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    if (link & IS_LEAF) return NO_TOKEN;
    link = trie[base ^ byte] as number;
    if ((link & LABEL_MASK) !== byte) return NO_TOKEN;
    base = link >> PAYLOAD_SHIFT;
  }
  return link & IS_TOKEN ? tokenAt(trie, link) : NO_TOKEN;
}

/** The longest token that begins at `start` and ends by `end`, or NO_TOKEN where nothing is. */
export function longestToken(trie: Trie, bytes: Uint8Array, start: number, end: number): number {
  let base: number = ROOT_BASE;
  let longest = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    const link = trie[base ^ byte] as number;
    if ((link & LABEL_MASK) !== byte) break;
    base = link >> PAYLOAD_SHIFT;
    if (link & IS_TOKEN) longest = link;
    if (link & IS_LEAF) break;
  }
  return longest === 0 ? NO_TOKEN : tokenAt(trie, longest);
}
