import type { Rate } from '../core/lookup.ts';
import { exactUsd, times } from '../core/money.ts';
import type { Cost, CostItem, QuantityItem } from '../core/price.ts';
import {
  type PriceVersion,
  type RateSource,
  type RateTable,
  UNITS,
  type Unit,
} from '../core/rates.ts';
import { dayOf } from '../core/time.ts';
import { TOKEN_KIND_NAMES } from '../core/usage.ts';
import { count } from '../core/wording.ts';
import { safeText } from './safe.ts';
import { spanText } from './span.ts';

/** A figure as tokens x rate, with the date and the source of the rate. */
export function explainItem(item: CostItem | QuantityItem, table: RateTable): string[] {
  const what = `  ${amountOf(item)}`;
  const price = 'quantity' in item ? (rate: Rate) => perUnitOf(rate, item) : perMillion;
  const { cost } = item;
  switch (cost.kind) {
    case 'unpriced':
      return [`${what}: not priced: ${safeText(cost.reason)}`];
    case 'priced':
      return [`${what} x ${price(cost.rate)} = $${exactUsd(cost.amount)}`, ...basis(cost, table)];
    case 'ranged':
      return [
        `${what} x ${[...new Set([cost.lowRate, cost.highRate].map(price))].join(' to ')} = $${exactUsd(cost.low)} to $${exactUsd(cost.high)}`,
        ...cost.doubts.map(({ reason }) => `    open: ${reason}`),
        ...basis(cost, table),
      ];
  }
}

function amountOf(item: CostItem | QuantityItem): string {
  if ('quantity' in item) {
    const { unit, amount, per = 1, size, quality } = item.quantity;
    const of = [quality, size].filter((trait) => trait !== undefined).map((trait) => `${trait} `);
    return `${count(amount)}${per === 1 ? '' : ` / ${count(per)}`} ${of.join('')}${UNITS[unit]}`;
  }
  const { tokens, fewest = tokens, modality, kind } = item;
  const number =
    tokens === null || fewest === null
      ? 'an unknown number of'
      : spanText([{ low: fewest, high: tokens }]);
  return `${number} ${modality} ${TOKEN_KIND_NAMES[kind]} tokens`;
}

/** Units of which one is worth next to nothing. */
const SMALL_UNITS: ReadonlySet<Unit> = new Set(['character', 'inputToken', 'trainingToken']);

function perUnitOf(rate: Rate, { quantity }: QuantityItem): string {
  const { perToken } = rate;
  if (SMALL_UNITS.has(quantity.unit)) return perMillion(rate);
  return `$${exactUsd(perToken)} per ${UNITS[quantity.unit]}`;
}

export function usdPerMillion({ perToken }: Rate): string {
  return exactUsd(times(perToken, 1_000_000));
}

function perMillion(rate: Rate): string {
  return `$${usdPerMillion(rate)} per 1M`;
}

export function ratesOf(cost: Exclude<Cost, { kind: 'unpriced' }>): Rate[] {
  return cost.kind === 'priced' ? [cost.rate] : [cost.lowRate, cost.highRate];
}

function basis(cost: Exclude<Cost, { kind: 'unpriced' }>, table: RateTable): string[] {
  return [...new Set(ratesOf(cost).flatMap((rate) => rateBasis(rate, table)))];
}

function rateBasis({ cell, bound, version, derived, uplift }: Rate, table: RateTable): string[] {
  if (bound) return [`    low end: ${bound}`];
  const until = version.to === null ? '' : ` until ${dayOf(version.to)}`;
  return [
    `    ${cell}, ${version.from === null ? 'beginning not known' : `since ${dayOf(version.from)}`}${until}, checked ${dayOf(version.checked)}: ${mainSources(cell, version, table)}`,
    ...(derived ? [`    derived: ${derived}`] : []),
    ...(uplift ? [`    includes the regional factor ${uplift}`] : []),
  ];
}

/** OpenAI's own pages by title and the rest by number; without such a page, everybody by title. */
function mainSources(cell: string | undefined, version: PriceVersion, table: RateTable): string {
  const sources = sourcesOf(cell, version, table);
  const official = sources.filter((source) => source.official);
  const named = (official.length > 0 ? official : sources).map(({ title }) => title).join('; ');
  const others = sources.length - official.length;
  if (official.length === 0 || others === 0) return named;
  return `${named}; confirmed by ${others} ${others === 1 ? 'other' : 'others'}`;
}

/** The sources that state a cell, the general ones first. */
export function sourcesOf(
  cell: string | undefined,
  version: PriceVersion,
  table: RateTable,
): RateSource[] {
  const part = cell?.split('.').slice(0, 2).join('.') ?? '';
  const ids = new Set([...version.sources, ...(version.confirmedBy.get(part) ?? [])]);
  return [...ids].flatMap((id) => table.sources.get(id) ?? []);
}
