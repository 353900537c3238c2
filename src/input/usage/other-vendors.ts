/** Exports of others than OpenAI: read so that they are named as unknown models, and not as nothing. */
import { addDays, dayStart, type Instant } from '../../core/time.ts';
import type { Tokens } from '../../core/usage.ts';
import type { CsvFormat } from './format.ts';
import { withoutZeros } from './openai-tokens.ts';
import { fail, needed, readRow, shown } from './values.ts';

export const anthropicConsole: CsvFormat = {
  id: 'anthropic-console-usage',
  title: 'Anthropic Console usage export',
  required: ['usage_date_utc', 'model_version', 'usage_output_tokens'],
  read: (fields) =>
    readRow(fields, (cells) => {
      const { source } = cells;
      const start = dayStart(needed(cells.time('usage_date_utc'), 'usage_date_utc'));
      const entry = {
        source,
        start,
        end: addDays(start, 1),
        endpoint: 'completions',
        model: cells.text('model_version'),
        tiers: [cells.text('usage_type')?.toLowerCase() === 'batch' ? 'batch' : 'standard'],
        free: false,
        project: cells.text('workspace'),
        apiKey: cells.text('api_key'),
        user: undefined,
        requests: undefined,
        // Anthropic counts each class by itself. What it writes for 5 minutes and for an hour is
        // put to the nearest class that OpenAI has.
        tokens: withoutZeros({
          text: {
            input: cells.count('usage_input_tokens_no_cache') ?? 0,
            cachedInput: cells.count('usage_input_tokens_cache_read') ?? 0,
            cacheWrite30m: cells.count('usage_input_tokens_cache_write_5m') ?? 0,
            cacheWrite12h: cells.count('usage_input_tokens_cache_write_1h') ?? 0,
            output: cells.count('usage_output_tokens') ?? 0,
          },
        }),
        quantities: [],
      } as const;
      return { kind: 'usage', entry };
    }),
};

/** What the amount of a row counts, by its type. */
const DEEPSEEK_TYPES: Readonly<Record<string, (amount: number) => Tokens>> = {
  input_cache_hit_tokens: (cachedInput) => ({ text: { cachedInput } }),
  input_cache_miss_tokens: (input) => ({ text: { input } }),
  output_tokens: (output) => ({ text: { output } }),
  request_count: () => ({}),
};

export const deepseek: CsvFormat = {
  id: 'deepseek-usage',
  title: 'DeepSeek usage export',
  required: ['user_id', 'model', 'type', 'amount'],
  without: ['wallet_type'],
  read: (fields) =>
    readRow(fields, (cells) => {
      const { source } = cells;
      const start = needed(
        cells.time('start_time_iso') ?? cells.time('utc_date'),
        cells.has('utc_date') ? 'utc_date' : 'start_time_iso',
      );
      const end = cells.time('end_time_iso') ?? addDays(start, 1);
      if (end <= start) fail('end_time_iso is not after start_time_iso');
      const type = needed(cells.text('type'), 'type');
      const toTokens = Object.hasOwn(DEEPSEEK_TYPES, type) ? DEEPSEEK_TYPES[type] : undefined;
      if (!toTokens) return fail(`type is not known: ${shown(type)}`);
      const amount = needed(cells.count('amount'), 'amount');
      const entry = {
        source,
        start,
        end: end as Instant,
        endpoint: 'completions',
        model: cells.text('model'),
        tiers: ['standard'],
        free: false,
        project: undefined,
        apiKey: cells.text('api_key_name'),
        user: cells.text('user_id'),
        requests: type === 'request_count' ? amount : undefined,
        tokens: withoutZeros(toTokens(amount)),
        quantities: [],
      } as const;
      return { kind: 'usage', entry };
    }),
};
