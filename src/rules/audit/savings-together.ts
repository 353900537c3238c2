import { type StepAlone, savingTogether } from '../../core/audit/savings.ts';
import type { Range } from '../../core/money.ts';
import type { AuditFacts } from '../../core/report.ts';
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
import type { WhatIf } from './what-if.ts';

/** In the order in which they are applied: first what is sent, then how, then to whom. */
const STEPS: readonly ((facts: AuditFacts, limits: Limits) => StepAlone)[] = [
  (facts, limits) => alone(shorterRequests(facts, limits)),
  cachedInput,
  (facts, limits) => alone(lowerQuality(facts, limits)),
  (facts, limits) => alone(batched(facts, limits)),
  (facts, limits) => alone(baseInstead(facts, limits)),
  (facts, limits) => alone(smallerModels(facts, limits)),
];

function alone({ step, savings }: WhatIf): StepAlone {
  return { step, savings: savings.flatMap(([, ofModel]) => ofModel) };
}

export const savingsTogether: Rule<AuditFacts> = {
  id: 'savings-together',
  severity: 'note',
  *check(facts, limits, off) {
    const { order, saving } = combinedSaving(facts, limits, off);
    if (order.length < 2) return;
    yield {
      message: `${usdRange(saving)} less with all of it together: ${order.join(', ')}, in this order, each applied to what the one before leaves, so they do not add up`,
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
  const steps = STEPS.map((stepOf) => stepOf(facts, limits)).filter(
    ({ step, savings }) => !off.has(step.rule) && savings.length > 0,
  );
  return {
    order: steps.map(({ step }) => step.rule),
    saving: savingTogether(facts, steps),
  };
}
