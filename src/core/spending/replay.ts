/** What a spend limit would have done to the past: when it would have stopped, or told. */
import { monthsOf, type Period } from '../calendar.ts';
import { larger, type Money, type Range, ZERO } from '../money.ts';
import type { Instant } from '../time.ts';
import { isInactive, type Mark, marksOf, type SpendLimit, scopedTo } from './spend-limit.ts';
import {
  type Crossing,
  crossingOf,
  missingIn,
  type Spending,
  type Spent,
  sumOf,
  within,
} from './spending.ts';

export interface ReplayedMonth {
  readonly month: Period;
  readonly spent: Range;
  /**
   * Why part of its cost is not in sight, such as a model without a price: all is then at least, and
   * the limit may have been passed earlier than is said, or at all.
   */
  readonly missing: readonly string[];
  /** Where the data begins within the month: what was spent before is not counted. */
  readonly since: Instant | undefined;
  /** Where the data ends within the month; undefined where it goes on, or to its very end. */
  readonly until: Instant | undefined;
  /**
   * When the limit was passed; undefined if it was not, as far as is known. With a hard limit,
   * requests fail from then on.
   */
  readonly crossing: Crossing | undefined;
  /** What was spent above the limit, and would not have been if a hard one had stopped at once. */
  readonly beyond: Range;
  /** Every threshold and the limit itself, from the least to the most. */
  readonly marks: readonly MarkCrossing[];
}

export interface MarkCrossing {
  readonly mark: Mark;
  readonly crossing: Crossing | undefined;
}

/** What the figures of a replay leave out. */
export type ReplayNote =
  /** OpenAI stops some time after the limit is reached: part of `beyond` would still be spent. */
  | { readonly kind: 'not instantaneous' }
  /** Costs whose project is not known, and which only the high end counts as the limit's project. */
  | { readonly kind: 'unknown project'; readonly cost: Range }
  | { readonly kind: 'missing'; readonly reason: string };

export interface Replay {
  readonly limit: SpendLimit;
  /** Every month of which there is data. */
  readonly months: readonly ReplayedMonth[];
  readonly notes: readonly ReplayNote[];
}

/** One limit alone, as if no other had stopped anything before. */
export function replay(limit: SpendLimit, spending: Spending): Replay {
  const { spent, covered } = spending;
  const { ofScope, unknown } = scopedTo(limit.scope, spent);
  const months = covered
    ? monthsOf(covered).map((month): ReplayedMonth => {
        const inMonth = within(ofScope, month);
        const sum = sumOf(inMonth);
        return {
          month,
          spent: sum,
          missing: missingIn(spending, inMonth),
          since: covered.start > month.start ? covered.start : undefined,
          until: covered.end < month.end ? covered.end : undefined,
          crossing: crossingOf(inMonth, limit.limit),
          beyond: { low: above(sum.low, limit.limit), high: above(sum.high, limit.limit) },
          marks: marksOf(limit).map((mark) => ({ mark, crossing: crossingOf(inMonth, mark.at) })),
        };
      })
    : [];
  return { limit, months, notes: notesOn(limit, months, unknown, missingIn(spending, ofScope)) };
}

function notesOn(
  limit: SpendLimit,
  months: readonly ReplayedMonth[],
  unknown: readonly Spent[],
  missing: readonly string[],
): ReplayNote[] {
  const notes: ReplayNote[] = missing.map((reason) => ({ kind: 'missing', reason }));
  if (unknown.length > 0) notes.push({ kind: 'unknown project', cost: sumOf(unknown) });
  if (limit.kind === 'hard' && !isInactive(limit) && months.some(({ crossing }) => crossing)) {
    notes.push({ kind: 'not instantaneous' });
  }
  return notes;
}

function above(sum: Money, limit: Money): Money {
  return larger(ZERO, (sum - limit) as Money);
}
