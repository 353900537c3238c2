import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BillFold, type BillLine } from '../../src/core/bill/bill.ts';
import {
  addDecimals,
  compareDecimals,
  formatDecimal,
  parseDecimal,
} from '../../src/core/decimal.ts';
import { exactUsd } from '../../src/core/money.ts';
import { shipped } from '../table.ts';
import { billOf, charged } from './build.ts';

const DAY = '2026-10-01';
const MINI = 'gpt-4o-mini-2024-07-18';

function onlyLine(...rows: Parameters<typeof billOf>[0]): BillLine {
  const [line, ...others] = billOf(rows).lines;
  if (!line || others.length > 0) throw new TypeError('not one line');
  return line;
}

describe('decimals', () => {
  it('reads text with all its places', () => {
    const cases: [string, string][] = [
      ['5560222.000000000000000000000000', '5560222'],
      ['0.003400000000000000000000000000000000', '0.0034'],
      ['1.5e-7', '0.00000015'],
      ['2E3', '2000'],
      ['-0.50', '-0.5'],
      ['7.', '7'],
      ['0.0', '0'],
    ];
    for (const [text, expected] of cases) {
      const decimal = parseDecimal(text);
      expect(decimal && formatDecimal(decimal), text).toBe(expected);
    }
    for (const text of ['', '.5', '1,000', '1e999', 'NaN', '0x1', '1 2']) {
      expect(parseDecimal(text), text).toBeUndefined();
    }
  });

  it('adds without error', () => {
    const number = fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n });
    fc.assert(
      fc.property(number, number, fc.nat(36), (a, b, scale) => {
        const sum = addDecimals({ digits: a, scale }, { digits: b, scale: 0 });
        expect(sum).toEqual({ digits: a + b * 10n ** BigInt(scale), scale });
        const order = compareDecimals({ digits: a, scale }, { digits: b, scale });
        expect(order).toBe(a === b ? 0 : a < b ? -1 : 1);
      }),
    );
  });
});

describe('a bill', () => {
  it('adds the rows of a day, line item and project', () => {
    const bill = billOf([
      charged(DAY, `${MINI}, input`, '0.15', '1000000.0000', { project: 'a', user: 'x' }),
      charged(DAY, `${MINI}, input`, '0.015', '100000.50', { project: 'a', user: 'y' }),
      charged(DAY, `${MINI}, input`, '0.015', '100000.50', { project: 'a', user: 'y' }),
      charged(DAY, `${MINI}, input`, '1', '1', { project: 'b', user: 'y' }),
      charged('2026-10-02', `${MINI}, input`, '1', undefined, { project: 'a', user: 'y' }),
    ]);
    expect(
      bill.lines.map(({ project, amount, quantity, rows }) => [
        project,
        exactUsd(amount),
        quantity,
        rows,
      ]),
    ).toEqual([
      ['a', '0.18', '1200001', 3],
      ['b', '1', '1', 1],
      ['a', '1', undefined, 1],
    ]);
    expect(exactUsd(bill.total)).toBe('2.18');
    expect(bill.isByLineItem).toBe(true);
    expect(bill.overlaps).toEqual([]);
  });

  it('has no quantity where a row has none or another unit', () => {
    const first = charged(DAY, 'x, input', '1', 1);
    expect(onlyLine(first, charged(DAY, 'x, input', '1')).quantity).toBeUndefined();
    const thousands = charged(DAY, 'x, input', '1', 1, { quantityUnit: '1000_tokens' });
    expect(onlyLine(first, thousands).quantity).toBeUndefined();
    expect(onlyLine(first, first).quantity).toBe('2');
    expect(onlyLine(charged(DAY, 'x, input', '1', 'many')).quantity).toBeUndefined();
  });

  it('never adds another currency', () => {
    const bill = billOf([
      charged(DAY, 'x, input', '1'),
      charged(DAY, 'x, input', '5', 1, { currency: 'EUR' }),
      charged(DAY, 'x, input', '5', 1, { currency: 'eur' }),
      charged(DAY, 'x, input', '2', 1, { currency: 'USD' }),
    ]);
    expect(exactUsd(bill.total)).toBe('3');
    expect(bill.otherCurrencies).toEqual([{ currency: 'eur', rows: 2 }]);
    const euros = billOf([charged(DAY, 'x', '5', 1, { currency: 'eur' })]);
    expect([euros.total, euros.lines]).toEqual([0n, []]);
    expect(new BillFold().end(shipped)).toBeUndefined();
  });

  it('tells an export that is not grouped by line item', () => {
    expect(billOf([charged(DAY, undefined, '1')]).isByLineItem).toBe(false);
  });
});

const inFile = (file: string, line = 2) => ({ source: { file, line } });

describe('cost files that overlap', () => {
  it('count a charge once, as the fullest has it', () => {
    const bill = billOf([
      charged(DAY, 'x, input', '1', 10, inFile('a.csv')),
      charged(DAY, 'x, input', '1', 10, inFile('a.csv', 3)),
      charged(DAY, 'y, input', '5', 10, inFile('a.csv', 4)),
      charged('2026-10-02', 'x, input', '0.5', 5, inFile('a.csv', 5)),
      charged(DAY, 'x, input', '2', 20, inFile('b.csv')),
      charged('2026-10-02', 'x, input', '0.75', 7, inFile('b.csv', 3)),
      charged('2026-10-03', 'x, input', '3', 7, inFile('b.csv', 4)),
    ]);
    expect(exactUsd(bill.total)).toBe('10.75');
    expect(bill.overlaps).toEqual([
      { file: 'a.csv', keptFile: 'b.csv', rows: 1, differing: 1 },
      { file: 'b.csv', keptFile: 'a.csv', rows: 1, differing: 0 },
    ]);
  });

  it('leave out a day that another file has by line item', () => {
    const bill = billOf([
      charged(DAY, undefined, '3', undefined, inFile('a.csv')),
      charged('2026-10-02', undefined, '7', undefined, inFile('a.csv', 3)),
      charged(DAY, 'x, input', '1', 10, inFile('b.csv')),
      charged(DAY, 'y, input', '2', 10, inFile('b.csv', 3)),
    ]);
    expect(exactUsd(bill.total)).toBe('10');
    expect(bill.overlaps).toEqual([{ file: 'a.csv', keptFile: 'b.csv', rows: 1, differing: 0 }]);
  });

  it('of two organizations are two bills, however alike; who is not named is the only one', () => {
    const ofDay = (file: string, organization: string | undefined, lineItem: string | undefined) =>
      charged(DAY, lineItem, '3', 10, { organization, ...inFile(file) });
    const total = (...rows: Parameters<typeof billOf>[0]) => exactUsd(billOf(rows).total);
    expect(total(ofDay('a', 'org-A', 'x, input'), ofDay('b', 'org-B', 'x, input'))).toBe('6');
    expect(total(ofDay('a', 'org-A', 'x, input'), ofDay('b', 'org-B', undefined))).toBe('6');
    expect(total(ofDay('a', 'org-A', 'x, input'), ofDay('b', 'org-A', 'x, input'))).toBe('3');
    expect(total(ofDay('a', 'org-A', 'x, input'), ofDay('b', undefined, 'x, input'))).toBe('3');
  });

  it('of several organizations are told apart by the ids of their projects, where one is not named', () => {
    const ofDay = (file: string, organization: string | undefined, project: string) =>
      charged(DAY, 'x, input', '3', 10, { organization, project, ...inFile(file) });
    const total = (...rows: Parameters<typeof billOf>[0]) => exactUsd(billOf(rows).total);
    const two = [ofDay('a', 'org-A', 'proj_a'), ofDay('b', 'org-B', 'proj_b')];
    expect(total(...two, ofDay('c', undefined, 'proj_a'))).toBe('6');
    expect(total(...two, ofDay('c', undefined, 'proj_c'))).toBe('9');
    const named = [ofDay('a', 'org-A', 'Default project'), ofDay('b', 'org-B', 'Default project')];
    expect(total(...named, ofDay('c', undefined, 'Default project'))).toBe('9');
  });

  it('say what may be counted twice, as it does not tell of which organization it is', () => {
    const ofDay = (file: string, organization: string | undefined, project?: string, day = DAY) =>
      charged(day, 'x, input', '3', 10, { organization, project, ...inFile(file) });
    const unsure = (...rows: Parameters<typeof billOf>[0]) => billOf(rows).ofNobody;
    const two = [ofDay('a', 'org-A'), ofDay('b', 'org-B')];
    const told = [{ file: 'c', organizations: 2, rows: 1 }];
    expect(unsure(...two)).toEqual([]);
    expect(unsure(...two, ofDay('c', undefined))).toEqual(told);
    expect(unsure(...two, ofDay('c', undefined, 'proj_c'))).toEqual(told);
    expect(unsure(...two, ofDay('c', undefined, undefined, '2026-10-02'))).toEqual([]);
    expect(unsure(ofDay('a', 'org-A'), ofDay('c', undefined))).toEqual([]);
    const byProject = [ofDay('a', 'org-A', 'proj_a'), ofDay('b', 'org-B', 'proj_b')];
    expect(unsure(...byProject, ofDay('c', undefined, 'proj_a'))).toEqual([]);
    expect(unsure(...byProject, ofDay('c', undefined, 'proj_c'))).toEqual([]);
    expect(unsure(...byProject, ofDay('c', undefined))).toEqual(told);
  });

  it('of the same file given twice, one counts, in any order', () => {
    const rows = fc.array(
      fc.record({
        day: fc.constantFrom(DAY, '2026-10-02'),
        item: fc.constantFrom('x, input', 'y, output'),
        amount: fc.integer({ min: 1, max: 9 }),
        project: fc.constantFrom('a', 'b'),
        line: fc.nat(99),
      }),
      { minLength: 1 },
    );
    fc.assert(
      fc.property(rows, fc.infiniteStream(fc.nat()), (list, random) => {
        const file = (name: string) =>
          list.map(({ day, item, amount, project, line }) =>
            charged(day, item, String(amount), amount, { project, ...inFile(name, line) }),
          );
        const once = billOf(file('a.csv'));
        const twice = [...file('a.csv'), ...file('b.csv')]
          .map((row) => ({ row, order: random.next().value }))
          .sort((a, b) => a.order - b.order)
          .map(({ row }) => row);
        const both = billOf(twice);
        expect(both.lines).toEqual(once.lines);
        expect(both.overlaps.reduce((sum, { rows: left }) => sum + left, 0)).toBe(list.length);
      }),
    );
  });
});

describe('the rate that a line implies', () => {
  it.each([
    ['gpt-4o-mini-2024-07-18, input', '0.8340333', '5560222', 'tokens', true],
    ['gpt-4o-mini-2024-07-18, input', '0.8340333', '5560.222', '1000_tokens', true],
    ['gpt-4o-mini-2024-07-18, input', '0.8340334', '5560222', 'tokens', false],
    // As floats leave it, and just more than they can.
    ['gpt-4o-mini-2024-07-18, input', '0.83403330000000009', '5560222', 'tokens', true],
    ['gpt-4o-mini-2024-07-18, input', '0.83403330001', '5560222', 'tokens', false],
    ['batch | gpt-4o-mini-2024-07-18, input', '0.41701665', '5560222', 'tokens', true],
    ['gpt-4o-mini-2024-07-18, input', '0.41701665', '5560222', 'tokens', false],
    ['priority | gpt-5.6-sol, output, long context', '0.54', '9000', 'tokens', true],
    ['priority | gpt-5.6-sol, output, long context', '0.36', '9000', 'tokens', false],
    ['priority | gpt-5.6-sol, output', '0.36', '9000', 'tokens', true],
    ['gpt-5.6-sol, cache writes', '0.005', '1000', 'tokens', true],
    ['ft-gpt-4o-2024-08-06, input', '0.00375', '1000', 'tokens', true],
    ['gpt-image-1 image, output', '1.6896', '42240', 'tokens', true],
    // Two prices, of which one holds; and a price that is not published, between two bounds.
    ['batch | gpt-image-1 text, cached input', '0.63', '1000000', 'tokens', true],
    ['batch | gpt-image-1 text, cached input', '0.625', '1000000', 'tokens', true],
    ['batch | gpt-image-1 text, cached input', '0.627', '1000000', 'tokens', false],
    ['batch | gpt-4.1, cached input', '0.25', '1000000', 'tokens', true],
    ['batch | gpt-4.1, cached input', '0.7', '1000000', 'tokens', true],
    ['batch | gpt-4.1, cached input', '1.01', '1000000', 'tokens', false],
    ['whisper-1, audio', '0.006', '60', 'duration_seconds', true],
    ['whisper-1, audio', '0.06', '10', 'duration_minutes', true],
    ['whisper-1, audio', '0.36', '1', 'duration_hours', true],
    ['whisper-1, audio', '0.36', '1', 'duration_minutes', false],
    ['tts-1, characters', '0.015', '1000', 'characters', true],
    ['web search tool calls', '0.025', '1', undefined, true],
    ['web search tool calls', '0.035', '2', undefined, true],
    ['web search tool calls', '0.06', '2', undefined, false],
  ])('%s: $%s for %s %s', (item, amount, quantity, quantityUnit, agrees) => {
    const line = onlyLine(charged(DAY, item, amount, quantity, { quantityUnit }));
    expect(line.rateCheck?.agrees).toBe(agrees);
  });

  it('is shown beside ours, for one unit of the quantity', () => {
    const line = onlyLine(
      charged(DAY, `${MINI}, input`, '0.0003', '1', { quantityUnit: '1000_tokens' }),
    );
    expect(line.rateCheck?.implied).toBe('0.000300000000000000');
    expect(line.rateCheck?.rates.map(({ perToken }) => exactUsd(perToken))).toEqual(['0.00015']);
  });

  it('names the tiers that have it, where the line names another', () => {
    const tiersOf = (amount: string) =>
      onlyLine(charged(DAY, 'gpt-5-mini-2025-08-07, input', amount, 1_000_000)).rateCheck
        ?.otherTiers;
    expect(tiersOf('0.125')).toEqual(['batch', 'flex']);
    expect(tiersOf('0.25')).toEqual([]);
    expect(tiersOf('0.126')).toEqual([]);
  });

  it.each([
    ['gpt-4o, input, long context', '1'],
    ['gpt-unknown, input', '1'],
    ['Vector storage', '1'],
    ['assistants api | file search', '1'],
    [`${MINI}, input`, undefined],
    [`${MINI}, input`, '0'],
  ])('%s: is not checked where it cannot be (%s)', (item, quantity) => {
    expect(onlyLine(charged(DAY, item, '1', quantity)).rateCheck).toBeUndefined();
  });
});
