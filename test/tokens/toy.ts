/** A vocabulary small enough to follow by hand. */
import { buildPairs } from '../../src/tokens/compile/pairs.ts';
import { buildTrie } from '../../src/tokens/compile/trie.ts';

const encoder = new TextEncoder();

/** Bytes, then the merged tokens in the order of their ranks. */
export function toyVocabulary(...merged: string[]) {
  const bytes = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));
  const tokens = [...bytes, ...merged.map((token) => encoder.encode(token))];
  const trie = buildTrie(tokens);
  return { tokens, trie, pairs: buildPairs({ tokens, hash: '' }, trie) };
}
