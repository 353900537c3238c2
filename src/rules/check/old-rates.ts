import { tableAge } from '../../core/rates.ts';
import type { CheckFacts } from '../../core/report.ts';
import { dayOf } from '../../core/time.ts';
import { counted } from '../../core/wording.ts';
import type { Rule } from '../rule.ts';

/** Prices change; a budget that is held against old ones holds nothing. */
export const oldRates: Rule<CheckFacts> = {
  id: 'old-rates',
  severity: 'error',
  *check({ rates, now, maxRatesAgeDays, config }) {
    if (maxRatesAgeDays === undefined) return;
    const { days } = tableAge(rates, now);
    if (days <= maxRatesAgeDays) return;
    yield {
      source: config,
      message: `the rate table is of ${dayOf(rates.version)}, ${counted(days, 'day')} old, and maxRatesAgeDays is ${maxRatesAgeDays}; update openai-cost`,
    };
  },
};
