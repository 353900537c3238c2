import type { Row } from '../../core/audit/entry.ts';
import { parseAmount } from '../../core/money.ts';
import type { Source } from '../../core/source.ts';
import type { JsonFormat } from './format.ts';
import { type JsonFields, rowFrom } from './json-fields.ts';
import { type Bucket, bucketsOf, hasResults, pageOf } from './openai-page.ts';

export const openAiCostsPage: JsonFormat = {
  id: 'openai-costs-api',
  title: 'OpenAI Costs API (pages of buckets)',
  matches: (value) => hasResults(value, /^organization\.costs\./),
  read: (value, source) => bucketsOf(value, source, rowOf),
  page: pageOf,
};

function rowOf(result: JsonFields, bucket: Bucket, source: Source): Row {
  return rowFrom(source, () => {
    const amount = result.object('amount');
    if (!amount) throw result.bad('amount', 'is missing');
    const currency = amount.text('currency');
    if (currency === undefined) throw amount.bad('currency', 'is missing');
    const value = parseAmount(decimal(amount, 'value') ?? '');
    if (value === undefined) throw amount.bad('value', 'is no amount');
    return {
      kind: 'billed',
      entry: {
        source,
        start: bucket.start,
        end: bucket.end,
        amount: value,
        currency: currency.toLowerCase(),
        lineItem: result.text('line_item'),
        organization: result.text('organization_id'),
        project: result.text('project_id'),
        apiKey: result.text('api_key_id'),
        user: result.text('user_id'),
        quantity: decimal(result, 'quantity'),
        quantityUnit: result.text('quantity_unit'),
      },
    };
  });
}

/** The API writes decimals as numbers or as text. */
function decimal(fields: JsonFields, key: string): string | undefined {
  const value = fields.value(key);
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  if (typeof value === 'string' && value.trim() !== '') return value.trim();
  throw fields.bad(key, 'is no number');
}
