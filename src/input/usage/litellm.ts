import { type Endpoint, SYNCHRONOUS_TIERS } from '../../core/audit/entry.ts';
import type { Instant } from '../../core/time.ts';
import type { Tokens } from '../../core/usage.ts';
import type { CsvFormat } from './format.ts';
import { withoutZeros } from './openai-tokens.ts';
import { type Cells, fail, needed, readRow } from './values.ts';

/** The table LiteLLM_SpendLogs of a LiteLLM proxy: one row a request. */
export const litellm: CsvFormat = {
  id: 'litellm-spend-logs',
  title: 'LiteLLM spend logs',
  required: ['request_id', 'call_type', 'spend', 'prompt_tokens', 'completion_tokens', 'starttime'],
  read: (fields) =>
    readRow(fields, (cells) => {
      const { source } = cells;
      const start = needed(cells.time('starttime'), 'starttime');
      const prompt = cells.count('prompt_tokens') ?? 0;
      const output = cells.count('completion_tokens') ?? 0;
      const isFailure = cells.text('status')?.toLowerCase() === 'failure';
      if (isFailure && prompt + output === 0) return { kind: 'empty', source };
      const call = cells.text('call_type')?.toLowerCase() ?? '';
      const entry = {
        source,
        start,
        end: (start + 1) as Instant,
        endpoint: CALLS.find(([part]) => call.includes(part))?.[1] ?? 'completions',
        model: modelOf(cells),
        tiers: call.includes('batch') ? (['batch'] as const) : SYNCHRONOUS_TIERS,
        // LiteLLM answered from its own cache: nobody was asked, and nothing is billed.
        free: cacheHit(cells),
        project: cells.text('team_id'),
        apiKey: cells.text('api_key'),
        user: cells.text('user') ?? cells.text('end_user'),
        requests: 1,
        tokens: tokensOf(cells, call, prompt, output),
        quantities: [],
        id: cells.text('request_id'),
        recorded: cells.money('spend'),
      };
      return { kind: 'usage', entry };
    }),
};

/** By what the call type contains; all others are completions. */
const CALLS: readonly (readonly [string, Endpoint])[] = [
  ['embedding', 'embeddings'],
  ['moderation', 'moderations'],
  ['image', 'images'],
  ['speech', 'speech'],
  ['transcription', 'transcription'],
];

/** What a call without tokens is billed by: the log does not count it, so nobody knows how much. */
const UNCOUNTED: Readonly<Partial<Record<string, Tokens>>> = {
  image: { image: { output: null } },
  speech: { audio: { output: null } },
  transcription: { audio: { input: null } },
};

/** OpenAI caches no prompt below this size. */
const LEAST_CACHED_TOKENS = 1024;

function tokensOf(cells: Cells, call: string, prompt: number, output: number): Tokens {
  const uncounted = Object.entries(UNCOUNTED).find(([part]) => call.includes(part))?.[1];
  if (uncounted && prompt + output === 0) return uncounted;
  const usage = usageOf(cells);
  if (!usage && prompt >= LEAST_CACHED_TOKENS && CALLS.every(([part]) => !call.includes(part))) {
    // Part of it may have been cached at another price: how much is not in the log.
    return withoutZeros({ text: { input: null, output } });
  }
  const inputs =
    recordIn(usage, 'prompt_tokens_details') ?? recordIn(usage, 'input_tokens_details');
  const outputs =
    recordIn(usage, 'completion_tokens_details') ?? recordIn(usage, 'output_tokens_details');
  const cached = countIn(inputs, 'cached_tokens');
  const written = countIn(inputs, 'cache_write_tokens') + countIn(inputs, 'cache_creation_tokens');
  const audio = countIn(inputs, 'audio_tokens');
  const audioOutput = countIn(outputs, 'audio_tokens');
  const text = prompt - cached - written - audio;
  if (text < 0) {
    fail(
      `cached, written and audio tokens, ${prompt - text}, are more than prompt_tokens, ${prompt}`,
    );
  }
  if (audioOutput > output) {
    fail(`audio tokens, ${audioOutput}, are more than completion_tokens, ${output}`);
  }
  return withoutZeros({
    text: {
      input: text,
      cachedInput: cached,
      cacheWrite30m: written,
      output: output - audioOutput,
    },
    audio: { input: audio, output: audioOutput },
  });
}

/** The usage as the provider reported it, from the metadata or else from the response. */
function usageOf(cells: Cells): object | undefined {
  return (
    recordIn(jsonIn(cells, 'metadata'), 'usage_object') ??
    recordIn(jsonIn(cells, 'response'), 'usage')
  );
}

function cacheHit(cells: Cells): boolean {
  // The column is text, and `None` where LiteLLM has no cache.
  return cells.text('cache_hit')?.toLowerCase() === 'true';
}

const VENDOR = 'openai';

/** OpenAI's models without a prefix; those of others with one, so that they are not priced as OpenAI's. */
function modelOf(cells: Cells): string | undefined {
  const model = cells.text('model');
  if (model === undefined) return undefined;
  const provider = cells.text('custom_llm_provider')?.toLowerCase() ?? VENDOR;
  if (provider === VENDOR) {
    return model.startsWith(`${VENDOR}/`) ? model.slice(VENDOR.length + 1) : model;
  }
  return model.startsWith(`${provider}/`) ? model : `${provider}/${model}`;
}

function jsonIn(cells: Cells, column: string): unknown {
  try {
    return JSON.parse(cells.text(column) ?? 'null');
  } catch {
    // Tools cut off long columns; what is left is as good as nothing.
    return undefined;
  }
}

function recordIn(value: unknown, key: string): object | undefined {
  const found = memberOf(value, key);
  return typeof found === 'object' && found !== null ? found : undefined;
}

function countIn(value: unknown, key: string): number {
  const found = memberOf(value, key) ?? 0;
  if (typeof found === 'number' && Number.isSafeInteger(found) && found >= 0) return found;
  return fail(`${key} is not a whole number`);
}

function memberOf(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[key];
}
