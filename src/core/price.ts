import { type Candidate, candidateRates, type Doubt, type Rate } from './lookup.ts';
import { addRanges, type Money, NOTHING, type Range, times } from './money.ts';
import { resolveModel } from './names.ts';
import type { Model, RateTable } from './rates.ts';
import { MODALITIES, type Modality, TOKEN_KINDS, type TokenKind, type Usage } from './usage.ts';

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
  /** Null where they cannot be counted. */
  readonly tokens: number | null;
  readonly cost: Cost;
}

/** What one usage costs, item by item. There is always at least one item. */
export interface CostLine {
  readonly usage: Usage;
  /** Undefined when the table does not know the name. */
  readonly model: Model | undefined;
  readonly items: readonly CostItem[];
}

/** A sum of costs. With anything unpriced it is a lower bound: "at least". */
export interface Total extends Range {
  readonly unpriced: readonly { readonly line: CostLine; readonly item: CostItem }[];
}

/** Prices a usage. Never fails: what has no price is an item that says why. */
export function priceUsage(table: RateTable, usage: Usage): CostLine {
  const resolution = resolveModel(table, usage.model, usage.at);
  const model = resolution.model;
  const items: CostItem[] = [];
  for (const modality of MODALITIES) {
    for (const kind of TOKEN_KINDS) {
      const tokens = usage.tokens[modality]?.[kind];
      if (tokens === undefined) continue;
      if (tokens !== 0) items.push({ modality, kind, tokens, cost: cost(modality, kind, tokens) });
    }
  }
  // Even nothing has a line of its own: a model without any price shows up all the same.
  if (items.length === 0) {
    items.push({ modality: 'text', kind: 'input', tokens: 0, cost: cost('text', 'input', 0) });
  }
  return { usage, model, items };

  function cost(modality: Modality, kind: TokenKind, tokens: number | null): Cost {
    if (!model) return { kind: 'unpriced', reason: resolution.reason };
    const candidates = candidateRates({ table, usage, model, modality, kind });
    return settle(candidates, tokens);
  }
}

export function totalOf(lines: Iterable<CostLine>): Total {
  let range: Range = NOTHING;
  const unpriced: { line: CostLine; item: CostItem }[] = [];
  for (const line of lines) {
    for (const item of line.items) {
      if (item.cost.kind === 'unpriced') unpriced.push({ line, item });
      else range = addRanges(range, rangeOf(item.cost));
    }
  }
  return { ...range, unpriced };
}

function rangeOf(cost: Exclude<Cost, { kind: 'unpriced' }>): Range {
  return cost.kind === 'priced' ? { low: cost.amount, high: cost.amount } : cost;
}

function settle(candidates: readonly Candidate[], tokens: number | null): Cost {
  const rates: Rate[] = [];
  const doubts = new Map<string, Doubt>();
  for (const candidate of candidates) {
    if (!candidate.rate) return { kind: 'unpriced', reason: candidate.reason };
    rates.push(candidate.rate);
    if (candidate.doubt) doubts.set(candidate.doubt.reason, candidate.doubt);
  }
  const [first, ...others] = rates;
  if (!first) return { kind: 'unpriced', reason: 'no price is published' };
  let [lowRate, highRate] = [first, first];
  for (const rate of others) {
    if (rate.perToken < lowRate.perToken) lowRate = rate;
    if (rate.perToken > highRate.perToken) highRate = rate;
  }
  if (tokens === null && highRate.perToken > 0n) {
    return { kind: 'unpriced', reason: 'its tokenizer is not known' };
  }
  if (lowRate.perToken === highRate.perToken) {
    return { kind: 'priced', amount: times(first.perToken, tokens ?? 0), rate: first };
  }
  const low = times(lowRate.perToken, tokens ?? 0);
  const high = times(highRate.perToken, tokens ?? 0);
  return { kind: 'ranged', low, high, lowRate, highRate, doubts: [...doubts.values()] };
}
