import type { CheckFacts } from '../../core/report.ts';
import type { Rule } from '../rule.ts';

/** What a budget limits, and somebody did not want to be checked. */
export const unchecked: Rule<CheckFacts> = {
  id: 'unchecked',
  severity: 'note',
  *check({ unchecked: names, places }) {
    for (const name of names) {
      const source = places.get(name);
      yield { source, budget: name, message: `${name}: increases were not checked (--no-base)` };
    }
  },
};
