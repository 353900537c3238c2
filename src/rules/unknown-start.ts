import type { Cost } from '../core/price.ts';
import type { PriceVersion, RateTable } from '../core/rates.ts';
import type { EstimateFacts } from '../core/report.ts';
import { dayOf, type Instant } from '../core/time.ts';
import { listed, type Rule } from './rule.ts';

/** A price of which nobody knows since when it holds is taken for any day before it was seen. */
export const unknownStart: Rule<EstimateFacts> = {
  id: 'unknown-start',
  severity: 'note',
  *check({ models, rates, request: { at } }) {
    const names = models.flatMap(({ name, prompts }) => {
      const costs = prompts
        .flatMap(({ lines }) => lines)
        .flatMap(({ items, quantities = [] }) => [...items, ...quantities])
        .flatMap(({ cost }) => versionsIn(cost));
      return costs.some((version) => isBeforeSighting(version, at, rates)) ? [name] : [];
    });
    if (names.length === 0) return;
    yield {
      message: `since when the price of ${listed(names)} holds is not known, and all sources of it are later than ${dayOf(at)}: on that day it may have been another, or none`,
    };
  },
};

function versionsIn(cost: Cost): PriceVersion[] {
  if (cost.kind === 'unpriced') return [];
  return cost.kind === 'priced'
    ? [cost.rate.version]
    : [cost.lowRate.version, cost.highRate.version];
}

function isBeforeSighting(version: PriceVersion, at: Instant, { sources }: RateTable): boolean {
  if (version.from !== null) return false;
  const seen = version.sources.flatMap((id) => sources.get(id)?.checked ?? []);
  return [version.checked, ...seen].every((day) => at < day);
}
