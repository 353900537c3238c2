import type { AuditFacts } from '../../core/report.ts';
import { counted } from '../../core/wording.ts';
import type { Rule } from '../rule.ts';

/** Amounts of different currencies are never added up. */
export const otherCurrency: Rule<AuditFacts> = {
  id: 'other-currency',
  severity: 'warning',
  *check({ bill }) {
    for (const { currency, rows } of bill?.otherCurrencies ?? []) {
      yield {
        message: `${counted(rows, 'billed amount')} in ${currency}, not in the total, which is in ${bill?.currency}`,
        rows,
      };
    }
  },
};
