/**
 * From gpt-5.6 on, input that is not read from the cache may be written to it, and a written token
 * costs more. OpenAI's caching guide: from 1,024 tokens on, up to the end of the latest message. Two
 * requests that the API reported had 1,217 of 1,220 and 4,012 of 4,020 tokens written.
 */
import type { Doubt } from '../lookup.ts';
import { type Model, versionAt } from '../rates.ts';
import type { Instant } from '../time.ts';
import type { ServiceTier, Tokens } from '../usage.ts';

const LEAST_TOKENS = 1024;

export const WRITE_DOUBT: Doubt = {
  reason: 'input of 1,024 tokens and more may be written to the cache, which costs more',
  settledBy: 'how much is written (--cache-write-tokens)',
  isOfCount: true,
};

export const WRITE_UNPRICED =
  'input of 1,024 tokens and more may be written to the cache, which costs more, and that price is not published; --cache-write-tokens 0 says that nothing is';

/** Whether any call of so many tokens may be billed for writing at a price of its own. */
export function mayBeWritten(
  model: Model | undefined,
  at: Instant,
  tier: ServiceTier,
  mostTokens: number,
): boolean {
  if (!model || mostTokens < LEAST_TOKENS) return false;
  const cell = versionAt(model, at)?.tokens[tier]?.short?.text?.cacheWrite30m;
  return cell !== undefined && cell !== 'as-input';
}

/** The same tokens, with all text of the input written. */
export function allWritten(tokens: Tokens, kind: 'cacheWrite30m' | 'cacheWrite12h'): Tokens {
  const { input, ...text } = tokens.text ?? {};
  return { ...tokens, text: { ...text, ...(input === undefined ? {} : { [kind]: input }) } };
}
