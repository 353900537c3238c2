import { type PricedCell, sumOf } from '../../core/audit/audit.ts';
import { grouped } from '../../core/grouped.ts';
import { shutdownOf } from '../../core/rates.ts';
import type { AuditFacts } from '../../core/report.ts';
import { dayOf, daysBetween, type Instant } from '../../core/time.ts';
import { usdRange } from '../../core/wording.ts';
import { listed, type Remark, type Rule } from '../rule.ts';
import { remaining } from '../shut-down.ts';
import { rowsOf } from './what-if.ts';

/** A model that has an end, and how it was used. */
interface Used {
  readonly name: string;
  readonly end: Instant;
  /** The last day of its use. */
  readonly last: Instant;
  readonly cost: string;
  readonly rows: number;
}

/** Models whose end is announced, and that were still used: those of one day together. */
export const shutDown: Rule<AuditFacts> = {
  id: 'shut-down',
  severity: 'warning',
  *check({ cells, now }, limits) {
    const used = usedModels(cells);
    const isPast = ({ end }: Used) => end <= now;
    for (const models of byEnd(used.filter((model) => !isPast(model)))) {
      const [{ end }] = models;
      const isSoon = daysBetween(now, end) <= limits['shut-down.days'];
      yield {
        severity: isSoon ? 'warning' : 'note',
        ...remark(models, `will be shut down on ${remaining(end, now)}: move to another model`),
      };
    }
    for (const models of byEnd(used.filter((model) => isPast(model) && model.last < model.end))) {
      const [{ end }, ...others] = models;
      const were = others.length === 0 ? 'was' : 'were';
      const told = `${were} shut down on ${dayOf(end)}: calls of today would be refused`;
      yield { severity: 'note', ...remark(models, told) };
    }
    for (const { name, end, last, cost, rows } of used) {
      if (end > now || last < end) continue;
      yield {
        message: `${name} was used on ${dayOf(last)}, although the rate table has it shut down on ${dayOf(end)}: its price of ${cost} may be out of date`,
        certainty: 'likely',
        rows,
      };
    }
  },
};

function usedModels(cells: readonly PricedCell[]): Used[] {
  return [...grouped(cells, ({ cell }) => cell.model)].flatMap(([name, used]): Used[] => {
    const [first] = used;
    const end = shutdownOf(first?.line.model, name);
    if (first === undefined || end === undefined) return [];
    const last = used.reduce((day, { cell }) => (cell.day > day ? cell.day : day), first.cell.day);
    const isFree = used.every(({ state }) => state === 'free');
    const cost = isFree ? 'nothing' : usdRange(sumOf(used).cost);
    return [{ name, end, last, cost, rows: rowsOf(used) }];
  });
}

/** The next end first. */
function byEnd(models: readonly Used[]): (readonly [Used, ...Used[]])[] {
  return [...grouped(models, ({ end }) => end)]
    .sort(([a], [b]) => a - b)
    .flatMap(([, [first, ...others]]) => (first ? [[first, ...others] as const] : []));
}

const MODELS_NAMED = 5;

function remark(models: readonly Used[], told: string): Remark {
  const named = models
    .slice(0, MODELS_NAMED)
    .map(({ name, last, cost }) => `${name} (used until ${dayOf(last)} for ${cost})`);
  const more = models.length - named.length;
  if (more > 0) named.push(`${more} more`);
  const rows = models.reduce((sum, model) => sum + model.rows, 0);
  return { message: `${listed(named)} ${told}`, certainty: 'sure', rows };
}
