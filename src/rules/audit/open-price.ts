import { itemsOf } from '../../core/audit.ts';
import type { Doubt } from '../../core/lookup.ts';
import { add, type Money, ZERO } from '../../core/money.ts';
import type { AuditFacts } from '../../core/report.ts';
import { counted, usd } from '../../core/wording.ts';
import type { Rule } from '../rule.ts';
import { descending } from './what-if.ts';

/** Every range has a reason, something that would settle it, and an amount that hangs on it. */
export const openPrice: Rule<AuditFacts> = {
  id: 'open-price',
  severity: 'warning',
  *check({ cells }) {
    const open = new Map<string, { doubt: Doubt; stake: Money; rows: number }>();
    for (const { cell, line, state } of cells) {
      if (state === 'free') continue;
      const inCell = new Set<string>();
      for (const { cost } of itemsOf(line)) {
        if (cost.kind !== 'ranged') continue;
        for (const doubt of cost.doubts) {
          const { stake, rows } = open.get(doubt.reason) ?? { stake: ZERO, rows: 0 };
          open.set(doubt.reason, {
            doubt,
            stake: add(stake, (cost.high - cost.low) as Money),
            rows: rows + (inCell.has(doubt.reason) ? 0 : cell.rows),
          });
          inCell.add(doubt.reason);
        }
      }
    }
    const dearestFirst = [...open.values()].sort((a, b) => descending(a.stake, b.stake));
    for (const { doubt, stake, rows } of dearestFirst) {
      yield {
        message: `up to ${usd(stake)} in ${counted(rows, 'row')} is open: ${doubt.reason}; ${doubt.settledBy} would settle it`,
        saving: { low: ZERO, high: stake },
        certainty: 'sure',
        rows,
      };
    }
  },
};
