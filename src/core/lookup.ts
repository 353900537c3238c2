import { floorTimes, type Money, ZERO } from './money.ts';
import {
  type Band,
  type Cell,
  type Model,
  type PriceVersion,
  type RateTable,
  type Region,
  type TokenRates,
  versionAt,
} from './rates.ts';
import { addDays, dayOf, formatInstant, type Instant } from './time.ts';
import {
  type Modality,
  type ServiceTier,
  TOKEN_KIND_NAMES,
  type TokenKind,
  type Usage,
} from './usage.ts';
import { count, perUnit } from './wording.ts';

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
  /** How many units of it are free on each day, for the whole organization. */
  readonly freePerDay?: number | undefined;
  /** The regional factor that the price already holds. */
  readonly uplift?: string | undefined;
}

/** Why a price is open, and what would settle it. */
export interface Doubt {
  readonly reason: string;
  readonly settledBy: string;
  /** It is about how long single requests were. */
  readonly isOfLength?: boolean;
  /** It is about how many tokens there are, and not about their price. */
  readonly isOfCount?: boolean;
}

/** A price that a token may have. Several candidates are a range; one without a rate is no price. */
export type Candidate =
  | { readonly rate: Rate; readonly doubts?: readonly Doubt[] | undefined }
  | { readonly rate?: undefined; readonly reason: string };

/** The whole usage takes part in the look-up: every condition that a price can depend on. */
export interface Question {
  readonly table: RateTable;
  readonly usage: Usage;
  readonly model: Model;
  readonly modality: Modality;
  readonly kind: TokenKind;
}

/** Every price that the table allows for a token of this kind in this usage. */
export function candidateRates(question: Question): readonly Candidate[] {
  const { usage, model } = question;
  return scenariosOf(usage, model).flatMap((scenario) => scenarioRates(question, scenario));
}

/**
 * All of a usage that the price of its tokens depends on, beside their kind: for whoever prices much
 * that is alike. Undefined where the answer names the day, as there is no price on it.
 */
export function ratesKey(usage: Usage, model: Model): string | undefined {
  const { at, until, tier, orTiers = [], region, inputTokensPerRequest } = usage;
  if (!versionAt(model, at)) return undefined;
  const { least, most } = inputTokensPerRequest;
  const above = model.longContextAbove ?? Number.POSITIVE_INFINITY;
  const time = until === undefined ? epochAt(model, at) : `${at}-${until}`;
  return `${model.id} ${time} ${tier} ${orTiers} ${region} ${least > above} ${most > above}`;
}

/** How many of the model's price changes have come. */
function epochAt(model: Model, at: Instant): number {
  let epoch = 0;
  for (const change of allPriceChanges(model)) if (change <= at) epoch++;
  return epoch;
}

/** One of the ways in which it may have happened, as far as prices depend on it. */
export interface Scenario {
  readonly at: Instant;
  readonly tier: ServiceTier;
  readonly doubts: readonly Doubt[];
}

/** What has prices: a model or a tool. */
type Priced = Pick<Model, 'id' | 'prices'>;

/** Each time and tier that the usage leaves open. */
export function scenariosOf(usage: Usage, model: Priced): Scenario[] {
  const { at, until, tier, orTiers = [] } = usage;
  const changes = until === undefined ? [] : priceChanges(model, at, until);
  const offered = orTiers.filter((other) => changesOffer([at, ...changes], model, other));
  const isOffered = offered.length === 0 || changesOffer([at, ...changes], model, tier);
  const tiers = isOffered ? [tier, ...offered] : offered;
  const doubts: Doubt[] = [];
  if (changes.length > 0) {
    const days = changes.map(formatInstant).join(' and ');
    doubts.push({
      reason: `the price of ${model.id} changed on ${days}, within a bucket`,
      settledBy: 'narrower buckets',
    });
  }
  if (tiers.length > 1) {
    doubts.push({
      reason: `the data does not tell the service tier; it may be ${tiers.join(', ')}`,
      settledBy: 'an export with the columns service_tier and batch, or --tier',
    });
  }
  return [at, ...changes].flatMap((time) =>
    tiers.map((each) => ({ at: time, tier: each, doubts })),
  );
}

function changesOffer(times: readonly Instant[], model: Priced, tier: ServiceTier): boolean {
  return times.some((time) => {
    const version = versionAt(model, time);
    return version !== undefined && (tier in version.tokens || hasUnits(version, tier));
  });
}

function hasUnits(version: PriceVersion, tier: ServiceTier): boolean {
  return version.units.some((unit) => unit.tier === tier);
}

const changesOf = new WeakMap<Priced, readonly Instant[]>();

/** Every instant at which another price begins to hold, in order. */
export function allPriceChanges(model: Priced): readonly Instant[] {
  const known = changesOf.get(model);
  if (known) return known;
  const [always, ever] = [Number.NEGATIVE_INFINITY as Instant, Number.POSITIVE_INFINITY as Instant];
  const changes = priceChanges(model, always, ever);
  changesOf.set(model, changes);
  return changes;
}

/** The instants after `from` and before `until` at which another price begins to hold. */
export function priceChanges(model: Priced, from: Instant, until: Instant): Instant[] {
  const times = model.prices.flatMap((version) => {
    const promise = version.promotional ? version.guaranteedUntil : undefined;
    return [version.from, version.to, promise === undefined ? null : addDays(promise, 1)];
  });
  const within = times.filter((time) => time !== null && time > from && time < until);
  return [...new Set(within as Instant[])].sort((a, b) => a - b);
}

function scenarioRates(question: Question, scenario: Scenario): Candidate[] {
  const { table, model } = question;
  const usage = { ...question.usage, at: scenario.at, tier: scenario.tier };
  const asked = { ...question, usage };
  const version = versionAt(model, usage.at);
  if (!version) return [{ reason: noVersion(model, usage.at) }];
  if (isUnavailable(table.regions, usage, model)) {
    return [{ reason: `${usage.tier} processing is not offered in region ${usage.region}` }];
  }
  const bands = bandsOf(model, usage, version);
  const bandDoubts: Doubt[] =
    bands.length > 1
      ? [
          {
            reason: `which requests had more than ${count(model.longContextAbove)} input tokens is not in the data`,
            isOfLength: true,
            settledBy: 'one row per request, or narrower buckets',
          },
        ]
      : [];
  const doubts = [...scenario.doubts, ...bandDoubts];
  const candidates: Candidate[] = [];
  for (const band of bands) {
    candidates.push(...withDoubts(cellRates(asked, version, version.tokens, band), doubts));
    for (const { when, tokens } of version.alternatives) {
      const doubt = {
        reason: `it costs less when ${when}, which the name does not tell`,
        settledBy: 'how the model was created',
      };
      candidates.push(...withDoubts(cellRates(asked, version, tokens, band), [doubt]));
    }
    const before = priceBeforePromotion(model, version, usage.at);
    if (before) {
      const doubt = {
        reason: `the promotional price of ${model.id} was promised only through ${dayOf(version.guaranteedUntil ?? usage.at)}, so the price before it may be back`,
        settledBy: "OpenAI's pricing page of today",
      };
      candidates.push(...withDoubts(cellRates(asked, before, before.tokens, band), [doubt]));
    }
  }
  return candidates.flatMap((candidate) => withUplift(candidate, model, usage.region));
}

function withDoubts(candidates: readonly Candidate[], doubts: readonly Doubt[]): Candidate[] {
  if (doubts.length === 0) return [...candidates];
  return candidates.map((candidate) =>
    candidate.rate ? { ...candidate, doubts: [...(candidate.doubts ?? []), ...doubts] } : candidate,
  );
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
  const { usage, kind } = question;
  const modality = billedModality(question, rates);
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
    return [{ rate }, { rate: rateAt(version, exact.perToken, path), doubts: [doubt] }];
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
    {
      rate: leastForCached(version, input.perToken, rates.standard?.[band]?.[modality]),
      doubts: [doubt],
    },
    {
      rate: rateAt(version, input.perToken, `${usage.tier}.${band}.${modality}.input`),
      doubts: [doubt],
    },
  ];
}

/**
 * Models that see images without making any bill what they see as input like any other: OpenAI
 * states how many input tokens an image is, and prints no price for them apart from that of text.
 */
function billedModality({ modality, kind }: Question, rates: TokenRates): Modality {
  if (modality !== 'image' || kind === 'output') return modality;
  const bands = Object.values(rates).flatMap((tier) => Object.values(tier));
  return bands.some((band) => band.image !== undefined) ? 'image' : 'text';
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

export function isPrice(cell: Cell | undefined): cell is Exclude<Cell, string> {
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
  return [candidate, { rate: raised, doubts: [doubt] }];
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

function kindName({ modality, kind }: Pick<Question, 'modality' | 'kind'>): string {
  return modality === 'text' ? TOKEN_KIND_NAMES[kind] : `${TOKEN_KIND_NAMES[kind]} (${modality})`;
}

/**
 * The band of a request, or both where the usage does not tell how long its requests were. What is
 * not offered cannot have happened: aggregated rows of a tier without long prices are short.
 */
function bandsOf(model: Model, usage: Usage, version: PriceVersion): readonly Band[] {
  const { least, most } = usage.inputTokensPerRequest;
  const above = model.longContextAbove;
  if (above === undefined || most <= above) return ['short'];
  if (least > above) return ['long'];
  return version.tokens[usage.tier]?.long ? ['short', 'long'] : ['short'];
}
