import type { Cell } from '../../core/audit/ledger.ts';
import {
  costIf,
  type PriceGroup,
  priceGroups,
  type Step,
  sumOfSavings,
} from '../../core/audit/savings.ts';
import { grouped } from '../../core/grouped.ts';
import { addRanges, NOTHING, type Range } from '../../core/money.ts';
import type { Model, RateTable } from '../../core/rates.ts';
import type { AuditFacts } from '../../core/report.ts';
import { daysBetween, type Instant } from '../../core/time.ts';
import { percent, usdRange } from '../../core/wording.ts';
import type { Limits } from '../limits.ts';
import { listed, type Rule, shortened } from '../rule.ts';
import { nameOf, remembered, rowsBehind, type WhatIf, whatIf } from './what-if.ts';

/** The words by which models of a family differ, from the largest to the smallest. */
const SIZES: readonly (readonly string[])[] = [
  ['pro', 'hd', 'max', '', 'mini', 'nano'],
  ['astra', 'sol', 'terra', 'luna'],
  ['large', 'small'],
];

/** Where the money goes, and what a smaller model of the family would have cost. */
export const dearModels: Rule<AuditFacts> = {
  id: 'dear-models',
  severity: 'note',
  *check(facts, limits) {
    const remarks = smallerModels(facts, limits).savings.map(([model, savings]) => {
      const saving = sumOfSavings(savings);
      const cost = savings.map(({ group }) => group.cost).reduce(addRanges, NOTHING);
      const after = savings.map((each) => each.after).reduce(addRanges, NOTHING);
      const smaller = new Set(
        savings.flatMap(({ group }) => smallerThan(facts, limits, group)?.model ?? []),
      );
      return {
        message: `${model}: ${usdRange(saving)} less with the same tokens on ${listed([...smaller])}: ${usdRange(after)} for ${usdRange(cost)}, which is ${percent(shareOf(cost, facts.total.cost))} of the total; a what-if, as a smaller model may take more tokens or answer worse`,
        saving,
        certainty: 'possible' as const,
        rows: rowsBehind(savings),
      };
    });
    yield* shortened(remarks, limits['saving.shown'], (others) => ({
      message: `and ${others} more dear models`,
    }));
  },
};

/** The same tokens on the next cheaper model of the family, for models with a great share. */
export const smallerModels = remembered((facts, limits): WhatIf => {
  const dear = new Set(
    [...grouped(priceGroups(facts), nameOf)]
      .filter(([, groups]) => {
        const cost = groups.map((group) => group.cost).reduce(addRanges, NOTHING);
        return shareOf(cost, facts.total.cost) >= limits['dear-models.share'];
      })
      .map(([name]) => name),
  );
  const step: Step = {
    rule: 'dear-models',
    isSure: () => true,
    change(cell, group) {
      if (!dear.has(nameOf(group))) return undefined;
      const smaller = smallerThan(facts, limits, group);
      // The same cell as the one that was priced to find it, if that is the one.
      return cell === group.cell ? smaller : smaller && { ...cell, model: smaller.model };
    },
  };
  return whatIf(facts, limits, step);
});

/** Asked several times for each group. */
const smallerOf = new WeakMap<PriceGroup, { readonly cell: Cell | undefined }>();

/** The cell with the first smaller one of the family that would have been cheaper. */
function smallerThan(facts: AuditFacts, limits: Limits, group: PriceGroup): Cell | undefined {
  const smaller = smallerOf.get(group) ?? { cell: findSmaller(facts, limits, group) };
  smallerOf.set(group, smaller);
  return smaller.cell;
}

function findSmaller(
  facts: AuditFacts,
  limits: Limits,
  { cell, model, cost }: PriceGroup,
): Cell | undefined {
  return smallerOnes(facts.rates, model)
    .filter((smaller) => outlives(smaller, model, facts.now, limits) && fits(smaller, cell))
    .map(({ id }) => ({ ...cell, model: id }))
    .find((smaller) => {
      const after = costIf(facts, smaller);
      return after !== undefined && after.high < cost.high;
    });
}

/** Nobody should move to a model that goes away first, or soon. */
function outlives(smaller: Model, model: Model, now: Instant, limits: Limits): boolean {
  const [end, own] = [smaller, model].map(({ id, shutdown }) => shutdown.get(id));
  if (end === undefined) return true;
  return own !== undefined && end >= own && daysBetween(now, end) > limits['shut-down.days'];
}

function fits({ maxInputTokens, contextWindow }: Model, cell: Cell): boolean {
  const most = maxInputTokens ?? contextWindow ?? Number.POSITIVE_INFINITY;
  return cell.inputTokensPerRequest.least <= most;
}

/** Models of the same kind whose names differ by the size alone, from the next smaller on. */
export function smallerOnes({ names }: Pick<RateTable, 'names'>, model: Model): Model[] {
  const name = model.id.replace(/-\d{4}-\d\d-\d\d$/, '');
  for (const sizes of SIZES) {
    const size = sizes.find((word) => word !== '' && name.endsWith(`-${word}`)) ?? '';
    const index = sizes.indexOf(size);
    if (index === -1) continue;
    const stem = size === '' ? name : name.slice(0, -size.length - 1);
    const smaller = sizes.slice(index + 1).flatMap((word) => {
      const known = names.get(word === '' ? stem : `${stem}-${word}`);
      return known?.as === 'id' && known.model.kind === model.kind ? [known.model] : [];
    });
    if (smaller.length > 0) return smaller;
  }
  return [];
}

function shareOf(part: Range, whole: Range): number {
  if (whole.high === 0n) return 0;
  return Number((part.high * 10_000n) / whole.high) / 10_000;
}
