import type { CheckFacts } from '../../core/report.ts';
import { dayOf } from '../../core/time.ts';
import { usd, usdRange } from '../../core/wording.ts';
import type { Rule } from '../rule.ts';

/** A limit that holds today, and will not at the end of the month. */
export const forecast: Rule<CheckFacts> = {
  id: 'forecast',
  severity: 'warning',
  *check({ outlooks, places }) {
    for (const { budget, months } of outlooks) {
      for (const { subject, limit, limitDays, forecast: of } of months) {
        const { projection, toDate, atLeast } = of;
        if (limit === undefined || projection.kind !== 'projected' || !limitDays) continue;
        if (toDate.high > limit || limitDays.expected === undefined) continue;
        const { expected, range } = projection;
        const comesTo = atLeast
          ? `at least ${usd(range.low)}`
          : `${usdRange(expected)} (${usdRange(range)})`;
        const when = `${dayOf(limitDays.expected)}${atLeast ? ' or earlier' : ''}`;
        const whose = subject ? `${subject} of ${budget}` : budget;
        yield {
          budget,
          source: places.get(budget),
          certainty: limitDays.latest === undefined ? 'possible' : 'likely',
          message: `${whose}: at this pace the limit of ${usd(limit)} a month falls on ${when}, and the month comes to ${comesTo}`,
        };
      }
    }
  },
};
