import fc from 'fast-check';
import type { Period } from '../../src/core/calendar.ts';
import { exactUsd, type Money, type Range } from '../../src/core/money.ts';
import type { SpendLimit } from '../../src/core/spending/spend-limit.ts';
import type { Spending, Spent } from '../../src/core/spending/spending.ts';
import { addDays, dayOf, type Instant } from '../../src/core/time.ts';
import { usd } from '../bill/build.ts';
import { instant } from '../table.ts';

export { usd };

/** `1` or `1..2`, in USD. */
export function range(text: string): Range {
  const [low = text, high = low] = text.split('..');
  return { low: usd(low), high: usd(high) };
}

export function shown({ low, high }: Range): string {
  return low === high ? exactUsd(low) : `${exactUsd(low)}..${exactUsd(high)}`;
}

export function period(start: string, end: string): Period {
  return { start: instant(start), end: instant(end) };
}

/** What was spent on a day, or in the period up to `end`. */
export function spentOn(start: string, cost: string, end?: string, project?: string): Spent {
  const from = instant(start);
  const to = end === undefined ? addDays(from, 1) : instant(end);
  return { start: from, end: to, cost: range(cost), project };
}

/** Data of consecutive days, from the first on, with a cost each. */
export function days(first: string, costs: readonly (string | Range)[]): Spending {
  const start = instant(first);
  return {
    spent: costs.map((cost, index) => ({
      start: addDays(start, index),
      end: addDays(start, index + 1),
      cost: typeof cost === 'string' ? range(cost) : cost,
      project: undefined,
    })),
    covered: { start, end: addDays(start, costs.length) },
    missing: [],
  };
}

export function limit(amount: string, more: Partial<SpendLimit> = {}): SpendLimit {
  return {
    name: 'test',
    source: undefined,
    scope: { kind: 'organization' },
    interval: 'month',
    kind: 'hard',
    limit: usd(amount),
    thresholds: [],
    enforcement: undefined,
    ...more,
  };
}

export function dayText(day: Instant | undefined): string | undefined {
  return day === undefined ? undefined : dayOf(day);
}

/** A cost that is not negative, settled or not, in money units. */
export const costs = fc
  .tuple(fc.bigInt({ min: 0n, max: 10n ** 24n }), fc.bigInt({ min: 0n, max: 10n ** 22n }))
  .map(([low, more]): Range => ({ low: low as Money, high: (low + more) as Money }));

/** Days of data, anywhere in three years with a leap year among them. */
export const spendings = fc
  .tuple(fc.integer({ min: 0, max: 3 * 365 }), fc.array(costs, { minLength: 1, maxLength: 70 }))
  .map(([offset, list]) => days(dayOf(addDays(instant('2027-01-01'), offset)), list));
