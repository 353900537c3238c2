/** The prices of what is not billed by the token: minutes, images, characters, sessions, storage. */
import type { Candidate, Doubt, Rate } from './lookup.ts';
import { type Money, unitPrice } from './money.ts';
import { type PriceVersion, UNITS, type Unit, type UnitPrice } from './rates.ts';
import type { Quantity, ServiceTier } from './usage.ts';
import { perUnit } from './wording.ts';

/** What a unit is measured in, and how many of that make one: 60 seconds are a minute. */
const MEASURES: Partial<Record<Unit, { readonly unit: Unit; readonly size: number }>> = {
  minute: { unit: 'second', size: 60 },
};

/** Every price that a version has for one unit of this quantity. */
export function quantityRates(
  version: PriceVersion,
  tier: ServiceTier,
  quantity: Quantity,
  doubts: readonly Doubt[],
): Candidate[] {
  const ofUnit = version.units.filter((price) => measureOf(price).unit === quantity.unit);
  if (ofUnit.length === 0) return [{ reason: notByUnit(version, quantity) }];
  const ofTier = ofUnit.filter((price) => price.tier === tier);
  if (ofTier.length === 0) return [{ reason: `no ${tier} price is published` }];
  if (ofTier.every(({ estimate }) => estimate)) {
    return [
      { reason: `billed by the token, which usage by the ${UNITS[quantity.unit]} does not tell` },
    ];
  }
  const sized = narrowed(ofTier, 'size', quantity.size);
  const fitting = sized && narrowed(sized, 'quality', quantity.quality);
  if (!fitting) {
    const what = [quantity.quality, quantity.size].filter(Boolean).join(' ');
    return [{ reason: `no price is published for ${what}` }];
  }
  const open = (['size', 'quality'] as const).filter(
    (trait) => quantity[trait] === undefined && new Set(fitting.map((p) => p[trait])).size > 1,
  );
  const traitDoubts = open.map((trait) => ({
    reason: `the data does not tell the ${trait} of each ${UNITS[quantity.unit]}, on which the price depends`,
    settledBy: `an export or log with the ${trait}`,
  }));
  return fitting.map((price) => ({
    rate: rateOf(version, price),
    doubts: [...doubts, ...traitDoubts],
  }));
}

function rateOf(version: PriceVersion, price: UnitPrice): Rate {
  const per = price.per * measureOf(price).size;
  const perUnit = unitPrice(price.usd, per);
  if (perUnit === undefined) throw new RangeError(`${price.usd} USD cannot be divided by ${per}`);
  const cell = [price.tier, price.unit, price.quality, price.size].filter(Boolean).join('.');
  const freePerDay = price.free === undefined ? undefined : Number(price.free);
  return { perToken: perUnit as Money, cell, version, freePerDay };
}

function measureOf({ unit }: UnitPrice): { unit: Unit; size: number } {
  return MEASURES[unit] ?? { unit, size: 1 };
}

/** The prices of this size or quality; all if nobody says which; undefined if none has it. */
function narrowed(
  prices: readonly UnitPrice[],
  trait: 'size' | 'quality',
  wanted: string | undefined,
): readonly UnitPrice[] | undefined {
  if (wanted === undefined || prices.every((price) => price[trait] === undefined)) return prices;
  const fitting = prices.filter((price) => price[trait] === wanted);
  return fitting.length > 0 ? fitting : undefined;
}

function notByUnit(version: PriceVersion, { unit }: Quantity): string {
  if (version.units.length === 0) {
    return `billed by the token, which usage by the ${UNITS[unit]} does not tell`;
  }
  const units = [...new Set(version.units.map((price) => perUnit(price.unit, price.per)))];
  return `billed per ${units.join(' and per ')}, not by the ${UNITS[unit]}`;
}
