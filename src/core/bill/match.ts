/** Which usage accounts for which lines of a bill. */
import { itemsOf, type PricedCell } from '../audit/audit.ts';
import { add, type Money, NOTHING, type Range, ZERO } from '../money.ts';
import { resolveModel } from '../names.ts';
import type { CostItem, QuantityItem } from '../price.ts';
import { BANDS, type Band, type RateTable } from '../rates.ts';
import type { Instant } from '../time.ts';
import { toolsNamed } from '../tools.ts';
import type { Modality, ServiceTier } from '../usage.ts';
import type { BillLine } from './bill.ts';
import {
  billedModel,
  lineItemText,
  subjectOf,
  toolGroup,
  toolsOf,
  wholeModelOf,
} from './line-item.ts';
import { BILLED_UNITS } from './rate-check.ts';

/** What is billed as one: a cost item of a cell. */
export interface UsedPart {
  readonly item: CostItem | QuantityItem;
  readonly day: Instant;
  readonly project: string | undefined;
  readonly tiers: readonly ServiceTier[];
  readonly isFree: boolean;
  /** What is billed: nothing if it was free, or has no price. */
  readonly cost: Range;
  readonly freeValue: Range;
  /** The model as bills spell it, or the id of a tool; empty where the data does not tell. */
  readonly name: string;
  readonly counts: 'tokens' | 'units' | 'tool';
  readonly bands: readonly Band[];
  /** The line item under which it should be billed, as far as the data tells. */
  readonly lineItem: string;
}

/** Usage and lines of the bill that cannot be told apart any further; one side may be empty. */
export interface Match {
  readonly parts: readonly UsedPart[];
  readonly bills: readonly BillLine[];
}

/** What of a cell may be billed. Nothing of it is left out but counts of zero. */
export function partsOf(table: RateTable, priced: PricedCell): UsedPart[] {
  const { cell, line } = priced;
  const isFree = priced.state === 'free';
  const bands = bandsOf(priced);
  const name = billedModel(cell.model ?? '');
  const isTool = toolsNamed(table, name).length > 0;
  return itemsOf(line)
    .filter((item) => !('tokens' in item) || item.tokens !== 0)
    .map((item) => {
      const value = rangeOf(item.cost);
      const { day, project, tiers } = cell;
      return {
        ...{ item, day, project, tiers, isFree, bands },
        cost: isFree ? NOTHING : value,
        freeValue: isFree ? value : NOTHING,
        name: isTool ? toolGroup(name) : name,
        counts: countedAs(item, isTool),
        lineItem: textOf(item, name, tiers, bands),
      };
    });
}

function rangeOf(cost: CostItem['cost']): Range {
  if (cost.kind === 'unpriced') return NOTHING;
  return cost.kind === 'priced' ? { low: cost.amount, high: cost.amount } : cost;
}

function countedAs(item: CostItem | QuantityItem, isTool: boolean): UsedPart['counts'] {
  if ('tokens' in item) return 'tokens';
  return isTool ? 'tool' : 'units';
}

function bandsOf({ cell, line: { model } }: PricedCell): readonly Band[] {
  const above = model?.longContextAbove;
  const { least, most } = cell.inputTokensPerRequest;
  if (above === undefined || most <= above) return ['short'];
  return least > above ? ['long'] : BANDS;
}

function textOf(
  item: CostItem | QuantityItem,
  model: string,
  tiers: readonly ServiceTier[],
  bands: readonly Band[],
): string {
  if (model === '') return 'unknown model';
  if (!('tokens' in item)) return model;
  const [tier = 'standard'] = tiers;
  const long = bands.length === 1 && bands[0] === 'long';
  return lineItemText({ tier, model, modality: item.modality, tokenKind: item.kind, long });
}

/** Of one day: as fine as both sides tell, by project where all on both sides have one. */
export function matchesOf(
  table: RateTable,
  parts: readonly UsedPart[],
  bills: readonly BillLine[],
): Match[] {
  const isWhole = bills.some(({ item }) => item.kind === 'none');
  const link = (match: Match) => (isWhole ? [match] : linked(table, match));
  return link({ parts, bills }).flatMap((match) => {
    const projects = sharedProjects(match);
    if (projects.length === 0) return [match];
    return projects.flatMap((project) =>
      link({
        parts: match.parts.filter((part) => part.project === project),
        bills: match.bills.filter((bill) => bill.project === project),
      }),
    );
  });
}

/** All projects of a match, if everything in it has one and any is on both sides; else none. */
function sharedProjects({ parts, bills }: Match): (string | undefined)[] {
  const ours = new Set(parts.map(({ project }) => project));
  const theirs = new Set(bills.map(({ project }) => project));
  const all = new Set([...ours, ...theirs]);
  const isShared = [...ours].some((project) => theirs.has(project));
  return all.has(undefined) || !isShared ? [] : [...all];
}

/** Whether a line is for a model, and so something of which usage would tell. */
export function isOfModel(table: RateTable, { item, day }: BillLine): boolean {
  const names = [subjectOf(item), wholeModelOf(item)?.model];
  return (
    item.kind === 'tokens' ||
    names.some((name) => name !== undefined && resolveModel(table, name, day).model !== undefined)
  );
}

/** Where a line of the bill stands: those with the same family are for the same kind of token. */
interface Place {
  readonly family: string;
  readonly node: string;
  /** Without the context band; only of plain token lines. */
  readonly slot?: string | undefined;
  /** Of a line for another surface: the plain line in which usage would have it. */
  readonly plain?: string | undefined;
}

function linked(table: RateTable, { parts, bills }: Match): Match[] {
  const names = aligned(table, parts, bills);
  const groups = new Groups();
  const nodes = new Set<string>();
  const slots = new Map<string, Set<string>>();
  const slotOfNode = new Map<string, string>();
  const surfaces: { readonly node: string; readonly plain: string }[] = [];
  for (const bill of bills) {
    const place = placeOf(table, bill);
    groups.place(place.node, place.family, { bill });
    if (place.plain !== undefined) surfaces.push({ node: place.node, plain: place.plain });
    else nodes.add(place.node);
    if (place.slot !== undefined) {
      addTo(slots, place.slot, place.node);
      slotOfNode.set(place.node, place.slot);
    }
  }
  const used = new Map<string, Set<string>>();
  const models = new Map<string, string | undefined>();
  const modelOf = ({ name, day }: UsedPart) => {
    if (!models.has(name)) models.set(name, resolveModel(table, name, day).model?.id);
    return models.get(name);
  };
  for (const part of parts) {
    const name = names.get(part.name) ?? part.name;
    const family = familyOf(part, name);
    const [node = family, ...others] =
      part.counts === 'tokens' ? choices(part, family, modelOf(part), nodes) : [];
    groups.place(node, family, { part });
    for (const other of others) groups.link(node, other);
    for (const each of [node, ...others]) {
      const slot = slotOfNode.get(each);
      if (slot !== undefined) addTo(used, slot, ...part.bands.map((band) => nodeOf(slot, band)));
    }
  }
  // Which band it was, the bill knows better than we: one is compared with the other's usage.
  for (const [slot, billed] of slots) {
    const ours = used.get(slot);
    const isSame = ours?.size === billed.size && [...billed].every((node) => ours.has(node));
    if (ours && !isSame) for (const node of billed) groups.link(node, [...billed][0] ?? node);
  }
  for (const { node, plain } of surfaces) {
    const { parts: usedPlain, bills: billedPlain } = groups.at(plain);
    const billed = billedPlain.reduce((sum, { amount }) => add(sum, amount), ZERO);
    // Usage does not tell evals from other requests: they are in it if the plain line lacks them.
    if (usedPlain.length > 0 && billed < lowOf(usedPlain)) groups.link(plain, node);
  }
  groups.linkOrphans();
  return groups.all();
}

function lowOf(parts: readonly UsedPart[]): Money {
  return parts.reduce((sum, { cost }) => add(sum, cost.low), ZERO);
}

/** The lines of the bill in which a part may be; else the one in which it should be. */
function choices(
  part: UsedPart,
  family: string,
  model: string | undefined,
  billed: ReadonlySet<string>,
): string[] {
  const nodes = (tiers: readonly ServiceTier[], bands: readonly Band[]) =>
    tiers.flatMap((tier) => bands.map((band) => nodeOf(slotOf(family, tier), band)));
  // Batch requests may be billed in the plain line, at half its rate: no bill has been seen.
  const orPlain: readonly ServiceTier[] = part.tiers.includes('batch') ? ['standard'] : [];
  const found = [
    nodes(part.tiers, part.bands),
    nodes(part.tiers, BANDS),
    nodes(orPlain, part.bands),
    nodes(orPlain, BANDS),
    model === undefined ? [] : part.tiers.map((tier) => wholeNode(model, tier)),
    model === undefined ? [] : orPlain.map((tier) => wholeNode(model, tier)),
  ]
    .map((possible) => possible.filter((node) => billed.has(node)))
    .find((possible) => possible.length > 0);
  return found ?? nodes(part.tiers.slice(0, 1), part.bands.slice(0, 1));
}

/** Of a line for all tokens of a model. */
function wholeNode(model: string, tier: ServiceTier): string {
  return JSON.stringify(['model', model, tier]);
}

function slotOf(family: string, tier: ServiceTier): string {
  return `${family} ${tier}`;
}

function nodeOf(slot: string, band: Band): string {
  return `${slot} ${band}`;
}

function tokenFamily(name: string, modality: Modality, kind: string): string {
  // Bills do not tell how long a cache write lasts.
  return JSON.stringify([name, modality, kind.startsWith('cacheWrite') ? 'cacheWrite' : kind]);
}

function familyOf({ item, counts }: UsedPart, name: string): string {
  if ('tokens' in item) return tokenFamily(name, item.modality, item.kind);
  return JSON.stringify([counts, name]);
}

function placeOf(table: RateTable, { item, day, quantityUnit }: BillLine): Place {
  const isByToken = (BILLED_UNITS.get(quantityUnit)?.unit ?? 'token') === 'token';
  if (item.kind === 'tokens' && isByToken) {
    const family = tokenFamily(item.model, item.modality, item.tokenKind);
    const slot = slotOf(family, item.tier);
    const node = nodeOf(slot, item.long ? 'long' : 'short');
    if (item.surface === undefined) return { family, slot, node };
    return { family, node: `${item.surface} | ${node}`, plain: node };
  }
  const whole = wholeModelOf(item);
  const wholeModel = whole && resolveModel(table, whole.model, day).model;
  if (whole && wholeModel) {
    const family = JSON.stringify(['units', whole.model]);
    return { family, node: wholeNode(wholeModel.id, whole.tier) };
  }
  const tool = toolsOf(item)?.tools[0];
  const subject = subjectOf(item) ?? '';
  const isModel = resolveModel(table, subject, day).model !== undefined;
  const text = item.kind === 'none' ? '' : item.text;
  const family =
    tool === undefined
      ? JSON.stringify(isModel ? ['units', subject] : ['other', text])
      : JSON.stringify(['tool', tool]);
  return { family, node: family };
}

/**
 * The names of the bill for models that usage names otherwise, such as by an alias: only where
 * there is exactly one that nothing else in the usage is called.
 */
function aligned(
  table: RateTable,
  parts: readonly UsedPart[],
  bills: readonly BillLine[],
): ReadonlyMap<string, string> {
  const ours = new Map(parts.map(({ name, day }) => [name, day]));
  const theirs = new Map(bills.map(({ item, day }) => [subjectOf(item) ?? '', day]));
  const modelOf = (name: string, day: Instant) => resolveModel(table, name, day).model?.id;
  const free = new Map<string, Set<string>>();
  for (const [name, day] of theirs) {
    const model = ours.has(name) ? undefined : modelOf(name, day);
    if (model !== undefined) addTo(free, model, name);
  }
  const names = new Map<string, string>();
  for (const [name, day] of free.size > 0 ? ours : []) {
    const model = theirs.has(name) ? undefined : modelOf(name, day);
    const [other, ...more] = (model === undefined ? undefined : free.get(model)) ?? [];
    if (other !== undefined && more.length === 0) names.set(name, other);
  }
  return names;
}

/** Nodes with what stands on them, and which of them belong together. */
class Groups {
  readonly #parent = new Map<string, string>();
  readonly #families = new Map<string, string>();
  readonly #parts = new Map<string, UsedPart[]>();
  readonly #bills = new Map<string, BillLine[]>();

  place(
    node: string,
    family: string,
    { part, bill }: { readonly part?: UsedPart; readonly bill?: BillLine },
  ): void {
    this.#families.set(node, family);
    if (part) push(this.#parts, node, part);
    if (bill) push(this.#bills, node, bill);
  }

  link(a: string, b: string): void {
    const [rootA, rootB] = [this.#root(a), this.#root(b)];
    if (rootA !== rootB) this.#parent.set(rootB, rootA);
  }

  at(node: string): Match {
    const root = this.#root(node);
    const nodes = [...this.#families.keys()].filter((other) => this.#root(other) === root);
    return {
      parts: nodes.flatMap((each) => this.#parts.get(each) ?? []),
      bills: nodes.flatMap((each) => this.#bills.get(each) ?? []),
    };
  }

  /** Usage without a bill belongs to a bill without usage, if they are for the same kind of token. */
  linkOrphans(): void {
    const loneParts = new Map<string, Set<string>>();
    const loneBills = new Map<string, Set<string>>();
    const byRoot = this.#byRoot();
    for (const [root, { parts, bills }] of byRoot) {
      const family = this.#families.get(root) ?? root;
      if (bills.length === 0 && parts.some(({ isFree }) => !isFree)) addTo(loneParts, family, root);
      if (parts.length === 0) addTo(loneBills, family, root);
    }
    for (const [family, roots] of loneParts) {
      const lone = loneBills.get(family);
      if (lone) for (const root of [...roots, ...lone]) this.link([...roots][0] ?? root, root);
    }
  }

  all(): Match[] {
    return [...this.#byRoot().values()];
  }

  #byRoot(): Map<string, { parts: UsedPart[]; bills: BillLine[] }> {
    const groups = new Map<string, { parts: UsedPart[]; bills: BillLine[] }>();
    for (const node of this.#families.keys()) {
      const root = this.#root(node);
      const group = groups.get(root) ?? { parts: [], bills: [] };
      groups.set(root, group);
      group.parts.push(...(this.#parts.get(node) ?? []));
      group.bills.push(...(this.#bills.get(node) ?? []));
    }
    return groups;
  }

  #root(node: string): string {
    let root = node;
    for (let up = this.#parent.get(root); up !== undefined; up = this.#parent.get(root)) root = up;
    return root;
  }
}

function addTo<K, V>(sets: Map<K, Set<V>>, key: K, ...values: readonly V[]): void {
  const set = sets.get(key) ?? new Set();
  sets.set(key, set);
  for (const value of values) set.add(value);
}

function push<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}
