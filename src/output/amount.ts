import { type Money, type Range, roundUsd } from '../core/money.ts';
import type { Total } from '../core/price.ts';

const FEWEST_PLACES = 2;
const MOST_PLACES = 12;
const SIGNIFICANT_DIGITS = 3;

/**
 * How many decimals a column of amounts needs so that even the smallest of them keeps three
 * significant digits. One number for the whole column: the points then stand in line.
 */
export function placesFor(amounts: Iterable<Money>): number {
  let places = FEWEST_PLACES;
  for (const amount of amounts) {
    if (amount === 0n) continue;
    let needed = FEWEST_PLACES;
    while (needed < MOST_PLACES && significantDigits(amount, needed) < SIGNIFICANT_DIGITS) needed++;
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
  const [whole = '', fraction] = roundUsd(amount, places).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return `$${grouped}${fraction === undefined ? '' : `.${fraction}`}`;
}

export function formatRange({ low, high }: Range, places = placesFor([low, high])): string {
  const from = formatUsd(low, places);
  const to = formatUsd(high, places);
  return from === to ? from : `${from} to ${to}`;
}

/** A total as people read it: nothing unpriced is ever shown as zero. */
export function formatTotal(total: Total, places = placesFor([total.low, total.high])): string {
  if (total.unpriced.length === 0) return formatRange(total, places);
  return total.high === 0n ? 'no price' : `at least ${formatUsd(total.low, places)}`;
}
