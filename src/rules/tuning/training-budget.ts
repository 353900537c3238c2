import { judgeSpent } from '../../core/budget/spent.ts';
import { exactUsd } from '../../core/money.ts';
import type { TuningFacts } from '../../core/report.ts';
import type { Rule } from '../rule.ts';

/** Of the training alone: what calls will cost depends on how many there are. */
export const trainingBudget: Rule<TuningFacts> = {
  id: 'budget',
  severity: 'error',
  *check({ models, request }) {
    const { budget } = request;
    if (budget === undefined) return;
    const within = `the budget of $${exactUsd(budget)}`;
    for (const { name, cost } of models) {
      const verdict = judgeSpent(cost, budget, cost.unpriced[0]);
      if (verdict.kind === 'exceeded') {
        const { low, high } = verdict.cost;
        const most = low === high ? '' : ` to $${exactUsd(high)}`;
        yield { message: `tuning ${name} costs $${exactUsd(low)}${most}, above ${within}` };
      }
      if (verdict.kind === 'undecided') {
        yield {
          severity: 'warning',
          isUndecided: true,
          message: `tuning ${name} cannot be held against ${within}: ${verdict.reason}`,
        };
      }
    }
  },
};
