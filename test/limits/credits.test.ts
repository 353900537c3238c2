import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addRanges, type Money, type Range } from '../../src/core/money.ts';
import { type Credits, credits, type Grant } from '../../src/core/spending/credits.ts';
import { type Spending, sumOf } from '../../src/core/spending/spending.ts';
import type { Instant } from '../../src/core/time.ts';
import { instant } from '../table.ts';
import { days, dayText, period, range, shown, spendings, spentOn, usd } from './build.ts';

function grant(name: string, amount: string, start: string, expiry: string): Grant {
  return { name, amount: usd(amount), start: instant(start), expiry: instant(expiry) };
}

const many = (count: number, cost: string) => Array<string>(count).fill(cost);

function balances({ grants }: Credits) {
  return grants.map(({ grant: { name }, state, used, expired, left }) => [
    name,
    state,
    shown(used),
    shown(expired),
    shown(left),
  ]);
}

function projected({ outlook }: Credits) {
  if (outlook.kind !== 'projected') throw new TypeError(outlook.kind);
  const { earliest, expected, latest } = outlook.runsOut;
  return { ...outlook, days: [earliest, expected, latest].map(dayText) };
}

describe('credits', () => {
  const now = instant('2026-11-11');

  it('that expire first are used first', () => {
    const result = credits(
      [
        grant('bought', '100', '2026-11-01', '2027-11-01'),
        grant('given', '5', '2026-11-03', '2026-12-01'),
      ],
      days('2026-11-01', many(10, '2')),
      now,
    );
    expect(balances(result)).toEqual([
      ['given', 'valid', '5', '0', '0'],
      ['bought', 'valid', '15', '0', '85'],
    ]);
    expect(result).toMatchObject({ asOf: now, left: range('85'), beyond: range('0'), notes: [] });
  });

  it('count from the day of their start until they expire', () => {
    const spending = days('2026-11-01', many(10, '1'));
    const usedOf = (start: string, expiry: string) =>
      shown(credits([grant('a', '100', start, expiry)], spending, now).used);
    expect(usedOf('2026-11-01', '2026-12-01')).toBe('10');
    expect(usedOf('2026-11-02', '2026-12-01')).toBe('9');
    expect(usedOf('2026-11-02T23:59:59', '2026-12-01')).toBe('9');
    expect(usedOf('2026-11-01', '2026-11-10')).toBe('9');
    expect(usedOf('2026-11-01', '2026-11-10T00:00:01')).toBe('10');
  });

  it('are expired, to come or valid as of the end of the data', () => {
    const spending = days('2026-11-01', many(10, '1'));
    const result = credits(
      [
        grant('now', '20', '2026-11-01', '2026-11-12'),
        grant('over', '20', '2026-11-01', '2026-11-11'),
        grant('next', '20', '2026-11-12', '2026-12-01'),
        grant('new', '20', '2026-11-11', '2026-12-02'),
      ],
      spending,
      instant('2026-11-20'),
    );
    expect(result.asOf).toBe(now);
    expect(balances(result)).toEqual([
      ['over', 'expired', '10', '10', '0'],
      ['now', 'valid', '0', '0', '20'],
      ['next', 'to come', '0', '0', '20'],
      ['new', 'valid', '0', '0', '20'],
    ]);
    expect(shown(result.left)).toBe('40');
  });

  it('pay no more than there is, and the rest is billed, by month', () => {
    const result = credits(
      [grant('a', '3.5', '2026-11-30', '2027-11-30')],
      days('2026-11-29', many(10, '1')),
      instant('2026-12-09'),
    );
    expect(result.months).toEqual([
      { month: period('2026-11-01', '2026-12-01'), spent: range('2'), beyond: range('1') },
      { month: period('2026-12-01', '2027-01-01'), spent: range('8'), beyond: range('5.5') },
    ]);
    expect(result).toMatchObject({
      spent: range('10'),
      used: range('3.5'),
      beyond: range('6.5'),
      outlook: { kind: 'nothing left' },
    });
  });

  it('leave the least where the most was spent', () => {
    const result = credits(
      [grant('a', '10', '2026-11-01', '2026-11-06'), grant('b', '10', '2026-11-01', '2026-12-01')],
      days('2026-11-01', many(10, '1..3')),
      now,
    );
    // Five days of the first: 5 to 15 of its 10; of the second, 0 to 5, and then 5 to 15 more.
    expect(balances(result)).toEqual([
      ['a', 'expired', '5..10', '0..5', '0'],
      ['b', 'valid', '5..10', '0', '0..5'],
    ]);
    expect(shown(result.beyond)).toBe('0..10');
  });

  it('are not used by a correction, which lowers what is billed', () => {
    const result = credits(
      [grant('a', '10', '2026-11-01', '2026-12-01')],
      days('2026-11-01', ['4', '-1', '2']),
      now,
    );
    expect(result).toMatchObject({ spent: range('5'), used: range('6'), beyond: range('-1') });
  });

  it('run out on the first day that they do not pay in full', () => {
    const spending = days('2026-11-01', many(10, '2'));
    const runsOut = (amount: string, expiry = '2027-11-01') =>
      projected(credits([grant('a', amount, '2026-11-01', expiry)], spending, now)).days;
    // 20 are used: what is left pays for whole days from the 11th on.
    expect(runsOut('26')).toEqual(['2026-11-14', '2026-11-14', '2026-11-14']);
    expect(runsOut('25.999999999999')).toEqual(['2026-11-13', '2026-11-13', '2026-11-13']);
    expect(runsOut('21')).toEqual(['2026-11-11', '2026-11-11', '2026-11-11']);
    expect(runsOut('26', '2026-11-14')).toEqual([undefined, undefined, undefined]);
    expect(runsOut('26', '2026-11-15')).toEqual(['2026-11-14', '2026-11-14', '2026-11-14']);
  });

  it('run out later where costs were at their low end, and go on there', () => {
    const spending = days('2026-11-01', many(10, '1..3'));
    const result = credits([grant('a', '100', '2026-11-01', '2027-11-01')], spending, now);
    // 70 are left at 3 a day, or 90 at 1 a day.
    expect(projected(result).days).toEqual(['2026-12-04', '2026-12-04', '2027-02-09']);
  });

  it('expire unused where the pace is too slow for them', () => {
    const spending = days('2026-11-01', ['1', '3', '1', '3', '1', '3', '1', '3', '1', '3']);
    const { outlook } = credits(
      [
        grant('a', '50', '2026-11-01', '2026-11-21'),
        grant('b', '1000', '2026-12-01', '2026-12-11'),
      ],
      spending,
      now,
    );
    // Halves of ten days: 1 and 3; the last seven: 15/7. Ten days more for 30, and ten for 1000.
    expect(outlook).toMatchObject({
      unused: [range('0..20'), range('970..990')],
      unusedTotal: range('970..1010'),
      // Between the two grants nothing pays.
      runsOut: { earliest: instant('2026-11-21'), latest: instant('2026-11-21') },
    });
  });

  it('go on from what the day of the end of the data has cost already', () => {
    const whole = days('2026-11-01', [...many(10, '2'), '1.5']);
    const noon = instant('2026-11-11T12:00:00');
    const at = (amount: string) =>
      projected(credits([grant('a', amount, '2026-11-01', '2027-11-01')], whole, noon)).days[0];
    expect(at('22')).toBe('2026-11-12');
    expect(at('21.9')).toBe('2026-11-11');
    const dear = days('2026-11-01', [...many(10, '2'), '5']);
    const result = credits([grant('a', '25.1', '2026-11-01', '2027-11-01')], dear, noon);
    expect(projected(result).days[0]).toBe('2026-11-12');
  });

  it('have no outlook before seven complete days, or by buckets longer than days', () => {
    const of = (spending: Spending) =>
      credits([grant('a', '99', '2026-11-01', '2027-11-01')], spending, now).outlook;
    expect(of(days('2026-11-01', many(6, '2')))).toEqual({
      kind: 'too few days',
      days: 6,
      needed: 7,
    });
    expect(of(days('2026-11-01', many(7, '2'))).kind).toBe('projected');
    const week = {
      spent: [spentOn('2026-11-01', '7', '2026-11-08')],
      covered: period('2026-11-01', '2026-11-08'),
      missing: [],
    };
    expect(of(week).kind).toBe('not by day');
  });

  it('say from when on their use is not in the data', () => {
    const notesOf = (start: string, spending: Spending) =>
      credits([grant('a', '9', start, '2027-11-01')], spending, now).notes;
    const spending = days('2026-11-05', ['1']);
    expect(notesOf('2026-11-05T12:00:00', spending)).toEqual([]);
    expect(notesOf('2026-11-04', spending)).toEqual([
      { kind: 'unknown consumption', period: period('2026-11-04', '2026-11-05') },
    ]);
    expect(notesOf('2026-11-01', { spent: [], covered: undefined, missing: ['no price'] })).toEqual(
      [
        { kind: 'missing', reason: 'no price' },
        { kind: 'unknown consumption', period: period('2026-11-01', '2026-11-11') },
      ],
    );
  });

  it('that nobody has leave everything to the bill', () => {
    const result = credits([], days('2026-11-01', many(8, '1')), now);
    expect(result).toMatchObject({
      beyond: range('8'),
      left: range('0'),
      outlook: { kind: 'nothing left' },
      notes: [],
    });
  });
});

describe('laws of credits', () => {
  const day = 86_400;
  const grants = fc.array(
    fc.record({
      name: fc.constant('g'),
      amount: fc.bigInt({ min: 0n, max: 2n * 10n ** 25n }).map((units) => units as Money),
      from: fc.integer({ min: -20 * day, max: 80 * day }),
      length: fc.integer({ min: 1, max: 80 * day }),
    }),
    { maxLength: 5 },
  );
  const cases = fc.record({
    spending: spendings,
    grants,
    wait: fc.integer({ min: -day, max: day }),
  });
  type Case = typeof cases extends fc.Arbitrary<infer T> ? T : never;
  const creditsOf = ({ spending, grants: list, wait }: Case) => {
    const start = spending.covered?.start ?? 0;
    const end = spending.covered?.end ?? 0;
    return credits(
      list.map(({ from, length, ...rest }) => ({
        ...rest,
        start: (start + from) as Instant,
        expiry: (start + from + length) as Instant,
      })),
      spending,
      (end + wait) as Instant,
    );
  };

  it('used + expired + left = granted, of each, at both ends', () => {
    fc.assert(
      fc.property(cases, (each) => {
        for (const { grant: of, used, expired, left } of creditsOf(each).grants) {
          expect(used.low + expired.high + left.high).toBe(of.amount);
          expect(used.high + expired.low + left.low).toBe(of.amount);
          for (const { low, high } of [used, expired, left]) {
            expect(low).toBeGreaterThanOrEqual(0n);
            expect(low).toBeLessThanOrEqual(high);
          }
        }
      }),
    );
  });

  it('used + beyond = spent, in all, and months add up', () => {
    fc.assert(
      fc.property(cases, (each) => {
        const result = creditsOf(each);
        const { used, beyond, spent, months } = result;
        expect(spent).toEqual(sumOf(each.spending.spent));
        for (const end of ['low', 'high'] as const) {
          expect(used[end] + beyond[end]).toBe(spent[end]);
          expect(months.reduce((sum, month) => sum + month.spent[end], 0n)).toBe(spent[end]);
          expect(months.reduce((sum, month) => sum + month.beyond[end], 0n)).toBe(beyond[end]);
        }
      }),
    );
  });

  it('any cost within its range gives balances within theirs', () => {
    fc.assert(
      fc.property(cases, fc.infiniteStream(fc.integer({ min: 0, max: 100 })), (each, shares) => {
        const settled = each.spending.spent.map((spent) => {
          const share = BigInt(shares.next().value ?? 0);
          const { low, high } = spent.cost;
          const cost = (low + ((high - low) * share) / 100n) as Money;
          return { ...spent, cost: { low: cost, high: cost } };
        });
        const open = creditsOf(each);
        const closed = creditsOf({ ...each, spending: { ...each.spending, spent: settled } });
        const holds = (outer: Range, inner: Range) =>
          outer.low <= inner.low && inner.high <= outer.high;
        for (const [index, { used, expired, left }] of open.grants.entries()) {
          const inner = closed.grants[index];
          expect(inner && holds(used, inner.used)).toBe(true);
          expect(inner && holds(expired, inner.expired)).toBe(true);
          expect(inner && holds(left, inner.left)).toBe(true);
        }
        for (const [index, { beyond }] of open.months.entries()) {
          expect(holds(beyond, closed.months[index]?.beyond ?? beyond)).toBe(true);
        }
      }),
    );
  });

  it('more cost never leaves more, nor lets them last longer', () => {
    fc.assert(
      fc.property(cases, fc.nat(), fc.bigInt({ min: 0n, max: 10n ** 24n }), (each, pick, more) => {
        const { spent } = each.spending;
        const raised = spent.map((one, index) => {
          const extra = { low: more as Money, high: more as Money };
          return index === pick % spent.length ? { ...one, cost: addRanges(one.cost, extra) } : one;
        });
        const before = creditsOf(each);
        const after = creditsOf({ ...each, spending: { ...each.spending, spent: raised } });
        for (const [index, { left }] of after.grants.entries()) {
          expect(left.low).toBeLessThanOrEqual(before.grants[index]?.left.low ?? 0n);
          expect(left.high).toBeLessThanOrEqual(before.grants[index]?.left.high ?? 0n);
        }
        if (after.outlook.kind !== 'projected' || before.outlook.kind !== 'projected') return;
        // On the day of the end of the data, what is spent already is no longer to come.
        if ((spent[pick % spent.length]?.end ?? 0) > before.asOf) return;
        for (const which of ['earliest', 'expected', 'latest'] as const) {
          expect(after.outlook.runsOut[which] ?? Infinity).toBeLessThanOrEqual(
            before.outlook.runsOut[which] ?? Infinity,
          );
        }
      }),
    );
  });

  it('what is left is used by the day that they run out, or expires', () => {
    fc.assert(
      fc.property(cases, (each) => {
        const { outlook, grants: list } = creditsOf(each);
        if (outlook.kind !== 'projected') return;
        for (const [index, { left }] of list.entries()) {
          expect(outlook.unused[index]?.low).toBeLessThanOrEqual(left.low);
          expect(outlook.unused[index]?.high).toBeLessThanOrEqual(left.high);
        }
        const { earliest, expected, latest } = outlook.runsOut;
        expect(earliest ?? Infinity).toBeLessThanOrEqual(expected ?? Infinity);
        expect(expected ?? Infinity).toBeLessThanOrEqual(latest ?? Infinity);
      }),
    );
  });

  it('end, whatever the year of their expiry', () => {
    const forever = grant('a', '1000000', '2026-11-01', '2126-11-01');
    const result = credits([forever], days('2026-11-01', many(10, '0.01')), instant('2026-11-11'));
    expect(projected(result).days).toEqual([undefined, undefined, undefined]);
    expect(shown(projected(result).unusedTotal)).toBe(String(1_000_000 - 0.1 - 365.14));
  });
});
