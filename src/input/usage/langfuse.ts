import { type Row, SYNCHRONOUS_TIERS } from '../../core/audit/entry.ts';
import { type Money, parseAmount } from '../../core/money.ts';
import type { Source } from '../../core/source.ts';
import type { Instant } from '../../core/time.ts';
import type { Modality, TokenKind, Tokens } from '../../core/usage.ts';
import type { JsonFormat } from './format.ts';
import { fieldOf, isObject, JsonFields, rowFrom } from './json-fields.ts';

export const langfuse: JsonFormat = {
  id: 'langfuse-observations',
  title: 'Langfuse observations',
  matches: (value) =>
    isObject(value) &&
    Object.hasOwn(value, 'provided_model_name') &&
    Object.hasOwn(value, 'usage_details'),
  read: (value, source) =>
    isObject(value) ? [rowFrom(source, () => rowOf(new JsonFields(value), source))] : [],
};

/** The keys that Langfuse's OpenAI integrations write. They leave each other out. */
const KINDS: Readonly<Record<string, readonly [Modality, TokenKind]>> = {
  input: ['text', 'input'],
  input_text_tokens: ['text', 'input'],
  input_audio_tokens: ['audio', 'input'],
  input_image_tokens: ['image', 'input'],
  input_cached_tokens: ['text', 'cachedInput'],
  cache_read_input_tokens: ['text', 'cachedInput'],
  input_cache_write_tokens: ['text', 'cacheWrite30m'],
  cache_creation_input_tokens: ['text', 'cacheWrite30m'],
  output: ['text', 'output'],
  output_text_tokens: ['text', 'output'],
  output_reasoning_tokens: ['text', 'output'],
  output_accepted_prediction_tokens: ['text', 'output'],
  output_rejected_prediction_tokens: ['text', 'output'],
  output_audio_tokens: ['audio', 'output'],
  output_image_tokens: ['image', 'output'],
};

function rowOf(observation: JsonFields, source: Source): Row {
  const usage = observation.object('usage_details');
  const names = Object.keys(observation.value('usage_details') ?? {});
  if (!usage || names.length === 0) {
    // Spans and events are no calls of a model.
    if (observation.text('provided_model_name') === undefined) return { kind: 'empty', source };
    throw observation.bad('usage_details', 'is missing');
  }
  const start = observation.instant('start_time');
  if (start === undefined) throw observation.bad('start_time', 'is missing');
  return {
    kind: 'usage',
    entry: {
      source,
      start,
      end: (start + 1) as Instant,
      endpoint: 'completions',
      model: observation.text('provided_model_name'),
      tiers: SYNCHRONOUS_TIERS,
      free: false,
      project: undefined,
      apiKey: undefined,
      user: undefined,
      requests: 1,
      tokens: disjointTokens(usage, names),
      quantities: [],
      id: observation.text('id'),
      recorded: recordedCost(observation),
    },
  };
}

function disjointTokens(usage: JsonFields, names: readonly string[]): Tokens {
  const tokens: Tokens = {};
  let sum = 0;
  for (const name of names) {
    const amount = usage.count(name) ?? 0;
    if (name === 'total' || amount === 0) continue;
    const kind = Object.hasOwn(KINDS, name) ? KINDS[name] : undefined;
    if (!kind) throw usage.bad(name.slice(0, 60), 'is a kind of token that is not known');
    const [modality, tokenKind] = kind;
    const ofModality = tokens[modality] ?? {};
    tokens[modality] = ofModality;
    ofModality[tokenKind] = (ofModality[tokenKind] ?? 0) + amount;
    sum += amount;
  }
  const total = usage.count('total');
  if (total !== undefined && total !== sum) {
    throw usage.bad('total', `is ${total}, and not the sum of the other kinds, ${sum}`);
  }
  return tokens;
}

function recordedCost(observation: JsonFields): Money | undefined {
  const cost =
    observation.value('total_cost') ?? fieldOf(observation.value('cost_details'), 'total');
  if (cost === undefined) return undefined;
  const amount = parseAmount(String(cost));
  if (amount === undefined) throw observation.bad('total_cost', 'is no amount');
  return amount;
}
