/** What of a cost an audit does not have in sight. */
import type { AuditFacts } from '../report.ts';

/** Whether no row of usage is left out of its total, but for its price. */
export function isAllRead({
  rows,
  unattributed,
}: Pick<AuditFacts, 'rows' | 'unattributed'>): boolean {
  return rows.bad === 0 && unattributed.usage === 0;
}

/** Why the cost of an audit is not all in sight; undefined if it is. */
export function missingFrom({
  total,
  rows,
  bill,
  cells,
  unattributed,
}: Pick<AuditFacts, 'total' | 'rows' | 'bill' | 'cells' | 'unattributed'>): string | undefined {
  if (total.rows.unpriced > 0) return 'part of the cost has no price';
  if (rows.bad > 0) return 'some rows could not be read';
  const isOfBill = cells.length === 0 && bill !== undefined;
  if (unattributed.usage + (isOfBill ? unattributed.billed : 0) > 0)
    return 'some rows do not tell whether they are of it';
  if (cells.length > 0) return undefined;
  if (bill === undefined) return 'the data has no usage at all';
  return bill.otherCurrencies.length > 0 ? 'part of the cost is in other currencies' : undefined;
}
