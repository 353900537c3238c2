import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Money } from '../../src/core/money.ts';
import { type ReplayedMonth, replay } from '../../src/core/spending/replay.ts';
import type { Crossing, Spending } from '../../src/core/spending/spending.ts';
import { sumOf } from '../../src/core/spending/spending.ts';
import { formatInstant } from '../../src/core/time.ts';
import { instant } from '../table.ts';
import { days, limit, period, range, spendings, spentOn, usd } from './build.ts';

function crossed(crossing: Crossing | undefined) {
  return crossing && [crossing.earliest, crossing.latest].map((p) => p && formatInstant(p.start));
}

function firstMonth(spending: Spending, ...args: Parameters<typeof limit>): ReplayedMonth {
  const [month] = replay(limit(...args), spending).months;
  if (!month) throw new TypeError('no month');
  return month;
}

describe('a replay', () => {
  const spending = days('2026-11-01', ['1', '2', '3', '4']);

  it.each([
    ['0.99', ['2026-11-01', '2026-11-01'], '9.01'],
    ['1', ['2026-11-02', '2026-11-02'], '9'],
    ['5.999999999999', ['2026-11-03', '2026-11-03'], '4.000000000001'],
    ['6', ['2026-11-04', '2026-11-04'], '4'],
    ['9.999999999999', ['2026-11-04', '2026-11-04'], '0.000000000001'],
    ['10', undefined, '0'],
    ['10.000000000001', undefined, '0'],
  ])('of a limit of %s stops on the first day above it', (amount, stop, beyond) => {
    const month = firstMonth(spending, amount);
    expect(crossed(month.crossing)).toEqual(stop);
    expect(month.beyond).toEqual(range(beyond));
  });

  it('is exact to the money unit', () => {
    const at = (amount: bigint) => firstMonth(spending, '1', { limit: amount as Money });
    expect(at(usd('10')).crossing).toBeUndefined();
    expect(at(usd('10') - 1n).beyond).toEqual({ low: 1n, high: 1n });
  });

  it('begins each month anew, at midnight of UTC', () => {
    const twoMonths = days('2026-12-30', ['3', '3', '3', '3']);
    const { months } = replay(limit('5'), twoMonths);
    expect(months).toMatchObject([
      {
        month: period('2026-12-01', '2027-01-01'),
        spent: range('6'),
        since: instant('2026-12-30'),
        until: undefined,
        crossing: { earliest: period('2026-12-31', '2027-01-01') },
      },
      {
        month: period('2027-01-01', '2027-02-01'),
        spent: range('6'),
        since: undefined,
        until: instant('2027-01-03'),
        crossing: { earliest: period('2027-01-02', '2027-01-03') },
      },
    ]);
  });

  it('goes by the hour or finer where the data does', () => {
    const hours: Spending = {
      spent: [
        spentOn('2026-11-01T10:00', '1', '2026-11-01T11:00'),
        spentOn('2026-11-01T11:00', '1', '2026-11-01T12:00'),
        spentOn('2026-11-01T11:59:58', '1', '2026-11-01T11:59:59'),
      ],
      covered: period('2026-11-01', '2026-11-02'),
      missing: [],
    };
    // All of the hour may be spent in its first second; the request is, for certain, by its end.
    expect(crossed(firstMonth(hours, '1').crossing)).toEqual([
      '2026-11-01T11:00:00Z',
      '2026-11-01T11:59:58Z',
    ]);
  });

  it('names the longest of the buckets that begin, or end, together', () => {
    const mixed: Spending = {
      spent: [
        spentOn('2026-11-01', '1', '2026-11-02'),
        spentOn('2026-11-01', '1', '2026-11-01T01:00'),
        spentOn('2026-11-01T23:00', '1', '2026-11-02'),
      ],
      covered: period('2026-11-01', '2026-11-02'),
      missing: [],
    };
    expect(firstMonth(mixed, '1.5').crossing).toEqual({
      earliest: period('2026-11-01', '2026-11-02'),
      latest: period('2026-11-01', '2026-11-02'),
    });
  });

  it('has ended a month whose last day is in the data', () => {
    expect(firstMonth(days('2026-11-01', Array(30).fill('1')), '99').until).toBeUndefined();
    expect(firstMonth(days('2026-11-01', Array(29).fill('1')), '99').until).toBe(
      instant('2026-11-30'),
    );
  });

  it('has passed a limit at the earliest by the high end, and at the latest by the low end', () => {
    const open = days('2026-11-01', ['1..3', '1..3', '1..3']);
    const at = (amount: string) => {
      const { crossing, beyond } = firstMonth(open, amount);
      return [crossed(crossing), beyond];
    };
    expect(at('2')).toEqual([['2026-11-01', '2026-11-03'], range('1..7')]);
    expect(at('3')).toEqual([['2026-11-02', undefined], range('0..6')]);
    expect(at('9')).toEqual([undefined, range('0')]);
  });

  it('tells each alert, from the least to the most, and the limit', () => {
    const { marks } = firstMonth(spending, '8', {
      kind: 'alert',
      thresholds: [
        { kind: 'percent', percent: 75 },
        { kind: 'amount', amount: usd('3') },
        { kind: 'percent', percent: 12.5 },
      ],
    });
    expect(marks.map(({ mark, crossing }) => [mark.at, crossed(crossing)?.[0]])).toEqual([
      [usd('1'), '2026-11-02'],
      [usd('3'), '2026-11-03'],
      [usd('6'), '2026-11-04'],
      [usd('8'), '2026-11-04'],
    ]);
    expect(marks.at(-1)?.mark.threshold).toBeUndefined();
  });

  it('rounds a percentage down, which no whole number of units can tell', () => {
    // 50% of 3 units is 1.5: 1 unit is below, 2 units are above.
    const spent = (units: bigint) =>
      days('2026-11-01', [{ low: units as Money, high: units as Money }]);
    const crossingOf = (units: bigint) =>
      firstMonth(spent(units), '1', {
        limit: 3n as Money,
        thresholds: [{ kind: 'percent', percent: 50 }],
      }).marks[0]?.crossing;
    expect(crossingOf(1n)).toBeUndefined();
    expect(crossingOf(2n)).toBeDefined();
  });

  it('of a project counts what is of it, and what may be', () => {
    const mixed: Spending = {
      spent: [
        spentOn('2026-11-01', '4', undefined, 'proj_a'),
        spentOn('2026-11-02', '4', undefined, 'proj_b'),
        spentOn('2026-11-03', '4'),
      ],
      covered: period('2026-11-01', '2026-12-01'),
      missing: [],
    };
    const ofA = replay(limit('5', { scope: { kind: 'project', id: 'proj_a' } }), mixed);
    expect(ofA.months).toMatchObject([{ spent: range('4..8'), beyond: range('0..3') }]);
    expect(crossed(ofA.months[0]?.crossing)).toEqual(['2026-11-03', undefined]);
    expect(ofA.notes).toEqual([
      { kind: 'unknown project', cost: range('4') },
      { kind: 'not instantaneous' },
    ]);
    expect(replay(limit('5'), mixed).months).toMatchObject([{ spent: range('12') }]);
  });

  it('notes the overshoot of a hard limit alone, and only where it stops', () => {
    const kinds = (...args: Parameters<typeof limit>) =>
      replay(limit(...args), spending).notes.map(({ kind }) => kind);
    expect(kinds('9')).toEqual(['not instantaneous']);
    expect(kinds('10')).toEqual([]);
    expect(kinds('9', { kind: 'alert' })).toEqual([]);
  });

  it('is at least where a month is cut off at its start, or has no price', () => {
    expect(firstMonth(days('2026-11-01', ['1']), '5')).toMatchObject({ since: undefined });
    expect(firstMonth(days('2026-11-02', ['1']), '5')).toMatchObject({
      ...{ since: instant('2026-11-02'), missing: [] },
    });
    const missing = { ...days('2026-11-01', ['1']), missing: ['no price'] };
    expect(firstMonth(missing, '5').missing).toEqual(['no price']);
    expect(replay(limit('5'), missing).notes).toEqual([{ kind: 'missing', reason: 'no price' }]);
  });

  it('misses a price only in the month, and of the project, that has none', () => {
    const known = days('2026-10-01', Array(40).fill('1'));
    const unpriced = {
      ...spentOn('2026-10-05', '0', undefined, 'proj_a'),
      unpriced: 'zzz: unknown',
    };
    const spending = { ...known, spent: [...known.spent, unpriced] };
    const missing = (more: Parameters<typeof limit>[1]) =>
      replay(limit('99', more), spending).months.map((month) => month.missing);
    expect(missing({})).toEqual([['zzz: unknown'], []]);
    expect(missing({ scope: { kind: 'project', id: 'proj_a' } })).toEqual([['zzz: unknown'], []]);
    expect(missing({ scope: { kind: 'project', id: 'proj_b' } })).toEqual([[], []]);
  });

  it('cuts a bucket at the end of the month: any part of it may be of either', () => {
    const week: Spending = {
      spent: [spentOn('2026-10-29', '7', '2026-11-05')],
      covered: period('2026-10-29', '2026-11-05'),
      missing: [],
    };
    const { months } = replay(limit('5'), week);
    expect(months).toMatchObject([
      { spent: range('0..7'), crossing: { earliest: period('2026-10-29', '2026-11-01') } },
      { spent: range('0..7'), crossing: { earliest: period('2026-11-01', '2026-11-05') } },
    ]);
    expect(months.map(({ crossing }) => crossing?.latest)).toEqual([undefined, undefined]);
  });

  it('nets a correction with its bucket', () => {
    const corrected: Spending = {
      spent: [spentOn('2026-11-01', '6'), spentOn('2026-11-01', '-2')],
      covered: period('2026-11-01', '2026-11-02'),
      missing: [],
    };
    expect(firstMonth(corrected, '5').crossing).toBeUndefined();
    expect(crossed(firstMonth(corrected, '3.9').crossing)).toEqual(['2026-11-01', '2026-11-01']);
  });

  it('of no data has no month', () => {
    expect(replay(limit('5'), { spent: [], covered: undefined, missing: [] }).months).toEqual([]);
  });
});

describe('laws of replays', () => {
  const amounts = fc.bigInt({ min: 0n, max: 2n * 10n ** 25n });

  it('months add up to all, and what is beyond is what is above the limit', () => {
    fc.assert(
      fc.property(spendings, amounts, (spending, amount) => {
        const { months } = replay(limit('1', { limit: amount as Money }), spending);
        const total = sumOf(spending.spent);
        for (const end of ['low', 'high'] as const) {
          expect(months.reduce((sum, { spent }) => sum + spent[end], 0n)).toBe(total[end]);
          for (const { spent, beyond } of months) {
            expect(beyond[end]).toBe(spent[end] > amount ? spent[end] - amount : 0n);
          }
        }
        for (const { crossing, beyond } of months) {
          expect(crossing !== undefined).toBe(beyond.high > 0n);
          expect(crossing?.latest !== undefined).toBe(beyond.low > 0n);
          if (crossing?.latest) {
            expect(crossing.earliest.start).toBeLessThanOrEqual(crossing.latest.start);
          }
        }
      }),
    );
  });

  it('what was spent before the crossing is within the limit, and with it is above', () => {
    fc.assert(
      fc.property(spendings, amounts, (spending, amount) => {
        for (const { month, crossing } of replay(limit('1', { limit: amount as Money }), spending)
          .months) {
          const until = (end: number) =>
            sumOf(spending.spent.filter((each) => each.start >= month.start && each.end <= end));
          if (crossing) {
            expect(until(crossing.earliest.start).high).toBeLessThanOrEqual(amount);
            expect(until(crossing.earliest.end).high).toBeGreaterThan(amount);
          }
          if (crossing?.latest) {
            expect(until(crossing.latest.start).low).toBeLessThanOrEqual(amount);
            expect(until(crossing.latest.end).low).toBeGreaterThan(amount);
          }
        }
      }),
    );
  });

  it('a higher limit never stops earlier', () => {
    fc.assert(
      fc.property(spendings, amounts, amounts, (spending, amount, more) => {
        const at = (value: bigint) =>
          replay(limit('1', { limit: value as Money }), spending).months;
        const higher = at(amount + more);
        for (const [index, { crossing }] of at(amount).entries()) {
          const later = higher[index]?.crossing;
          expect(later?.earliest.start ?? Infinity).toBeGreaterThanOrEqual(
            crossing?.earliest.start ?? Infinity,
          );
          expect(later?.latest?.start ?? Infinity).toBeGreaterThanOrEqual(
            crossing?.latest?.start ?? Infinity,
          );
        }
      }),
    );
  });
});
