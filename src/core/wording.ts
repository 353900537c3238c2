import { type Money, parseUsd, type Range, roundUsd, ZERO } from './money.ts';
import { UNITS } from './rates.ts';

/** A whole number with separators for thousands, the same in every locale. */
export function count(value: number | undefined): string {
  return String(value ?? 0).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** What a price is for, such as `minute` or `1,000 calls`. */
export function perUnit(unit: keyof typeof UNITS, per: number): string {
  return per === 1 ? UNITS[unit] : `${count(per)} ${UNITS[unit]}`;
}

/** `1 row`, `2 rows`. */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/** `a, b or c`. */
export function eitherOf(names: readonly string[]): string {
  if (names.length < 2) return names.join('');
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

const ONE_CENT = parseUsd('0.01') ?? ZERO;
const CENTS = 2;
const MOST_PLACES = 12;
const SMALL_DIGITS = 4;

/** An amount in a sentence: to the cent, and below one cent to four significant digits. */
export function usd(amount: Money): string {
  let places = CENTS;
  if (amount !== 0n && amount < ONE_CENT && amount > -ONE_CENT) {
    while (places < MOST_PLACES && significantDigits(amount, places) < SMALL_DIGITS) places++;
  }
  const [, sign = '', whole = '', fraction = ''] =
    /^(-?)(\d+)\.(\d+)$/.exec(roundUsd(amount, places)) ?? [];
  const digits = fraction.slice(0, CENTS) + fraction.slice(CENTS).replace(/0+$/, '');
  return `${sign}$${whole.replace(/\B(?=(\d{3})+$)/g, ',')}.${digits}`;
}

function significantDigits(amount: Money, places: number): number {
  return roundUsd(amount, places).replace(/[-.]/g, '').replace(/^0+/, '').length;
}

/** `$1.00`, or `$1.00 to $2.00`. */
export function usdRange({ low, high }: Range): string {
  const [from, to] = [usd(low), usd(high)];
  return from === to ? from : `${from} to ${to}`;
}

/** A share of 1 as people say it: never `0%` for something, nor `100%` for less than all. */
export function percent(share: number): string {
  const rounded = Math.round(100 * share);
  if (share > 0 && rounded === 0) return '<1%';
  if (share < 1 && rounded === 100) return '>99%';
  return `${rounded}%`;
}
