/** Counts tokens exactly as OpenAI's tiktoken does. README.md in this folder explains how. */
import type { Encoding } from './encodings.ts';
import { TokenStream } from './stream.ts';

export { ENCODINGS, type Encoding } from './encodings.ts';
export { TokenStream } from './stream.ts';

/** A stream for each encoding that was used, for the sake of its buffer. */
const idle = new Map<Encoding, TokenStream>();

/**
 * The number of tokens in a text, or in bytes that are taken for UTF-8. The text of special tokens
 * is text like any other. What is not Unicode, such as half a surrogate pair, counts as U+FFFD.
 */
export function countTokens(input: string | Uint8Array, encoding: Encoding): number {
  const stream = idle.get(encoding) ?? new TokenStream(encoding);
  // One that fails has text left in it and is not used again.
  idle.delete(encoding);
  stream.write(input);
  const count = stream.end();
  idle.set(encoding, stream);
  return count;
}
