import type { Range } from '../../core/money.ts';
import type { AuditFacts } from '../../core/report.ts';
import { priceGroups, type Step, savingsOf, savingTogether } from '../../core/savings.ts';
import { usdRange } from '../../core/wording.ts';
import type { Limits } from '../limits.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import type { Rule } from '../rule.ts';
import { batched } from './batch.ts';
import { cachedInput } from './cacheable.ts';
import { smallerModels } from './dear-models.ts';
import { baseInstead } from './fine-tuning.ts';
import { lowerQuality } from './image-quality.ts';
import { shorterRequests } from './long-context.ts';

/** In the order in which they are applied: first what is sent, then how, then to whom. */
const STEPS: readonly ((facts: AuditFacts, limits: Limits) => Step)[] = [
  (facts, limits) => shorterRequests(facts, limits).step,
  cachedInput,
  (facts, limits) => lowerQuality(facts, limits).step,
  (facts, limits) => batched(facts, limits).step,
  (facts, limits) => baseInstead(facts, limits).step,
  (facts, limits) => smallerModels(facts, limits).step,
];

export const savingsTogether: Rule<AuditFacts> = {
  id: 'savings-together',
  severity: 'note',
  *check(facts, limits, off) {
    const { order, saving } = combinedSaving(facts, limits, off);
    if (order.length < 2) return;
    yield {
      message: `all of it together, in the order ${order.join(', ')}, would save ${usdRange(saving)}: each applies to what the one before leaves, so they do not add up`,
      saving,
      certainty: 'possible',
    };
  },
};

/** What all savings that are told come to, and the rules that tell them in the order applied. */
export function combinedSaving(
  facts: AuditFacts,
  limits: Limits = DEFAULT_LIMITS,
  off: ReadonlySet<string> = new Set(),
): { readonly order: readonly string[]; readonly saving: Range } {
  const groups = priceGroups(facts);
  const steps = STEPS.map((stepOf) => stepOf(facts, limits)).filter(
    (step) => !off.has(step.rule) && savingsOf(facts, groups, step).length > 0,
  );
  return {
    order: steps.map(({ rule }) => rule),
    saving: savingTogether(facts, groups, steps),
  };
}
