/** A limit on what is spent in a month: one of OpenAI's own, or of the user's. */
import { compare, floorTimes, type Money } from '../money.ts';
import type { Source } from '../source.ts';
import { perhaps, type Spent } from './spending.ts';

export type LimitScope =
  | { readonly kind: 'organization' }
  | { readonly kind: 'project'; readonly id: string };

/** From where on to alert. */
export type Threshold =
  | { readonly kind: 'amount'; readonly amount: Money }
  /** Of the limit, with at most six decimals: 80 is four fifths of it. */
  | { readonly kind: 'percent'; readonly percent: number };

export interface SpendLimit {
  readonly name: string;
  readonly source: Source | undefined;
  readonly scope: LimitScope;
  /** A calendar month of UTC; in which time zone OpenAI's own month begins, its reference leaves open. */
  readonly interval: 'month';
  /** A hard limit stops requests; an alert tells, and lets them go on. */
  readonly kind: 'hard' | 'alert';
  /** Not negative. */
  readonly limit: Money;
  readonly thresholds: readonly Threshold[];
  /** What OpenAI says of a hard limit of its own, such as `enforcing` or `inactive`. */
  readonly enforcement: string | undefined;
}

/** Whether it stops nothing, as it is switched off. */
export function isInactive({ enforcement }: SpendLimit): boolean {
  return enforcement === 'inactive';
}

/** An amount that is told of when it is passed. */
export interface Mark {
  /** Undefined for the limit itself. */
  readonly threshold: Threshold | undefined;
  /** Rounded down to the money unit, which decides no comparison with a whole number of units. */
  readonly at: Money;
}

/** All thresholds and the limit itself, from the least to the most. */
export function marksOf({ limit, thresholds }: SpendLimit): Mark[] {
  const marks = thresholds.map(
    (threshold): Mark => ({ threshold, at: amountOf(threshold, limit) }),
  );
  return [...marks, { threshold: undefined, at: limit }].sort((a, b) => compare(a.at, b.at));
}

/**
 * What counts against a limit of this scope. A cost whose project is not known is `unknown` to the
 * limit of a project, and counts as anything from none to all of it.
 */
export function scopedTo(
  scope: LimitScope,
  spent: readonly Spent[],
): { readonly ofScope: readonly Spent[]; readonly unknown: readonly Spent[] } {
  if (scope.kind === 'organization') return { ofScope: spent, unknown: [] };
  const counting = spent.filter(({ project }) => mayCount(scope, project));
  const unknown = counting.filter(({ project }) => project === undefined);
  const known = counting.filter(({ project }) => project !== undefined);
  return { ofScope: [...known, ...unknown.map(perhaps)], unknown };
}

/** Whether a cost counts, or may as its project is not known. */
export function mayCount(scope: LimitScope, project: string | undefined): boolean {
  return scope.kind === 'organization' || project === undefined || project === scope.id;
}

function amountOf(threshold: Threshold, limit: Money): Money {
  if (threshold.kind === 'amount') return threshold.amount;
  return (floorTimes(limit, threshold.percent.toFixed(PERCENT_PLACES)) / 100n) as Money;
}

const PERCENT_PLACES = 6;
