import type { Money, Range } from '../money.ts';
import { judgeUsd, STRICT } from './check.ts';

/** What a budget says of a cost. `undecided` does not pass: the whole bill is not in sight. */
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
