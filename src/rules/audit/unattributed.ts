import type { AuditFacts } from '../../core/report.ts';
import { counted } from '../../core/wording.ts';
import type { Rule } from '../rule.ts';

/** What does not tell its model or project may be of those asked for: the total is a lower bound. */
export const unattributed: Rule<AuditFacts> = {
  id: 'unattributed',
  severity: 'warning',
  *check({ unattributed: rows, request: { models, projects } }) {
    if (rows === 0) return;
    const filters = [
      ...(models === undefined ? [] : ['model']),
      ...(projects === undefined ? [] : ['project']),
    ];
    const by = filters.join(' and ');
    yield {
      message: `${counted(rows, 'row')} may be of what was asked for, as the data does not tell their ${filters.join(' or ')}; not in the total: export again, grouped by ${by}`,
      rows,
      certainty: 'possible',
    };
  },
};
