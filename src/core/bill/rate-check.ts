/** What a line of a bill implies for the price of a unit, beside the prices that we know. */

import { type Decimal, parseDecimal } from '../decimal.ts';
import { type Candidate, candidateRates, priceChanges, type Rate } from '../lookup.ts';
import { type Money, roundUsd, times, ZERO } from '../money.ts';
import { resolveModel } from '../names.ts';
import { quantityRates } from '../quantity.ts';
import { type Model, type RateTable, type Unit, versionAt } from '../rates.ts';
import { addDays, type Instant } from '../time.ts';
import { SERVICE_TIERS, type ServiceTier, type Usage } from '../usage.ts';
import type { BillLine, RateCheck } from './bill.ts';
import { subjectOf, type TokenItem, toolsOf } from './line-item.ts';

type Line = Pick<BillLine, 'source' | 'day' | 'item' | 'amount' | 'quantity' | 'quantityUnit'>;

/** The units of bills: what the rate table calls what they count, and how many of it each is. */
export const BILLED_UNITS: ReadonlyMap<
  string | undefined,
  { readonly unit: Unit | 'token'; readonly size: number }
> = new Map([
  ['tokens', { unit: 'token', size: 1 }],
  ['1000_tokens', { unit: 'token', size: 1000 }],
  ['images', { unit: 'image', size: 1 }],
  ['characters', { unit: 'character', size: 1 }],
  ['duration_seconds', { unit: 'second', size: 1 }],
  ['duration_minutes', { unit: 'second', size: 60 }],
  ['duration_hours', { unit: 'second', size: 3600 }],
]);

/** Float noise in exports is less than that share of the amount. */
const NOISE = 10n ** 12n;
const IMPLIED_PLACES = 18;

/** Our rates for the lines of bills, each looked up once: lines of many projects share them. */
export class RateBook {
  readonly rates: RateTable;
  readonly #region: string;
  readonly #known = new Map<string, OurRates>();

  constructor(rates: RateTable, region: string) {
    this.rates = rates;
    this.#region = region;
  }

  /** Undefined where the line has no quantity, or we have no rate to compare with. */
  check(line: Line): RateCheck | undefined {
    const implied = impliedRate(line);
    const ours = this.of(line);
    if (implied === undefined || ours.rates.length === 0) return undefined;
    const isOurs = agrees(line, ours);
    const hasRate = (tier: ServiceTier) => agrees(line, this.of(line, tier));
    return {
      implied: roundUsd(implied, IMPLIED_PLACES),
      rates: ours.rates,
      agrees: isOurs,
      otherTiers: isOurs ? [] : SERVICE_TIERS.filter(hasRate),
    };
  }

  /** For what the line counts, per unit of its quantity; in the tier that it names, or another. */
  of(line: Asked, tier?: ServiceTier): OurRates {
    const { day, item, quantityUnit } = line;
    const text = item.kind === 'none' ? '' : item.text;
    const key = `${day} ${tier} ${quantityUnit} ${text}`;
    const known = this.#known.get(key);
    if (known) return known;
    const rates = ratesOf(this.rates, line, this.#region, tier);
    this.#known.set(key, rates);
    return rates;
  }
}

type Asked = Pick<Line, 'source' | 'day' | 'item' | 'quantityUnit'>;

/** Amount / quantity; undefined where there is none. */
export function impliedRate({ amount, quantity }: Pick<Line, 'amount' | 'quantity'>) {
  const decimal = quantity === undefined ? undefined : parseDecimal(quantity);
  if (!decimal || decimal.digits === 0n) return undefined;
  return ((amount * 10n ** BigInt(decimal.scale)) / decimal.digits) as Money;
}

interface OurRates<R = Rate> {
  readonly rates: readonly R[];
  /** They are bounds, or several of them can have been mixed: all that lies between is right. */
  readonly isRange: boolean;
}

const NO_RATES: OurRates = { rates: [], isRange: false };

function ratesOf(
  table: RateTable,
  line: Asked,
  region: string,
  tier: ServiceTier | undefined,
): OurRates {
  const { item, day, quantityUnit } = line;
  const tool = toolsOf(item);
  if (tool) return tool.isRateKnown ? toolRates(table, tool.tools, day) : NO_RATES;
  const model = resolveModel(table, subjectOf(item) ?? '', day).model;
  const billed = BILLED_UNITS.get(quantityUnit ?? (item.kind === 'tokens' ? 'tokens' : ''));
  if (!model || !billed) return NO_RATES;
  const changes = priceChanges(model, day, addDays(day, 1)).length > 0;
  const candidates =
    billed.unit !== 'token'
      ? unitCandidates(model, billed.unit, day, tier ?? tierOf(line))
      : item.kind === 'tokens'
        ? tokenCandidates(table, model, { ...line, item }, region, tier ?? item.tier)
        : [];
  const rates = ratesIn(candidates);
  return {
    rates: rates.map((rate) => ({ ...rate, perToken: times(rate.perToken, billed.size) })),
    isRange: changes || rates.some(({ bound }) => bound !== undefined),
  };
}

function tierOf({ item }: Pick<Line, 'item'>): ServiceTier {
  return item.kind === 'tokens' ? item.tier : 'standard';
}

function toolRates(table: RateTable, ids: readonly string[], day: Instant): OurRates {
  const candidates = table.tools
    .filter(({ id }) => ids.includes(id))
    .flatMap((tool) => {
      const version = versionAt(tool, day);
      return version ? quantityRates(version, 'standard', { unit: 'call', amount: 1 }, []) : [];
    });
  return { rates: ratesIn(candidates), isRange: true };
}

function unitCandidates(model: Model, unit: Unit, day: Instant, tier: ServiceTier): Candidate[] {
  const version = versionAt(model, day);
  return version ? quantityRates(version, tier, { unit, amount: 1 }, []) : [];
}

function tokenCandidates(
  table: RateTable,
  model: Model,
  { source, day, item }: Pick<Line, 'source' | 'day'> & { readonly item: TokenItem },
  region: string,
  tier: ServiceTier,
): Candidate[] {
  // A long price of a model that has none in the table is not its short one.
  if (item.long && model.longContextAbove === undefined) return [];
  const { modality, tokenKind } = item;
  const input = item.long ? Number.MAX_SAFE_INTEGER : 0;
  const kinds =
    tokenKind === 'cacheWrite' ? (['cacheWrite30m', 'cacheWrite12h'] as const) : [tokenKind];
  return kinds.flatMap((kind) => {
    const usage: Usage = {
      source,
      model: item.model,
      at: day,
      until: addDays(day, 1),
      tier,
      region,
      requests: 1,
      tokens: { [modality]: { [kind]: 1 } },
      inputTokensPerRequest: { least: input, most: input },
    };
    return candidateRates({ table, usage, model, modality, kind });
  });
}

/** Each price once. */
function ratesIn(candidates: readonly Candidate[]): Rate[] {
  const byPrice = new Map<Money, Rate>();
  for (const { rate } of candidates) {
    if (rate && !byPrice.has(rate.perToken)) byPrice.set(rate.perToken, rate);
  }
  return [...byPrice.values()];
}

/** Whether the amount is the quantity at one of these rates, but for the noise of floats. */
export function agrees(
  { amount, quantity }: Pick<Line, 'amount' | 'quantity'>,
  { rates, isRange }: OurRates<Pick<Rate, 'perToken'>>,
): boolean {
  const decimal = quantity === undefined ? undefined : parseDecimal(quantity);
  if (!decimal) return false;
  const values = rates.map(({ perToken }) => worth(decimal, perToken));
  if (values.some((value) => isSame(amount, value))) return true;
  return isRange && values.some((v) => v < amount) && values.some((v) => v > amount);
}

function worth({ digits, scale }: Decimal, perUnit: Money): Money {
  return ((digits * perUnit) / 10n ** BigInt(scale)) as Money;
}

/** Equal but for float noise and for what the division by the scale has cut off. */
function isSame(a: Money, b: Money): boolean {
  const size = a < ZERO ? -a : a;
  const difference = a < b ? b - a : a - b;
  return difference <= 1n || difference * NOISE <= size;
}
