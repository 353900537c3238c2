import { tableAge } from '../core/rates.ts';
import type { EstimateFacts } from '../core/report.ts';
import { dayOf } from '../core/time.ts';
import type { Rule } from './rule.ts';

export const staleRates: Rule<EstimateFacts> = {
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
