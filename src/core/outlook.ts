/** What usage says of the months around it: forecasts, limits replayed over it, credits used by it. */
import { monthOf, type Period } from './calendar.ts';
import { type Check, judgeUsd, type Strictness } from './check.ts';
import { type Credits, credits, type Grant } from './credits.ts';
import { type Forecast, forecast, type LimitDays, limitDays } from './forecast.ts';
import type { Money } from './money.ts';
import { type Replay, replay } from './replay.ts';
import type { SpendLimit } from './spend-limit.ts';
import type { Spending } from './spending.ts';
import { addDays, dayOf, dayStart, type Instant } from './time.ts';
import type { Spend } from './usage-budget.ts';

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
}

export const NO_OUTLOOK: Outlook = { months: [], replays: [], credits: undefined };

/**
 * The history of what was spent. `covered`: what the data is about; a day of it without a cost cost
 * nothing.
 */
export function spendingFrom(
  spends: readonly Spend[],
  covered: Period | undefined,
  missing: string | undefined,
): Spending {
  const spent = spends.map(({ day, cell, cost, of }) => {
    const start = dayStart(day);
    const nextDay = addDays(start, 1);
    // A cell has all buckets that began on its day; one of more than a day ends later.
    const end = cell && cell.lastEnd > nextDay ? cell.lastEnd : nextDay;
    return { start, end, cost, project: of.project };
  });
  const unpriced = spends.flatMap((spend) => spend.unpriced ?? []);
  const reasons = [...new Set(missing === undefined ? unpriced : [missing, ...unpriced])];
  return { spent, covered, missing: reasons };
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
  limits: readonly SpendLimit[],
  grants: readonly Grant[],
  now: Instant,
): Outlook {
  return {
    months,
    replays: limits.map((limit) => replay(limit, spending)),
    credits: grants.length > 0 ? credits(grants, spending, now) : undefined,
  };
}

/**
 * Holds every month of the data against OpenAI's own limits. An alert tells, and nothing more: one
 * that is passed is a mark that is reached.
 */
export function judgeReplays(
  budget: string,
  replays: readonly Replay[],
  { assume }: Strictness,
  missing: string | undefined,
): Check[] {
  return replays.flatMap(({ limit, months }) =>
    months.map(({ month, spent }): Check => {
      const verdict = judgeUsd(spent, limit.limit, { assume, warnAt: [] }, missing);
      const isTold = limit.kind === 'alert' && verdict.kind === 'exceeded';
      return {
        budget,
        limit: limit.kind === 'alert' ? 'spendAlert' : 'spendLimit',
        subject: `${whose(limit)} in ${dayOf(month.start).slice(0, 'YYYY-MM'.length)}`,
        source: limit.source,
        allowed: { unit: 'usd', low: limit.limit, high: limit.limit },
        found: { unit: 'usd', ...spent },
        verdict: isTold ? { kind: 'near', percent: 100 } : verdict,
      };
    }),
  );
}

/** Whose limit it is. */
export function whose({ scope }: SpendLimit): string {
  return scope.kind === 'project' ? `project ${scope.id}` : 'the organization';
}
