import { parseDecimal, parsePlainDecimal } from './decimal.ts';

/**
 * An exact amount of money, in units of 1/(3600 x 10^18) US dollars.
 *
 * The unit divides every price that OpenAI prints: a token of a price per million with six
 * decimals, with a regional uplift of 1.1 on top, and a second of a price per hour. Sums are
 * therefore exact; the only rounding of the program is the one at the end, in output/.
 */
export type Money = bigint & { readonly money: unique symbol };

const UNITS_PER_USD = 3600n * 10n ** 18n;
/** 3600 = 2^4 x 3^2 x 5^2, so an amount without a factor of 9 left over ends within 18 + 4 digits. */
const EXACT_DECIMALS = 22;

export const ZERO = 0n as Money;

/**
 * The price of one unit, from a decimal price in USD `per` so many units, times decimal factors.
 * Undefined when the text is no plain decimal or the money unit does not divide the result.
 */
export function unitPrice(
  usd: string,
  per: number,
  factors: readonly string[] = [],
): Money | undefined {
  let numerator = UNITS_PER_USD;
  let denominator = BigInt(per);
  for (const text of [usd, ...factors]) {
    const decimal = parsePlainDecimal(text);
    if (!decimal) return undefined;
    numerator *= decimal.digits;
    denominator *= 10n ** BigInt(decimal.scale);
  }
  return numerator % denominator === 0n ? ((numerator / denominator) as Money) : undefined;
}

/** An amount in USD, from a plain decimal such as `12.50`; undefined for anything else. */
export function parseUsd(text: string): Money | undefined {
  return unitPrice(text, 1);
}

/** More digits than any amount of money has: a guard against cells that are no amounts at all. */
const AMOUNT_FORM = /^-?\d{1,60}(?:\.\d{1,60})?(?:[eE][+-]?\d{1,2})?$/;

/**
 * An amount in USD as files have it: `-1.5`, `1e-05`, with up to 60 decimals. Where the money unit
 * does not divide it, it is rounded half to even to that unit, which is less than 1e-21 USD.
 * Undefined when the text is no number.
 */
export function parseAmount(text: string): Money | undefined {
  const decimal = AMOUNT_FORM.test(text) ? parseDecimal(text) : undefined;
  if (!decimal) return undefined;
  const { digits, scale } = decimal;
  const isNegative = digits < 0n;
  const amount = halfEven((isNegative ? -digits : digits) * UNITS_PER_USD, 10n ** BigInt(scale));
  return (isNegative ? -amount : amount) as Money;
}

export function add(a: Money, b: Money): Money {
  return (a + b) as Money;
}

export function subtract(a: Money, b: Money): Money {
  return (a - b) as Money;
}

/** `count` is a whole number that is exact as a double. */
export function times(price: Money, count: number): Money {
  return (price * BigInt(count)) as Money;
}

/** An amount times a decimal factor such as `1.1`, rounded down to the money unit. */
export function floorTimes(amount: Money, factor: string): Money {
  const decimal = parsePlainDecimal(factor);
  if (!decimal) throw new RangeError(`not a decimal factor: ${factor}`);
  return ((amount * decimal.digits) / 10n ** BigInt(decimal.scale)) as Money;
}

/** The mean of at least one amount, as the range between the whole money units around it. */
export function meanOf(amounts: readonly Money[]): Range {
  const by = BigInt(amounts.length);
  const sum = amounts.reduce(add, ZERO);
  const rest = ((sum % by) + by) % by;
  const low = (sum - rest) / by;
  return { low: low as Money, high: (rest === 0n ? low : low + 1n) as Money };
}

/** `numerator` is not negative. */
function halfEven(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  const twice = (numerator % denominator) * 2n;
  const isUp = twice > denominator || (twice === denominator && quotient % 2n === 1n);
  return isUp ? quotient + 1n : quotient;
}

/** Rounds half to even, the only rounding there is. Returns a decimal with so many places. */
export function roundUsd(amount: Money, places: number): string {
  const negative = amount < 0n;
  const scaled = (negative ? -amount : amount) * 10n ** BigInt(places);
  const text = halfEven(scaled, UNITS_PER_USD)
    .toString()
    .padStart(places + 1, '0');
  const whole = text.slice(0, text.length - places);
  const sign = negative && /[1-9]/.test(text) ? '-' : '';
  return places === 0 ? sign + text : `${sign}${whole}.${text.slice(-places)}`;
}

/** The amount as the shortest exact decimal, to 22 places where it has no end. */
export function exactUsd(amount: Money): string {
  return roundUsd(amount, EXACT_DECIMALS).replace(/\.?0+$/, '');
}

/** A range of amounts, low <= high; both ends are the same where the price is settled. */
export interface Range {
  readonly low: Money;
  readonly high: Money;
}

export const NOTHING: Range = { low: ZERO, high: ZERO };

export function addRanges(a: Range, b: Range): Range {
  return { low: add(a.low, b.low), high: add(a.high, b.high) };
}

/** The smallest range that holds both. */
export function span(a: Range, b: Range): Range {
  const [low] = [a.low, b.low].sort(compare);
  const [, high] = [a.high, b.high].sort(compare);
  return { low: low ?? a.low, high: high ?? a.high };
}

export function smaller(a: Money, b: Money): Money {
  return a < b ? a : b;
}

export function larger(a: Money, b: Money): Money {
  return a > b ? a : b;
}

/** For sorting: bigints have no difference that is a number. */
export function compare(a: Money, b: Money): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
