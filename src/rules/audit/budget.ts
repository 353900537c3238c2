import { missingFrom } from '../../core/audit/in-sight.ts';
import { judgeSpent } from '../../core/budget/spent.ts';
import { exactUsd } from '../../core/money.ts';
import type { AuditFacts } from '../../core/report.ts';
import type { Rule } from '../rule.ts';

export const budget: Rule<AuditFacts> = {
  id: 'budget',
  severity: 'error',
  *check(facts) {
    const { budget: limit } = facts.request;
    if (limit === undefined) return;
    const verdict = judgeSpent(spent(facts), limit, missingFrom(facts));
    const within = `the budget of $${exactUsd(limit)}`;
    if (verdict.kind === 'exceeded') {
      const { low, high } = verdict.cost;
      const cost = low === high ? `$${exactUsd(low)}` : `$${exactUsd(low)} to $${exactUsd(high)}`;
      yield { message: `the usage cost ${cost}, above ${within}`, certainty: sureIf(low > limit) };
    }
    if (verdict.kind === 'undecided') {
      yield {
        severity: 'warning',
        isUndecided: true,
        message: `the usage cannot be held against ${within}: ${verdict.reason}`,
      };
    }
  },
};

/** Where only a bill was given, what was billed was spent. */
function spent({ cells, bill, total }: AuditFacts) {
  if (cells.length > 0 || bill === undefined) return total.cost;
  return { low: bill.total, high: bill.total };
}

function sureIf(isSure: boolean) {
  return isSure ? 'sure' : 'possible';
}
