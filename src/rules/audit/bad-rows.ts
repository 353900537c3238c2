import type { AuditFacts } from '../../core/report.ts';
import { counted } from '../../core/wording.ts';
import { type Rule, shortened } from '../rule.ts';

/** What cannot be read is not in the total, and the total does not show it. */
export const badRows: Rule<AuditFacts> = {
  id: 'bad-rows',
  severity: 'warning',
  *check({ bad, rows }, limits) {
    const remarks = bad.map(({ source, reason }) => ({
      source,
      message: `not counted: ${reason}`,
      rows: 1,
    }));
    yield* shortened(
      remarks,
      limits['bad-rows.shown'],
      (others) => ({
        message: `and ${counted(others, 'more row')} not counted`,
        rows: others,
      }),
      rows.bad,
    );
  },
};
