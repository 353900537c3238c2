import { type PriceGroup, type Saving, type Step, sumOfSavings } from '../../core/audit/savings.ts';
import { ZERO } from '../../core/money.ts';
import type { AuditFacts } from '../../core/report.ts';
import { inputTokens } from '../../core/usage.ts';
import { count, counted, usd, usdRange } from '../../core/wording.ts';
import type { Rule } from '../rule.ts';
import { remembered, rowsBehind, type WhatIf, whatIf } from './what-if.ts';

/** Above the threshold the whole request is dearer, the output too. */
export const longContext: Rule<AuditFacts> = {
  id: 'long-context',
  severity: 'warning',
  *check(facts, limits) {
    for (const [model, savings] of shorterRequests(facts, limits).savings) {
      const saving = sumOfSavings(savings);
      const above = count(savings[0]?.group.model.longContextAbove);
      const sure = savings.filter(({ group }) => isLong(group));
      const rows = rowsBehind(savings);
      const open = rows - rowsBehind(sure);
      const maybe = open > 0 ? `, and perhaps in ${count(open)} more` : '';
      yield saving.low > ZERO
        ? {
            message: `${model}: the long-context rates above ${above} input tokens cost ${usdRange(saving)} more than those below, in ${counted(rowsBehind(sure), 'row')} of such requests${maybe}; send less, or in parts`,
            saving,
            certainty: 'sure',
            rows,
          }
        : {
            severity: 'note',
            message: `${model}: requests in ${counted(rows, 'row')} may be above ${above} input tokens (${onAverage(savings)}); the long-context rates cost up to ${usd(saving.high)} more than those below; one row per request would tell`,
            saving,
            certainty: isSomeAbove(savings) ? 'likely' : 'possible',
            rows,
          };
    }
  },
};

/** The same tokens in requests that stay below the threshold. */
export const shorterRequests = remembered((facts, limits): WhatIf => {
  const step: Step = {
    rule: 'long-context',
    isSure: () => true,
    change: (cell, group) => {
      const above = group.model.longContextAbove;
      if (above === undefined || group.cell.inputTokensPerRequest.most <= above) return undefined;
      const average = averageInput(group);
      const isNear = average === undefined || average >= above * limits['long-context.share'];
      if (!isLong(group) && !isNear) return undefined;
      return { ...cell, inputTokensPerRequest: { least: 0, most: above } };
    },
  };
  return whatIf(facts, limits, step);
});

function isLong({ cell, model }: PriceGroup): boolean {
  return cell.inputTokensPerRequest.least > (model.longContextAbove ?? Number.POSITIVE_INFINITY);
}

/** Undefined where a row does not tell how many requests it is. */
function averageInput({ cell }: PriceGroup): number | undefined {
  if (cell.requestsUnknown > 0 || cell.requests === 0) return undefined;
  return inputTokens(cell.tokens) / cell.requests;
}

function isSomeAbove(savings: readonly Saving[]): boolean {
  return savings.some(
    ({ group }) => (averageInput(group) ?? 0) > (group.model.longContextAbove ?? 0),
  );
}

function onAverage(savings: readonly Saving[]): string {
  const averages = savings.map(({ group }) => averageInput(group));
  if (averages.includes(undefined)) return 'how many requests they are is not in the data';
  return `on average ${count(Math.round(Math.max(...averages.map((each) => each ?? 0))))}`;
}
