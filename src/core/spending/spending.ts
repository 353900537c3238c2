/** What was spent when: the history that forecasts, replays and credits go by. */
import { type Period, touches } from '../calendar.ts';
import { grouped } from '../grouped.ts';
import { add, addRanges, type Money, NOTHING, type Range, span, ZERO } from '../money.ts';
import { dayStart, type Instant } from '../time.ts';

/** The cost of a bucket of time: an hour, a day, or one request. */
export interface Spent extends Period {
  readonly cost: Range;
  /** Undefined where the data does not tell. */
  readonly project: string | undefined;
  /** Why part of what it cost is not in sight, such as a model without a price. */
  readonly unpriced?: string | undefined;
}

export interface Spending {
  /** In any order; several of one bucket add up. A correction is a negative cost of its bucket. */
  readonly spent: readonly Spent[];
  /**
   * From the start of the first bucket to the end of the last: in it, a day without a cost cost
   * nothing; what lies outside is unknown. Undefined without data.
   */
  readonly covered: Period | undefined;
  /** Why part of the cost of any day may not be in sight, such as rows that cannot be read. */
  readonly missing: readonly string[];
}

/** When a sum passed a limit: exactly at the limit, it has not. */
export interface Crossing {
  /** The first bucket in which it can have passed it. */
  readonly earliest: Period;
  /** The bucket at whose end it has passed it for certain; undefined where it may not have at all. */
  readonly latest: Period | undefined;
}

export function sumOf(spent: Iterable<Spent>): Range {
  let sum = NOTHING;
  for (const { cost } of spent) sum = addRanges(sum, cost);
  return sum;
}

/** Why a sum is at least, if it is: high ends then say nothing. */
export function missingIn(
  { missing }: Pick<Spending, 'missing'>,
  spent: readonly Spent[],
): string[] {
  return [...new Set([...missing, ...spent.flatMap(({ unpriced }) => unpriced ?? [])])];
}

/** What was spent in a period. Of a bucket that reaches beyond it, anything from none to all. */
export function within(spent: readonly Spent[], period: Period): Spent[] {
  const { start, end } = period;
  return spent
    .filter((each) => touches(each, period))
    .map((each) => {
      if (each.start >= start && each.end <= end) return each;
      const part = {
        start: Math.max(each.start, start) as Instant,
        end: Math.min(each.end, end) as Instant,
      };
      return { ...perhaps(each), ...part };
    });
}

/** A cost that may or may not count. */
export function perhaps(spent: Spent): Spent {
  return { ...spent, cost: span(NOTHING, spent.cost) };
}

/** @param spent of which each bucket lies within one day */
export function costByDay(spent: readonly Spent[]): Map<Instant, Range> {
  const days = grouped(spent, ({ start }) => dayStart(start));
  return new Map([...days].map(([day, ofDay]) => [day, sumOf(ofDay)]));
}

export function isWithinDay({ start, end }: Period): boolean {
  return dayStart(start) === dayStart((end - 1) as Instant);
}

/** Undefined where the sum cannot have passed the limit. */
export function crossingOf(spent: readonly Spent[], limit: Money): Crossing | undefined {
  // What is spent in a bucket may be so from its first second on, and is so by its end.
  const earliest = firstAbove(
    grouped(spent, ({ start }) => start),
    'high',
    limit,
  );
  const latest = firstAbove(
    grouped(spent, ({ end }) => end),
    'low',
    limit,
  );
  const first = earliest ?? latest;
  return first && { earliest: first, latest };
}

function firstAbove(
  buckets: ReadonlyMap<Instant, readonly Spent[]>,
  which: keyof Range,
  limit: Money,
): Period | undefined {
  let sum = ZERO;
  for (const [, spent] of [...buckets].sort(([a], [b]) => a - b)) {
    sum = add(sum, sumOf(spent)[which]);
    if (sum > limit) {
      return {
        start: Math.min(...spent.map(({ start }) => start)) as Instant,
        end: Math.max(...spent.map(({ end }) => end)) as Instant,
      };
    }
  }
  return undefined;
}
