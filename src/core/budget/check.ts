/** Limits held against what was found: what `check` says, before anybody puts it into words. */
import { add, type Money, type Range } from '../money.ts';
import type { Source } from '../source.ts';

/** What a limit is about, by the name that the configuration gives it. */
export type LimitName =
  | 'usdPerCall'
  | 'usdPerRun'
  | 'usdPerMonth'
  | 'usdPerDay'
  | 'usd'
  | 'tokensPerFile'
  | 'contextShare'
  | 'tokensPerRequest'
  | 'models'
  | 'tiers'
  | 'imageQualities'
  | 'spendLimit'
  | 'spendAlert'
  /** That all is in sight that they pay for. */
  | 'credits'
  /** That all files can be read. */
  | 'files'
  | 'increase.perFile.usd'
  | 'increase.perFile.percent'
  | 'increase.perFile.tokens'
  | 'increase.total.usd'
  | 'increase.total.percent';

/** So much of something; both ends are the same where it is settled. */
export type Figure =
  | ({ readonly unit: 'usd' } & Range)
  | { readonly unit: 'tokens' | 'percent'; readonly low: number; readonly high: number }
  /** Something that is allowed or not, such as a model. */
  | { readonly unit: 'name'; readonly name: string };

/** Which end of a range is held against a limit. */
export const ASSUMPTIONS = ['high', 'mid', 'low'] as const;
export type Assumption = (typeof ASSUMPTIONS)[number];

/** `undecided` does not pass: not all of the cost is in sight, and the reason says what is not. */
export type Verdict =
  | { readonly kind: 'within' }
  /** Within, but a mark of so many percent of the limit is reached. */
  | { readonly kind: 'near'; readonly percent: number }
  /** Surely, or only at the end of the range that is assumed; with a reason, by the known part alone. */
  | { readonly kind: 'exceeded'; readonly sure: boolean; readonly reason?: string }
  | { readonly kind: 'undecided'; readonly reason: string };

/** One limit of a budget, held against one thing. */
export interface Check {
  readonly budget: string;
  readonly limit: LimitName;
  /** What was judged, such as `prompts/reply.md with gpt-5.4` or `project proj_a on 2026-11-03`. */
  readonly subject: string;
  /** What the cost is of, where the limit itself does not say it. */
  readonly per?: 'run' | 'month' | undefined;
  /** The file that it is about, if it is about one. */
  readonly source?: Source | undefined;
  /** The limit itself; undefined for lists of what is allowed. */
  readonly allowed: Exclude<Figure, { unit: 'name' }> | undefined;
  /** Undefined where nothing of it is known. */
  readonly found: Figure | undefined;
  readonly verdict: Verdict;
}

/** A budget and everything that was held against it. */
export interface JudgedBudget {
  readonly name: string;
  readonly kind: 'prompts' | 'usage';
  /** None only where all of its limits are switched off. */
  readonly checks: readonly Check[];
  /** What was given and does not count, and why. */
  readonly asides: readonly string[];
}

/** How to judge: the end of ranges, and the percentages of a limit from which on to warn. */
export interface Strictness {
  readonly assume: Assumption;
  readonly warnAt: readonly number[];
}

export const STRICT: Strictness = { assume: 'high', warnAt: [] };

/**
 * Holds an amount against a limit, exactly: at the limit passes, one unit above does not. What is
 * missing from the amount leaves it undecided, unless the known part alone is too much.
 */
export function judgeUsd(
  found: Range,
  limit: Money,
  { assume, warnAt }: Strictness = STRICT,
  missing?: string | undefined,
): Verdict {
  return judgeExact(found, limit, missing, assume, warnAt);
}

/** The same for whole numbers of tokens. */
export function judgeTokens(
  found: { readonly low: number; readonly high: number },
  limit: number,
  { assume, warnAt }: Strictness = STRICT,
  missing?: string | undefined,
): Verdict {
  const range = { low: BigInt(found.low), high: BigInt(found.high) };
  return judgeExact(range, BigInt(limit), missing, assume, warnAt);
}

function judgeExact(
  { low, high }: { readonly low: bigint; readonly high: bigint },
  limit: bigint,
  missing: string | undefined,
  assume: Assumption,
  warnAt: readonly number[],
): Verdict {
  if (low > limit) {
    return { kind: 'exceeded', sure: true, ...(missing === undefined ? {} : { reason: missing }) };
  }
  if (missing !== undefined) return { kind: 'undecided', reason: missing };
  // Twice the value, so that the middle of a range is exact as well.
  const twice = { low: 2n * low, mid: low + high, high: 2n * high }[assume];
  if (twice > 2n * limit) return { kind: 'exceeded', sure: false };
  const reached = warnAt.filter((percent) => isAtLeast(twice, 2n * limit, percent));
  return reached.length > 0 ? { kind: 'near', percent: Math.max(...reached) } : { kind: 'within' };
}

/** Percentages have at most two decimals, so hundredths of them are whole. */
const HUNDREDTHS = 100n;

function hundredthsOf(percent: number): bigint {
  return BigInt(Math.round(percent * Number(HUNDREDTHS)));
}

/** Whether a value is at least so many percent of a whole: never for nothing of nothing. */
function isAtLeast(value: bigint, whole: bigint, percent: number): boolean {
  return value > 0n && value * 100n * HUNDREDTHS >= whole * hundredthsOf(percent);
}

/** The end of a range that is judged; the middle rounded up to a unit of money. */
export function assumed({ low, high }: Range, assume: Assumption): Money {
  if (assume === 'mid') return ((add(low, high) + 1n) / 2n) as Money;
  return assume === 'low' ? low : high;
}

/**
 * Holds an increase against so many percent of what was there before, in integers. Undecided where
 * nothing was there before: no percentage says how much more that is.
 */
export function judgeIncrease(
  before: bigint,
  after: bigint,
  percent: number,
  warnAt: readonly number[] = [],
): Verdict {
  if (after <= before) return { kind: 'within' };
  if (before <= 0n) return { kind: 'undecided', reason: NOTHING_BEFORE };
  const allowed = before * hundredthsOf(percent);
  const more = (after - before) * 100n * HUNDREDTHS;
  return judgeExact({ low: more, high: more }, allowed, undefined, 'high', warnAt);
}

const NOTHING_BEFORE =
  'it cost nothing at the base, so no percentage can be told; set a limit in usd too, or take another base';

/** Why what was found is at least, and may be anything from there on. */
export function lackOf(verdict: Verdict): string | undefined {
  return 'reason' in verdict ? verdict.reason : undefined;
}

/** What a check fails with, in the order of what matters: an excess is worse than a doubt. */
export function isFailure({ verdict }: Check): boolean {
  return verdict.kind === 'exceeded' || verdict.kind === 'undecided';
}
