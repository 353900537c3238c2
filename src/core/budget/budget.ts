import {
  areParts,
  costAtMaximum,
  costOf,
  coversInputOnly,
  type Estimate,
  type ModelEstimate,
  perMonth,
} from '../estimate/estimate.ts';
import type { Money, Range } from '../money.ts';
import { endedBy } from '../rates.ts';
import type { AuditFacts } from '../report.ts';
import { dayOf } from '../time.ts';
import { judgeUsd, STRICT } from './check.ts';

/** What a budget says of one model. `undecided` does not pass: the whole bill is not in sight. */
export type Verdict =
  | { readonly kind: 'within' }
  | { readonly kind: 'exceeded'; readonly cost: Range }
  | { readonly kind: 'undecided'; readonly reason: string };

/** Judges what was spent, at the high end of its range: exactly at the limit passes. */
export function judgeSpent(cost: Range, limit: Money, missing: string | undefined): Verdict {
  const verdict = judgeUsd(cost, limit, STRICT, missing);
  switch (verdict.kind) {
    case 'exceeded':
      return { kind: 'exceeded', cost };
    case 'undecided':
      return verdict;
    default:
      return { kind: 'within' };
  }
}

/**
 * Judges one model at the high end of its range, in exact amounts: exactly at the limit passes.
 * Where the output is not given, the most that the model can answer must fit as well.
 */
export function judge(estimate: Estimate, of: ModelEstimate, limit: Money): Verdict {
  const { per } = estimate.request;
  const scale = (range: Range) => (per ? perMonth(range, per) : range);
  const total = costOf(of);
  const missing = total.unpriced.length > 0 ? 'part of the cost has no price' : undefined;
  const verdict = judgeSpent(scale(total), limit, missing ?? refusalIn(estimate, of));
  if (verdict.kind !== 'within' || !coversInputOnly(estimate)) return verdict;
  const most = costAtMaximum(of);
  if (most && most.unpriced.length === 0 && scale(most).high <= limit) return { kind: 'within' };
  return {
    kind: 'undecided',
    reason:
      'the output is not known, and as much as the model can give would not fit; set --output-tokens',
  };
}

/** A call that would be refused costs nothing, and is not what somebody wants to pay for. */
function refusalIn(estimate: Estimate, of: ModelEstimate): string | undefined {
  const { at } = estimate.request;
  for (const { model, name } of areParts(estimate) ? estimate.models : [of]) {
    const end = endedBy(model, name, at);
    if (end === undefined) continue;
    return `${name} was shut down on ${dayOf(end)}; --on prices an earlier day`;
  }
  return undefined;
}

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
