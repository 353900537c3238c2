import type { Endpoint, Row, UsageEntry } from '../../core/audit/entry.ts';
import type { Source } from '../../core/source.ts';
import type { AnyTool } from '../../core/tools.ts';
import type { Quantity, Tokens } from '../../core/usage.ts';
import type { JsonFormat } from './format.ts';
import { BadField, firstOf, type JsonFields, rowFrom } from './json-fields.ts';
import { tiersOfBucket } from './json-tiers.ts';
import { type Bucket, bucketsOf, hasResults, pageOf } from './openai-page.ts';
import { put } from './request-tokens.ts';
import { secondsOf } from './seconds.ts';

/** The parts of an entry in which the kinds of result differ. */
type Metrics = Pick<UsageEntry, 'endpoint' | 'tokens' | 'quantities'> &
  Partial<Pick<UsageEntry, 'model' | 'requests'>>;

/** By the name within `organization.usage.<name>.result`. */
const RESULTS: Readonly<Record<string, (result: JsonFields, bucket: Bucket) => Metrics>> = {
  completions: (result) => metrics('completions', completionTokens(result)),
  embeddings: (result) => metrics('embeddings', inputTokens(result)),
  moderations: (result) => metrics('moderations', inputTokens(result)),
  images: (result) =>
    metrics('images', {}, [
      { unit: 'image', amount: needed(result, 'images'), size: result.text('size') },
    ]),
  audio_speeches: (result) =>
    metrics('speech', {}, [{ unit: 'character', amount: needed(result, 'characters') }]),
  audio_transcriptions: (result) => metrics('transcription', {}, [seconds(result)]),
  vector_stores: (result, bucket) => ({
    ...metrics('vector_stores', {}, [storage(needed(result, 'usage_bytes'), bucket)]),
    model: 'file_search_storage',
  }),
  code_interpreter_sessions: (result) => ({
    ...metrics('code_interpreter', {}, [{ unit: 'session20Minutes', amount: sessions(result) }]),
    model: 'container',
  }),
  file_search_calls: (result) => calls('file_search', 'file_search', result),
  web_search_calls: (result) => calls('web_search', 'web_search_calls', result),
};

export const openAiUsagePage: JsonFormat = {
  id: 'openai-usage-api',
  title: 'OpenAI Usage API (pages of buckets)',
  matches: (value) => hasResults(value, /^organization\.usage\./),
  read: (value, source) => bucketsOf(value, source, rowOf),
  page: pageOf,
};

function rowOf(result: JsonFields, bucket: Bucket, source: Source): Row {
  return rowFrom(source, () => {
    const kind = /^organization\.usage\.(\w+)\.result$/.exec(result.text('object') ?? '')?.[1];
    const read = kind !== undefined && Object.hasOwn(RESULTS, kind) ? RESULTS[kind] : undefined;
    if (!read) throw result.bad('object', 'is a kind of usage that is not known');
    return {
      kind: 'usage',
      entry: {
        source,
        start: bucket.start,
        end: bucket.end,
        model: result.text('model'),
        ...tiersOfBucket(result),
        organization: result.text('organization_id'),
        project: result.text('project_id'),
        apiKey: result.text('api_key_id'),
        user: result.text('user_id'),
        requests: result.count('num_model_requests'),
        ...read(result, bucket),
      },
    };
  });
}

function metrics(
  endpoint: Endpoint,
  tokens: Tokens,
  quantities: readonly Quantity[] = [],
): Metrics {
  return { endpoint, tokens, quantities };
}

function needed(result: JsonFields, key: string): number {
  const value = result.count(key);
  if (value === undefined) throw result.bad(key, 'is missing');
  return value;
}

function inputTokens(result: JsonFields): Tokens {
  const tokens: Tokens = {};
  put(tokens, 'text', 'input', needed(result, 'input_tokens'));
  return tokens;
}

/** Sums include all modalities; the input by modality is what was neither cached nor written. */
function completionTokens(result: JsonFields): Tokens {
  const count = (key: string) => result.count(key) ?? 0;
  const input = needed(result, 'input_tokens');
  const output = needed(result, 'output_tokens');
  const cached = count('input_cached_tokens');
  const hours12 = count('input_cache_write_12h_tokens');
  const written =
    result.count('input_cache_write_tokens') ?? hours12 + count('input_cache_write_30m_tokens');
  const uncached = result.count('input_uncached_tokens') ?? input - cached - written;
  if (uncached + cached + written !== input) {
    throw result.bad('input_tokens', 'is not the sum of uncached, cached and written tokens');
  }
  const tokens: Tokens = {};
  const putParts = (
    kind: 'input' | 'cachedInput' | 'output',
    all: number,
    prefix: string,
    sumName: string,
  ) => {
    const audio = count(`${prefix}_audio_tokens`);
    const image = count(`${prefix}_image_tokens`);
    const text = all - audio - image;
    const told = count(`${prefix}_text_tokens`);
    if (text < 0 || told > text) {
      throw result.bad(sumName, `is less than the sum of its parts (${prefix}_*_tokens)`);
    }
    put(tokens, 'text', kind, text);
    put(tokens, 'audio', kind, audio);
    put(tokens, 'image', kind, image);
  };
  putParts('input', uncached, 'input', 'input_uncached_tokens');
  putParts('cachedInput', cached, 'input_cached', 'input_cached_tokens');
  putParts('output', output, 'output', 'output_tokens');
  if (written < hours12) {
    throw result.bad('input_cache_write_tokens', 'is less than input_cache_write_12h_tokens');
  }
  put(tokens, 'text', 'cacheWrite30m', written - hours12);
  put(tokens, 'text', 'cacheWrite12h', hours12);
  return tokens;
}

const DAY_SECONDS = 86_400;
const GIBIBYTE = 1024 ** 3;

/** What lies there all day is billed by the day, what lies there for an hour by a 24th. */
function storage(bytes: number, { start, end }: Bucket): Quantity {
  const amount = bytes * ((end - start) / DAY_SECONDS);
  if (!Number.isSafeInteger(Math.round(amount))) throw new BadField('usage_bytes is too large');
  return { unit: 'gibibyteDay', amount: Math.round(amount), per: GIBIBYTE };
}

function sessions(result: JsonFields): number {
  const sum = firstOf(['num_sessions', 'sessions'], (key) => result.count(key));
  if (sum === undefined) throw result.bad('num_sessions', 'is missing');
  return sum;
}

function seconds(result: JsonFields): Quantity {
  const quantity = secondsOf(String(result.value('seconds') ?? ''));
  if (!quantity) throw result.bad('seconds', 'is no number of seconds');
  return quantity;
}

function calls(endpoint: Endpoint, tool: 'file_search' | AnyTool, result: JsonFields): Metrics {
  const amount = needed(result, 'num_requests');
  return {
    ...metrics(endpoint, {}, [{ unit: 'call', amount }]),
    model: tool,
    requests: result.count('num_model_requests') ?? amount,
  };
}
