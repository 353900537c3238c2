import type { CheckFacts } from '../../core/report.ts';
import { dayOf } from '../../core/time.ts';
import { usdRange } from '../../core/wording.ts';
import type { Rule } from '../rule.ts';

/** Credits that do not pay for everything, or soon will not. */
export const credits: Rule<CheckFacts> = {
  id: 'credits',
  severity: 'warning',
  *check({ outlooks, places }) {
    for (const { budget, credits: of } of outlooks) {
      if (!of) continue;
      const about = { budget, source: places.get(budget) };
      if (of.beyond.high > 0n) {
        yield { ...about, message: `${budget}: ${usdRange(of.beyond)} was not paid from credits` };
      }
      const { outlook } = of;
      if (outlook.kind === 'projected' && outlook.runsOut.expected !== undefined) {
        yield {
          ...about,
          message: `${budget}: at this pace credits run out on ${dayOf(outlook.runsOut.expected)}`,
        };
      }
    }
  },
};
