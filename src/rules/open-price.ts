import type { Doubt } from '../core/lookup.ts';
import type { EstimateFacts } from '../core/report.ts';
import type { Rule } from './rule.ts';

/** Every range has a reason, and something that would settle it. */
export const openPrice: Rule<EstimateFacts> = {
  id: 'open-price',
  severity: 'warning',
  *check({ models }) {
    const doubts = new Map<string, Doubt>();
    for (const { prompts } of models) {
      for (const { lines, perThousandOutput } of prompts) {
        const items = [...lines.flatMap((line) => line.items), ...(perThousandOutput?.items ?? [])];
        for (const { cost } of items) {
          if (cost.kind !== 'ranged') continue;
          for (const doubt of cost.doubts) doubts.set(doubt.reason, doubt);
        }
      }
    }
    for (const { reason, settledBy, isOfCount } of doubts.values()) {
      yield isOfCount
        ? { severity: 'note', message: `${reason}: that is a range; ${settledBy} would settle it` }
        : { message: `a price is open: ${reason}; ${settledBy} would settle it` };
    }
  },
};
