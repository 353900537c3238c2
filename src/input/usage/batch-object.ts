import type { Endpoint, Row } from '../../core/audit/entry.ts';
import type { Source } from '../../core/source.ts';
import type { Instant } from '../../core/time.ts';
import type { JsonFormat } from './format.ts';
import { firstOf, type JsonFields, rowFrom } from './json-fields.ts';
import { isListOf, listedOf, listPageOf } from './json-list.ts';
import { type Billing, CHAT, IMAGES, requestTokens } from './request-tokens.ts';

export const batchObject: JsonFormat = {
  id: 'openai-batch',
  title: 'OpenAI batch objects',
  matches: (value) => isListOf(value, 'batch'),
  read: (value, source) => listedOf(value, source, rowOf),
  page: listPageOf,
};

const ENDPOINTS: readonly (readonly [RegExp, Endpoint, Billing])[] = [
  [/embeddings/, 'embeddings', CHAT],
  [/moderations/, 'moderations', CHAT],
  [/images/, 'images', IMAGES],
  [/./, 'completions', CHAT],
];

const ENDS = ['completed_at', 'cancelled_at', 'expired_at', 'failed_at'];

function rowOf(batch: JsonFields, source: Source): Row {
  return rowFrom(source, () => {
    const requests = batch.object('request_counts')?.count('completed');
    const usage = batch.object('usage');
    if (requests === 0) return { kind: 'empty', source };
    if (!usage) {
      throw batch.bad('usage', 'is missing; audit the output file of the batch instead');
    }
    const url = batch.text('endpoint') ?? '';
    const [, endpoint = 'completions', billing = CHAT] =
      ENDPOINTS.find(([form]) => form.test(url)) ?? [];
    const start = batch.instant('created_at');
    if (start === undefined) throw batch.bad('created_at', 'is missing');
    const end = firstOf(ENDS, (key) => batch.instant(key)) ?? start;
    return {
      kind: 'usage',
      entry: {
        source,
        start,
        end: Math.max(start + 1, end) as Instant,
        endpoint,
        model: batch.text('model'),
        tiers: ['batch'],
        free: false,
        project: undefined,
        apiKey: undefined,
        user: undefined,
        requests,
        tokens: requestTokens(usage, billing),
        quantities: [],
        id: batch.text('id'),
      },
    };
  });
}
