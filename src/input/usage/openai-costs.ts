import type { CsvFormat } from './format.ts';
import { BUCKET_COLUMNS, bucketOf, ownerOf } from './openai-bucket.ts';
import { needed, readRow } from './values.ts';

/** Rows are by day, and by line item and project only where the export was grouped by them. */
export const openaiCosts: CsvFormat = {
  id: 'openai-costs',
  title: 'OpenAI cost export',
  required: [...BUCKET_COLUMNS, 'amount_value', 'amount_currency'],
  read: (fields) =>
    readRow(fields, (cells) => {
      const { source } = cells;
      const bucket = bucketOf(cells);
      const amount = cells.money('amount_value');
      if (amount === undefined) return { kind: 'empty', source };
      const entry = {
        source,
        ...bucket,
        amount,
        currency: needed(cells.text('amount_currency'), 'amount_currency').toLowerCase(),
        lineItem: cells.text('line_item'),
        ...ownerOf(cells),
        quantity: cells.decimal('quantity'),
        quantityUnit: cells.text('quantity_unit'),
      };
      return { kind: 'billed', entry };
    }),
};
