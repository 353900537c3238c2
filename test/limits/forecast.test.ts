import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { monthOf } from '../../src/core/calendar.ts';
import { add, addRanges, type Money, type Range } from '../../src/core/money.ts';
import { type Forecast, forecast, limitDays } from '../../src/core/spending/forecast.ts';
import { type Spending, sumOf } from '../../src/core/spending/spending.ts';
import { addDays, type Instant } from '../../src/core/time.ts';
import { instant } from '../table.ts';
import { costs, days, dayText, period, range, shown, spendings, spentOn, usd } from './build.ts';

function projected({ projection }: Forecast) {
  if (projection.kind !== 'projected') throw new TypeError(projection.kind);
  return projection;
}

const many = (count: number, cost: string) => Array<string>(count).fill(cost);

describe('a forecast', () => {
  it('takes constant days as they are, with no spread', () => {
    const result = forecast(days('2026-11-01', many(10, '2')), instant('2026-11-11'));
    expect(shown(result.toDate)).toBe('20');
    expect(projected(result)).toMatchObject({
      expected: range('60'),
      range: range('60'),
      knownDays: 10,
      projectedDays: 20,
      rates: { method: 'all days', days: 10, period: period('2026-11-01', '2026-11-11') },
    });
  });

  it('goes from the cheaper to the dearer half of the days', () => {
    // Halves of seven share the middle one: 1 1 2 3 | 3 4 5 6, with a mean of 22/7.
    const spending = days('2026-11-01', ['1', '6', '2', '5', '1', '4', '3']);
    const { expected, range: whole } = projected(forecast(spending, instant('2026-11-08')));
    expect(shown(whole)).toBe(`${22 + 23 * 1.75}..${22 + 23 * 4.5}`);
    const mean = ((22n * usd('1')) / 7n) as Money;
    expect(expected.low).toBe(usd('22') + 23n * mean);
    expect(expected.high).toBe(usd('22') + 23n * (mean + 1n));
  });

  it('reaches to the mean of the last seven days, where spend has risen or fallen', () => {
    // The dearer half of 20 weekdays is 8 8 8 8 3 and five times 1, and the last week is 3 8 8 8 8.
    const spending = days('2026-10-05', [...many(21, '1'), '3', ...many(6, '8')]);
    const { rates } = projected(forecast(spending, instant('2026-11-02')));
    expect(shown(rates.weekday.expected)).toBe('2.5');
    expect(shown(rates.weekday.range)).toBe('1..7');
    const fallen = days('2026-10-05', [...many(21, '8'), ...many(7, '1')]);
    expect(shown(projected(forecast(fallen, instant('2026-11-02'))).rates.weekday.range)).toBe(
      '1..8',
    );
  });

  it('needs seven complete days: six are too few', () => {
    const now = instant('2026-11-22');
    const six = forecast(days('2026-11-16', many(6, '1')), now);
    expect(six.projection).toEqual({ kind: 'too few days', days: 6, needed: 7 });
    expect(shown(six.toDate)).toBe('6');
    expect(forecast(days('2026-11-15', many(7, '1')), now).projection.kind).toBe('projected');
  });

  it('does not take today for complete, nor a day of which the data has a part', () => {
    const spending = days('2026-11-15', many(7, '1'));
    const beforeMidnight = instant('2026-11-21T23:59:59');
    expect(forecast(spending, beforeMidnight).projection).toMatchObject({ days: 6 });
    const atMidnight = forecast(spending, instant('2026-11-22'));
    expect(projected(atMidnight).rates.days).toBe(7);
    for (const covered of [
      period('2026-11-15T00:00:01', '2026-11-22'),
      period('2026-11-15', '2026-11-21T23:59:59'),
    ]) {
      const cut = forecast({ ...spending, covered }, instant('2026-11-22'));
      expect(cut.projection).toEqual({ kind: 'too few days', days: 6, needed: 7 });
    }
  });

  it('tells weekdays from weekends from two whole weeks on', () => {
    // 2026-11-02 is a Monday.
    const week = ['5', '5', '5', '5', '5', '1', '1'];
    const thirteen = days('2026-11-02', [...week, ...week].slice(0, 13));
    expect(projected(forecast(thirteen, instant('2026-11-15'))).rates.method).toBe('all days');
    const fourteen = forecast(days('2026-11-02', [...week, ...week]), instant('2026-11-16'));
    const { rates, range: whole } = projected(fourteen);
    expect(rates).toMatchObject({
      method: 'weekdays and weekends',
      weekday: { days: 10, expected: range('5'), range: range('5') },
      weekend: { days: 4, expected: range('1'), range: range('1') },
    });
    // Known: 54. To come: November 1, a Sunday, 11 weekdays and 4 days of weekends from the 16th.
    expect(shown(whole)).toBe(String(54 + 1 + 11 * 5 + 4 * 1));
  });

  it('goes by the last four weeks', () => {
    const spending = days('2026-10-20', [...many(3, '100'), ...many(28, '1')]);
    const { rates } = projected(forecast(spending, instant('2026-11-20')));
    expect(rates).toMatchObject({ days: 28, period: period('2026-10-23', '2026-11-20') });
    expect(shown(rates.weekday.range)).toBe('1');
  });

  it('counts days without use as zero within the data, and as unknown outside of it', () => {
    const spending: Spending = {
      spent: [spentOn('2026-11-08', '7'), spentOn('2026-11-14', '7')],
      covered: period('2026-11-08', '2026-11-15'),
      missing: [],
    };
    const result = forecast(spending, instant('2026-11-17'));
    expect(projected(result).rates.weekday.expected).toEqual(range('2'));
    expect(projected(result)).toMatchObject({ knownDays: 7, projectedDays: 23 });
    // November 1 to 7, 15 and 16 are over.
    expect(result.notes).toContainEqual({ kind: 'unknown days', days: 9 });
    expect(shown(result.toDate)).toBe('14');
  });

  it('takes what today has cost where that is more than a day usually costs', () => {
    const spending = days('2026-11-01', [...many(10, '2'), '50']);
    const noon = instant('2026-11-11T12:00:00');
    expect(projected(forecast(spending, noon)).range).toEqual(range(String(20 + 50 + 19 * 2)));
    const little = days('2026-11-01', [...many(10, '2'), '0.5']);
    expect(projected(forecast(little, noon)).range).toEqual(range('60'));
  });

  it('keeps the ranges of costs', () => {
    const result = forecast(days('2026-11-01', many(10, '1..2')), instant('2026-11-11'));
    expect(shown(result.toDate)).toBe('10..20');
    expect(projected(result)).toMatchObject({ expected: range('30..60'), range: range('30..60') });
  });

  it('is what was spent, once the whole month is known', () => {
    const spending = days('2028-02-01', [...many(28, '1'), '2']);
    const february = monthOf(instant('2028-02-01'));
    const result = forecast(spending, instant('2028-03-01'), february);
    expect(result.projection).toEqual({ kind: 'actual', total: range('30') });
    const dayBefore = forecast(spending, instant('2028-02-29T23:59:59'));
    expect(projected(dayBefore)).toMatchObject({ knownDays: 28, projectedDays: 1 });
  });

  it('begins the next month at midnight', () => {
    const spending = days('2026-12-01', many(31, '1'));
    const result = forecast(spending, instant('2027-01-01'));
    expect(result.month).toEqual(period('2027-01-01', '2027-02-01'));
    expect(shown(result.toDate)).toBe('0');
    expect(shown(projected(result).range)).toBe('31');
  });

  it('cannot go by days where buckets are longer, and still knows a whole month', () => {
    const spending: Spending = {
      spent: [spentOn('2026-10-01', '31', '2026-11-01'), spentOn('2026-11-01', '4', '2026-11-08')],
      covered: period('2026-10-01', '2026-11-08'),
      missing: [],
    };
    const now = instant('2026-11-08');
    expect(forecast(spending, now)).toMatchObject({
      toDate: range('4'),
      projection: { kind: 'not by day', bucket: period('2026-10-01', '2026-11-01') },
    });
    const october = monthOf(instant('2026-10-01'));
    expect(forecast(spending, now, october).projection).toEqual({
      kind: 'actual',
      total: range('31'),
    });
  });

  it('has nothing to go by without data', () => {
    const result = forecast({ spent: [], covered: undefined, missing: [] }, instant('2026-11-08'));
    expect(result).toMatchObject({
      toDate: range('0'),
      projection: { kind: 'too few days', days: 0, needed: 7 },
      notes: [{ kind: 'unknown days', days: 7 }],
    });
  });

  it('says what may change, and what is missing', () => {
    const spending = { ...days('2026-11-01', many(10, '1')), missing: ['a model without a price'] };
    const now = instant('2026-11-11T06:00:00');
    const { notes, projection } = forecast(spending, now);
    expect(notes).toEqual([
      { kind: 'missing', reason: 'a model without a price' },
      { kind: 'provisional', from: instant('2026-11-09') },
    ]);
    expect(projection).toMatchObject({ rates: { provisionalDays: 2 } });
    const open = days('2026-11-01', many(11, '1'));
    expect(forecast(open, now).notes).toEqual([
      { kind: 'provisional', from: instant('2026-11-09T06:00:00') },
    ]);
    expect(forecast(open, now).projection).toMatchObject({ rates: { provisionalDays: 2 } });
  });

  it('is at least where a price is missing of the month, or of the days that it goes by', () => {
    const known = days('2026-10-01', many(41, '1'));
    const noPrice = (day: string, now: string) => {
      const unpriced = { ...spentOn(day, '0'), unpriced: 'zzz: unknown' };
      const spending = { ...known, spent: [...known.spent, unpriced] };
      return forecast(spending, instant(now)).atLeast;
    };
    expect(noPrice('2026-11-02', '2026-11-11')).toBe(true);
    expect(noPrice('2026-10-30', '2026-11-11')).toBe(true);
    // More than 28 days ago.
    expect(noPrice('2026-10-02', '2026-11-11')).toBe(false);
  });

  it('does not call a month provisional that ended two days before the data', () => {
    const spending = days('2026-10-01', many(33, '1'));
    const october = monthOf(instant('2026-10-01'));
    expect(forecast(spending, instant('2026-11-03'), october).notes).toEqual([]);
    expect(forecast(spending, instant('2026-11-02T23:59:59'), october).notes).toEqual([
      { kind: 'provisional', from: instant('2026-10-31T23:59:59') },
    ]);
  });

  it('says when the data goes on after today', () => {
    const spending = days('2026-11-01', many(20, '1'));
    const kinds = (now: string) => forecast(spending, instant(now)).notes.map(({ kind }) => kind);
    expect(kinds('2026-11-19T23:59:59')).toEqual(['provisional', 'after now']);
    expect(kinds('2026-11-20')).toEqual(['provisional']);
  });
});

describe('the day of a limit', () => {
  const spending = days('2026-11-01', ['1', '3', '1', '3', '1', '3', '2']);
  const result = forecast(spending, instant('2026-11-08'));
  const textOf = (amount: string | Money) => {
    const { earliest, expected, latest } = limitDays(
      result,
      typeof amount === 'string' ? usd(amount) : amount,
    );
    return [earliest, expected, latest].map(dayText);
  };

  it('lies between the dearer and the cheaper days to come', () => {
    // Known: 14. Per day: 2, from 1.25 to 2.75.
    expect(textOf('24')).toEqual(['2026-11-11', '2026-11-13', '2026-11-16']);
    expect(limitDays(result, usd('24')).basis).toBe('projected');
  });

  it('is known once it is over', () => {
    expect(textOf('3')).toEqual(['2026-11-02', '2026-11-02', '2026-11-02']);
  });

  it('is the first above the limit, not at it', () => {
    expect(textOf('4')).toEqual(['2026-11-03', '2026-11-03', '2026-11-03']);
    expect(textOf((usd('4') - 1n) as Money)).toEqual(['2026-11-02', '2026-11-02', '2026-11-02']);
    // In all: 14 + 23 x 2 = 60.
    expect(textOf('60')[1]).toBeUndefined();
    expect(textOf((usd('60') - 1n) as Money)[1]).toBe('2026-11-30');
  });

  it('may be not this month, by the cheaper days or by all', () => {
    expect(textOf('50')).toEqual(['2026-11-21', '2026-11-26', undefined]);
    expect(textOf('500')).toEqual([undefined, undefined, undefined]);
  });

  it('is expected by the high end, as a budget is judged', () => {
    const open = forecast(days('2026-11-01', many(10, '1..2')), instant('2026-11-11'));
    const { earliest, expected, latest } = limitDays(open, usd('25'));
    const expectedDays = ['2026-11-13', '2026-11-13', '2026-11-26'];
    expect([earliest, expected, latest].map(dayText)).toEqual(expectedDays);
  });

  it('is looked for in the data alone where nothing is projected', () => {
    const few = forecast(days('2026-11-01', ['1', '2..4']), instant('2026-11-03'));
    const daysOf = (amount: string) => {
      const { basis, earliest, expected, latest } = limitDays(few, usd(amount));
      return [basis, ...[earliest, expected, latest].map(dayText)];
    };
    expect(daysOf('2')).toEqual(['to date', '2026-11-02', undefined, '2026-11-02']);
    expect(daysOf('3')).toEqual(['to date', '2026-11-02', undefined, undefined]);
    expect(daysOf('5')).toEqual(['to date', undefined, undefined, undefined]);
  });

  it('is the last day of a longer bucket at the latest', () => {
    const weekly: Spending = {
      spent: [spentOn('2026-11-01', '9', '2026-11-08')],
      covered: period('2026-11-01', '2026-11-08'),
      missing: [],
    };
    const { earliest, latest } = limitDays(forecast(weekly, instant('2026-11-08')), usd('5'));
    expect([earliest, latest].map(dayText)).toEqual(['2026-11-01', '2026-11-07']);
  });
});

describe('laws of forecasts', () => {
  const nows = fc.integer({ min: -2 * 86_400, max: 40 * 86_400 });
  const at = ({ covered }: Spending, seconds: number) => ((covered?.end ?? 0) + seconds) as Instant;
  const isWithin = (inner: Range, outer: Range) =>
    outer.low <= inner.low && inner.low <= inner.high && inner.high <= outer.high;

  it('expected lies within the range, and nothing is less than the spend to date', () => {
    fc.assert(
      fc.property(spendings, nows, (spending, seconds) => {
        const result = forecast(spending, at(spending, seconds));
        const { projection } = result;
        if (projection.kind !== 'projected') return;
        expect(isWithin(projection.expected, projection.range)).toBe(true);
        expect(projection.range.low).toBeGreaterThanOrEqual(result.toDate.low);
        expect(projection.range.high).toBeGreaterThanOrEqual(result.toDate.high);
        const ends = daysCount(result.month);
        expect(projection.knownDays + projection.projectedDays).toBe(ends);
      }),
    );
  });

  it('constant days give the day times the length of the month, exactly', () => {
    fc.assert(
      fc.property(spendings, costs, nows, (spending, cost, seconds) => {
        const constant = {
          ...spending,
          spent: spending.spent.map((each) => ({ ...each, cost })),
        };
        const result = forecast(constant, at(spending, seconds));
        if (result.projection.kind !== 'projected') return;
        const length = BigInt(daysCount(result.month));
        const whole = { low: cost.low * length, high: cost.high * length };
        expect(result.projection.expected).toEqual(whole);
        expect(result.projection.range).toEqual(whole);
      }),
    );
  });

  it('more cost, on any day, never lowers anything, nor moves a limit later', () => {
    fc.assert(
      fc.property(spendings, fc.nat(), costs, nows, costs, (spending, pick, more, seconds, at0) => {
        const index = pick % spending.spent.length;
        const raised = {
          ...spending,
          spent: spending.spent.map((each, position) =>
            position === index ? { ...each, cost: addRanges(each.cost, more) } : each,
          ),
        };
        const now = at(spending, seconds);
        const [before, after] = [forecast(spending, now), forecast(raised, now)];
        expect(after.toDate.low).toBeGreaterThanOrEqual(before.toDate.low);
        expect(after.projection.kind).toBe(before.projection.kind);
        if (before.projection.kind === 'projected' && after.projection.kind === 'projected') {
          for (const which of ['expected', 'range'] as const) {
            for (const end of ['low', 'high'] as const) {
              expect(after.projection[which][end]).toBeGreaterThanOrEqual(
                before.projection[which][end],
              );
            }
          }
        }
        const amount = add(at0.high, before.toDate.low);
        const [dayBefore, dayAfter] = [limitDays(before, amount), limitDays(after, amount)];
        for (const which of ['earliest', 'expected', 'latest'] as const) {
          expect(dayAfter[which] ?? Infinity).toBeLessThanOrEqual(dayBefore[which] ?? Infinity);
        }
        expect(dayBefore.earliest ?? Infinity).toBeLessThanOrEqual(dayBefore.latest ?? Infinity);
        if (dayBefore.basis === 'projected') {
          const { earliest, expected, latest } = dayBefore;
          expect(earliest ?? Infinity).toBeLessThanOrEqual(expected ?? Infinity);
          expect(expected ?? Infinity).toBeLessThanOrEqual(latest ?? Infinity);
        }
      }),
    );
  });

  it('a month that is known as a whole is what it was, whatever came after', () => {
    fc.assert(
      fc.property(spendings, (spending) => {
        const month = monthOf(spending.covered?.start ?? instant('2027-01-01'));
        const known = { ...spending, covered: { start: month.start, end: addDays(month.end, 40) } };
        const result = forecast(known, known.covered.end, month);
        const total = sumOf(spending.spent.filter(({ start }) => start < month.end));
        expect(result.projection).toEqual({ kind: 'actual', total });
        expect(result.toDate).toEqual(total);
      }),
    );
  });

  it('neither the order of buckets matters, nor whether a day is cut into more of them', () => {
    fc.assert(
      fc.property(spendings, nows, (spending, seconds) => {
        const halves = spending.spent.flatMap((each) => {
          const noon = (each.start + 43_200) as Instant;
          const half = { low: (each.cost.low / 2n) as Money, high: (each.cost.high / 2n) as Money };
          const rest = {
            low: (each.cost.low - half.low) as Money,
            high: (each.cost.high - half.high) as Money,
          };
          return [
            { ...each, end: noon, cost: half },
            { ...each, start: noon, cost: rest },
          ];
        });
        const cut = { ...spending, spent: halves.reverse() };
        const now = at(spending, seconds);
        expect(forecast(cut, now).projection).toEqual(forecast(spending, now).projection);
      }),
    );
  });
});

function daysCount({ start, end }: { start: Instant; end: Instant }): number {
  return (end - start) / 86_400;
}
