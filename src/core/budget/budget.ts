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
import { dayOf } from '../time.ts';
import { judgeSpent, type Verdict } from './spent.ts';

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
