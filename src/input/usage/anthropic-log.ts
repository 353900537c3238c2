import type { Row } from '../../core/audit/entry.ts';
import type { Source } from '../../core/source.ts';
import type { Tokens } from '../../core/usage.ts';
import type { JsonFormat } from './format.ts';
import { fieldOf, isObject, type JsonFields, rowFrom } from './json-fields.ts';
import { tiersOfRequest } from './json-tiers.ts';
import { type Logged, requestRow, unwrapped } from './request-entry.ts';
import { put } from './request-tokens.ts';

/** Lines of another vendor in the log of a gateway, so that they show up and are counted right. */
export const anthropicLog: JsonFormat = {
  id: 'anthropic-log',
  title: 'log of Anthropic messages',
  matches: (value) => unwrapped(value, isMessage) !== undefined,
  read: (value, source) => {
    const logged = unwrapped(value, isMessage);
    return logged ? [rowFrom(source, () => rowOf(logged, source))] : [];
  },
};

/** What only these usages have; gateways add the last two to those of OpenAI. */
function isMessage(body: unknown): boolean {
  const usage = fieldOf(body, 'usage');
  const has = (key: string) => isObject(usage) && Object.hasOwn(usage, key);
  return (
    has('input_tokens') &&
    !has('prompt_tokens') &&
    !has('input_tokens_details') &&
    (fieldOf(body, 'type') === 'message' ||
      has('cache_creation_input_tokens') ||
      has('cache_read_input_tokens'))
  );
}

function rowOf(logged: Logged, source: Source): Row {
  const usage = logged.body.object('usage');
  if (!usage) throw logged.body.bad('usage', 'is missing');
  return requestRow(source, logged, {
    endpoint: 'completions',
    tiers: tiersOfRequest(usage),
    tokens: disjointTokens(usage),
  });
}

/** Unlike OpenAI's, these counts leave each other out. */
function disjointTokens(usage: JsonFields): Tokens {
  const tokens: Tokens = {};
  put(tokens, 'text', 'input', usage.count('input_tokens') ?? 0);
  put(tokens, 'text', 'cachedInput', usage.count('cache_read_input_tokens') ?? 0);
  // They live for 5 minutes or an hour, and have no price here: the shorter life stands for both.
  put(tokens, 'text', 'cacheWrite30m', usage.count('cache_creation_input_tokens') ?? 0);
  put(tokens, 'text', 'output', usage.count('output_tokens') ?? 0);
  return tokens;
}
