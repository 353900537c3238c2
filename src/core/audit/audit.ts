/** Prices what was used, and sums it by whatever it is asked for. */

import { addRanges, NOTHING, type Range } from '../money.ts';
import {
  type Cost,
  type CostItem,
  type CostLine,
  priceUsage,
  type QuantityItem,
  type RateMemo,
} from '../price.ts';
import type { RateTable } from '../rates.ts';
import { dayOf, daysBetween, type Instant, isoWeekOf } from '../time.ts';
import { MODALITIES, type ServiceTier, TOKEN_KINDS, type Tokens } from '../usage.ts';
import type { Cell } from './ledger.ts';

/** What becomes of a row, as far as money goes. */
const COST_STATES = ['priced', 'ranged', 'free', 'unpriced'] as const;
export type CostState = (typeof COST_STATES)[number];

export interface PricedCell {
  readonly cell: Cell;
  /** At list prices, also where it was free. */
  readonly line: CostLine;
  readonly state: CostState;
  /** What is billed: nothing if it was free, and of what is unpriced the part that has a price. */
  readonly cost: Range;
  /** What it would have cost, if it was free. */
  readonly freeValue: Range;
}

export interface PricingOptions {
  /** Prices everything as if it took place at that time. */
  readonly ratesAsOf?: Instant | undefined;
  readonly region?: string | undefined;
  /** One for all cells that are priced with one rate table. */
  readonly memo?: RateMemo | undefined;
}

export function priceCell(rates: RateTable, cell: Cell, options: PricingOptions = {}): PricedCell {
  const [tier = 'standard', ...orTiers] = cell.tiers;
  const line = priceUsage(
    rates,
    {
      source: cell.source,
      model: cell.model ?? '',
      at: options.ratesAsOf ?? cell.at,
      until: options.ratesAsOf === undefined ? cell.until : undefined,
      tier,
      orTiers,
      region: options.region ?? 'global',
      requests: cell.requests,
      days: daysIn(cell),
      tokens: cell.tokens,
      quantities: cell.quantities,
      inputTokensPerRequest: cell.inputTokensPerRequest,
    },
    options.memo,
  );
  const named = cell.model === undefined ? withoutModel(line, cell) : withUncounted(line);
  const value = knownCost(named);
  const state = stateOf(cell, named);
  const isFree = state === 'free';
  return {
    cell,
    line: named,
    state,
    cost: isFree ? NOTHING : value,
    freeValue: isFree ? value : NOTHING,
  };
}

/** A cell begins on one day; its buckets may be longer. */
function daysIn({ day, lastEnd }: Cell): number {
  return Math.max(1, daysBetween(day, (lastEnd - 1) as Instant) + 1);
}

function withoutModel(line: CostLine, { endpoint }: Cell): CostLine {
  const reason =
    endpoint === 'code_interpreter'
      ? 'the data does not tell how many sessions of a container these calls were'
      : 'the data does not tell the model';
  const cost: Cost = { kind: 'unpriced', reason };
  return {
    ...line,
    items: line.items.map((item) => ({ ...item, cost })),
    quantities: line.quantities?.map((item) => ({ ...item, cost })),
  };
}

/** What the data leaves uncounted is no matter of a tokenizer. */
function withUncounted(line: CostLine): CostLine {
  const cost: Cost = { kind: 'unpriced', reason: 'the data does not tell how many tokens' };
  const items = line.items.map((item) =>
    item.tokens === null && item.cost.kind === 'unpriced' && line.model ? { ...item, cost } : item,
  );
  return { ...line, items };
}

function stateOf(cell: Cell, line: CostLine): CostState {
  if (cell.free) return 'free';
  const kinds = new Set(itemsOf(line).map(({ cost }) => cost.kind));
  if (kinds.has('unpriced')) return 'unpriced';
  return kinds.has('ranged') ? 'ranged' : 'priced';
}

export function itemsOf(line: CostLine): readonly (CostItem | QuantityItem)[] {
  return [...line.items, ...(line.quantities ?? [])];
}

/** The sum of what has a price. */
function knownCost(line: CostLine): Range {
  return itemsOf(line).reduce<Range>((sum, { cost }) => {
    if (cost.kind === 'unpriced') return sum;
    return addRanges(sum, cost.kind === 'priced' ? { low: cost.amount, high: cost.amount } : cost);
  }, NOTHING);
}

/** What some cells come to. */
export interface Sum {
  /** Of what is billed and has a price: a lower bound if any rows are unpriced. */
  readonly cost: Range;
  readonly freeValue: Range;
  readonly rows: Readonly<Record<CostState, number>>;
  readonly requests: number;
  /** Rows that do not tell how many requests they are. */
  readonly requestsUnknown: number;
  readonly tokens: Tokens;
}

const NO_ROWS: Sum['rows'] = { priced: 0, ranged: 0, free: 0, unpriced: 0 };
export const EMPTY_SUM: Sum = {
  cost: NOTHING,
  freeValue: NOTHING,
  rows: NO_ROWS,
  requests: 0,
  requestsUnknown: 0,
  tokens: {},
};

export function sumOf(cells: Iterable<PricedCell>): Sum {
  let { cost, freeValue, requests, requestsUnknown } = EMPTY_SUM;
  const rows: Record<CostState, number> = { ...NO_ROWS };
  const tokens: Tokens = {};
  for (const priced of cells) {
    const { cell } = priced;
    if (priced.state === 'free') freeValue = addRanges(freeValue, priced.freeValue);
    else cost = addRanges(cost, priced.cost);
    rows[priced.state] += cell.rows;
    requests += cell.requests;
    requestsUnknown += cell.requestsUnknown;
    addTokens(tokens, cell.tokens);
  }
  return { cost, freeValue, rows, requests, requestsUnknown, tokens };
}

function addTokens(sums: Tokens, added: Tokens): void {
  for (const modality of MODALITIES) {
    const addedToModality = added[modality];
    if (addedToModality === undefined) continue;
    const ofModality = sums[modality] ?? {};
    sums[modality] = ofModality;
    for (const kind of TOKEN_KINDS) {
      const tokens = addedToModality[kind];
      if (tokens === undefined) continue;
      const sum = ofModality[kind];
      ofModality[kind] = tokens === null || sum === null ? null : (sum ?? 0) + tokens;
    }
  }
}

/** Whether the sum leaves nothing out. */
export function isWhole({ rows }: Sum): boolean {
  return rows.unpriced === 0;
}

/** What costs can be grouped by. The value is undefined where the data does not tell. */
export const DIMENSIONS = {
  model: ({ model }) => model,
  day: ({ day }) => dayOf(day),
  week: ({ day }) => isoWeekOf(day),
  month: ({ day }) => dayOf(day).slice(0, 7),
  project: ({ project }) => project,
  key: ({ apiKey }) => apiKey,
  user: ({ user }) => user,
  tier: ({ tiers, free }) => (free ? 'free' : onlyOf(tiers)),
  batch: ({ tiers }) => onlyOf([...new Set(tiers.map((tier) => String(tier === 'batch')))]),
  endpoint: ({ endpoint }) => endpoint,
  file: ({ file }) => file,
} as const satisfies Record<string, (cell: Cell) => string | undefined>;
export type Dimension = keyof typeof DIMENSIONS;

function onlyOf<T extends ServiceTier | string>(values: readonly T[]): T | undefined {
  return values.length === 1 ? values[0] : undefined;
}

/** Dimensions whose groups are shown in the order of time, and not of cost. */
export const TIME_DIMENSIONS: ReadonlySet<Dimension> = new Set(['day', 'week', 'month']);

export interface Group {
  readonly dimension: Dimension;
  /** Undefined where the data does not tell. */
  readonly value: string | undefined;
  readonly sum: Sum;
  readonly cells: readonly PricedCell[];
  /** By the next dimension, if there is one. */
  readonly groups: readonly Group[];
}

export const SORTS = ['cost', 'name', 'requests', 'tokens'] as const;
export type Sort = (typeof SORTS)[number];

/** A tree: groups of the first dimension, within each those of the next, and so on. */
export function groupBy(
  cells: readonly PricedCell[],
  [dimension, ...inner]: readonly Dimension[],
  sort?: Sort | undefined,
): Group[] {
  if (dimension === undefined) return [];
  const valueIn: (cell: Cell) => string | undefined = DIMENSIONS[dimension];
  const groups = new Map<string | undefined, PricedCell[]>();
  for (const priced of cells) {
    const value = valueIn(priced.cell);
    const group = groups.get(value);
    if (group) group.push(priced);
    else groups.set(value, [priced]);
  }
  const byDefault = TIME_DIMENSIONS.has(dimension) ? 'name' : 'cost';
  return [...groups]
    .map(
      ([value, members]): Group => ({
        dimension,
        value,
        sum: sumOf(members),
        cells: members,
        groups: groupBy(members, inner, sort),
      }),
    )
    .sort((a, b) => compareGroups(a, b, sort ?? byDefault));
}

function compareGroups(a: Group, b: Group, sort: Sort): number {
  const descending = {
    cost: () =>
      Number(b.sum.cost.high > a.sum.cost.high) - Number(b.sum.cost.high < a.sum.cost.high),
    requests: () => b.sum.requests - a.sum.requests,
    tokens: () => allTokens(b.sum) - allTokens(a.sum),
    name: () => 0,
  };
  return descending[sort]() || byName(a.value, b.value);
}

/** What the data does not tell comes last. */
function byName(a: string | undefined, b: string | undefined): number {
  if (a === b) return 0;
  if (a === undefined || b === undefined) return a === undefined ? 1 : -1;
  return a < b ? -1 : 1;
}

function allTokens({ tokens }: Sum): number {
  let sum = 0;
  for (const modality of MODALITIES) {
    for (const kind of TOKEN_KINDS) sum += tokens[modality]?.[kind] ?? 0;
  }
  return sum;
}
