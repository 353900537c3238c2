import type { CsvFormat } from './format.ts';
import { BUCKET_COLUMNS, bucketOf, ownerOf } from './openai-bucket.ts';
import { completionTokens, TOKEN_COLUMNS } from './openai-tokens.ts';
import { tiersOf } from './tiers.ts';
import { fail, readRow } from './values.ts';

/** Of a bucket in which nothing took place, all of these are blank. */
const FACTS = ['model', 'num_model_requests', ...TOKEN_COLUMNS];

export const openaiCompletions: CsvFormat = {
  id: 'openai-completions-usage',
  title: 'OpenAI usage export (completions)',
  required: [...BUCKET_COLUMNS, 'num_model_requests', 'input_tokens', 'output_tokens'],
  without: ['amount_value'],
  read: (fields) =>
    readRow(fields, (cells) => {
      const { source } = cells;
      const bucket = bucketOf(cells);
      if (cells.areBlank(FACTS)) return { kind: 'empty', source, period: bucket };
      const tier = tiersOf(cells.text('service_tier'), cells.flag('batch'));
      if ('problem' in tier) return fail(tier.problem);
      const entry = {
        source,
        ...bucket,
        endpoint: 'completions',
        model: cells.text('model'),
        ...tier,
        ...ownerOf(cells),
        requests: cells.count('num_model_requests'),
        tokens: completionTokens(cells),
        quantities: [],
      } as const;
      return { kind: 'usage', entry };
    }),
};
