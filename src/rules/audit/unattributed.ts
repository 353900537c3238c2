import type { AuditFacts } from '../../core/report.ts';
import { formatInstant } from '../../core/time.ts';
import { counted } from '../../core/wording.ts';
import type { Rule } from '../rule.ts';

/**
 * What does not tell its model or project may be of those asked for: the total is a lower bound. Of
 * a bucket across the limit of a period, nobody can tell what of it lies within.
 */
export const unattributed: Rule<AuditFacts> = {
  id: 'unattributed',
  severity: 'warning',
  *check({ unattributed: rows, isCut, request }) {
    const { models, projects } = request;
    const filters = [
      ...(models === undefined ? [] : ['model']),
      ...(projects === undefined ? [] : ['project']),
    ];
    const kinds = [
      ['usage', 'usage', filters.join(' and ')],
      ['billed', 'the bill', filters.join(' and ').replace('model', 'line item')],
    ] as const;
    for (const [kind, what, by] of kinds) {
      if (rows[kind] === 0) continue;
      yield {
        message: `${counted(rows[kind], 'row')} of ${what} may be of what was asked for, as the data does not tell their ${filters.join(' or ')}; not in the total: export again, grouped by ${by}`,
        rows: rows[kind],
        certainty: 'possible',
      };
    }
    for (const limit of ['since', 'until'] as const) {
      const at = request[limit];
      if (!isCut[limit] || at === undefined) continue;
      const where = limit === 'since' ? 'left out whole' : 'counted whole';
      yield {
        message: `buckets that begin before ${formatInstant(at)} and end after it are ${where}, as the data does not tell what of them lies where: give a --${limit} between buckets, or export narrower ones`,
        certainty: 'possible',
      };
    }
  },
};
