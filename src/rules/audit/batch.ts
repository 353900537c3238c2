import type { Cell } from '../../core/audit/ledger.ts';
import {
  costIf,
  priceGroups,
  type Step,
  savingsOf,
  sumOfSavings,
} from '../../core/audit/savings.ts';
import { addRanges, NOTHING, type Range } from '../../core/money.ts';
import type { AuditFacts } from '../../core/report.ts';
import type { ServiceTier } from '../../core/usage.ts';
import { usdRange } from '../../core/wording.ts';
import { listed, type Rule } from '../rule.ts';
import { remembered, rowsBehind, type WhatIf, whatIf } from './what-if.ts';

const MODELS_NAMED = 3;

/** Batch and Flex cost half, for those who can wait. */
export const batch: Rule<AuditFacts> = {
  id: 'batch',
  severity: 'note',
  *check(facts, limits) {
    const { savings } = batched(facts, limits);
    const all = savings.flatMap(([, ofModel]) => ofModel);
    if (all.length === 0) return;
    const saving = sumOfSavings(all);
    const total = (costs: readonly Range[]) => usdRange(costs.reduce(addRanges, NOTHING));
    const told = new Set(all.map(({ group }) => group));
    const groups = priceGroups(facts).filter((group) => told.has(group));
    const flex = savingsOf(facts, groups, processed(facts, 'flex'));
    const names = savings.slice(0, MODELS_NAMED).map(([model]) => model);
    const others = savings.length > MODELS_NAMED ? ' and others' : '';
    const isOpen = all.some(({ group }) => group.cell.tiers.length > 1);
    const [inBatch, withFlex] = [saving, sumOfSavings(flex)].map(usdRange);
    const orFlex =
      flex.length === 0 ? '' : inBatch === withFlex ? ' or with Flex' : `, ${withFlex} with Flex`;
    yield {
      message: `${inBatch} less in Batch${orFlex}: ${total(all.map(({ group }) => group.cost))} ${isOpen ? 'was, or may have been,' : 'was'} spent outside of both, on ${others ? names.join(', ') : listed(names)}${others}; move what can wait 24 hours`,
      saving,
      certainty: 'possible',
      rows: rowsBehind(all),
    };
  },
};

/** What ran with standard processing, or may have, in Batch instead. */
export const batched = remembered(
  (facts, limits): WhatIf => whatIf(facts, limits, processed(facts, 'batch')),
);

function processed(facts: AuditFacts, tier: ServiceTier): Step {
  return {
    rule: 'batch',
    isSure: () => true,
    change(cell, { model }) {
      // Whoever pays for priority cannot wait.
      if (!cell.tiers.includes('standard')) return undefined;
      const moved: Cell = { ...cell, tiers: [tier] };
      const { most } = cell.inputTokensPerRequest;
      if (most <= (model.longContextAbove ?? Number.POSITIVE_INFINITY)) return moved;
      // Where the tier has no price for the longest request that there may be, it may be refused.
      const longest = { ...moved, inputTokensPerRequest: { least: most, most } };
      return costIf(facts, longest) === undefined ? undefined : moved;
    },
  };
}
