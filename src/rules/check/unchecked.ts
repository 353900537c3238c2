import type { CheckFacts } from '../../core/report.ts';
import type { Rule } from '../rule.ts';

/** What a budget limits or is held against, and what was left out of that. */
export const unchecked: Rule<CheckFacts> = {
  id: 'unchecked',
  severity: 'note',
  *check({ budgets, unchecked: names, places }) {
    for (const { name, asides } of budgets) {
      const about = { source: places.get(name), budget: name };
      if (names.includes(name)) {
        yield { ...about, message: `${name}: increases were not checked (--no-base)` };
      }
      // Nobody has asked for these to be left out.
      for (const aside of asides) {
        yield { ...about, severity: 'warning', message: `${name}: ${aside}` };
      }
    }
  },
};
