import {
  type Candidate,
  candidateRates,
  type Doubt,
  type Rate,
  ratesKey,
  scenariosOf,
} from './lookup.ts';
import { addRanges, type Money, NOTHING, type Range, times } from './money.ts';
import { resolveModel } from './names.ts';
import { quantityRates } from './quantity.ts';
import { type Model, type RateTable, type Tool, UNITS, versionAt } from './rates.ts';
import { dayOf } from './time.ts';
import { toolsNamed } from './tools.ts';
import {
  MODALITIES,
  type Modality,
  type Quantity,
  TOKEN_KINDS,
  type TokenKind,
  type Usage,
} from './usage.ts';

/** Absence and doubt are part of the type, so that nobody can add them up as zero. */
export type Cost =
  | { readonly kind: 'priced'; readonly amount: Money; readonly rate: Rate }
  | {
      readonly kind: 'ranged';
      readonly low: Money;
      readonly high: Money;
      readonly lowRate: Rate;
      readonly highRate: Rate;
      readonly doubts: readonly Doubt[];
    }
  | { readonly kind: 'unpriced'; readonly reason: string };

export interface CostItem {
  readonly modality: Modality;
  readonly kind: TokenKind;
  /** Null where they cannot be counted; the most where they are a range. */
  readonly tokens: number | null;
  /** Of a range. */
  readonly fewest?: number | undefined;
  readonly cost: Cost;
}

/** What is billed by something else than tokens. */
export interface QuantityItem {
  readonly quantity: Quantity;
  readonly cost: Cost;
}

/** What one usage costs, item by item. There is always at least one item or quantity. */
export interface CostLine {
  readonly usage: Usage;
  /** Undefined when the table does not know the name, or when it is that of a tool. */
  readonly model: Model | undefined;
  readonly items: readonly CostItem[];
  readonly quantities?: readonly QuantityItem[] | undefined;
}

/** A sum of costs. With anything unpriced it is a lower bound: "at least". */
export interface Total extends Range {
  readonly unpriced: readonly { readonly line: CostLine; readonly item: CostItem | QuantityItem }[];
}

/** What is known of prices already, for whoever prices much that is alike with one rate table. */
export type RateMemo = Map<string, Partial<Record<Modality, Partial<Record<TokenKind, Settled>>>>>;

/** Prices a usage. Never fails: what has no price is an item that says why. */
export function priceUsage(table: RateTable, usage: Usage, memo?: RateMemo): CostLine {
  const tools = toolsNamed(table, usage.model);
  if (tools.length > 0) {
    return { usage, model: undefined, items: [], quantities: quantitiesOf(usage, tools) };
  }
  const resolution = resolveModel(table, usage.model, usage.at);
  const model = resolution.model;
  const known = model && memo && knownPrices(usage, model, memo);
  const items: CostItem[] = [];
  for (const modality of MODALITIES) {
    const ofModality = usage.tokens[modality];
    if (ofModality === undefined) continue;
    for (const kind of TOKEN_KINDS) {
      const tokens = ofModality[kind];
      if (tokens === undefined) continue;
      if (tokens !== 0) items.push({ modality, kind, tokens, cost: cost(modality, kind, tokens) });
    }
  }
  const quantities: QuantityItem[] = model
    ? quantitiesOf(usage, [model])
    : (usage.quantities ?? []).map((quantity) => ({
        quantity,
        cost: { kind: 'unpriced', reason: resolution.reason ?? '' },
      }));
  // Even nothing has a line of its own: a model without any price shows up all the same.
  if (items.length + quantities.length === 0) {
    items.push({ modality: 'text', kind: 'input', tokens: 0, cost: cost('text', 'input', 0) });
  }
  return { usage, model, items, quantities };

  function cost(modality: Modality, kind: TokenKind, tokens: number | null): Cost {
    if (!model) return { kind: 'unpriced', reason: resolution.reason };
    const ofModality = known?.[modality] ?? {};
    const prices =
      ofModality[kind] ?? settled(candidateRates({ table, usage, model, modality, kind }));
    if (known) {
      ofModality[kind] = prices;
      known[modality] = ofModality;
    }
    return settle(prices, tokens);
  }
}

function knownPrices(usage: Usage, model: Model, memo: RateMemo) {
  const key = ratesKey(usage, model);
  if (key === undefined) return undefined;
  const known = memo.get(key) ?? {};
  memo.set(key, known);
  return known;
}

/** Of a model, or of the tools that it may have been: undefined is one that the table does not have. */
function quantitiesOf(usage: Usage, priced: readonly (Model | Tool | undefined)[]): QuantityItem[] {
  const ids = priced.flatMap((each) => each?.id ?? []);
  const anyOf: Doubt = {
    reason: `the data does not tell which of ${ids.join(', ')} it was`,
    settledBy: 'the implied rate on a bill',
  };
  return (usage.quantities ?? []).map((quantity) => {
    const candidates = priced.flatMap((each): Candidate[] => {
      if (!each) return [{ reason: `the table lacks one of the tools that ${usage.model} may be` }];
      return scenariosOf(usage, each).flatMap(({ at, tier, doubts }): Candidate[] => {
        const version = versionAt(each, at);
        if (!version) return [{ reason: `no price is known on ${dayOf(at)}` }];
        return quantityRates(
          version,
          tier,
          quantity,
          priced.length > 1 ? [...doubts, anyOf] : doubts,
        );
      });
    });
    const cost = settle(settled(candidates), quantity.amount, quantity.per);
    return { quantity, cost: withFreePart(cost, quantity, usage.days ?? 1) };
  });
}

/** The first units of each day are free, but to whom of the organization they went nobody tells. */
function withFreePart(cost: Cost, { unit, amount, per = 1 }: Quantity, days: number): Cost {
  if (cost.kind !== 'priced' || cost.rate.freePerDay === undefined || amount === 0) return cost;
  const billed = Math.max(0, amount - cost.rate.freePerDay * per * days);
  const doubt: Doubt = {
    reason: `the first ${cost.rate.freePerDay} ${UNITS[unit].split(' ')[0]} of a day is free, and the data does not tell from which use it was taken off`,
    settledBy: 'the amount on a bill',
  };
  return {
    kind: 'ranged',
    low: share(cost.rate, billed, per),
    high: cost.amount,
    lowRate: cost.rate,
    highRate: cost.rate,
    doubts: [doubt],
  };
}

export function totalOf(lines: Iterable<CostLine>): Total {
  let range: Range = NOTHING;
  const unpriced: { line: CostLine; item: CostItem | QuantityItem }[] = [];
  for (const line of lines) {
    for (const item of [...line.items, ...(line.quantities ?? [])]) {
      if (item.cost.kind === 'unpriced') unpriced.push({ line, item });
      else range = addRanges(range, rangeOf(item.cost));
    }
  }
  return { ...range, unpriced };
}

function rangeOf(cost: Exclude<Cost, { kind: 'unpriced' }>): Range {
  return cost.kind === 'priced' ? { low: cost.amount, high: cost.amount } : cost;
}

/** What the cheapest and the dearest of some candidates are, or why one has no rate. */
type Settled =
  | {
      readonly lowRate: Rate;
      readonly highRate: Rate;
      readonly doubts: readonly Doubt[];
    }
  | { readonly reason: string };

function settled(candidates: readonly Candidate[]): Settled {
  const rates: Rate[] = [];
  const doubts = new Map<string, Doubt>();
  for (const candidate of candidates) {
    if (!candidate.rate) return { reason: candidate.reason };
    rates.push(candidate.rate);
    for (const doubt of candidate.doubts ?? []) doubts.set(doubt.reason, doubt);
  }
  const [first, ...others] = rates;
  if (!first) return { reason: 'no price is published' };
  let [lowRate, highRate] = [first, first];
  for (const rate of others) {
    if (rate.perToken < lowRate.perToken) lowRate = rate;
    if (rate.perToken > highRate.perToken) highRate = rate;
  }
  return { lowRate, highRate, doubts: [...doubts.values()] };
}

/** `per`: how many of what is counted make one of what has a price. */
function settle(prices: Settled, tokens: number | null, per = 1): Cost {
  if ('reason' in prices) return { kind: 'unpriced', reason: prices.reason };
  const { lowRate, highRate, doubts } = prices;
  if (tokens === null && highRate.perToken > 0n) {
    return { kind: 'unpriced', reason: 'its tokenizer is not known' };
  }
  if (lowRate.perToken === highRate.perToken) {
    return { kind: 'priced', amount: share(lowRate, tokens, per), rate: lowRate };
  }
  const low = share(lowRate, tokens, per);
  const high = share(highRate, tokens, per);
  return { kind: 'ranged', low, high, lowRate, highRate, doubts };
}

function share({ perToken }: Rate, tokens: number | null, per: number): Money {
  const amount = times(perToken, tokens ?? 0);
  // A byte of a price per GiB is the one thing that the money unit does not divide: what is lost
  // is less than 1e-21 USD.
  return per === 1 ? amount : ((amount / BigInt(per)) as Money);
}
