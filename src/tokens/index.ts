import { createRequire } from 'node:module';
import type { Encoding } from '../core/rates.ts';

// Stand-in until the counter of issue B is in.
const require = createRequire(import.meta.url);
const cache = new Map<string, { encode(text: string, a: string[], b: string[]): number[] }>();
export function countTokens(text: string | Uint8Array, encoding: Encoding): number {
  const { Tiktoken } = require('js-tiktoken/lite');
  const name = encoding === 'o200k_harmony' ? 'o200k_base' : encoding;
  const counter = cache.get(name) ?? new Tiktoken(require(`js-tiktoken/ranks/${name}`));
  cache.set(name, counter);
  return counter.encode(
    typeof text === 'string' ? text : new TextDecoder('utf-8', { ignoreBOM: true }).decode(text),
    [],
    [],
  ).length;
}
