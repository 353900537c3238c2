import { addDays, dayStart } from '../../core/time.ts';
import type { CsvFormat } from './format.ts';
import { ownerOf } from './openai-bucket.ts';
import { needed, readRow } from './values.ts';

/** OpenAI's cost export up to the middle of 2025: one row by day and product. */
export const openaiCostsLegacy: CsvFormat = {
  id: 'openai-costs-legacy',
  title: 'OpenAI cost export (until 2025)',
  required: ['cost_in_major', 'name'],
  read: (fields) =>
    readRow(fields, (cells) => {
      const { source } = cells;
      const amount = cells.money('cost_in_major');
      if (amount === undefined) return { kind: 'empty', source };
      const start = dayStart(needed(cells.time('timestamp') ?? cells.time('date'), 'date'));
      const entry = {
        source,
        start,
        end: addDays(start, 1),
        amount,
        // Some of these files have no such column; OpenAI billed in no other currency then.
        currency: cells.text('currency')?.toLowerCase() ?? 'usd',
        lineItem: cells.text('name'),
        ...ownerOf(cells),
        quantity: undefined,
        quantityUnit: undefined,
      };
      return { kind: 'billed', entry };
    }),
};
