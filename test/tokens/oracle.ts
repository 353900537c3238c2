/** What is true: OpenAI's tiktoken, compiled to WASM. */
import { get_encoding, type Tiktoken, type TiktokenEncoding } from 'tiktoken';
import type { Encoding } from '../../src/tokens/index.ts';

/** tiktoken's name; o200k_harmony has the ranks and the pattern of o200k_base. */
function nameInTiktoken(encoding: Encoding): TiktokenEncoding {
  return encoding === 'o200k_harmony' ? 'o200k_base' : encoding;
}

const oracles = new Map<TiktokenEncoding, Tiktoken>();

export function trueCount(text: string, encoding: Encoding): number {
  const name = nameInTiktoken(encoding);
  let oracle = oracles.get(name);
  if (oracle === undefined) {
    oracle = get_encoding(name);
    oracles.set(name, oracle);
  }
  return oracle.encode_ordinary(text).length;
}

/** A text and its length for messages, with everything visible. */
export function shown(text: string): string {
  return JSON.stringify(text).replace(
    /[^\x20-\x7e]/gu,
    (character) => `\\u{${(character.codePointAt(0) as number).toString(16)}}`,
  );
}
