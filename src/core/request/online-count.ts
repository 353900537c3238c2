import type { Tokens } from '../usage.ts';
import type { InputCount } from './input-count.ts';

/** What is billed for input where OpenAI has counted it: nothing of it is open, nor told apart. */
export function onlineInput({ shares, parts }: InputCount, tokens: number): InputCount {
  const settled = new Set(parts.flatMap(({ reasons }) => reasons));
  const input: Tokens = { text: { input: tokens } };
  return {
    shares: shares.map((share) => ({
      ...share,
      low: input,
      high: input,
      unknown: share.unknown.filter((reason) => !settled.has(reason)),
      inputTokensPerRequest: { least: tokens, most: tokens },
    })),
    total: { basis: 'exact', low: tokens, expected: tokens, high: tokens },
    parts: [],
  };
}
