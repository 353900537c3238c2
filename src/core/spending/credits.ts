/** Prepaid and granted credits: what of them is used, what is left, and until when. */
import { monthOf, type Period } from '../calendar.ts';
import { grouped } from '../grouped.ts';
import { add, addRanges, type Money, NOTHING, type Range, smaller, ZERO } from '../money.ts';
import { addDays, dayStart, type Instant } from '../time.ts';
import { type DailyRate, type DailyRates, dailyRates, type NoRates, rateOn } from './daily-rate.ts';
import { costByDay, missingIn, type Spending, sumOf } from './spending.ts';

/**
 * Credit that was bought or given. It pays for what is spent in buckets that start on the day of
 * `start` or later, and before `expiry`: data by the day tells no more.
 */
export interface Grant {
  readonly name: string;
  /** Not negative. */
  readonly amount: Money;
  readonly start: Instant;
  readonly expiry: Instant;
}

/** What the figures take for granted, and what they are not. */
export const CREDIT_ASSUMPTIONS = [
  'those that expire first are used first, for all consumption',
  'this is consumption, and not what a card is charged: top-ups, taxes and recharges differ',
] as const;

/** In every case, used + expired + left = amount: the most used goes with the least left. */
export interface GrantBalance {
  readonly grant: Grant;
  readonly state: 'to come' | 'valid' | 'expired';
  readonly used: Range;
  readonly expired: Range;
  readonly left: Range;
}

export interface CreditMonth {
  readonly month: Period;
  readonly spent: Range;
  /** What no credit paid for; negative where a correction gave something back. */
  readonly beyond: Range;
}

export type CreditNote =
  /** Credits were valid then, and the data does not tell what was used: what is left is at most. */
  | { readonly kind: 'unknown consumption'; readonly period: Period }
  /** Costs are at least, and what is left is at most. */
  | { readonly kind: 'missing'; readonly reason: string };

/** When credits run out, at the pace of the recent past. */
export type Outlook =
  | { readonly kind: 'nothing left' }
  | {
      readonly kind: 'projected';
      readonly rates: DailyRates;
      /** The first day that credits do not pay in full; undefined: they last until they expire. */
      readonly runsOut: {
        readonly earliest: Instant | undefined;
        readonly expected: Instant | undefined;
        readonly latest: Instant | undefined;
      };
      /** What will expire unused, of each grant in the order of `grants`, and in all. */
      readonly unused: readonly Range[];
      readonly unusedTotal: Range;
    }
  | NoRates;

export interface Credits {
  /** The end of the data, or now if that is earlier: all but the outlook is as of then. */
  readonly asOf: Instant;
  /** In the order in which they are used. */
  readonly grants: readonly GrantBalance[];
  /** Of all grants that are valid. */
  readonly left: Range;
  /** In every case, used + beyond = spent: the most used goes with the most spent. */
  readonly spent: Range;
  readonly used: Range;
  readonly beyond: Range;
  /** Every month in which something was spent. */
  readonly months: readonly CreditMonth[];
  readonly outlook: Outlook;
  readonly notes: readonly CreditNote[];
}

export function credits(grants: readonly Grant[], spending: Spending, now: Instant): Credits {
  const { spent, covered } = spending;
  const asOf = (covered ? Math.min(covered.end, now) : now) as Instant;
  const inOrder = grants.toSorted((a, b) => a.expiry - b.expiry || a.start - b.start);
  const costs = [...grouped(spent, ({ start }) => start)]
    .sort(([a], [b]) => a - b)
    .map(([at, ofBucket]) => ({ at, cost: sumOf(ofBucket) }));
  // More consumption, at any time, never leaves more of any grant: two runs give the range of each.
  const least = runThrough(inOrder, costs, 'low', asOf);
  const most = runThrough(inOrder, costs, 'high', asOf);
  const beyondOf = costs.map(
    (_, index): Range => ({ low: least.beyond[index] ?? ZERO, high: most.beyond[index] ?? ZERO }),
  );
  const balances = inOrder.map((grant, index) => balanceOf(grant, index, least, most, asOf));
  const months = [...grouped(costs.entries(), ([, { at }]) => monthOf(at).start)].map(
    ([month, ofMonth]) => ({
      month: monthOf(month),
      spent: ofMonth.map(([, { cost }]) => cost).reduce(addRanges, NOTHING),
      beyond: ofMonth.map(([index]) => beyondOf[index] ?? NOTHING).reduce(addRanges, NOTHING),
    }),
  );
  return {
    asOf,
    grants: balances,
    left: balances
      .filter(({ state }) => state === 'valid')
      .reduce((sum, { left }) => addRanges(sum, left), NOTHING),
    spent: sumOf(spent),
    used: balances.reduce((sum, { used }) => addRanges(sum, used), NOTHING),
    beyond: beyondOf.reduce(addRanges, NOTHING),
    months,
    outlook: outlookOf(inOrder, least, most, spending, asOf),
    notes: notesOn(grants, spending, asOf),
  };
}

interface Run {
  readonly purse: Purse;
  /** Of each cost, what no credit paid for. */
  readonly beyond: readonly Money[];
}

function runThrough(
  grants: readonly Grant[],
  costs: readonly { readonly at: Instant; readonly cost: Range }[],
  end: keyof Range,
  asOf: Instant,
): Run {
  const purse = new Purse(grants);
  const beyond = costs.map(({ at, cost }) => purse.pay(at, cost[end]));
  purse.expire(asOf);
  return { purse, beyond };
}

/** What is left of grants, as time goes by. */
class Purse {
  readonly grants: readonly Grant[];
  readonly left: Money[];
  readonly expired: Money[];

  /** @param grants in the order in which they are used */
  constructor(grants: readonly Grant[], from?: Purse) {
    this.grants = grants;
    this.left = from ? [...from.left] : grants.map(({ amount }) => amount);
    this.expired = from ? [...from.expired] : grants.map(() => ZERO);
  }

  get isEmpty(): boolean {
    return this.left.every((left) => left === ZERO);
  }

  /** Pays a cost, and returns what is beyond the credits of that time. */
  pay(at: Instant, cost: Money): Money {
    this.expire(at);
    let open = cost;
    for (const [index, { start }] of this.grants.entries()) {
      const left = this.left[index] ?? ZERO;
      if (open <= ZERO) break;
      if (at < dayStart(start)) continue;
      const paid = smaller(left, open);
      this.left[index] = (left - paid) as Money;
      open = (open - paid) as Money;
    }
    return open;
  }

  expire(at: Instant): void {
    for (const [index, { expiry }] of this.grants.entries()) {
      if (expiry > at) continue;
      this.expired[index] = add(this.expired[index] ?? ZERO, this.left[index] ?? ZERO);
      this.left[index] = ZERO;
    }
  }
}

function balanceOf(
  grant: Grant,
  index: number,
  { purse: least }: Run,
  { purse: most }: Run,
  asOf: Instant,
): GrantBalance {
  const rangeOf = (part: 'left' | 'expired'): Range => ({
    low: most[part][index] ?? ZERO,
    high: least[part][index] ?? ZERO,
  });
  const usedIn = ({ left, expired }: Purse) =>
    (grant.amount - (left[index] ?? ZERO) - (expired[index] ?? ZERO)) as Money;
  return {
    grant,
    state: grant.expiry <= asOf ? 'expired' : dayStart(grant.start) > asOf ? 'to come' : 'valid',
    used: { low: usedIn(least), high: usedIn(most) },
    expired: rangeOf('expired'),
    left: rangeOf('left'),
  };
}

function outlookOf(
  grants: readonly Grant[],
  { purse: least }: Run,
  { purse: most }: Run,
  spending: Spending,
  asOf: Instant,
): Outlook {
  if (least.isEmpty) return { kind: 'nothing left' };
  const rates = dailyRates(spending, asOf);
  if (rates.kind !== 'rates') return rates;
  const soFar = costByDay(spending.spent).get(dayStart(asOf)) ?? NOTHING;
  const goOn = (
    purse: Purse,
    end: keyof Range,
    which: keyof Pick<DailyRate, 'expected' | 'range'>,
  ) =>
    runOn(new Purse(grants, purse), asOf, (day) => {
      const cost = rateOn(rates, day)[which][end];
      // Of the day in which the data ends, only the rest is to come.
      return day === dayStart(asOf) ? ((cost - soFar[end]) as Money) : cost;
    });
  const [fast, middle, slow] = [
    goOn(most, 'high', 'range'),
    goOn(most, 'high', 'expected'),
    goOn(least, 'low', 'range'),
  ];
  const unused = grants.map(
    (_, index): Range => ({
      low: fast.unused[index] ?? ZERO,
      high: slow.unused[index] ?? ZERO,
    }),
  );
  return {
    kind: 'projected',
    rates,
    runsOut: { earliest: fast.runsOut, expected: middle.runsOut, latest: slow.runsOut },
    unused,
    unusedTotal: unused.reduce(addRanges, NOTHING),
  };
}

/** Day by day, until the last grant is used or expired. */
function runOn(purse: Purse, from: Instant, costOn: (day: Instant) => Money) {
  const expiredBefore = [...purse.expired];
  const end = Math.max(...purse.grants.map(({ expiry }) => expiry));
  let runsOut: Instant | undefined;
  for (let day = dayStart(from); day < end; day = addDays(day, 1)) {
    if (purse.isEmpty && runsOut !== undefined) break;
    if (purse.pay(day, costOn(day)) > ZERO) runsOut ??= day;
  }
  purse.expire(end as Instant);
  const unused = purse.expired.map((sum, index) => (sum - (expiredBefore[index] ?? ZERO)) as Money);
  return { runsOut, unused };
}

function notesOn(grants: readonly Grant[], spending: Spending, asOf: Instant): CreditNote[] {
  const { covered, spent } = spending;
  const notes: CreditNote[] = missingIn(spending, spent).map((reason) => ({
    kind: 'missing',
    reason,
  }));
  const first = Math.min(...grants.map(({ start }) => dayStart(start))) as Instant;
  const known = covered?.start ?? asOf;
  if (first < known) {
    notes.push({ kind: 'unknown consumption', period: { start: first, end: known } });
  }
  return notes;
}
