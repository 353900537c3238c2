/** OpenRouter's exports: of single generations, and by day. */
import { SYNCHRONOUS_TIERS } from '../../core/audit/entry.ts';
import { ZERO } from '../../core/money.ts';
import { addDays, dayStart, type Instant } from '../../core/time.ts';
import type { CsvFormat } from './format.ts';
import { withoutZeros } from './openai-tokens.ts';
import { type Cells, fail, needed, readRow } from './values.ts';

export const openrouter: CsvFormat = {
  id: 'openrouter-generations',
  title: 'OpenRouter activity export',
  required: [
    'generation_id',
    'created_at',
    'cost_total',
    'tokens_prompt',
    'tokens_completion',
    'model_permaslug',
  ],
  read: (fields) =>
    readRow(fields, (cells) => {
      const { source } = cells;
      const start = needed(cells.time('created_at'), 'created_at');
      const prompt = needed(cells.count('tokens_prompt'), 'tokens_prompt');
      const output = needed(cells.count('tokens_completion'), 'tokens_completion');
      const cached = cells.count('tokens_cached') ?? 0;
      const slug = cells.text('model_permaslug');
      if (cached > prompt) fail(`tokens_cached, ${cached}, is more than tokens_prompt, ${prompt}`);
      const entry = {
        source,
        start,
        end: (start + 1) as Instant,
        endpoint: 'completions',
        model: modelOf(slug),
        tiers: SYNCHRONOUS_TIERS,
        free: cells.text('variant')?.toLowerCase() === 'free',
        project: undefined,
        apiKey: cells.text('api_key_name'),
        user: cells.text('user'),
        requests: 1,
        tokens: withoutZeros({
          text: {
            input: isOpenai(slug) && isSplitUnknown(cells, prompt) ? null : prompt - cached,
            cachedInput: cached,
            output,
          },
        }),
        quantities: [],
        id: cells.text('generation_id'),
        recorded: cells.money('cost_total'),
      } as const;
      return { kind: 'usage', entry };
    }),
};

export const openrouterDaily: CsvFormat = {
  id: 'openrouter-daily',
  title: 'OpenRouter activity export by day',
  required: ['date', 'slug', 'usage', 'requests', 'prompt tokens', 'completion tokens'],
  read: (fields) =>
    readRow(fields, (cells) => {
      const { source } = cells;
      const start = dayStart(needed(cells.time('date'), 'date'));
      const prompt = needed(cells.count('prompt tokens'), 'prompt tokens');
      const output = needed(cells.count('completion tokens'), 'completion tokens');
      const slug = cells.text('slug');
      const entry = {
        source,
        start,
        end: addDays(start, 1),
        endpoint: 'completions',
        model: modelOf(slug),
        tiers: SYNCHRONOUS_TIERS,
        free: false,
        project: undefined,
        apiKey: undefined,
        user: undefined,
        requests: cells.count('requests'),
        // How many of them were cached is not in the file, and they have a price of their own.
        tokens: withoutZeros({
          text: { input: isOpenai(slug) && prompt > 0 ? null : prompt, output },
        }),
        quantities: [],
        recorded: cells.money('usage'),
      } as const;
      return { kind: 'usage', entry };
    }),
};

/** OpenAI caches no prompt below this size. */
const LEAST_CACHED_TOKENS = 1024;

/**
 * Whether the file leaves open how much of the input was cached or written, each of which has a
 * price of its own: it tells of writes only that they cost something.
 */
function isSplitUnknown(cells: Cells, prompt: number): boolean {
  const isCachedUnknown = cells.text('tokens_cached') === undefined;
  const isWritten = (cells.money('cost_cache') ?? ZERO) > ZERO;
  return isWritten || (isCachedUnknown && prompt >= LEAST_CACHED_TOKENS);
}

const VENDOR = 'openai/';

function isOpenai(slug: string | undefined): boolean {
  return slug?.startsWith(VENDOR) ?? false;
}

/** Other vendors' models keep their slug: they are not in the rate table, and are named as such. */
function modelOf(slug: string | undefined): string | undefined {
  return isOpenai(slug) ? slug?.slice(VENDOR.length) : slug;
}
