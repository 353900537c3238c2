import { itemsOf, type PricedCell } from '../../core/audit/audit.ts';
import { grouped } from '../../core/grouped.ts';
import type { CostItem, QuantityItem } from '../../core/price.ts';
import { UNITS, type Unit } from '../../core/rates.ts';
import type { AuditFacts } from '../../core/report.ts';
import { count, counted } from '../../core/wording.ts';
import { listed, type Rule } from '../rule.ts';
import { rowsOf } from './what-if.ts';

/** Unknown is not zero: what has no price is named, with how much of it there is. */
export const unpriced: Rule<AuditFacts> = {
  id: 'unpriced',
  severity: 'warning',
  *check({ cells }) {
    const missing = cells
      .filter(({ state }) => state === 'unpriced')
      .flatMap((priced) =>
        itemsOf(priced.line).flatMap((item) =>
          item.cost.kind === 'unpriced' ? [{ priced, item, reason: item.cost.reason }] : [],
        ),
      );
    const groups = grouped(missing, ({ priced, reason }) =>
      JSON.stringify([priced.cell.model, reason]),
    );
    for (const group of groups.values()) {
      const [first] = group;
      if (!first) continue;
      const { priced, reason } = first;
      // Another table does not help where the data says too little.
      const hint = priced.cell.model === undefined ? '' : '; --rates takes a table that has it';
      const rows = rowsOf(new Set<PricedCell>(group.map((each) => each.priced)));
      const amounts = listed(amountsOf(group.map(({ item }) => item)));
      yield {
        source: priced.cell.source,
        message: `${priced.cell.model ?? priced.cell.endpoint}: ${amounts} in ${counted(rows, 'row')} without a price, not in the total: ${reason}${hint}`,
        rows,
        certainty: 'sure',
      };
    }
  },
};

function amountsOf(items: readonly (CostItem | QuantityItem)[]): string[] {
  const amounts = new Map<Unit | 'token', number>();
  for (const item of items) {
    const [unit, amount] =
      'tokens' in item
        ? (['token', item.tokens ?? 0] as const)
        : ([item.quantity.unit, item.quantity.amount] as const);
    amounts.set(unit, (amounts.get(unit) ?? 0) + amount);
  }
  return [...amounts].map(([unit, amount]) =>
    unit === 'token' ? counted(amount, 'token') : `${count(amount)} by the ${UNITS[unit]}`,
  );
}
