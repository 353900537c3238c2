import { createHash } from 'node:crypto';

/** A vocabulary as published: the bytes of each token at its id; undefined where an id is unused. */
export interface Ranks {
  readonly tokens: readonly (Uint8Array | undefined)[];
  /** SHA-256 of the published text, in hexadecimal. */
  readonly hash: string;
}

/** js-tiktoken publishes lines `! <first id> <base64 token> <base64 token> ...` of rising ids. */
export function parseRanks(published: string): Ranks {
  const tokens: (Uint8Array | undefined)[] = [];
  for (const line of published.split('\n')) {
    if (line === '') continue;
    const [mark, first, ...encoded] = line.split(' ');
    const id = Number(first);
    if (mark !== '!' || !Number.isInteger(id) || id < tokens.length) {
      throw new Error(`ranks: not a line of tokens: ${line.slice(0, 40)}`);
    }
    while (tokens.length < id) tokens.push(undefined);
    for (const token of encoded) tokens.push(Buffer.from(token, 'base64'));
  }
  return { tokens, hash: createHash('sha256').update(published).digest('hex') };
}
