import { sumOf } from '../../core/audit.ts';
import { grouped } from '../../core/grouped.ts';
import type { AuditFacts } from '../../core/report.ts';
import { dayOf, daysBetween } from '../../core/time.ts';
import { usdRange } from '../../core/wording.ts';
import type { Rule } from '../rule.ts';
import { remaining, shutdownOf } from '../shut-down.ts';
import { rowsOf } from './what-if.ts';

/** A model whose end is announced, and that was still used. */
export const shutDown: Rule<AuditFacts> = {
  id: 'shut-down',
  severity: 'warning',
  *check({ cells, now }, limits) {
    for (const [name, used] of grouped(cells, ({ cell }) => cell.model)) {
      const [first] = used;
      const end = shutdownOf(first?.line.model, name);
      if (end === undefined) continue;
      const last = used.reduce(
        (day, { cell }) => (cell.day > day ? cell.day : day),
        first?.cell.day ?? end,
      );
      const cost = usdRange(sumOf(used).cost);
      const use = `it was used until ${dayOf(last)} for ${cost}`;
      const rows = rowsOf(used);
      if (end > now) {
        const isSoon = daysBetween(now, end) <= limits['shut-down.days'];
        yield {
          severity: isSoon ? 'warning' : 'note',
          message: `${name} will be shut down on ${remaining(end, now)}; ${use}: move to another model`,
          certainty: 'sure',
          rows,
        };
      } else if (last < end) {
        yield {
          severity: 'note',
          message: `${name} was shut down on ${dayOf(end)}; ${use}: calls of today would be refused`,
          certainty: 'sure',
          rows,
        };
      } else {
        yield {
          message: `${name} was used on ${dayOf(last)}, although the rate table has it shut down on ${dayOf(end)}: its price of ${cost} may be out of date`,
          certainty: 'likely',
          rows,
        };
      }
    }
  },
};
