/** Why the bill and our own computation differ, day by day and line item by line item. */

import type { PricedCell } from '../audit/audit.ts';
import { isProvisional } from '../calendar.ts';
import { grouped } from '../grouped.ts';
import {
  add,
  addRanges,
  type Money,
  NOTHING,
  parseUsd,
  type Range,
  times,
  ZERO,
} from '../money.ts';
import type { RateTable } from '../rates.ts';
import type { Instant } from '../time.ts';
import { type Bill, type BillLine, mergeLines } from './bill.ts';
import { type Context, classify, distance } from './difference.ts';
import { type Match, matchesOf, partsOf } from './match.ts';
import { RateBook } from './rate-check.ts';

/** Why a difference is there, in the order in which it is asked. */
export const DIFFERENCE_CLASSES = [
  'equal',
  'rounding',
  'provisional',
  'not-by-line-item',
  'free-tokens',
  'long-context',
  'open-tier',
  'rate-differs',
  'in-range',
  'cost-without-usage',
  'usage-without-cost',
  'other-product',
  'unpriced',
  'unexplained',
] as const;
export type DifferenceClass = (typeof DIFFERENCE_CLASSES)[number];

export interface ReconciledLine {
  readonly day: Instant;
  /** As the bill has it, or would have it; several where only together they can be compared. */
  readonly lineItem: string;
  readonly project: string | undefined;
  /** Undefined where no usage accounts for it. */
  readonly computed: Range | undefined;
  readonly billed: Money | undefined;
  /** Billed less computed: from less than the high end to more than the low end. */
  readonly difference: Range;
  readonly class: DifferenceClass;
  readonly explanation: string;
  /** One for each line item, and none where nothing is billed. */
  readonly bills: readonly BillLine[];
}

export interface Reconciliation {
  /** By day, line item and project. The sums of what they hold are the totals of both sides. */
  readonly lines: readonly ReconciledLine[];
  readonly computed: Range;
  readonly billed: Money;
  /** The sum of the differences that nothing explains, each taken as positive. */
  readonly unexplained: Money;
}

/** Of these, the class says why nothing can be explained, and not what explains it. */
const UNEXPLAINED: ReadonlySet<DifferenceClass> = new Set(['unexplained', 'not-by-line-item']);
const LEAST_ROUNDING = parseUsd('0.000000001') ?? ZERO;

export interface ReconcileOptions {
  readonly now: Instant;
  /** That the cells were priced for. */
  readonly region?: string | undefined;
}

/** Everything on both sides is in exactly one line. */
export function reconcile(
  cells: readonly PricedCell[],
  bill: Bill,
  rates: RateTable,
  { now, region = 'global' }: ReconcileOptions,
): Reconciliation {
  const book = new RateBook(rates, region);
  const parts = grouped(
    cells.flatMap((cell) => partsOf(rates, cell)),
    ({ day }) => day,
  );
  const bills = grouped(bill.lines, ({ day }) => day);
  const days = [...new Set([...parts.keys(), ...bills.keys()])];
  const lines = days.flatMap((day) =>
    matchesOf(rates, parts.get(day) ?? [], bills.get(day) ?? [])
      .map((match) => ({ ...match, bills: byLineItem(match.bills, book) }))
      .map((match) =>
        lineOf(day, match, {
          book,
          isProvisional: isProvisional(day, bill.end, now),
          hasDay: { bill: bills.has(day), usage: parts.has(day) },
          rounding: roundingOf(match.bills, bill.places),
        }),
      ),
  );
  return {
    lines: lines.sort(inOrder),
    computed: lines.reduce((sum, { computed = NOTHING }) => addRanges(sum, computed), NOTHING),
    billed: lines.reduce((sum, { billed = ZERO }) => add(sum, billed), ZERO),
    unexplained: lines.reduce((sum, line) => add(sum, unexplainedOf(line)), ZERO),
  };
}

/** Those of the same line item as one, such as of several projects. */
function byLineItem(bills: readonly BillLine[], book: RateBook): BillLine[] {
  const groups = grouped(bills, ({ item }) => (item.kind === 'none' ? '' : item.text));
  return [...groups.values()].flatMap(([first, ...others]) =>
    first ? [mergeLines([first, ...others], book)] : [],
  );
}

function lineOf(day: Instant, match: Match, context: Context): ReconciledLine {
  const { parts, bills } = match;
  const computed = parts.reduce((sum, { cost }) => addRanges(sum, cost), NOTHING);
  const billed = bills.reduce((sum, { amount }) => add(sum, amount), ZERO);
  const projects = new Set([...parts, ...bills].map(({ project }) => project));
  return {
    day,
    lineItem: textOf(match),
    project: projects.size === 1 ? [...projects][0] : undefined,
    computed: parts.length > 0 ? computed : undefined,
    billed: bills.length > 0 ? billed : undefined,
    difference: { low: (billed - computed.high) as Money, high: (billed - computed.low) as Money },
    ...classify(match, context),
    bills,
  };
}

function textOf({ parts, bills }: Match): string {
  if (bills.some(({ item }) => item.kind === 'none')) return 'all line items';
  const texts =
    bills.length > 0
      ? bills.map(({ item }) => (item.kind === 'none' ? '' : item.text))
      : parts.map(({ lineItem }) => lineItem);
  return [...new Set(texts)].sort().join(' + ');
}

/** Each row may be off by half of the last decimal. */
function roundingOf(bills: readonly BillLine[], places: number): Money {
  const rows = bills.reduce((sum, bill) => sum + bill.rows, 0);
  const half = parseUsd(`0.${'0'.repeat(places)}5`) ?? ZERO;
  const all = times(half, rows);
  return all > LEAST_ROUNDING ? all : LEAST_ROUNDING;
}

function unexplainedOf({ class: why, difference }: ReconciledLine): Money {
  if (!UNEXPLAINED.has(why)) return ZERO;
  const off = distance(ZERO, difference);
  return (off < ZERO ? -off : off) as Money;
}

function inOrder(a: ReconciledLine, b: ReconciledLine): number {
  if (a.day !== b.day) return a.day - b.day;
  const [first, second] = [a, b].map(({ lineItem, project = '' }) => `${lineItem}\n${project}`);
  return (first ?? '') < (second ?? '') ? -1 : 1;
}
