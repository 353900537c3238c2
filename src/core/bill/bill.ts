/** What was billed, line item by line item, as cost exports have it. */

import type { Dimension } from '../audit/audit.ts';
import type { BilledEntry } from '../audit/entry.ts';
import { type OfNobody, type Overlap, ofNobody, organizationsIn } from '../audit/overlap.ts';
import { addDecimals, type Decimal, formatDecimal, parseDecimal } from '../decimal.ts';
import { grouped } from '../grouped.ts';
import type { Rate } from '../lookup.ts';
import { add, compare, exactUsd, type Money, ZERO } from '../money.ts';
import type { RateTable } from '../rates.ts';
import type { Source } from '../source.ts';
import { dayOf, dayStart, type Instant, isoWeekOf } from '../time.ts';
import type { Modality, ServiceTier, TokenKind } from '../usage.ts';
import { parseLineItem } from './line-item.ts';
import { RateBook } from './rate-check.ts';

/** A line item taken apart. What does not follow the grammar is `other`, verbatim. */
export type LineItem =
  | {
      readonly kind: 'tokens';
      readonly text: string;
      /** Such as `evals` or `assistants api`, where it is no tier. */
      readonly surface: string | undefined;
      readonly tier: ServiceTier;
      readonly model: string;
      readonly modality: Modality;
      /** `cacheWrite` where the item does not tell for how long. */
      readonly tokenKind: TokenKind | 'cacheWrite';
      readonly long: boolean;
    }
  | { readonly kind: 'other'; readonly text: string }
  /** The export is not grouped by line item. */
  | { readonly kind: 'none' };

/** The sum of all rows with one day, line item and project. */
export interface BillLine {
  readonly source: Source;
  readonly day: Instant;
  readonly item: LineItem;
  readonly project: string | undefined;
  readonly amount: Money;
  /** The sum of the quantities, exact, as a decimal; undefined where any row has none. */
  readonly quantity: string | undefined;
  /** Undefined where the rows have none, or have several. */
  readonly quantityUnit: string | undefined;
  readonly rows: number;
  /** Amount / quantity beside our rates; undefined where there is no quantity or no rate of ours. */
  readonly rateCheck: RateCheck | undefined;
}

export interface RateCheck {
  /** USD per unit of quantity, as a decimal rounded to 18 places. */
  readonly implied: string;
  /** Ours, per unit of quantity: all rates that may hold. */
  readonly rates: readonly Rate[];
  readonly agrees: boolean;
  /** Where it is not ours: other tiers that have that rate; batch may be billed in a plain line. */
  readonly otherTiers: readonly ServiceTier[];
}

export interface Bill {
  readonly total: Money;
  readonly currency: string;
  /** By day, line item and project, whatever the order of the rows. */
  readonly lines: readonly BillLine[];
  /** The end of the last day. */
  readonly end: Instant;
  /** False if any row has no line item. */
  readonly isByLineItem: boolean;
  /** Amounts in other currencies, which are never summed with these. */
  readonly otherCurrencies: readonly { readonly currency: string; readonly rows: number }[];
  /** Rows that were left out, because another file has the same charge, or has it in more detail. */
  readonly overlaps: readonly Overlap[];
  readonly ofNobody: readonly OfNobody[];
  /** The decimals of the finest amount, from 6 to 10: what the export rounds away is no more. */
  readonly places: number;
}

/** The only currency that is summed; all our prices are in it. */
const CURRENCY = 'usd';
const LEAST_PLACES = 6;
const MOST_PLACES = 10;

/** The rows of one file that share all that an export can be grouped by. */
interface Charge {
  readonly source: Source;
  readonly day: Instant;
  readonly organization: string | undefined;
  readonly lineItem: string | undefined;
  readonly project: string | undefined;
  readonly apiKey: string | undefined;
  readonly user: string | undefined;
  readonly amount: Money;
  readonly quantity: Decimal | undefined;
  readonly quantityUnit: string | undefined;
  readonly rows: number;
}

/** What an export can be grouped by, and what matters most comes first. */
const DETAILS = ['lineItem', 'project', 'apiKey', 'user'] as const;

/** What a bill can be grouped by; its models are its line items. */
export const BILL_DIMENSIONS = {
  model: ({ item }) => (item.kind === 'none' ? undefined : item.text),
  day: ({ day }) => dayOf(day),
  week: ({ day }) => isoWeekOf(day),
  month: ({ day }) => dayOf(day).slice(0, 7),
  project: ({ project }) => project,
} as const satisfies Partial<Record<Dimension, (line: BillLine) => string | undefined>>;

/** Folds rows into a bill. Memory grows with days, line items and what else files are grouped by. */
export class BillFold {
  readonly #charges = new Map<string, Charge>();
  readonly #otherCurrencies = new Map<string, number>();
  #end = -Infinity;
  #places = LEAST_PLACES;

  add(entry: BilledEntry): void {
    const currency = entry.currency.toLowerCase();
    if (currency !== CURRENCY) {
      this.#otherCurrencies.set(currency, (this.#otherCurrencies.get(currency) ?? 0) + 1);
      return;
    }
    this.#end = Math.max(this.#end, entry.end);
    while (this.#places < MOST_PLACES && !hasPlaces(entry.amount, this.#places)) this.#places += 1;
    const day = dayStart(entry.start);
    const details = [entry.organization, ...DETAILS.map((detail) => entry[detail])];
    const key = JSON.stringify([entry.source.file, day, ...details.map((value) => value ?? null)]);
    const charge = chargeOf(entry, day);
    const known = this.#charges.get(key);
    this.#charges.set(key, known ? { ...known, ...sumOf([known, charge]) } : charge);
  }

  /** Undefined if there was no row at all. */
  end(
    rates: RateTable,
    { region = 'global' }: { readonly region?: string | undefined } = {},
  ): Bill | undefined {
    if (this.#charges.size + this.#otherCurrencies.size === 0) return undefined;
    const { kept, overlaps } = countedOnce([...this.#charges.values()]);
    const unnamed = ofNobody(kept);
    const book = new RateBook(rates, region);
    const lines = linesOf(kept)
      .map((line) => ({ ...line, rateCheck: book.check(line) }))
      .sort(inOrder);
    return {
      total: lines.reduce((sum, { amount }) => add(sum, amount), ZERO),
      currency: CURRENCY,
      lines,
      end: (this.#charges.size > 0 ? this.#end : 0) as Instant,
      isByLineItem: lines.every(({ item }) => item.kind !== 'none'),
      otherCurrencies: [...this.#otherCurrencies]
        .map(([currency, rows]) => ({ currency, rows }))
        .sort((a, b) => (a.currency < b.currency ? -1 : 1)),
      overlaps,
      ofNobody: unnamed,
      places: this.#places,
    };
  }
}

/** The lines of a bill as one, such as of all projects. */
export function mergeLines(
  [first, ...others]: readonly [BillLine, ...BillLine[]],
  book: RateBook,
): BillLine {
  if (others.length === 0) return first;
  const all = [first, ...others];
  const sum = sumOf(all.map((line) => ({ ...line, quantity: decimalOf(line.quantity) })));
  const isOfOneProject = all.every(({ project }) => project === first.project);
  const line = {
    ...first,
    ...sum,
    project: isOfOneProject ? first.project : undefined,
    quantity: sum.quantity && formatDecimal(sum.quantity),
  };
  return { ...line, rateCheck: book.check(line) };
}

function chargeOf(entry: BilledEntry, day: Instant): Charge {
  const { source, organization, lineItem, project, apiKey, user, amount, quantityUnit } = entry;
  const quantity = decimalOf(entry.quantity);
  const whose = { organization, project, apiKey, user };
  return { source, day, lineItem, ...whose, amount, quantity, quantityUnit, rows: 1 };
}

function decimalOf(text: string | undefined): Decimal | undefined {
  return text === undefined ? undefined : parseDecimal(text);
}

type Sums = Pick<Charge, 'source' | 'amount' | 'quantity' | 'quantityUnit' | 'rows'>;

/** Quantities add up only where every part has one, in the same unit. There is at least one part. */
function sumOf(parts: readonly Sums[]): Sums {
  return parts.reduce((a, b) => {
    const isSameUnit = a.quantityUnit === b.quantityUnit;
    return {
      source: earlier(a.source, b.source),
      amount: add(a.amount, b.amount),
      quantity:
        isSameUnit && a.quantity && b.quantity ? addDecimals(a.quantity, b.quantity) : undefined,
      quantityUnit: isSameUnit ? a.quantityUnit : undefined,
      rows: a.rows + b.rows,
    };
  });
}

/** By file and line, so that the order in which files are read makes no difference. */
function earlier(a: Source, b: Source): Source {
  if (a.file !== b.file) return a.file < b.file ? a : b;
  return (b.line ?? 0) < (a.line ?? 0) ? b : a;
}

/** Whether no digit is lost by writing the amount with so many decimals. */
function hasPlaces(amount: Money, places: number): boolean {
  const text = exactUsd(amount);
  return (text.split('.')[1] ?? '').length <= places;
}

/**
 * Rows of one file are all real. Of several files that have the same day, those count that tell
 * the most; and a charge that several of these have counts once, as the fullest has it: the others
 * were exported before the day was over. Each organization has its own bill.
 */
function countedOnce(charges: readonly Charge[]): { kept: Charge[]; overlaps: Overlap[] } {
  const details = new Map(
    [...grouped(charges, ({ source }) => source.file)].map(([file, all]) => [file, detailOf(all)]),
  );
  const kept: Charge[] = [];
  const leftOut = new Leftovers();
  const organizationOf = organizationsIn(charges);
  const bills = grouped(charges, (charge) => JSON.stringify([charge.day, organizationOf(charge)]));
  for (const ofDay of bills.values()) {
    const [most = [], ...less] = [...grouped(ofDay, ({ source }) => details.get(source.file) ?? '')]
      .sort(([a], [b]) => (a < b ? 1 : -1))
      .map(([, all]) => all);
    const counted: Charge[] = [];
    for (const alike of grouped(most, identityOf).values()) {
      const [fullest, ...others] = alike.sort(fullestFirst);
      if (fullest) counted.push(fullest);
      for (const other of others) leftOut.add(other, fullest, other.amount !== fullest?.amount);
    }
    const total = amountOf(counted);
    for (const ofFile of grouped(less.flat(), ({ source }) => source.file).values()) {
      const differs = amountOf(ofFile) !== total;
      for (const charge of ofFile) leftOut.add(charge, counted[0], differs);
    }
    kept.push(...counted);
  }
  return { kept, overlaps: leftOut.overlaps() };
}

/** What a file is grouped by, as a text that sorts by how much that tells. */
function detailOf(charges: readonly Charge[]): string {
  return DETAILS.map((detail) =>
    Number(charges.some((charge) => charge[detail] !== undefined)),
  ).join('');
}

function identityOf(charge: Charge): string {
  return JSON.stringify(DETAILS.map((detail) => charge[detail] ?? null));
}

function fullestFirst(a: Charge, b: Charge): number {
  return compare(b.amount, a.amount) || (a.source.file < b.source.file ? -1 : 1);
}

function amountOf(charges: readonly Charge[]): Money {
  return charges.reduce((sum, { amount }) => add(sum, amount), ZERO);
}

class Leftovers {
  readonly #overlaps = new Map<string, { -readonly [K in keyof Overlap]: Overlap[K] }>();

  add({ source: { file }, rows }: Charge, kept: Charge | undefined, differs: boolean): void {
    const keptFile = kept?.source.file ?? '';
    const key = JSON.stringify([file, keptFile]);
    const overlap = this.#overlaps.get(key) ?? { file, keptFile, rows: 0, differing: 0 };
    overlap.rows += rows;
    if (differs) overlap.differing += rows;
    this.#overlaps.set(key, overlap);
  }

  overlaps(): Overlap[] {
    return [...this.#overlaps.values()].sort((a, b) =>
      `${a.file}\n${a.keptFile}` < `${b.file}\n${b.keptFile}` ? -1 : 1,
    );
  }
}

function linesOf(charges: readonly Charge[]): Omit<BillLine, 'rateCheck'>[] {
  const lines = grouped(charges, ({ day, lineItem = null, project = null }) =>
    JSON.stringify([day, lineItem, project]),
  );
  return [...lines.values()].flatMap((all) => {
    const [first] = all;
    if (!first) return [];
    const { day, lineItem, project } = first;
    const { quantity, ...sums } = sumOf(all);
    const item = parseLineItem(lineItem);
    const { source, amount, quantityUnit, rows } = sums;
    return [
      {
        ...{ source, day, item, project, amount },
        ...{ quantity: quantity && formatDecimal(quantity), quantityUnit, rows },
      },
    ];
  });
}

function inOrder(a: BillLine, b: BillLine): number {
  if (a.day !== b.day) return a.day - b.day;
  const [first, second] = [a, b].map(({ item, project = '' }) =>
    [item.kind === 'none' ? '' : item.text, project].join('\n'),
  );
  return (first ?? '') < (second ?? '') ? -1 : 1;
}
