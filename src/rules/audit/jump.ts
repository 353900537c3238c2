import { DIMENSIONS, type Dimension, type PricedCell } from '../../core/audit/audit.ts';
import { grouped } from '../../core/grouped.ts';
import {
  add,
  addRanges,
  compare,
  floorTimes,
  type Money,
  NOTHING,
  type Range,
  ZERO,
} from '../../core/money.ts';
import type { AuditFacts, AuditRequest } from '../../core/report.ts';
import { dayOf, type Instant } from '../../core/time.ts';
import { counted, usd } from '../../core/wording.ts';
import type { Limits } from '../limits.ts';
import { type Remark, type Rule, shortened } from '../rule.ts';
import { named } from './named.ts';
import { descending, rowsOf, usdLimit } from './what-if.ts';

const PARTS = ['model', 'project', 'key'] as const satisfies readonly Dimension[];

/** All cells by their model, their project or their key. */
interface Part {
  readonly part: (typeof PARTS)[number];
  readonly values: ReadonlyMap<string, readonly PricedCell[]>;
}

interface Day {
  readonly day: Instant;
  readonly cells: readonly PricedCell[];
  readonly cost: Range;
  /** Undefined where part of it has no price. */
  readonly most: Money | undefined;
}

interface Jump extends Day {
  /** The median of the other days. */
  readonly usual: Money;
}

/** A day that cost far more than is usual, in all or for one model, project or key. */
export const jump: Rule<AuditFacts> = {
  id: 'jump',
  severity: 'warning',
  *check({ cells, request }, limits) {
    const inAll = jumpsOf(cells, limits);
    const known = new Set(inAll.map(({ day }) => day));
    const byPart = PARTS.map((part): Part => {
      const valueIn = DIMENSIONS[part];
      return { part, values: grouped(cells, ({ cell }) => valueIn(cell)) };
    });
    const remarks = inAll.map((each) => remarkOn('', each, mostOf(byPart, each, request)));
    for (const { part, values } of byPart) {
      for (const [value, ofValue] of values) {
        // A jump of the whole day is told already, with what made most of it.
        const own = jumpsOf(ofValue, limits).filter(({ day }) => !known.has(day));
        remarks.push(
          ...own.map((each) => remarkOn(`${labelled(part, value, request)}: `, each, '')),
        );
      }
    }
    remarks.sort((a, b) => descending(a.saving.high, b.saving.high));
    yield* shortened(remarks, limits['jump.shown'], (others) => ({
      message: `and ${counted(others, 'more jump')}`,
    }));
  },
};

function remarkOn(what: string, { day, cells, cost, usual }: Jump, mostly: string) {
  const above = (cost.low - usual) as Money;
  return {
    message: `${what}${dayOf(day)} cost ${usd(cost.low)}${cost.low < cost.high ? ' or more' : ''}, against ${usd(usual)} on the median of the other days${mostly}; look at what ran that day`,
    saving: { low: ZERO, high: above },
    certainty: 'sure',
    rows: rowsOf(cells),
  } satisfies Remark;
}

/**
 * Even at the low end, against the high ends of the other days: a doubt is no jump, and neither is a
 * price that others lack.
 */
function jumpsOf(cells: readonly PricedCell[], limits: Limits): Jump[] {
  if (cells.length < limits['jump.days']) return [];
  const byDay = grouped(cells, ({ cell }) => `${cell.day}`);
  if (byDay.size < limits['jump.days']) return [];
  const days = [...byDay.values()].flatMap((ofDay) => {
    const [first] = ofDay;
    if (!first) return [];
    const cost = costOf(ofDay);
    const isWhole = ofDay.every(({ state }) => state !== 'unpriced');
    const most = isWhole ? cost.high : undefined;
    return [{ day: first.cell.day, cells: ofDay, cost, most }];
  });
  const known = days.flatMap(({ most }) => most ?? []).sort(compare);
  const least = usdLimit(limits['jump.usd']);
  const times = limits['jump.times'].toFixed(6);
  return days
    .filter(({ cost }) => cost.low >= least)
    .flatMap((day): Jump[] => {
      const usual = medianWithout(day.most, known, days.length);
      const isAbove = usual !== undefined && day.cost.low > floorTimes(usual, times);
      return isAbove ? [{ ...day, usual }] : [];
    });
}

function costOf(cells: readonly PricedCell[]): Range {
  return cells.reduce<Range>((sum, { cost }) => addRanges(sum, cost), NOTHING);
}

/**
 * Of all amounts but one, of which those that are known are sorted, and those that are not are above
 * them; undefined where it is one of these.
 */
function medianWithout(
  left: Money | undefined,
  known: readonly Money[],
  all: number,
): Money | undefined {
  const others = left === undefined ? known : known.toSpliced(known.indexOf(left), 1);
  const middle = Math.floor((all - 1) / 2);
  const upper = others[middle];
  if (all % 2 === 0 || upper === undefined) return upper;
  return (add(others[middle - 1] ?? ZERO, upper) / 2n) as Money;
}

/** The model, project and key that made most of it, where there is a choice. */
function mostOf(all: readonly Part[], { day, cells }: Jump, request: AuditRequest): string {
  const parts = all.flatMap(({ part, values }) => {
    if (values.size < 2) return [];
    const valueIn = DIMENSIONS[part];
    const ofDay = [...grouped(cells, ({ cell }) => valueIn(cell))].map(([value, members]) => ({
      value,
      above: aboveMean(values.get(value) ?? [], day, costOf(members).low),
    }));
    const [most] = ofDay.sort((a, b) => descending(a.above, b.above));
    return most ? [labelled(part, most.value, request)] : [];
  });
  return parts.length > 0 ? `, most of it by ${parts.join(', ')}` : '';
}

function aboveMean(cells: readonly PricedCell[], day: Instant, cost: Money): Money {
  const others = cells.filter(({ cell }) => cell.day !== day);
  const days = new Set(others.map(({ cell }) => cell.day)).size;
  if (days === 0) return cost;
  return (cost - costOf(others).low / BigInt(days)) as Money;
}

function labelled(part: (typeof PARTS)[number], value: string, request: AuditRequest): string {
  return part === 'model' ? value : `${part} ${named(part, value, request)}`;
}
