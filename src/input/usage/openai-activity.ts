import { ANY_TIER, type Endpoint } from '../../core/audit/entry.ts';
import { addDays, dayStart, type Instant } from '../../core/time.ts';
import type { Quantity, ServiceTier, Tokens } from '../../core/usage.ts';
import type { CsvFormat } from './format.ts';
import { withoutZeros } from './openai-tokens.ts';
import { type Cells, fail, needed, readRow } from './values.ts';

/** OpenAI's usage export up to the middle of 2025: its columns depend on what was used. */
export const openaiActivity: CsvFormat = {
  id: 'openai-activity',
  title: 'OpenAI activity export (until 2025)',
  required: [
    'n_context_tokens_total',
    'n_generated_tokens_total',
    'timestamp',
    'usage_type',
    'model',
  ],
  read: (fields) =>
    readRow(fields, (cells) => {
      const { source } = cells;
      const at = needed(cells.time('timestamp'), 'timestamp');
      if (cells.areBlank(FACTS)) return { kind: 'empty', source };
      const tokens = tokensOf(cells);
      const quantities = quantitiesOf(cells);
      if (tokens === undefined && quantities.length === 0) {
        return fail('neither tokens nor images, characters or seconds');
      }
      const model = cells.text('model');
      const entry = {
        source,
        // Rows are by day, and their time is its beginning.
        start: at,
        end: addDays(dayStart(at), 1),
        endpoint: endpointOf(cells, model),
        model,
        tiers: tiersOf(cells, at),
        free: false,
        organization: cells.text('organization_id') ?? cells.text('organization_name'),
        project: cells.text('project_id') ?? cells.text('project_name'),
        apiKey: cells.text('api_key_id'),
        user: cells.text('user'),
        requests: cells.count('num_requests') ?? cells.count('n_requests'),
        tokens: tokens ?? {},
        quantities,
      };
      return { kind: 'usage', entry };
    }),
};

const TOKEN_FACTS = [
  'n_context_tokens_total',
  'n_generated_tokens_total',
  'n_cached_context_tokens_total',
  'n_context_audio_tokens_total',
  'n_generated_audio_tokens_total',
];

/** What is not billed by the token, by column. */
const QUANTITIES = [
  { column: 'num_images', unit: 'image', endpoint: 'images' },
  { column: 'num_characters', unit: 'character', endpoint: 'speech' },
  { column: 'num_seconds', unit: 'second', endpoint: 'transcription' },
] as const;

const FACTS = [
  'model',
  'num_requests',
  'n_requests',
  ...TOKEN_FACTS,
  ...QUANTITIES.map(({ column }) => column),
];

/** Cached tokens are within the context; audio is counted apart from it. */
function tokensOf(cells: Cells): Tokens | undefined {
  if (cells.areBlank(TOKEN_FACTS)) return undefined;
  const context = cells.count('n_context_tokens_total') ?? 0;
  // A missing column means that nothing was cached: the export had only columns that were in use.
  const cached = cells.count('n_cached_context_tokens_total') ?? 0;
  if (cached > context) {
    fail(
      `n_cached_context_tokens_total, ${cached}, is more than n_context_tokens_total, ${context}`,
    );
  }
  return withoutZeros({
    text: {
      input: context - cached,
      cachedInput: cached,
      output: cells.count('n_generated_tokens_total') ?? 0,
    },
    audio: {
      input: cells.count('n_context_audio_tokens_total') ?? 0,
      output: cells.count('n_generated_audio_tokens_total') ?? 0,
    },
  });
}

function quantitiesOf(cells: Cells): Quantity[] {
  return QUANTITIES.flatMap((counted): Quantity[] => {
    const quantity = quantityOf(cells, counted);
    return quantity ? [quantity] : [];
  });
}

function quantityOf(
  cells: Cells,
  { column, unit }: (typeof QUANTITIES)[number],
): Quantity | undefined {
  const quantity =
    unit === 'second'
      ? cells.seconds(column)
      : { unit, amount: cells.count(column) ?? 0, size: cells.text('image_size') };
  return quantity && quantity.amount > 0 ? quantity : undefined;
}

function endpointOf(cells: Cells, model: string | undefined): Endpoint {
  const used = QUANTITIES.find((counted) => quantityOf(cells, counted)?.amount);
  if (used) return used.endpoint;
  if (model?.startsWith('text-embedding')) return 'embeddings';
  return model?.includes('moderation') ? 'moderations' : 'completions';
}

/** Since when there have been batches, and since when flex and priority. */
const FIRST_BATCH = 1_713_139_200 as Instant;
const FIRST_FLEX = 1_744_848_000 as Instant;

function tiersOf(cells: Cells, at: Instant): readonly ServiceTier[] {
  if (cells.text('request_type')?.toLowerCase() === 'batch') return ['batch'];
  if (at < FIRST_BATCH) return ['standard'];
  return at < FIRST_FLEX ? ['standard', 'batch'] : ANY_TIER;
}
