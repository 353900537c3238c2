import { grouped } from '../../core/grouped.ts';
import type { CheckFacts, EstimateFacts } from '../../core/report.ts';
import type { Remark, Rule } from '../rule.ts';

/** A rule of `estimate`, for the prompts of all budgets; what it says of several is said once. */
export function ofCalls(rule: Rule<EstimateFacts>): Rule<CheckFacts> {
  return {
    id: rule.id,
    severity: rule.severity,
    *check({ called, rates, now }, limits, off) {
      const said = new Map<string, Remark>();
      const alike = grouped(called, ({ settings }) => settings.outputTokens ?? 'not given');
      for (const [output, calls] of alike) {
        const outputTokens = typeof output === 'number' ? output : undefined;
        const facts: EstimateFacts = {
          ...{ rates, now, comparison: false, unreadable: [] },
          request: {
            ...{ prompts: calls.map(({ prompt }) => prompt), models: [] },
            ...{ at: now, outputTokens },
          },
          models: calls.map(({ estimate }) => estimate),
        };
        for (const remark of rule.check(facts, limits, off)) {
          said.set(`${remark.source?.file}\n${remark.message}`, remark);
        }
      }
      yield* said.values();
    },
  };
}
