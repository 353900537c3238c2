import type { EstimateFacts } from '../core/report.ts';
import type { Rule } from './rule.ts';

export const unreadable: Rule<Pick<EstimateFacts, 'unreadable'>> = {
  id: 'unreadable',
  severity: 'warning',
  *check({ unreadable: files }) {
    for (const { source, reason } of files) {
      yield { source, isUndecided: true, message: `not counted: ${reason}` };
    }
  },
};
