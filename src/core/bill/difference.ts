/** The class of a difference between bill and usage, and its reason in plain words. */

import {
  addDecimals,
  compareDecimals,
  type Decimal,
  formatDecimal,
  parseDecimal,
} from '../decimal.ts';
import {
  add,
  addRanges,
  compare,
  type Money,
  NOTHING,
  type Range,
  roundUsd,
  ZERO,
} from '../money.ts';
import type { ServiceTier } from '../usage.ts';
import type { BillLine } from './bill.ts';
import { isOfModel, type Match, type UsedPart } from './match.ts';
import { agrees, BILLED_UNITS, impliedRate, type RateBook } from './rate-check.ts';
import type { DifferenceClass } from './reconcile.ts';

export interface Context {
  readonly book: RateBook;
  /** Whether the day is so young that either side may still grow. */
  readonly isProvisional: boolean;
  /** Whether the other side has anything at all of the day. */
  readonly hasDay: { readonly bill: boolean; readonly usage: boolean };
  /** A smaller difference is rounding. */
  readonly rounding: Money;
}

export interface Verdict {
  readonly class: DifferenceClass;
  readonly explanation: string;
}

/** All that the questions are asked about. */
interface Facts extends Match, Context {
  readonly computed: Range;
  readonly freeValue: Range;
  readonly billed: Money;
  /** How far the bill is from the computed range; positive if it is more. */
  readonly off: Money;
  readonly isInRange: boolean;
  readonly used: Counted | undefined;
  readonly charged: Counted | undefined;
  readonly isSameQuantity: boolean;
  readonly tiers: readonly ServiceTier[];
  readonly unpriced: readonly UsedPart[];
}

interface Counted {
  readonly unit: string;
  readonly quantity: Decimal;
}

/** Asked in this order; the first that has an answer settles it. */
type Question = (facts: Facts) => Verdict | undefined;

export function classify(match: Match, context: Context): Verdict {
  const facts = factsOf(match, context);
  for (const question of questionsOf(match)) {
    const verdict = question(facts);
    if (verdict) return verdict;
  }
  return unexplained(facts);
}

function questionsOf({ parts, bills }: Match): readonly Question[] {
  if (bills.length === 0) return UNBILLED;
  if (parts.length === 0) return UNUSED;
  return bills.some(({ item }) => item.kind === 'none') ? WHOLE_DAY : BOTH;
}

function factsOf(match: Match, context: Context): Facts {
  const { parts, bills } = match;
  const paid = parts.filter(({ isFree }) => !isFree);
  const computed = sumOf(parts, ({ cost }) => cost);
  const billed = bills.reduce((sum, { amount }) => add(sum, amount), ZERO);
  const used = countedIn(paid.map(countOfPart));
  const charged = countedIn(bills.map(countOfBill));
  const off = distance(billed, computed);
  return {
    ...match,
    ...context,
    ...{ computed, billed, used, charged, off },
    freeValue: sumOf(parts, ({ freeValue }) => freeValue),
    isInRange: size(off) < context.rounding,
    isSameQuantity:
      used !== undefined &&
      used.unit === charged?.unit &&
      compareDecimals(used.quantity, charged.quantity) === 0,
    tiers: [...new Set(paid.flatMap(({ tiers }) => tiers))],
    unpriced: paid.filter(({ item }) => item.cost.kind === 'unpriced'),
  };
}

function sumOf(parts: readonly UsedPart[], rangeOf: (part: UsedPart) => Range): Range {
  return parts.reduce((sum, part) => addRanges(sum, rangeOf(part)), NOTHING);
}

/** How far an amount is from a range; zero within it, negative below it. */
export function distance(amount: Money, { low, high }: Range): Money {
  if (amount < low) return (amount - low) as Money;
  return (amount > high ? amount - high : ZERO) as Money;
}

function countOfPart({ item, counts }: UsedPart): Counted | undefined {
  if ('tokens' in item) {
    if (item.tokens === null) return undefined;
    return { unit: 'token', quantity: { digits: BigInt(item.tokens), scale: 0 } };
  }
  const { unit, amount, per = 1 } = item.quantity;
  if (per !== 1) return undefined;
  return {
    unit: counts === 'tool' ? 'call' : unit,
    quantity: { digits: BigInt(amount), scale: 0 },
  };
}

function countOfBill({ item, quantity, quantityUnit }: BillLine): Counted | undefined {
  const decimal = quantity === undefined ? undefined : parseDecimal(quantity);
  const known = BILLED_UNITS.get(quantityUnit ?? (item.kind === 'tokens' ? 'tokens' : ''));
  if (!decimal || (!known && quantityUnit !== undefined)) return undefined;
  const { unit, size } = known ?? { unit: 'call', size: 1 };
  return { unit, quantity: { ...decimal, digits: decimal.digits * BigInt(size) } };
}

/** Their sum, if all are known and count the same. */
function countedIn(all: readonly (Counted | undefined)[]): Counted | undefined {
  const [first] = all;
  if (!first) return undefined;
  let { quantity } = first;
  for (const counted of all.slice(1)) {
    if (counted?.unit !== first.unit) return undefined;
    quantity = addDecimals(quantity, counted.quantity);
  }
  return { unit: first.unit, quantity };
}

/* Questions */

const equal: Question = ({ computed, billed, unpriced, freeValue, parts }) => {
  if (unpriced.length > 0 || computed.low !== computed.high || computed.low !== billed) return;
  if (parts.length > 0 && parts.every(({ isFree }) => isFree)) return;
  const free = freeValue.high > ZERO ? `, beside free tokens worth ${rangeText(freeValue)}` : '';
  return { class: 'equal', explanation: `billed as computed: ${usd(billed)}${free}` };
};

/** The bill tells what our data leaves open: each of its lines is at a rate of ours. */
const settled: Question = (facts) => {
  const { computed, billed, bills, parts, tiers, unpriced } = facts;
  const { isInRange, isSameQuantity, charged } = facts;
  if (unpriced.length > 0 || computed.low === computed.high) return;
  if (!isInRange || !isSameQuantity || !bills.every((bill) => bill.rateCheck?.agrees)) return;
  const isOpenTier = parts.some((part) => !part.isFree && part.tiers.length > 1);
  // One rate for what has several may be right by chance.
  if (tiers.length > 1 && !isOpenTier) return;
  const within = `the bill settles ${rangeText(computed)} at ${usd(billed)}`;
  if (isOpen(parts) && isOfTwoBands(bills)) {
    return { class: 'long-context', explanation: `${within}: ${splitText(bills)}` };
  }
  return {
    class: isOpenTier ? 'open-tier' : 'equal',
    explanation: `${within}: its ${amountText(charged)} are those of the usage, at ${ratesText(bills)}${
      isOpenTier ? `, the rate of ${tiersText(bills)} processing` : ''
    }`,
  };
};

const rounding: Question = ({ off, computed, unpriced, rounding: limit }) => {
  if (unpriced.length > 0 || off === ZERO || size(off) >= limit) return;
  if (computed.low !== computed.high) return;
  return {
    class: 'rounding',
    explanation: `${usd(size(off), 22)} ${off > ZERO ? 'more' : 'less'} than computed, which is rounding`,
  };
};

const free: Question = ({ parts, bills, freeValue, billed }) => {
  if (!parts.every(({ isFree }) => isFree)) return;
  if (bills.length === 0 || billed === ZERO) {
    return {
      class: 'free-tokens',
      explanation: `not billed, as these tokens were free; at list prices they are ${rangeText(freeValue)}`,
    };
  }
  return;
};

/** Free tokens over the limit are billed after all. */
const freeBilled: Question = ({ parts, freeValue, off, billed, charged }) => {
  if (freeValue.high === ZERO || off <= ZERO || off > freeValue.high) return;
  const tokens = countedIn(parts.filter(({ isFree }) => isFree).map(countOfPart));
  const all = countedIn(parts.map(countOfPart));
  if (all && charged && compareDecimals(charged.quantity, all.quantity) > 0) return;
  return {
    class: 'free-tokens',
    explanation: `billed ${usd(billed)}, which is ${usd(off)} more than computed: so much of ${amountText(tokens)} that the usage calls free, worth ${rangeText(freeValue)}, may be billed as over the free limit`,
  };
};

const longContext: Question = ({ bills, isSameQuantity, off }) => {
  if (!isSameQuantity || !bills.some(isLong)) return;
  if (!bills.every((bill) => bill.rateCheck?.agrees)) return;
  return {
    class: 'long-context',
    explanation: `billed ${usd(size(off))} ${off > ZERO ? 'more' : 'less'} than computed, as the bill tells the requests with long context apart otherwise: ${splitText(bills)}`,
  };
};

/** Another tier than that of the line explains its rate, or the bill names another than the usage. */
const openTier: Question = (facts) => {
  const { parts, bills, tiers, isSameQuantity, isInRange, computed, charged, book } = facts;
  if (!isSameQuantity) return;
  const billedTiers = new Set(
    bills.flatMap(({ item }) => (item.kind === 'tokens' ? item.tier : [])),
  );
  const isAtOurRates = bills.every((bill) => bill.rateCheck?.agrees);
  if (isAtOurRates && [...billedTiers].some((tier) => !tiers.includes(tier))) {
    return {
      class: 'open-tier',
      explanation: `the usage says ${tiers.join(' or ')} processing, the bill ${[...billedTiers].join(' and ')}, each at our rate: ${ratesText(bills)} for the same ${amountText(charged)}`,
    };
  }
  if (!parts.some((part) => !part.isFree && part.tiers.length > 1)) return;
  const fitting = tiers.filter((tier) => bills.every((bill) => agrees(bill, book.of(bill, tier))));
  if (fitting.length > 0) {
    return {
      class: 'open-tier',
      explanation: `the usage does not tell the tier; ${ratesText(bills)} on the bill is the rate of ${fitting.join(' or ')} processing`,
    };
  }
  if (!isInRange) return;
  return {
    class: 'open-tier',
    explanation: `the usage does not tell the tier; ${ratesText(bills)} on the bill is between the rates of ${tiers.join(', ')}, as a mix of them would be, and computed is ${rangeText(computed)}`,
  };
};

/** Without the quantity, nothing says where in the range the truth is. */
const inRange: Question = (facts) => {
  const { isInRange, computed, billed, parts, unpriced, used, charged, isSameQuantity } = facts;
  if (!isInRange || unpriced.length > 0 || computed.low === computed.high) return;
  const doubts = new Set(
    parts
      .flatMap(({ item }) => (item.cost.kind === 'ranged' ? item.cost.doubts : []))
      .map(({ reason }) => reason),
  );
  const differing =
    used && used.unit === charged?.unit && !isSameQuantity
      ? `; but the bill counts ${amountText(charged)}, the usage ${amountText(used)}`
      : '';
  return {
    class: 'in-range',
    explanation: `${usd(billed)} is within the computed ${rangeText(computed)}, which is open because ${[...doubts].sort().join(', and ')}${differing}`,
  };
};

const REGIONAL = 11n;

const rateDiffers: Question = ({ bills, tiers, isSameQuantity, isInRange, charged, off }) => {
  // Batch and other requests in one line have a rate in between, and that is right.
  if (!isSameQuantity || (isInRange && tiers.length > 1)) return;
  const wrong = bills.filter(({ rateCheck }) => rateCheck && !rateCheck.agrees);
  if (wrong.length === 0) return;
  const isRegional = wrong.every((bill) =>
    bill.rateCheck?.rates.some(({ perToken }) => {
      const rates = [{ perToken: ((perToken * REGIONAL) / 10n) as Money }];
      return bill.rateCheck && agrees(bill, { rates, isRange: false });
    }),
  );
  const hint = isRegional ? ', which is ours with the 1.1 of regional processing (--region)' : '';
  return {
    class: 'rate-differs',
    explanation: `the same ${amountText(charged)} are billed at ${ratesText(wrong)}${hint}; ours is ${ourRatesText(wrong)}${
      off === ZERO ? '' : `, which is ${usd(size(off))} ${off > ZERO ? 'less' : 'more'}`
    }`,
  };
};

const unpriced: Question = ({ unpriced: parts, billed, bills, used }) => {
  const reasons = parts.flatMap(({ item }) =>
    item.cost.kind === 'unpriced' ? [item.cost.reason] : [],
  );
  if (reasons.length === 0) return;
  // All of them, in an order of their own: that of the rows says nothing.
  const reason = [...new Set(reasons)].sort().join('; ');
  if (bills.length === 0) {
    return {
      class: 'unpriced',
      explanation: `${amountText(used)} are not on the bill, and we have no price for them: ${reason}`,
    };
  }
  const implied = bills.some((bill) => impliedRate(bill) !== undefined)
    ? `, which implies ${ratesText(bills)}`
    : '';
  return {
    class: 'unpriced',
    explanation: `we have no price (${reason}); billed ${usd(billed)}${implied}`,
  };
};

const provisional: Question = (facts) => {
  const { isProvisional, isInRange, billed, bills, parts } = facts;
  if (!isProvisional || (isInRange && bills.length > 0)) return;
  return {
    class: 'provisional',
    explanation: `so young a day may still grow on either side: ${
      bills.length > 0 ? `billed ${usd(billed)}` : 'not billed'
    }, ${parts.length > 0 ? `computed ${computedText(facts)}` : 'no usage'}`,
  };
};

const notByLineItem: Question = (facts) => {
  const { billed, isInRange, off } = facts;
  const compared = isInRange
    ? 'it is within the computed range'
    : `${usd(size(off))} ${off > ZERO ? 'more' : 'less'} than computed`;
  return {
    class: 'not-by-line-item',
    explanation: `only the day can be compared (billed ${usd(billed)}, computed ${computedText(facts)}: ${compared}); export the costs again, grouped by line item`,
  };
};

const nothingUsed: Question = ({ parts, computed, billed, unpriced }) => {
  if (unpriced.length > 0 || computed.high !== ZERO || billed !== ZERO) return;
  if (parts.some(({ isFree }) => isFree)) return;
  return { class: 'equal', explanation: 'neither billed nor computed to cost anything' };
};

const usageWithoutCost: Question = ({ computed, used, hasDay }) => ({
  class: 'usage-without-cost',
  explanation: `${amountText(used)} used, computed as ${rangeText(computed)}, and the bill has nothing ${
    hasDay.bill ? 'for them' : 'of this day'
  }`,
});

const otherProduct: Question = ({ bills, billed, book }) => {
  if (bills.some((bill) => bill.item.kind === 'none' || isOfModel(book.rates, bill))) return;
  const implied = bills.some((bill) => impliedRate(bill) !== undefined)
    ? `, at ${ratesText(bills)}`
    : '';
  return {
    class: 'other-product',
    explanation: `billed ${usd(billed)}${implied} for something that no usage file here is about`,
  };
};

const costWithoutUsage: Question = ({ bills, billed, charged, hasDay }) => {
  const surface = bills.flatMap(({ item }) =>
    item.kind === 'tokens' ? (item.surface ?? []) : [],
  )[0];
  const missing =
    surface === undefined
      ? hasDay.usage
        ? 'no usage accounts for it'
        : 'the usage has nothing of this day'
      : `no usage accounts for it, which does not tell what was for ${surface}`;
  const checked = bills.filter(({ rateCheck }) => rateCheck);
  const rate =
    checked.length === 0
      ? ''
      : checked.every(({ rateCheck }) => rateCheck?.agrees)
        ? ', at our rate'
        : `, at ${ratesText(checked)} where ours is ${ourRatesText(checked)}`;
  const what = charged ? ` for ${amountText(charged)}${rate}` : '';
  return { class: 'cost-without-usage', explanation: `billed ${usd(billed)}${what}; ${missing}` };
};

/** All the usage of one tier is missing on the bill, and the rest is right. */
const tierMissing: Question = ({ parts, tiers, billed, charged }) => {
  for (const tier of tiers) {
    const [missing, rest] = [true, false].map((isMissing) =>
      parts.filter((part) => !part.isFree && part.tiers.includes(tier) === isMissing),
    );
    if (!missing || !rest || rest.length === 0) continue;
    const [lacking, remaining] = [missing, rest].map((some) => ({
      cost: sumOf(some, ({ cost }) => cost),
      count: countedIn(some.map(countOfPart)),
    }));
    if (remaining?.cost.low !== billed || remaining.cost.high !== billed) continue;
    const isSame =
      !charged ||
      (remaining.count && compareDecimals(remaining.count.quantity, charged.quantity) === 0);
    if (!isSame || !lacking || lacking.cost.high === ZERO) continue;
    return {
      class: 'usage-without-cost',
      explanation: `billed as computed without the ${amountText(lacking.count)} of ${tier} processing, computed as ${rangeText(lacking.cost)}, which are not on the bill`,
    };
  }
  return;
};

function unexplained({ computed, billed, off, used, charged, bills }: Facts): Verdict {
  const compared = used !== undefined && used.unit === charged?.unit;
  const quantities = compared
    ? `the bill counts ${amountText(charged)}, the usage ${amountText(used)}`
    : 'the bill does not tell enough to say why';
  const wrong = bills.filter(({ rateCheck }) => rateCheck && !rateCheck.agrees);
  const isFewer = compared && compareDecimals(charged.quantity, used.quantity) < 0;
  const hints = [
    wrong.length > 0 && `, at ${ratesText(wrong)} where ours is ${ourRatesText(wrong)}`,
    isFewer &&
      bills.every(({ rateCheck }) => rateCheck?.agrees) &&
      ', and its rate is ours: free tokens that the usage does not mark, or usage of another time, would be a reason',
  ];
  return {
    class: 'unexplained',
    explanation: `billed ${usd(billed)}, ${usd(size(off))} ${off > ZERO ? 'more' : 'less'} than the computed ${rangeText(computed)}; ${quantities}${hints.filter(Boolean).join('')}`,
  };
}

const UNBILLED: readonly Question[] = [
  free,
  nothingUsed,
  (facts) => (facts.computed.high === ZERO ? unpriced(facts) : undefined),
  provisional,
  usageWithoutCost,
];
const WHOLE_DAY: readonly Question[] = [equal, rounding, free, provisional, notByLineItem];
const UNUSED: readonly Question[] = [otherProduct, nothingUsed, provisional, costWithoutUsage];
/**
 * Where the bill counts what we count, the day is settled, however young it is: what explains the
 * price comes before "provisional".
 */
const BOTH: readonly Question[] = [
  equal,
  settled,
  rounding,
  free,
  unpriced,
  freeBilled,
  longContext,
  openTier,
  rateDiffers,
  inRange,
  provisional,
  tierMissing,
];

/* Words */

const isLong = ({ item }: BillLine) => item.kind === 'tokens' && item.long;

function isOpen(parts: readonly UsedPart[]): boolean {
  return parts.some(({ bands }) => bands.length > 1);
}

function isOfTwoBands(bills: readonly BillLine[]): boolean {
  return bills.some(isLong) && !bills.every(isLong);
}

function size(amount: Money): Money {
  return (amount < ZERO ? -amount : amount) as Money;
}

const PLACES = 9;

/** To 9 decimals, or to more, without zeros at the end but for cents: `$0.15`, `$29.7919335`. */
export function usd(amount: Money, places = PLACES): string {
  const text = roundUsd(size(amount), places).replace(/(\.\d\d\d*?)0+$/, '$1');
  return `${amount < ZERO ? '-' : ''}$${text}`;
}

function rangeText({ low, high }: Range): string {
  return low === high ? usd(low) : `${usd(low)} to ${usd(high)}`;
}

function computedText({ computed, unpriced }: Facts): string {
  return `${unpriced.length > 0 ? 'at least ' : ''}${rangeText(computed)}`;
}

function amountText(counted: Counted | undefined): string {
  if (!counted) return 'an unknown quantity';
  const text = formatDecimal(counted.quantity).replace(/\B(?=(\d{3})+(?!\d))(?<!\.\d*)/g, ',');
  return `${text} ${counted.unit}${text === '1' ? '' : 's'}`;
}

function splitText(bills: readonly BillLine[]): string {
  return bills
    .map((bill) => {
      const band = isLong(bill) ? 'with long context' : 'short';
      return `${amountText(countOfBill(bill))} ${band} at ${ratesText([bill])}`;
    })
    .join(', ');
}

function tiersText(bills: readonly BillLine[]): string {
  const tiers = new Set(bills.flatMap(({ item }) => (item.kind === 'tokens' ? item.tier : [])));
  return [...tiers].join(' and ');
}

/** What the bill implies: per million tokens, or per unit of what is counted. */
function ratesText(bills: readonly BillLine[]): string {
  const rates = bills.flatMap((bill) => {
    const implied = impliedRate(bill);
    return implied === undefined ? [] : [perUnitText(bill, implied)];
  });
  return [...new Set(rates)].join(' and ');
}

function ourRatesText(bills: readonly BillLine[]): string {
  const texts = bills.flatMap((bill) =>
    [...(bill.rateCheck?.rates ?? [])]
      .sort((a, b) => compare(a.perToken, b.perToken))
      .map(({ perToken }) => perUnitText(bill, perToken)),
  );
  return [...new Set(texts)].join(' or ');
}

const MILLION = 1_000_000n;

/** Of a price for one unit of the line's quantity. */
function perUnitText({ item, quantityUnit }: BillLine, price: Money): string {
  const known = BILLED_UNITS.get(quantityUnit ?? (item.kind === 'tokens' ? 'tokens' : ''));
  if (known?.unit !== 'token') {
    const unit = known?.unit ?? quantityUnit?.replaceAll('_', ' ') ?? 'call';
    return `${usd((price / BigInt(known?.size ?? 1)) as Money)} per ${unit}`;
  }
  return `${usd(((price * MILLION) / BigInt(known.size)) as Money)} per 1M tokens`;
}
