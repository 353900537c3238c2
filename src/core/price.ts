import { addRanges, floorTimes, type Money, NOTHING, type Range, times, ZERO } from './money.ts';
import { resolveModel } from './names.ts';
import {
  type Band,
  type Cell,
  type Model,
  type PriceVersion,
  type RateTable,
  type Region,
  type TokenRates,
  UNITS,
  versionAt,
} from './rates.ts';
import { addDays, dayOf, type Instant } from './time.ts';
import {
  MODALITIES,
  type Modality,
  TOKEN_KIND_NAMES,
  TOKEN_KINDS,
  type TokenKind,
  type Usage,
} from './usage.ts';

/** The price of one token, and where it stands in the table. */
export interface Rate {
  readonly perToken: Money;
  /** `tier.band.modality.kind`; undefined for a bound that no cell states. */
  readonly cell?: string | undefined;
  /** How a bound was found. */
  readonly bound?: string | undefined;
  readonly version: PriceVersion;
  /** How the table came by the price, where OpenAI does not print it. */
  readonly derived?: string | undefined;
  /** The regional factor that the price already holds. */
  readonly uplift?: string | undefined;
}

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

/** Why a price is open, and what would settle it. */
export interface Doubt {
  readonly reason: string;
  readonly settledBy: string;
}

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

export function rangeOf(cost: Exclude<Cost, { kind: 'unpriced' }>): Range {
  return cost.kind === 'priced' ? { low: cost.amount, high: cost.amount } : cost;
}

/** The band of a request, or both where the usage does not tell how long its requests were. */
export function bandsOf(model: Model, usage: Usage): readonly Band[] {
  const above = model.longContextAbove;
  if (above === undefined || usage.inputTokensPerRequest.most <= above) return ['short'];
  return usage.inputTokensPerRequest.least > above ? ['long'] : ['short', 'long'];
}

/** A price that a token may have. Several candidates are a range; one without a rate is no price. */
type Candidate =
  | { readonly rate: Rate; readonly doubt?: Doubt | undefined }
  | { readonly rate?: undefined; readonly reason: string };

interface Question {
  readonly table: RateTable;
  readonly usage: Usage;
  readonly model: Model;
  readonly modality: Modality;
  readonly kind: TokenKind;
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

function candidateRates(question: Question): Candidate[] {
  const { table, usage, model } = question;
  const version = versionAt(model, usage.at);
  if (!version) return [{ reason: noVersion(model, usage.at) }];
  if (isUnavailable(table.regions, usage, model)) {
    return [{ reason: `${usage.tier} processing is not offered in region ${usage.region}` }];
  }
  const bands = bandsOf(model, usage);
  const bandDoubt: Doubt | undefined =
    bands.length > 1
      ? {
          reason: `which requests had more than ${count(model.longContextAbove)} input tokens is not in the data`,
          settledBy: 'one row per request, or narrower buckets',
        }
      : undefined;
  const candidates: Candidate[] = [];
  for (const band of bands) {
    candidates.push(...withDoubt(cellRates(question, version, version.tokens, band), bandDoubt));
    for (const { when, tokens } of version.alternatives) {
      const doubt = {
        reason: `it costs less when ${when}, which the name does not tell`,
        settledBy: 'how the model was created',
      };
      candidates.push(...withDoubt(cellRates(question, version, tokens, band), doubt));
    }
    const before = priceBeforePromotion(model, version, usage.at);
    if (before) {
      const doubt = {
        reason: `the promotional price of ${model.id} was promised only through ${dayOf(version.guaranteedUntil ?? usage.at)}, so the price before it may be back`,
        settledBy: "OpenAI's pricing page of today",
      };
      candidates.push(...withDoubt(cellRates(question, before, before.tokens, band), doubt));
    }
  }
  return candidates.flatMap((candidate) => withUplift(candidate, model, usage.region));
}

function withDoubt(candidates: readonly Candidate[], doubt: Doubt | undefined): Candidate[] {
  if (!doubt) return [...candidates];
  return candidates.map((candidate) => (candidate.rate ? { ...candidate, doubt } : candidate));
}

function priceBeforePromotion(
  model: Model,
  version: PriceVersion,
  at: Instant,
): PriceVersion | undefined {
  if (!version.promotional || version.guaranteedUntil === undefined) return undefined;
  if (at < addDays(version.guaranteedUntil, 1)) return undefined;
  return model.prices[model.prices.indexOf(version) - 1];
}

/** What one cell of the table allows. */
function cellRates(
  question: Question,
  version: PriceVersion,
  rates: TokenRates,
  band: Band,
): Candidate[] {
  const { usage, modality, kind } = question;
  const path = `${usage.tier}.${band}.${modality}.${kind}`;
  const block = rates[usage.tier]?.[band]?.[modality];
  const cell = block?.[kind];
  if (isPrice(cell)) {
    const rate = rateAt(version, cell.perToken, path);
    const exact = version.rounded.get(path);
    if (!isPrice(exact)) return [{ rate }];
    const doubt = {
      reason: `OpenAI prints $${cell.usdPerMillion}, probably rounded from $${exact.usdPerMillion}`,
      settledBy: 'the implied rate on a bill',
    };
    return [{ rate }, { rate: rateAt(version, exact.perToken, path), doubt }];
  }
  if (cell === 'as-input') return cellRates({ ...question, kind: 'input' }, version, rates, band);
  const input = block?.input;
  if (kind !== 'cachedInput' || !isPrice(input)) {
    return [{ reason: notPublished(question, version, rates, band) }];
  }
  // Cached tokens cost something between a discounted price and that of other input.
  const doubt = {
    reason: `no price for ${kindName(question)} is published for ${question.model.id} with ${usage.tier} processing`,
    settledBy: 'the implied rate on a bill',
  };
  return [
    { rate: leastForCached(version, input.perToken, rates.standard?.[band]?.[modality]), doubt },
    { rate: rateAt(version, input.perToken, `${usage.tier}.${band}.${modality}.input`), doubt },
  ];
}

/** The lower bound of an unpublished cached price: the discount of the standard tier, if any. */
function leastForCached(
  version: PriceVersion,
  input: Money,
  standard: Partial<Record<TokenKind, Cell>> | undefined,
): Rate {
  if (!isPrice(standard?.cachedInput) || !isPrice(standard.input)) {
    return { version, perToken: ZERO, bound: 'nothing, as no discount is published at all' };
  }
  const perToken = (input * standard.cachedInput.perToken) / standard.input.perToken;
  return { version, perToken: perToken as Money, bound: 'the discount of standard processing' };
}

function isPrice(cell: Cell | undefined): cell is Exclude<Cell, string> {
  return typeof cell === 'object';
}

function rateAt(version: PriceVersion, perToken: Money, cell: string | undefined): Rate {
  const derived = version.derived.find(({ cells }) =>
    cells.some((prefix) => cell === prefix || cell?.startsWith(`${prefix}.`)),
  );
  return { perToken, cell, version, derived: derived?.how };
}

/** Regional processing multiplies every price of the models that it applies to. */
function withUplift(candidate: Candidate, model: Model, region: string): Candidate[] {
  if (!candidate.rate || region === 'global' || model.regionalUplift === 'none') return [candidate];
  const { rate } = candidate;
  const known = model.regionalUplift !== 'unknown';
  const uplift = known ? model.regionalUplift : POSSIBLE_UPLIFT;
  const raised = { ...rate, perToken: floorTimes(rate.perToken, uplift), uplift };
  if (known) return [{ ...candidate, rate: raised }];
  const doubt = {
    reason: `whether regional processing raises the price of ${model.id} is not published`,
    settledBy: "OpenAI's pricing page of today",
  };
  return [candidate, { rate: raised, doubt }];
}

/** The only regional factor that OpenAI has published; what an unlisted model may have. */
const POSSIBLE_UPLIFT = '1.1';

function isUnavailable(regions: readonly Region[], usage: Usage, model: Model): boolean {
  const region = regions.find(({ id }) => id === usage.region);
  if (!region) return false;
  return region.unavailable.some(
    ({ tiers, models }) => tiers.includes(usage.tier) && models.includes(model.id),
  );
}

function noVersion(model: Model, at: Instant): string {
  if (model.noPrice) return model.noPrice;
  const first = model.prices[0]?.from;
  if (first && at < first) return `no price is known before ${dayOf(first)}`;
  return `no price is known on ${dayOf(at)}`;
}

function notPublished(
  question: Question,
  version: PriceVersion,
  rates: TokenRates,
  band: Band,
): string {
  const { model, usage, modality } = question;
  const tier = rates[usage.tier];
  if (Object.keys(rates).length === 0) {
    const units = [...new Set(version.units.map(({ unit, per }) => perUnit(unit, per)))];
    return `billed per ${units.join(' and per ')}, not by the token`;
  }
  if (!tier) return `no ${usage.tier} price is published`;
  const where = `with ${usage.tier} processing`;
  if (!tier[band] && band === 'long') {
    return `no price is published ${where} above ${count(model.longContextAbove)} input tokens`;
  }
  if (!tier[band]?.[modality]) return `no price for ${modality} tokens is published ${where}`;
  return `no price for ${kindName(question)} is published ${where}`;
}

export function perUnit(unit: keyof typeof UNITS, per: number): string {
  return per === 1 ? UNITS[unit] : `${count(per)} ${UNITS[unit]}`;
}

function kindName({ modality, kind }: Pick<Question, 'modality' | 'kind'>): string {
  return modality === 'text' ? TOKEN_KIND_NAMES[kind] : `${TOKEN_KIND_NAMES[kind]} (${modality})`;
}

/** A whole number with separators for thousands, the same in every locale. */
export function count(value: number | undefined): string {
  return String(value ?? 0).replace(/\B(?=(\d{3})+$)/g, ',');
}
