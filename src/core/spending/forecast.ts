/** A month's spend: what it is to date, what it is likely to become, and when it passes a limit. */
import { daysOf, monthOf, type Period } from '../calendar.ts';
import { larger, type Money, NOTHING, type Range } from '../money.ts';
import { addDays, dayStart, type Instant } from '../time.ts';
import {
  completeDays,
  type DailyRates,
  dailyRates,
  type NoRates,
  provisionalFrom,
  rateOn,
} from './daily-rate.ts';
import {
  costByDay,
  crossingOf,
  missingIn,
  type Spending,
  type Spent,
  sumOf,
  within,
} from './spending.ts';

/**
 * The month's cost. Days that are complete count as they are. Every other day counts as a daily
 * rate, or as what is known of it already where that is more.
 */
export type Projection =
  /** Every day of the month is complete. */
  | { readonly kind: 'actual'; readonly total: Range }
  | {
      readonly kind: 'projected';
      /** With the mean day. */
      readonly expected: Range;
      /** With the cheaper, or the dearer, half of days. It always holds `expected`. */
      readonly range: Range;
      readonly rates: DailyRates;
      /** Days of the month that are complete, and those of which the rest is projected. */
      readonly knownDays: number;
      readonly projectedDays: number;
    }
  | NoRates;

export type ForecastNote =
  /** The last 48 hours of the data may change, and days of them were taken as they are. */
  | { readonly kind: 'provisional'; readonly from: Instant }
  /** So many days that are over are not in the data, in whole: `toDate` is at least. */
  | { readonly kind: 'unknown days'; readonly days: number }
  /** The data goes on after today: the clock is wrong, or the question is of the past. */
  | { readonly kind: 'after now'; readonly until: Instant }
  | { readonly kind: 'missing'; readonly reason: string };

export interface Forecast {
  readonly month: Period;
  /** What the data has of the month. */
  readonly toDate: Range;
  /** Whether costs are missing, as a note says: all amounts are then at least their low ends. */
  readonly atLeast: boolean;
  readonly projection: Projection;
  readonly notes: readonly ForecastNote[];
  /** How the month goes, for `limitDays`. */
  readonly course: Course;
}

interface Course {
  readonly range: readonly Spent[];
  /** Undefined without a projection. */
  readonly expected: readonly Spent[] | undefined;
}

/** The days of UTC on which something happens at the earliest, by the mean day, and at the latest. */
export interface LimitDays {
  /** Whether the rest of the month was looked at, or only what the data has. */
  readonly basis: 'projected' | 'to date';
  /** Undefined: not this month; with the basis `to date`, not yet. */
  readonly earliest: Instant | undefined;
  /** Undefined also where there is no projection. */
  readonly expected: Instant | undefined;
  readonly latest: Instant | undefined;
}

export function forecast(spending: Spending, now: Instant, month = monthOf(now)): Forecast {
  const inMonth = within(spending.spent, month);
  const toDate = sumOf(inMonth);
  const known = completeDays(spending, now);
  const days = daysOf(month);
  const open = days.filter((day) => !isComplete(day, known));
  const rates = open.length > 0 ? dailyRates(spending, now) : undefined;
  const basis = rates?.kind === 'rates' ? within(spending.spent, rates.period) : [];
  const missing = missingIn(spending, [...inMonth, ...basis]);
  const notes = notesOn(spending, missing, now, month, open);
  const atLeast = missing.length > 0;
  if (!rates) {
    return {
      month,
      toDate,
      atLeast,
      projection: { kind: 'actual', total: toDate },
      notes,
      course: { range: inMonth, expected: inMonth },
    };
  }
  if (rates.kind !== 'rates') {
    return {
      month,
      toDate,
      atLeast,
      projection: rates,
      notes,
      course: { range: inMonth, expected: undefined },
    };
  }
  const costs = costByDay(inMonth);
  const courseBy = (which: 'expected' | 'range') =>
    days.map((day): Spent => {
      const soFar = costs.get(day) ?? NOTHING;
      const cost = isComplete(day, known) ? soFar : largerEnds(soFar, rateOn(rates, day)[which]);
      return { start: day, end: addDays(day, 1), cost, project: undefined };
    });
  const course = { range: courseBy('range'), expected: courseBy('expected') };
  return {
    month,
    toDate,
    atLeast,
    projection: {
      kind: 'projected',
      expected: sumOf(course.expected),
      range: sumOf(course.range),
      rates,
      knownDays: days.length - open.length,
      projectedDays: open.length,
    },
    notes,
    course,
  };
}

/**
 * When the month's spend passes a limit. Exactly at the limit, it does not. Of costs that are at
 * least, only `latest` holds: they may pass it on any day before, or where it seems they do not.
 */
export function limitDays({ course }: Forecast, limit: Money): LimitDays {
  const crossing = crossingOf(course.range, limit);
  const expected = course.expected && crossingOf(course.expected, limit);
  return {
    basis: course.expected ? 'projected' : 'to date',
    earliest: crossing && dayStart(crossing.earliest.start),
    expected: expected && dayStart(expected.earliest.start),
    latest: crossing?.latest && lastDay(crossing.latest),
  };
}

function notesOn(
  spending: Spending,
  missing: readonly string[],
  now: Instant,
  month: Period,
  open: readonly Instant[],
): ForecastNote[] {
  const notes: ForecastNote[] = missing.map((reason) => ({ kind: 'missing', reason }));
  const unknown = open.filter((day) => addDays(day, 1) <= now).length;
  if (unknown > 0) notes.push({ kind: 'unknown days', days: unknown });
  const from = provisionalFrom(spending, now);
  if (from !== undefined && (open.length > 0 || from < month.end)) {
    notes.push({ kind: 'provisional', from });
  }
  const { covered } = spending;
  if (covered && covered.end > addDays(dayStart(now), 1)) {
    notes.push({ kind: 'after now', until: covered.end });
  }
  return notes;
}

function isComplete(day: Instant, known: Period | undefined): boolean {
  return known !== undefined && day >= known.start && day < known.end;
}

function largerEnds(a: Range, b: Range): Range {
  return { low: larger(a.low, b.low), high: larger(a.high, b.high) };
}

function lastDay({ end }: Period): Instant {
  return dayStart((end - 1) as Instant);
}
