import { itemsOf } from '../../core/audit/audit.ts';
import type { Cell } from '../../core/audit/ledger.ts';
import type { Doubt } from '../../core/lookup.ts';
import { add, type Money, ZERO } from '../../core/money.ts';
import type { AuditFacts } from '../../core/report.ts';
import { inputTokens } from '../../core/usage.ts';
import { count, counted, usd } from '../../core/wording.ts';
import type { Rule } from '../rule.ts';
import { descending } from './what-if.ts';

interface Open {
  readonly doubt: Doubt;
  readonly stake: Money;
  readonly cells: Cell[];
}

/** Every range has a reason, something that would settle it, and an amount that hangs on it. */
export const openPrice: Rule<AuditFacts> = {
  id: 'open-price',
  severity: 'warning',
  *check({ cells }) {
    const open = new Map<string, Open>();
    for (const { cell, line, state } of cells) {
      if (state === 'free') continue;
      const inCell = new Set<string>();
      for (const { cost } of itemsOf(line)) {
        if (cost.kind !== 'ranged') continue;
        for (const doubt of cost.doubts) {
          const known = open.get(doubt.reason) ?? { doubt, stake: ZERO, cells: [] };
          open.set(doubt.reason, {
            doubt,
            stake: add(known.stake, (cost.high - cost.low) as Money),
            cells: known.cells,
          });
          if (!inCell.has(doubt.reason)) known.cells.push(cell);
          inCell.add(doubt.reason);
        }
      }
    }
    const dearestFirst = [...open.values()].sort((a, b) => descending(a.stake, b.stake));
    for (const { doubt, stake, cells: openCells } of dearestFirst) {
      const rows = openCells.reduce((sum, cell) => sum + cell.rows, 0);
      const average = doubt.isOfLength ? averageLength(openCells) : '';
      yield {
        message: `up to ${usd(stake)} in ${counted(rows, 'row')} is open: ${doubt.reason}${average}; ${doubt.settledBy} would settle it`,
        saving: { low: ZERO, high: stake },
        certainty: 'sure',
        rows,
      };
    }
  },
};

/** It proves nothing, but says at which end of the range the truth will be. */
function averageLength(cells: readonly Cell[]): string {
  if (cells.some(({ requestsUnknown }) => requestsUnknown > 0)) return '';
  const requests = cells.reduce((sum, cell) => sum + cell.requests, 0);
  const tokens = cells.reduce((sum, cell) => sum + inputTokens(cell.tokens), 0);
  return requests === 0 ? '' : ` (they had ${count(Math.round(tokens / requests))} on average)`;
}
