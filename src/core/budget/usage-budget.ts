/** Budgets for what was used and billed: all of it, or some, held against limits. */

import type { Cell } from '../audit/ledger.ts';
import { daysOf, monthName, monthsOf, type Period } from '../calendar.ts';
import { grouped } from '../grouped.ts';
import { add, larger, type Money, NOTHING, span } from '../money.ts';
import type { RateTable } from '../rates.ts';
import { dayOf } from '../time.ts';
import { inputTokens } from '../usage.ts';
import { type Check, isFailure, judgeTokens, judgeUsd, type Strictness } from './check.ts';
import { judgePermissions, type Permissions } from './permitted.ts';
import {
  type BudgetedSpends,
  bucketOf,
  costOf,
  type Scope,
  type ScopeDimension,
  type Spend,
  type SpendGroup,
  unpricedIn,
  untold,
} from './usage-spends.ts';

export interface UsageLimits {
  /** Of everything in the files. */
  readonly usd?: Money | undefined;
  /** Of each day, and of each calendar month: UTC. */
  readonly usdPerDay?: Money | undefined;
  readonly usdPerMonth?: Money | undefined;
  /** Input tokens of a request; the average of a day where the data has only sums. */
  readonly tokensPerRequest?: number | undefined;
}

export interface UsageBudget extends Permissions {
  readonly name: string;
  /** Patterns, as the configuration has them. */
  readonly files: readonly string[];
  readonly scope: Scope;
  /** The limits are of each of these, and not of all together. */
  readonly each: readonly ScopeDimension[];
  readonly limits: UsageLimits;
  readonly warnAt: readonly number[];
  /** Whether a scope without any use passes. */
  readonly allowEmpty: boolean;
}

/** Whether there is nothing to hold against a budget: what cannot be read, or may be in its scope, is. */
export function isNothing({ groups, unclear, unread }: BudgetedSpends): boolean {
  return groups.length + unclear.length === 0 && unread === undefined;
}

/** Holds what was spent against a budget. */
export function judgeUsage(
  budget: UsageBudget,
  of: BudgetedSpends,
  rates: RateTable,
  strictness: Strictness,
): Check[] {
  if (isNothing(of)) return [];
  const { spends, unclear, unread } = of;
  const about: About = { budget, strictness, unread, unclear, untold: of.untold };
  const groups = of.groups.length > 0 ? of.groups : [{ subject: '', spends: [], isUnclear: false }];
  const loose = groups.filter(({ isUnclear }) => isUnclear);
  const ofAny = loose.flatMap((group) => group.spends);
  return [
    ...groups.flatMap((group) =>
      judgeSpends(
        loose.length === 0 || group.isUnclear
          ? about
          : { ...about, unclear: [...unclear, ...ofAny], untold: untold(budget.each) },
        group,
      ),
    ),
    ...judgePermissions(
      budget,
      spends,
      unread ?? (unclear.length > 0 ? of.untold : undefined),
      rates,
    ),
  ];
}

interface About {
  readonly budget: UsageBudget;
  readonly strictness: Strictness;
  /** What is missing from everything. */
  readonly unread: string | undefined;
  /** What may count too, and what the data does not tell of it. */
  readonly unclear: readonly Spend[];
  readonly untold: string;
}

function judgeSpends(about: About, group: SpendGroup): Check[] {
  const { usd, usdPerDay, usdPerMonth, tokensPerRequest } = about.budget.limits;
  const checks: Check[] = [];
  if (usd !== undefined) {
    const subject = group.subject || 'everything';
    checks.push(judgeSum(about, { ...group, subject }, 'usd', usd));
  }
  if (usdPerDay !== undefined) {
    checks.push(...judgePeriods(about, group, 'usdPerDay', usdPerDay));
  }
  if (usdPerMonth !== undefined) {
    checks.push(...judgePeriods(about, group, 'usdPerMonth', usdPerMonth));
  }
  if (tokensPerRequest !== undefined) {
    checks.push(...judgeRequests(about, group, tokensPerRequest));
  }
  return checks;
}

function judgeSum(
  { budget, strictness, unread, unclear, untold: reason }: About,
  { subject, spends, isUnclear }: SpendGroup,
  limit: Check['limit'],
  allowed: Money,
): Check {
  const sum = costOf(spends);
  // Usage of nobody knows whose may be of one or of many; what may count as well must fit too.
  const found = isUnclear ? span(NOTHING, sum) : sum;
  const most = larger(sum.high, add(sum.high, costOf(unclear).high));
  const fits = unpricedIn(unclear) === undefined && most <= allowed;
  const lacking = isUnclear ? untold(budget.each) : unclear.length > 0 ? reason : undefined;
  const missing = unpricedIn(spends) ?? unread ?? (fits ? undefined : lacking);
  // Of what has no price at all nothing was found, which is not an amount of zero.
  const isNothing = missing !== undefined && found.high === 0n;
  return {
    ...{ budget: budget.name, limit, subject },
    allowed: { unit: 'usd', low: allowed, high: allowed },
    found: isNothing ? undefined : { unit: 'usd', ...found },
    verdict: judgeUsd(found, allowed, strictness, missing),
  };
}

/** Every period that fails; where none does, the dearest one alone. */
function judgePeriods(
  about: About,
  group: SpendGroup,
  limit: 'usdPerDay' | 'usdPerMonth',
  allowed: Money,
): Check[] {
  const periodsOf = limit === 'usdPerDay' ? dayNames : monthNames;
  const inPeriods = (spends: readonly Spend[]) => byPeriod(spends, periodsOf);
  const unclear = inPeriods(about.unclear);
  const periods = inPeriods(group.spends);
  const names = [...new Set([...periods.keys(), ...unclear.keys()])].sort();
  const checks = names.map((period) => {
    const subject = group.subject ? `${group.subject} in ${period}` : period;
    const ofPeriod = { ...about, unclear: unclear.get(period) ?? [] };
    const spends = periods.get(period) ?? [];
    return judgeSum(ofPeriod, { ...group, subject, spends }, limit, allowed);
  });
  if (checks.length === 0) {
    return [judgeSum(about, { ...group, subject: group.subject || 'everything' }, limit, allowed)];
  }
  return failuresOrDearest(checks);
}

/** All that fail; where none does, the one that is dearest says how near they come. */
function failuresOrDearest(checks: readonly Check[]): Check[] {
  const failed = checks.filter(isFailure);
  return failed.length > 0 ? failed : dearest(checks);
}

/** A bucket that reaches beyond a period has spent anything from none to all of its cost in it. */
function byPeriod(
  spends: readonly Spend[],
  periodsOf: (of: Period) => string[],
): Map<string, Spend[]> {
  const found = new Map<string, Spend[]>();
  for (const spend of spends) {
    const periods = periodsOf(bucketOf(spend));
    const part = periods.length > 1 ? { ...spend, cost: span(NOTHING, spend.cost) } : spend;
    for (const period of periods) {
      const known = found.get(period);
      if (known) known.push(part);
      else found.set(period, [part]);
    }
  }
  return found;
}

const dayNames = (of: Period) => daysOf(of).map(dayOf);
const monthNames = (of: Period) => monthsOf(of).map(({ start }) => monthName(start));

function dearest(checks: readonly Check[]): Check[] {
  const [first, ...others] = checks;
  if (!first) return [];
  return [others.reduce((a, b) => (highOf(b) > highOf(a) ? b : a), first)];
}

function highOf({ found }: Check): bigint {
  return found === undefined || found.unit === 'name' ? 0n : BigInt(found.high);
}

/** Every day and model that fails; where none does, the one with the longest requests. */
function judgeRequests(
  { budget, strictness, unread, unclear, untold: reason }: About,
  { subject, spends }: SpendGroup,
  allowed: number,
): Check[] {
  const missing = unread ?? (unclear.some(hasTokens) ? reason : undefined);
  const places = grouped(
    spends.filter(hasTokens),
    ({ day, of }) => `${of.model ?? 'no model'} on ${dayOf(day)}`,
  );
  // Nothing of what can be read is sent by the token: there is one check all the same.
  if (places.size === 0) places.set('everything', []);
  const checks = [...places].map(([place, members]): Check => {
    const known = members.length === 0 ? { low: 0, high: 0 } : tokensPerRequest(members);
    const found = known ?? { low: 0, high: 0 };
    const uncounted = known ? missing : 'the data does not tell the tokens of its requests';
    return {
      ...{ budget: budget.name, limit: 'tokensPerRequest' as const },
      subject: subject ? `${subject}, ${place}` : place,
      allowed: { unit: 'tokens', low: allowed, high: allowed },
      found: known && { unit: 'tokens', ...found },
      verdict: judgeTokens(found, allowed, strictness, uncounted),
    };
  });
  return failuresOrDearest(checks);
}

/** Whether it is, or may be, a matter of requests with tokens: storage, sessions and images are none. */
function hasTokens({ cell, isBeside }: Spend): boolean {
  return cell === undefined ? !isBeside : Object.keys(cell.tokens).length > 0;
}

/** The most of any request where every row is one; otherwise the average, rounded up. */
function tokensPerRequest(spends: readonly Spend[]): { low: number; high: number } | undefined {
  let tokens = 0;
  let requests = 0;
  let most: number | undefined = 0;
  for (const { cell } of spends) {
    if (!cell || cell.requestsUnknown > 0 || hasUncounted(cell)) return undefined;
    tokens += inputTokens(cell.tokens);
    requests += cell.requests;
    const isSingle = cell.rows === cell.requests;
    most =
      isSingle && most !== undefined ? Math.max(most, cell.inputTokensPerRequest.most) : undefined;
  }
  if (requests === 0) return undefined;
  const found = most ?? Number((BigInt(tokens) + BigInt(requests) - 1n) / BigInt(requests));
  return { low: found, high: found };
}

function hasUncounted({ tokens }: Cell): boolean {
  return Object.values(tokens).some((kinds) =>
    Object.entries(kinds).some(([kind, count]) => kind !== 'output' && count === null),
  );
}
