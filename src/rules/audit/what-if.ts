import type { PricedCell } from '../../core/audit/audit.ts';
import {
  type PriceGroup,
  priceGroups,
  type Saving,
  type Step,
  savingsOf,
  sumOfSavings,
} from '../../core/audit/savings.ts';
import { grouped } from '../../core/grouped.ts';
import { addRanges, type Money, NOTHING, parseUsd, ZERO } from '../../core/money.ts';
import type { AuditFacts } from '../../core/report.ts';
import type { Limits } from '../limits.ts';

/** A step in as much of the usage as is worth telling, and what it saves there. */
export interface WhatIf {
  readonly step: Step;
  /** By model, the greatest saving first. */
  readonly savings: readonly (readonly [model: string, savings: readonly Saving[]])[];
}

/** What a step saves model by model, where that reaches the least saving. */
export function whatIf(facts: AuditFacts, limits: Limits, step: Step): WhatIf {
  const least = usdLimit(limits['saving.usd']);
  const all = savingsOf(facts, dearEnough(facts, limits), step);
  const savings = [...grouped(all, ({ group }) => nameOf(group))]
    .filter(([, ofModel]) => sumOfSavings(ofModel).high >= least)
    .sort(([, a], [, b]) => descending(sumOfSavings(a).high, sumOfSavings(b).high));
  const told = new Set(savings.map(([model]) => model));
  return {
    savings,
    step: {
      ...step,
      change: (cell, group) => (told.has(nameOf(group)) ? step.change(cell, group) : undefined),
    },
  };
}

/** What costs less than the least saving cannot save it, and need not be priced again. */
const dearEnough = remembered((facts, limits): readonly PriceGroup[] => {
  const least = usdLimit(limits['saving.usd']);
  const byModel = [...grouped(priceGroups(facts), nameOf).values()];
  return byModel
    .filter(
      (groups) => groups.reduce((sum, { cost }) => addRanges(sum, cost), NOTHING).high >= least,
    )
    .flat();
});

/** What a rule asks, and the savings together ask again, is worked out once. */
export function remembered<T>(
  make: (facts: AuditFacts, limits: Limits) => T,
): (facts: AuditFacts, limits: Limits) => T {
  const known = new WeakMap<AuditFacts, { readonly limits: Limits; readonly made: T }>();
  return (facts, limits) => {
    const before = known.get(facts);
    if (before?.limits === limits) return before.made;
    const made = make(facts, limits);
    known.set(facts, { limits, made });
    return made;
  };
}

/** As the data has it, so that a tuned model is not mistaken for another one of its base. */
export function nameOf({ cell, model }: PriceGroup): string {
  return cell.model ?? model.id;
}

export function rowsOf(cells: Iterable<Pick<PricedCell, 'cell'>>): number {
  let rows = 0;
  for (const { cell } of cells) rows += cell.rows;
  return rows;
}

export function rowsBehind(savings: readonly Saving[]): number {
  return rowsOf(savings.map(({ group }) => group));
}

/** A limit in USD as an amount; a number has no more than six decimals that mean anything here. */
export function usdLimit(limit: number): Money {
  return parseUsd(limit.toFixed(6)) ?? ZERO;
}

export function descending(a: Money, b: Money): number {
  return Number(b > a) - Number(b < a);
}
