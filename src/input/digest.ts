import { createHash } from 'node:crypto';

/** 128 bits of it: nobody will ever see two texts with the same ones. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64').slice(0, DIGEST_LENGTH);
}

const DIGEST_LENGTH = 22;
