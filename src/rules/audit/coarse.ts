import type { AuditFacts } from '../../core/report.ts';
import { listed, type Rule } from '../rule.ts';

const FLAGS: Readonly<Record<string, string>> = { apiKey: 'key', project: 'project' };

/** Where there is too much to be kept apart, the other rules see less. */
export const coarse: Rule<AuditFacts> = {
  id: 'coarse',
  severity: 'note',
  *check({ dropped }) {
    const names = dropped.flatMap((name) => FLAGS[name] ?? []);
    if (names.length === 0) return;
    yield {
      message: `there is so much data that no rule looks at each ${listed(names)}; --by ${names.join(',')} tells them apart`,
    };
  },
};
