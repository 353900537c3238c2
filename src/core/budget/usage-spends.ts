/** What was used and billed, amount by amount: what budgets and forecasts count. */
import { aliasOf } from '../audit/alias.ts';
import { DIMENSIONS, type Dimension, itemsOf, type PricedCell } from '../audit/audit.ts';
import type { Cell } from '../audit/ledger.ts';
import type { Bill } from '../bill/bill.ts';
import { subjectOf } from '../bill/line-item.ts';
import { daysOf, isProvisional, type Period } from '../calendar.ts';
import { grouped } from '../grouped.ts';
import { addRanges, NOTHING, type Range } from '../money.ts';
import { resolveModel } from '../names.ts';
import type { RateTable } from '../rates.ts';
import { addDays, dayStart, type Instant } from '../time.ts';
import { matchesAny } from '../wildcard.ts';
import { counted } from '../wording.ts';

/** What a budget can be limited to, or be of each. */
export const SCOPE_DIMENSIONS = [
  'model',
  'project',
  'key',
  'user',
  'endpoint',
] as const satisfies readonly Dimension[];
export type ScopeDimension = (typeof SCOPE_DIMENSIONS)[number];
/** Wildcards by dimension; what is left out is not limited. */
export type Scope = Partial<Readonly<Record<ScopeDimension, readonly string[]>>>;

export interface UsageData {
  readonly rates: RateTable;
  readonly now: Instant;
  readonly cells: readonly PricedCell[];
  readonly bill: Bill | undefined;
  readonly covered: Period | undefined;
  /** Rows that could not be read: whose they are nobody knows. */
  readonly badRows: number;
  readonly showIds: boolean;
}

/** An amount that was spent, and on what. Undefined where the data does not tell. */
export interface Spend {
  readonly day: Instant;
  readonly of: Readonly<Record<ScopeDimension, string | undefined>>;
  /** Nothing for usage that counts as it was billed: then the bill has it. */
  readonly cost: Range;
  readonly unpriced: string | undefined;
  /** Undefined for a line of a bill. */
  readonly cell: Cell | undefined;
  /** Whether it is a line of a bill whose use is told by usage that is there as well. */
  readonly isBeside: boolean;
}

export interface Spends {
  readonly spends: readonly Spend[];
  readonly covered: Period | undefined;
  /** Where there are usage and a bill, and some of it counts as it was billed. */
  readonly billed: BilledDays | undefined;
  /** Why a bill that is there does not count beside the usage. */
  readonly billLeftOut: string | undefined;
  /** A currency in which some of it was billed, of which the amount is then not known. */
  readonly otherCurrency: string | undefined;
}

export interface BilledDays {
  readonly days: number;
  readonly last: Instant;
}

/**
 * What was billed was spent. So of usage and a bill, the bill counts for each day that it has and
 * that is settled; on a day that may still grow, whichever is more; and the usage on the others.
 * @param dimensions what the amounts have to be told apart by
 */
export function spendsOf(
  { cells, bill, covered, now }: Pick<UsageData, 'cells' | 'bill' | 'covered' | 'now'>,
  dimensions: readonly ScopeDimension[],
): Spends {
  const used = cells.map(spendOfCell);
  const isBeside = used.length > 0;
  const lines = (bill?.lines ?? []).map(
    ({ day, item, project, amount }): Spend => ({
      day,
      of: { model: subjectOf(item), project, key: undefined, user: undefined, endpoint: undefined },
      cost: { low: amount, high: amount },
      ...{ unpriced: undefined, cell: undefined, isBeside },
    }),
  );
  const otherCurrency = bill?.otherCurrencies[0]?.currency.toUpperCase();
  const nothing = { covered, billed: undefined, billLeftOut: undefined };
  if (!bill) return { spends: used, otherCurrency, ...nothing };
  if (!isBeside) return { spends: lines, otherCurrency, ...nothing };
  const billLeftOut = whyNotBeside(used, lines, dimensions);
  if (billLeftOut !== undefined) {
    return { spends: used, otherCurrency: undefined, ...nothing, billLeftOut };
  }
  const [first] = bill.lines;
  const { spends, billed } = sideBySide(used, lines, (day) => isProvisional(day, bill.end, now));
  return {
    ...{ spends, billed, otherCurrency, billLeftOut: undefined },
    covered: first ? joined(covered, { start: first.day, end: bill.end }) : covered,
  };
}

function spendOfCell({ cell, line, state, cost }: PricedCell): Spend {
  const of = Object.fromEntries(
    SCOPE_DIMENSIONS.map((dimension) => [dimension, DIMENSIONS[dimension](cell)]),
  ) as Spend['of'];
  const [reason] = itemsOf(line).flatMap((item) =>
    item.cost.kind === 'unpriced' ? [item.cost.reason] : [],
  );
  const unpriced = state === 'unpriced' ? `${cell.model ?? 'a model'}: ${reason ?? ''}` : undefined;
  return { day: cell.day, of, cost, unpriced, cell, isBeside: false };
}

function whyNotBeside(
  used: readonly Spend[],
  lines: readonly Spend[],
  dimensions: readonly ScopeDimension[],
): string | undefined {
  const untold = dimensions.filter((dimension) =>
    lines.some(({ of }) => of[dimension] === undefined),
  );
  if (untold.length > 0) return `the bill does not tell its ${untold.join(' and ')}`;
  return used.some((spend) => daysOf(bucketOf(spend)).length > 1)
    ? 'the usage is not by the day, as the bill is'
    : undefined;
}

/** By the day, and by project where both tell it: one that has no bill may be left out of it. */
function sideBySide(
  used: readonly Spend[],
  lines: readonly Spend[],
  mayGrow: (day: Instant) => boolean,
): Pick<Spends, 'spends' | 'billed'> {
  const isByProject = [...used, ...lines].every(({ of }) => of.project !== undefined);
  const keyOf = ({ day, of }: Spend) =>
    JSON.stringify([dayStart(day), isByProject ? of.project : null]);
  const usedBy = grouped(used, keyOf);
  const billedBy = grouped(lines, keyOf);
  const spends: Spend[] = [];
  const days = new Set<Instant>();
  for (const key of new Set([...usedBy.keys(), ...billedBy.keys()])) {
    const [uses, bills] = [usedBy.get(key) ?? [], billedBy.get(key) ?? []];
    const [bill] = bills;
    if (bill && (!mayGrow(bill.day) || isMore(bills, uses))) {
      days.add(bill.day);
      spends.push(...bills);
      for (const use of uses) spends.push({ ...use, cost: NOTHING, unpriced: undefined });
    } else spends.push(...uses);
  }
  const last = Math.max(...days) as Instant;
  return { spends, billed: days.size > 0 ? { days: days.size, last } : undefined };
}

/** What has no price may be anything. */
function isMore(bills: readonly Spend[], uses: readonly Spend[]): boolean {
  const isOpen = uses.some(({ unpriced }) => unpriced !== undefined);
  return !isOpen && costOf(bills).high > costOf(uses).high;
}

/** A cell has all buckets that began on its day; one of more than a day ends later. */
export function bucketOf({ day, cell }: Spend): Period {
  const start = dayStart(day);
  const nextDay = addDays(start, 1);
  return { start, end: cell && cell.lastEnd > nextDay ? cell.lastEnd : nextDay };
}

export function costOf(spends: readonly Spend[]): Range {
  return spends.reduce<Range>((all, { cost }) => addRanges(all, cost), NOTHING);
}

/** As one where no day is missing between them; else the later one, of which the end is known. */
function joined(a: Period | undefined, b: Period): Period {
  if (!a) return b;
  if (a.start > b.end || b.start > a.end) return a.end > b.end ? a : b;
  return {
    start: Math.min(a.start, b.start) as Instant,
    end: Math.max(a.end, b.end) as Instant,
  };
}

/** What a budget is about, and by what its limits are of each: one group without a name otherwise. */
export interface BudgetedSpends extends Pick<Spends, 'covered' | 'billed' | 'billLeftOut'> {
  readonly groups: readonly SpendGroup[];
  readonly spends: readonly Spend[];
  /** What may be in its scope too, as the data does not tell. */
  readonly unclear: readonly Spend[];
  /** What the data does not tell of that. */
  readonly untold: string;
  /** Why some of everything may not be in sight. */
  readonly unread: string | undefined;
}

export interface SpendGroup {
  readonly subject: string;
  readonly spends: readonly Spend[];
  /** Whether the data does not tell whose they are: they may be of any of the others. */
  readonly isUnclear: boolean;
}

export function budgetedSpends(
  { scope, each }: { readonly scope: Scope; readonly each: readonly ScopeDimension[] },
  data: UsageData,
): BudgetedSpends {
  const scoped = Object.keys(scope) as ScopeDimension[];
  const { spends: all, otherCurrency, ...counted } = spendsOf(data, [...scoped, ...each]);
  const { spends, unclear } = inScope(all, scope, data.rates);
  return {
    ...{ ...counted, groups: groupsOf(spends, each, data.showIds), spends, unclear },
    untold: untold(scoped),
    unread: unreadIn(data, otherCurrency),
  };
}

/** Why some of what a budget is about, or a limit that is part of it, may not be in sight. */
export function missingOf(
  { unread, unclear, untold: reason }: BudgetedSpends,
  spends: readonly Spend[],
): string | undefined {
  const isCostly = unclear.some(({ cost, unpriced }) => cost.high > 0n || unpriced !== undefined);
  return unread ?? (isCostly ? reason : undefined) ?? unpricedIn(spends);
}

export function unpricedIn(spends: readonly Spend[]): string | undefined {
  return spends.find(({ unpriced }) => unpriced !== undefined)?.unpriced;
}

export function untold(dimensions: readonly string[]): string {
  return `some of the usage does not tell its ${dimensions.join(' and ')}`;
}

/** Why some of any day may not be in sight. */
export function unreadIn(
  { badRows }: Pick<UsageData, 'badRows'>,
  otherCurrency: string | undefined,
): string | undefined {
  if (badRows > 0) return `${counted(badRows, 'row')} cannot be read`;
  return otherCurrency && `part of it was billed in ${otherCurrency}`;
}

function inScope(
  all: readonly Spend[],
  scope: Scope,
  rates: RateTable,
): Pick<BudgetedSpends, 'spends' | 'unclear'> {
  const spends: Spend[] = [];
  const unclear: Spend[] = [];
  for (const spend of all) {
    const answers = Object.entries(scope).map(([dimension, patterns]) =>
      isIn(patterns, dimension as ScopeDimension, spend, rates),
    );
    if (answers.includes(false)) continue;
    if (answers.includes(undefined)) unclear.push(spend);
    else spends.push(spend);
  }
  return { spends, unclear };
}

/** Undefined where the data does not tell. */
function isIn(
  patterns: readonly string[],
  dimension: ScopeDimension,
  { of, day }: Spend,
  rates: RateTable,
): boolean | undefined {
  const name = of[dimension];
  if (name === undefined) return undefined;
  if (matchesAny(patterns, name)) return true;
  if (dimension !== 'model') return false;
  // By what the name stands for.
  const id = resolveModel(rates, name, day).model?.id;
  return id !== undefined && matchesAny(patterns, id);
}

/** By the dimensions that the limits are of each of; the name of the only group says whose it is. */
function groupsOf(
  spends: readonly Spend[],
  each: readonly ScopeDimension[],
  showIds: boolean,
): SpendGroup[] {
  const keyOf = ({ of }: Spend) => JSON.stringify(each.map((dimension) => of[dimension] ?? null));
  return [...grouped(spends, keyOf).values()]
    .map((members): SpendGroup => {
      const [first] = members;
      const values = each.map((dimension) => [dimension, first?.of[dimension]] as const);
      return {
        subject: values
          .map(([dimension, value]) => `${dimension} ${shownAs(dimension, value, showIds)}`)
          .join(', '),
        spends: members,
        isUnclear: values.some(([, value]) => value === undefined),
      };
    })
    .sort((a, b) => (a.subject < b.subject ? -1 : 1));
}

function shownAs(dimension: ScopeDimension, value: string | undefined, showIds: boolean): string {
  if (value === undefined) return 'not in the data';
  return showIds ? value : aliasOf(dimension, value);
}
