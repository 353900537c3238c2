import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DIMENSIONS, type Dimension, groupBy, priceCell, sumOf } from '../src/core/audit/audit.ts';
import type { UsageEntry } from '../src/core/audit/entry.ts';
import { Ledger } from '../src/core/audit/ledger.ts';
import { addRanges, NOTHING } from '../src/core/money.ts';
import type { AuditReport } from '../src/core/report.ts';
import { type Instant, parseInstant } from '../src/core/time.ts';
import type { Amount } from '../src/output/amount.ts';
import { crossTable } from '../src/output/cross-table.ts';
import { shipped as TABLE } from './table.ts';

const START = parseInstant('2026-07-10') as Instant;
const DAY = 86_400;

const entries: fc.Arbitrary<UsageEntry[]> = fc.array(
  fc
    .record({
      model: fc.constantFrom('gpt-5.4', 'gpt-4o-mini', 'gpt-5.6-terra', 'gpt-nope', undefined),
      day: fc.integer({ min: 0, max: 9 }),
      free: fc.boolean(),
      project: fc.constantFrom('proj_a', 'proj_b', undefined),
      input: fc.integer({ min: 0, max: 400_000 }),
    })
    .map(({ day, input, ...more }) => ({
      source: { file: 'usage.csv', line: 2 },
      start: (START + day * DAY) as Instant,
      end: (START + (day + 1) * DAY) as Instant,
      endpoint: 'completions' as const,
      tiers: ['standard'] as const,
      apiKey: undefined,
      user: undefined,
      requests: 10,
      tokens: { text: { input } },
      quantities: [],
      ...more,
    })),
  { minLength: 1, maxLength: 40 },
);

describe('a cross table', () => {
  it('has the sums of the tree, however many of its rows and columns are shown', () => {
    const by = fc.uniqueArray(fc.constantFrom(...(Object.keys(DIMENSIONS) as Dimension[])), {
      minLength: 2,
      maxLength: 2,
    });
    const most = fc.integer({ min: 1, max: 10 });
    fc.assert(
      fc.property(entries, by, most, fc.option(most, { nil: undefined }), (all, dims, n, top) => {
        const ledger = new Ledger(TABLE);
        for (const each of all) ledger.add(each);
        const cells = ledger.cells().map((cell) => priceCell(TABLE, cell));
        const report = {
          request: { by: dims, cross: true, top },
          groups: groupBy(cells, dims),
          columns: groupBy(cells, dims.slice(1)),
          total: sumOf(cells),
          rows: { bad: 0 },
          unattributed: { usage: 0, billed: 0 },
        } as unknown as AuditReport;
        const { rows, columns } = crossTable(report, n);
        const amounts = rows.map((row) => row.amounts);
        const whole = amounts.at(-1) ?? [];
        expect(columns).toHaveLength(whole.length + 1);
        for (const row of amounts) {
          expect(row).toHaveLength(whole.length);
          expect(sum(row.slice(0, -1))).toEqual(range(row.at(-1)));
        }
        for (const column of whole.keys()) {
          const inRows = amounts.slice(0, -1).map((row) => row[column]);
          expect(sum(inRows)).toEqual(range(whole[column]));
        }
        expect(range(whole.at(-1))).toEqual(report.total.cost);
        expect(rows.length).toBeLessThanOrEqual((top ?? 20) + 2);
        expect(whole.length).toBeLessThanOrEqual(n + 2);
      }),
    );
  });
});

function range(amount: Amount | undefined) {
  return { low: amount?.low ?? 0n, high: amount?.high ?? 0n };
}

function sum(amounts: readonly (Amount | undefined)[]) {
  return amounts.reduce(
    (all, amount) => (amount ? addRanges(all, range(amount) as never) : all),
    NOTHING,
  );
}
