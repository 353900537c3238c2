/** What a day is likely to cost, by the complete days of the recent past. */
import { isWeekend, type Period, PROVISIONAL_SECONDS } from '../calendar.ts';
import { compare, larger, type Money, meanOf, NOTHING, type Range, smaller } from '../money.ts';
import { addDays, dayStart, daysBetween, type Instant } from '../time.ts';
import { costByDay, isWithinDay, type Spending } from './spending.ts';

/** Complete days without which nothing is projected: each day of the week once. */
const LEAST_DAYS = 7;
/** From two weeks on, weekdays and weekends have means of their own. */
const SPLIT_DAYS = 14;
/** Four weeks: older days say little of the next ones. */
const MOST_DAYS = 28;

/** What a day costs. Money units that a mean does not divide widen it: low down, high up. */
export interface DailyRate {
  /** How many days it is taken from. */
  readonly days: number;
  /** Their mean; a range where their costs are. */
  readonly expected: Range;
  /**
   * From the mean of the cheaper half of the days to that of the dearer half, and far enough to
   * hold the mean of the last seven days. It is no confidence interval.
   */
  readonly range: Range;
}

export interface DailyRates {
  readonly kind: 'rates';
  readonly method: 'all days' | 'weekdays and weekends';
  /** The complete days that it is taken from, to the last of the data. */
  readonly period: Period;
  readonly days: number;
  /** How many of these days end in the last 48 hours of the data, and may be too low. */
  readonly provisionalDays: number;
  /** Both the same unless the method tells weekdays from weekends. */
  readonly weekday: DailyRate;
  readonly weekend: DailyRate;
}

/** Why there are no daily rates. */
export type NoRates =
  | { readonly kind: 'too few days'; readonly days: number; readonly needed: number }
  /** A bucket is longer than a day, or goes over midnight UTC. */
  | { readonly kind: 'not by day'; readonly bucket: Period };

export function dailyRates(spending: Spending, now: Instant): DailyRates | NoRates {
  const bucket = spending.spent.find((each) => !isWithinDay(each));
  if (bucket) return { kind: 'not by day', bucket: { start: bucket.start, end: bucket.end } };
  const known = completeDays(spending, now);
  const available = known ? daysBetween(known.start, known.end) : 0;
  if (!known || available < LEAST_DAYS) {
    return { kind: 'too few days', days: available, needed: LEAST_DAYS };
  }
  const days = Math.min(available, MOST_DAYS);
  const period = { start: addDays(known.end, -days), end: known.end };
  const costs = costByDay(spending.spent);
  const taken = Array.from({ length: days }, (_, index) => addDays(period.start, index)).map(
    (day): KnownDay => ({
      day,
      cost: costs.get(day) ?? NOTHING,
      isRecent: day >= addDays(period.end, -LEAST_DAYS),
    }),
  );
  const settled = provisionalFrom(spending, now) ?? period.end;
  const basis = {
    kind: 'rates',
    period,
    days,
    provisionalDays: taken.filter(({ day }) => addDays(day, 1) > settled).length,
  } as const;
  if (days < SPLIT_DAYS) {
    const rate = rateOf(taken);
    return { ...basis, method: 'all days', weekday: rate, weekend: rate };
  }
  return {
    ...basis,
    method: 'weekdays and weekends',
    weekday: rateOf(taken.filter(({ day }) => !isWeekend(day))),
    weekend: rateOf(taken.filter(({ day }) => isWeekend(day))),
  };
}

export function rateOn({ weekday, weekend }: DailyRates, day: Instant): DailyRate {
  return isWeekend(day) ? weekend : weekday;
}

/** The whole days of UTC that the data covers and that are over; undefined if there is none. */
export function completeDays({ covered }: Spending, now: Instant): Period | undefined {
  if (!covered) return undefined;
  const start = addDays(dayStart((covered.start - 1) as Instant), 1);
  const end = dayStart(Math.min(covered.end, now) as Instant);
  return start < end ? { start, end } : undefined;
}

/** From when on costs may still change; undefined without data. */
export function provisionalFrom({ covered }: Spending, now: Instant): Instant | undefined {
  return covered && ((Math.min(covered.end, now) - PROVISIONAL_SECONDS) as Instant);
}

interface KnownDay {
  readonly day: Instant;
  readonly cost: Range;
  /** Of the last seven. */
  readonly isRecent: boolean;
}

function rateOf(days: readonly KnownDay[]): DailyRate {
  const half = Math.ceil(days.length / 2);
  const recent = days.filter(({ isRecent }) => isRecent);
  const lows = days.map(({ cost }) => cost.low).sort(compare);
  const highs = days.map(({ cost }) => cost.high).sort(compare);
  return {
    days: days.length,
    expected: { low: meanDown(lows), high: meanUp(highs) },
    range: {
      low: smaller(meanDown(lows.slice(0, half)), meanDown(recent.map(({ cost }) => cost.low))),
      high: larger(meanUp(highs.slice(-half)), meanUp(recent.map(({ cost }) => cost.high))),
    },
  };
}

function meanDown(amounts: readonly Money[]): Money {
  return meanOf(amounts).low;
}

function meanUp(amounts: readonly Money[]): Money {
  return meanOf(amounts).high;
}
