/**
 * What the same usage would have cost otherwise. Savings overlap: what is cached is cheaper to
 * batch. Each is stated alone, and together once, one change after the other to the same cells.
 */

import { scenariosOf } from '../lookup.ts';
import { addRanges, compare, type Money, NOTHING, type Range, ZERO } from '../money.ts';
import type { RateMemo } from '../price.ts';
import type { Model } from '../rates.ts';
import type { AuditFacts } from '../report.ts';
import type { Instant } from '../time.ts';
import { inputTokens, type Quantity, type ServiceTier } from '../usage.ts';
import { type PricedCell, priceCell, sumOf } from './audit.ts';
import type { Cell } from './ledger.ts';

/** Cells that are priced alike, as one cell. What-ifs are priced once for all of them. */
export interface PriceGroup {
  readonly cell: Cell;
  readonly model: Model;
  readonly cost: Range;
  readonly members: readonly PricedCell[];
}

/** A change to the usage that would have made it cheaper. */
export interface Step {
  readonly rule: string;
  /** False where it may as well save nothing, as the data does not tell. */
  isSure(group: PriceGroup): boolean;
  /** The cell after the change, of the group or of what an earlier step made of it. */
  change(cell: Cell, group: PriceGroup): Cell | undefined;
}

export interface Saving {
  readonly group: PriceGroup;
  readonly after: Range;
  readonly saving: Range;
}

/** A step, and what it saves alone; groups in which that is nothing are left out. */
export interface StepAlone {
  readonly step: Step;
  readonly savings: readonly Saving[];
}

type Priced = Pick<AuditFacts, 'cells' | 'rates' | 'request'>;

/** Those that the model has: another model may have more, in which the usage cannot have been. */
function tiersOf({ line }: PricedCell, model: Model): readonly ServiceTier[] {
  return [...new Set(scenariosOf(line.usage, model).map(({ tier }) => tier))];
}

/** Several rules ask for the groups of the same facts. */
const groupsOf = new WeakMap<Priced, readonly PriceGroup[]>();

/** Of everything with a model and a whole price that was not free. */
export function priceGroups(facts: Priced): readonly PriceGroup[] {
  const groups = groupsOf.get(facts) ?? grouped(facts);
  groupsOf.set(facts, groups);
  return groups;
}

function grouped({ cells, rates, request }: Priced): PriceGroup[] {
  const groups = new Map<string, { model: Model; members: PricedCell[] }>();
  for (const priced of cells) {
    const { state, line } = priced;
    if (line.model === undefined || state === 'free' || state === 'unpriced') continue;
    // Another model's price can change at another time, and what-ifs ask for it.
    const key = priceKey(priced.cell, line.model, rates.priceChanges, request.ratesAsOf);
    const group = groups.get(key);
    if (group) group.members.push(priced);
    else groups.set(key, { model: line.model, members: [priced] });
  }
  return [...groups.values()].flatMap(({ model, members }) => {
    const [first] = members;
    if (!first) return [];
    const { cell, cost } = asOne(first.cell, members);
    return [{ model, members, cost, cell: { ...cell, tiers: tiersOf(first, model) } }];
  });
}

function priceKey(
  cell: Cell,
  { longContextAbove = Number.POSITIVE_INFINITY }: Model,
  changes: readonly Instant[],
  ratesAsOf: Instant | undefined,
): string {
  const { least, most } = cell.inputTokensPerRequest;
  const band = [
    least > longContextAbove,
    most > longContextAbove ? averageLength(cell, longContextAbove) : 'short',
  ];
  const era = cell.until ?? changes.findLastIndex((change) => change <= cell.at);
  const time = ratesAsOf === undefined ? [era, cell.until && cell.at] : [];
  return JSON.stringify([cell.model, cell.endpoint, cell.tiers, band, time]);
}

/** Rows of short requests and of long ones are told apart, by powers of two of the threshold. */
function averageLength({ tokens, requests, requestsUnknown }: Cell, threshold: number): number {
  if (requestsUnknown > 0 || requests === 0) return 1;
  const power = Math.ceil(Math.log2(inputTokens(tokens) / requests / threshold));
  return Math.max(SHORTEST, Math.min(power, 0));
}

const SHORTEST = -8;

function asOne(first: Cell, members: readonly PricedCell[]): Pick<PriceGroup, 'cell' | 'cost'> {
  const { cost, tokens, requests, requestsUnknown } = sumOf(members);
  const bounds = { ...first.inputTokensPerRequest };
  const quantities = new Map<string, Quantity>();
  let rows = 0;
  for (const { cell } of members) {
    rows += cell.rows;
    bounds.least = Math.min(bounds.least, cell.inputTokensPerRequest.least);
    bounds.most = Math.max(bounds.most, cell.inputTokensPerRequest.most);
    for (const quantity of cell.quantities) {
      const key = JSON.stringify({ ...quantity, amount: 0 });
      const amount = (quantities.get(key)?.amount ?? 0) + quantity.amount;
      quantities.set(key, { ...quantity, amount });
    }
  }
  const sums = { tokens, requests, requestsUnknown, rows, quantities: [...quantities.values()] };
  return { cost, cell: { ...first, ...sums, inputTokensPerRequest: bounds } };
}

/** What-ifs ask for the same rates again and again, and some for the same cell. */
interface Memo {
  readonly rates: RateMemo;
  readonly costs: WeakMap<Cell, { readonly cost: Range | undefined }>;
}
const memos = new WeakMap<Priced, Memo>();

/** What a cell would cost; undefined if any of it has no price. */
export function costIf(facts: Priced, cell: Cell): Range | undefined {
  const memo = memos.get(facts) ?? { rates: new Map(), costs: new WeakMap() };
  memos.set(facts, memo);
  const known = memo.costs.get(cell) ?? { cost: costOf(facts, cell, memo.rates) };
  memo.costs.set(cell, known);
  return known.cost;
}

function costOf({ rates, request }: Priced, cell: Cell, memo: RateMemo): Range | undefined {
  const { ratesAsOf, region } = request;
  const { state, cost } = priceCell(rates, cell, { ratesAsOf, region, memo });
  return state === 'unpriced' ? undefined : cost;
}

/** What a step saves alone, group by group; those in which it saves nothing are left out. */
export function savingsOf(facts: Priced, groups: readonly PriceGroup[], step: Step): Saving[] {
  return groups.flatMap((group) => {
    const saving = savingOf(facts, group, step);
    return saving ? [saving] : [];
  });
}

function savingOf(facts: Priced, group: PriceGroup, step: Step): Saving | undefined {
  const changed = step.change(group.cell, group);
  const after = changed && costIf(facts, changed);
  if (after === undefined) return undefined;
  const { low, high } = difference(group.cost, after);
  if (high <= ZERO) return undefined;
  return { group, after, saving: { low: step.isSure(group) ? low : ZERO, high } };
}

/** What is open before a change is open in the same way after it: both are at the same end. */
function difference(before: Range, after: Range): Range {
  const ends = [before.low - after.low, before.high - after.high] as Money[];
  const [low = ZERO, high = ZERO] = ends.sort(compare);
  return { low: low < ZERO ? ZERO : low, high };
}

export function sumOfSavings(savings: readonly Saving[]): Range {
  return savings.reduce((sum, { saving }) => addRanges(sum, saving), NOTHING);
}

/**
 * What all steps save together, each applied to what the ones before it left, and only where it
 * saves something alone. Never less than one of them, nor more than their sum or the cost.
 */
export function savingTogether(facts: Priced, steps: readonly StepAlone[]): Range {
  const useful = new Map<PriceGroup, { steps: Step[]; alone: Range[] }>();
  for (const { step, savings } of steps) {
    for (const { group, saving } of savings) {
      const known = useful.get(group) ?? { steps: [], alone: [] };
      useful.set(group, known);
      known.steps.push(step);
      known.alone.push(saving);
    }
  }
  return [...useful].reduce<Range>((sum, [group, { steps, alone }]) => {
    const [only = NOTHING, ...others] = alone;
    if (others.length === 0) return addRanges(sum, only);
    const sure = steps.filter((step) => step.isSure(group));
    const most = afterAll(facts, group, steps);
    const least = sure.length < steps.length ? afterAll(facts, group, sure) : most;
    // Where one step leaves the next without a price, the better one of them remains.
    const low = greatest([difference(group.cost, least).low, ...alone.map((each) => each.low)]);
    const high = greatest([difference(group.cost, most).high, ...alone.map((each) => each.high)]);
    return addRanges(sum, { low: low < high ? low : high, high });
  }, NOTHING);
}

function greatest(amounts: readonly Money[]): Money {
  return amounts.reduce((most, amount) => (amount > most ? amount : most), ZERO);
}

/** A step that has no price, or is no longer cheaper, after those before it is left out. */
function afterAll(facts: Priced, group: PriceGroup, steps: readonly Step[]): Range {
  let { cell, cost } = group;
  for (const step of steps) {
    const changed = step.change(cell, group);
    const after = changed && costIf(facts, changed);
    if (changed === undefined || after === undefined || after.high > cost.high) continue;
    cell = changed;
    cost = after;
  }
  return cost;
}
