import type { BillLine } from '../../core/bill/bill.ts';
import { parseDecimal } from '../../core/decimal.ts';
import { grouped } from '../../core/grouped.ts';
import { add, type Money, ZERO } from '../../core/money.ts';
import type { AuditFacts } from '../../core/report.ts';
import { dayOf } from '../../core/time.ts';
import { counted, usd } from '../../core/wording.ts';
import type { Remark, Rule } from '../rule.ts';
import { TOLERANCE } from './reconciliation.ts';

/** What a cost export alone can show: that a unit was billed at another rate than ours. */
export const billRates: Rule<AuditFacts> = {
  id: 'bill-rates',
  severity: 'error',
  *check({ bill, reconciliation, request }) {
    // With usage beside it, the reconciliation tells.
    if (bill === undefined || reconciliation !== undefined) return;
    const { tolerance = TOLERANCE } = request;
    // Bills may not name the tier: the rate of another one is right for that one.
    const differing = bill.lines.filter(
      ({ rateCheck }) => rateCheck && !rateCheck.agrees && rateCheck.otherTiers.length === 0,
    );
    for (const lines of grouped(differing, ({ item }) =>
      'text' in item ? item.text : '',
    ).values()) {
      yield* remarkOn(lines, tolerance);
    }
  },
};

function* remarkOn(lines: readonly BillLine[], tolerance: Money): Iterable<Remark> {
  const [first] = lines;
  if (!first || !('text' in first.item)) return;
  const off = lines.map(distance).reduce(add);
  const more = lines.length > 1 ? `, and on ${counted(lines.length - 1, 'more day')}` : '';
  yield {
    severity: off > tolerance ? 'error' : 'warning',
    source: first.source,
    message: `${first.item.text}: ${first.quantity} ${first.quantityUnit ?? ''} billed at ${usd(first.amount)} on ${dayOf(first.day)}, which is not our rate${more}; ${usd(off)} of difference in all`,
    saving: { low: off, high: off },
    certainty: 'likely',
    rows: lines.reduce((sum, { rows }) => sum + rows, 0),
  };
}

/** From the nearest amount that one of our rates would give. */
function distance({ amount, quantity, rateCheck }: BillLine): Money {
  const decimal = quantity === undefined ? undefined : parseDecimal(quantity);
  if (!decimal || !rateCheck) return ZERO;
  const distances = rateCheck.rates.map(({ perToken }) => {
    const ours = (perToken * decimal.digits) / 10n ** BigInt(decimal.scale);
    return (amount > ours ? amount - ours : ours - amount) as Money;
  });
  return distances.reduce((a, b) => (a < b ? a : b));
}
