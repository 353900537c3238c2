import { type Money, type Range, roundUsd } from '../core/money.ts';

/** An amount that may leave something out: it is then a lower bound. */
export interface Amount extends Range {
  readonly unpriced: readonly unknown[];
  /** Whether something else that is part of it could not be read. */
  readonly isPartial?: boolean | undefined;
}

/** Of all files, as far as they could be read. */
export function asFarAsRead<Sum extends Amount>(
  total: Sum,
  { unreadable }: { readonly unreadable: readonly unknown[] },
): Sum & Amount {
  return { ...total, isPartial: unreadable.length > 0 };
}

export function isWhole({ unpriced, isPartial = false }: Amount): boolean {
  return unpriced.length === 0 && !isPartial;
}

function hasNoPrice({ unpriced, high }: Amount): boolean {
  return unpriced.length > 0 && high === 0n;
}

const FEWEST_PLACES = 2;
const MOST_PLACES = 12;
/** In a column, where amounts are compared, and in an answer, which stands alone. */
const COLUMN_DIGITS = 3;
const ANSWER_DIGITS = 6;

/**
 * How many decimals amounts need so that even the smallest of them keeps its first digits. One
 * number for the whole column: the points then stand in line.
 */
export function placesFor(amounts: Iterable<Money>, digits = COLUMN_DIGITS): number {
  let places = FEWEST_PLACES;
  for (const amount of new Set(amounts)) {
    // For most of them the places so far are enough.
    if (amount === 0n || significantDigits(amount, places) >= digits) continue;
    let needed = FEWEST_PLACES;
    while (needed < MOST_PLACES && significantDigits(amount, needed) < digits) needed++;
    places = Math.max(places, needed - trailingZeros(amount, needed));
  }
  return places;
}

function significantDigits(amount: Money, places: number): number {
  return roundUsd(amount, places).replace('.', '').replace(/^0+/, '').length;
}

/** Zeros that may go without leaving fewer than the usual two places. */
function trailingZeros(amount: Money, places: number): number {
  const zeros = /0*$/.exec(roundUsd(amount, places))?.[0].length ?? 0;
  return Math.min(zeros, places - FEWEST_PLACES);
}

export function formatUsd(amount: Money, places = placesFor([amount])): string {
  const [, sign = '', whole = '', fraction] =
    /^(-?)(\d+)(?:\.(\d+))?$/.exec(roundUsd(amount, places)) ?? [];
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return `${sign}$${grouped}${fraction === undefined ? '' : `.${fraction}`}`;
}

function formatRange({ low, high }: Range, places: number, to: string): string {
  const from = formatUsd(low, places);
  if (low === high) return from;
  const until = formatUsd(high, places);
  return from === until ? from : `${from}${to}${until}`;
}

/** A total as people read it in a sentence: nothing unpriced is ever shown as zero. */
export function formatTotal(total: Amount): string {
  const places = placesFor([total.low, total.high], ANSWER_DIGITS);
  if (isWhole(total)) return formatRange(total, places, ' to ');
  return hasNoPrice(total) ? 'no price' : `at least ${formatUsd(total.low, places)}`;
}

/** A difference: `$1.50 more`, or `$1.00 less to $2.00 more`. */
export function formatChange({ low, high }: Range): string {
  if (low === 0n && high === 0n) return 'none';
  const places = placesFor([low, high], ANSWER_DIGITS);
  if (low === high) return changeOf(low, places);
  if (low < 0n && high > 0n) return `${changeOf(low, places)} to ${changeOf(high, places)}`;
  const [from, to] = low < 0n ? [high, low] : [low, high];
  return `${formatUsd(absolute(from), places)} to ${changeOf(to, places)}`;
}

function changeOf(amount: Money, places: number): string {
  return `${formatUsd(absolute(amount), places)} ${amount < 0n ? 'less' : 'more'}`;
}

function absolute(amount: Money): Money {
  return (amount < 0n ? -amount : amount) as Money;
}

/** The same in a column: `+$1.50`, or `-$1.00 to +$2.00`. */
export function formatSigned({ low, high }: Range, places: number): string {
  const [from, until] = [low, high].map((amount) => {
    const text = formatUsd(amount, places);
    return amount > 0n ? `+${text}` : text;
  });
  return from === until ? (from ?? '') : `${from} to ${until}`;
}

/** The same for a column, in as little room as possible. */
export function formatCell(total: Amount, places: number): string {
  if (isWhole(total)) return formatRange(total, places, '-');
  return hasNoPrice(total) ? 'no price' : `>= ${formatUsd(total.low, places)}`;
}
