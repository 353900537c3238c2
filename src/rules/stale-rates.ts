import { type RateTable, tableAge } from '../core/rates.ts';
import { dayOf, type Instant } from '../core/time.ts';
import type { Rule } from './rule.ts';

/** All that has prices depends on the age of its table. */
interface Dated {
  readonly rates: RateTable;
  readonly now: Instant;
}

export const staleRates: Rule<Dated> = {
  id: 'stale-rates',
  severity: 'note',
  *check({ rates, now }) {
    const { days, stale } = tableAge(rates, now);
    if (!stale) return;
    yield {
      message: `the rate table is of ${dayOf(rates.version)}, ${days} days old; update openai-cost for newer prices`,
    };
  },
};
