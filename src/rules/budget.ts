import { judge } from '../core/budget/budget.ts';
import { alternativesOf } from '../core/estimate/estimate.ts';
import { exactUsd } from '../core/money.ts';
import type { EstimateFacts } from '../core/report.ts';
import type { Rule } from './rule.ts';

export const budget: Rule<EstimateFacts> = {
  id: 'budget',
  severity: 'error',
  *check(facts) {
    const { budget: limit, per } = facts.request;
    if (limit === undefined) return;
    const month = per ? ' a month' : '';
    for (const estimate of alternativesOf(facts)) {
      const verdict = judge(facts, estimate, limit);
      const within = `the budget of $${exactUsd(limit)}${month}`;
      if (verdict.kind === 'exceeded') {
        const { low, high } = verdict.cost;
        const cost = low === high ? `$${exactUsd(low)}` : `$${exactUsd(low)} to $${exactUsd(high)}`;
        yield { message: `${estimate.name} costs ${cost}${month}, above ${within}` };
      }
      if (verdict.kind === 'undecided') {
        yield {
          severity: 'warning',
          isUndecided: true,
          message: `${estimate.name} cannot be held against ${within}: ${verdict.reason}`,
        };
      }
    }
  },
};
