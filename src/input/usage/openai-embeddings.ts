import type { CsvFormat } from './format.ts';
import { BUCKET_COLUMNS, bucketOf, ownerOf } from './openai-bucket.ts';
import { withoutZeros } from './openai-tokens.ts';
import { tiersOf } from './tiers.ts';
import { fail, needed, readRow } from './values.ts';

/** Embeddings and moderations have the same columns: only the model tells which a row is of. */
export const openaiEmbeddings: CsvFormat = {
  id: 'openai-embeddings-usage',
  title: 'OpenAI usage export (embeddings or moderations)',
  required: [...BUCKET_COLUMNS, 'num_model_requests', 'input_tokens'],
  without: ['amount_value', 'output_tokens', 'images', 'characters', 'seconds'],
  read: (fields) =>
    readRow(fields, (cells) => {
      const { source } = cells;
      const bucket = bucketOf(cells);
      if (cells.areBlank(['model', 'num_model_requests', 'input_tokens'])) {
        return { kind: 'empty', source, period: bucket };
      }
      const model = cells.text('model');
      const isModeration = model?.includes('moderation') ?? false;
      // Neither flex nor priority takes them, and moderations are free in a batch as well.
      const batch = cells.flag('batch') ?? (isModeration ? false : undefined);
      const tier = tiersOf(cells.text('service_tier') ?? 'default', batch);
      if ('problem' in tier) return fail(tier.problem);
      const input = needed(cells.count('input_tokens'), 'input_tokens');
      const entry = {
        source,
        ...bucket,
        endpoint: isModeration ? 'moderations' : 'embeddings',
        model,
        ...tier,
        ...ownerOf(cells),
        requests: cells.count('num_model_requests'),
        tokens: withoutZeros({ text: { input } }),
        quantities: [],
      } as const;
      return { kind: 'usage', entry };
    }),
};
