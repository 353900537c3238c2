/** What usage says of the months around it: forecasts, limits replayed over it, credits used by it. */

import { type Check, judgeUsd, type Strictness } from '../budget/check.ts';
import {
  type BilledDays,
  type BudgetedSpends,
  bucketOf,
  missingOf,
  type Spend,
} from '../budget/usage-spends.ts';
import { monthName, monthOf, type Period, touches } from '../calendar.ts';
import type { Money } from '../money.ts';
import type { Instant } from '../time.ts';
import { usd } from '../wording.ts';
import { type Credits, credits, type Grant } from './credits.ts';
import { type Forecast, forecast, type LimitDays, limitDays } from './forecast.ts';
import { type Replay, replay } from './replay.ts';
import { isInactive, mayCount, type SpendLimit } from './spend-limit.ts';
import type { Spending } from './spending.ts';

/** The current month of some usage, and the limit that it is to stay within. */
export interface MonthOutlook {
  /** Whose usage it is; empty for all of it. */
  readonly subject: string;
  readonly limit: Money | undefined;
  readonly forecast: Forecast;
  /** When the limit falls; undefined without one. */
  readonly limitDays: LimitDays | undefined;
}

export interface Outlook {
  /** Of this month, where the data has any of it. */
  readonly months: readonly MonthOutlook[];
  readonly replays: readonly Replay[];
  readonly credits: Credits | undefined;
  /** Of usage and a bill, the days that count as they were billed. */
  readonly billed: BilledDays | undefined;
}

/**
 * The history of what was spent. `covered`: what the data is about; a day of it without a cost cost
 * nothing. `missing`: why some of any day may not be in sight, but for what has no price.
 */
export function spendingFrom(
  spends: readonly Spend[],
  covered: Period | undefined,
  missing: string | undefined,
): Spending {
  const spent = spends.map((spend) => ({
    ...bucketOf(spend),
    cost: spend.cost,
    project: spend.of.project,
    unpriced: spend.unpriced,
  }));
  return { spent, covered, missing: missing === undefined ? [] : [missing] };
}

/** Undefined where the data has nothing of the current month. */
export function monthOutlook(
  subject: string,
  spending: Spending,
  limit: Money | undefined,
  now: Instant,
): MonthOutlook | undefined {
  const { covered } = spending;
  const month = monthOf(now);
  if (!covered || covered.end <= month.start || covered.start >= month.end) return undefined;
  const found = forecast(spending, now);
  return {
    subject,
    limit,
    forecast: found,
    limitDays: limit === undefined ? undefined : limitDays(found, limit),
  };
}

export function outlookOf(
  months: readonly MonthOutlook[],
  spending: Spending,
  billed: BilledDays | undefined,
  limits: readonly SpendLimit[],
  grants: readonly Grant[],
  now: Instant,
): Outlook {
  return {
    ...{ months, billed },
    replays: limits.map((limit) => replay(limit, spending)),
    credits: grants.length > 0 ? credits(grants, spending, now) : undefined,
  };
}

/**
 * Holds every month of the data against OpenAI's own limits, but for those that are switched off. An
 * alert tells, and nothing more: one that is passed is a mark that is reached.
 */
export function judgeReplays(
  budget: string,
  replays: readonly Replay[],
  of: BudgetedSpends,
  { assume }: Strictness,
): Check[] {
  const held = replays.filter(({ limit }) => !isInactive(limit));
  return held.flatMap(({ limit, months }) =>
    months.map(({ month, spent }): Check => {
      const counting = of.spends.filter(
        (spend) => mayCount(limit.scope, spend.of.project) && touches(bucketOf(spend), month),
      );
      const missing = missingOf(of, counting);
      const verdict = judgeUsd(spent, limit.limit, { assume, warnAt: [] }, missing);
      const isTold = limit.kind === 'alert' && verdict.kind === 'exceeded';
      return {
        budget,
        limit: limit.kind === 'alert' ? 'spendAlert' : 'spendLimit',
        subject: `${whose(limit)} in ${monthName(month.start)} (UTC)`,
        source: limit.source,
        allowed: { unit: 'usd', low: limit.limit, high: limit.limit },
        // Of what has no price at all nothing was found, which is not an amount of zero.
        found: missing !== undefined && spent.high === 0n ? undefined : { unit: 'usd', ...spent },
        verdict: isTold ? { kind: 'near', percent: 100 } : verdict,
      };
    }),
  );
}

/** Whether all that is used is in sight, for a budget of which nothing else is held. */
export function judgeCredits(budget: string, of: BudgetedSpends): Check {
  const reason = missingOf(of, of.spends);
  return {
    ...{ budget, limit: 'credits', subject: 'what credits pay for' },
    ...{ allowed: undefined, found: undefined },
    verdict: reason === undefined ? { kind: 'within' } : { kind: 'undecided', reason },
  };
}

export function limitText(limit: SpendLimit): string {
  const what = limit.kind === 'hard' ? 'hard limit' : 'alert';
  return `${what} of ${usd(limit.limit)} a month for ${whose(limit)}`;
}

/** Whose limit it is. */
function whose({ scope }: SpendLimit): string {
  return scope.kind === 'project' ? `project ${scope.id}` : 'the organization';
}
