/** The same prompts with other models, tiers and the like, side by side. */

import { InputError } from '../input-error.ts';
import { NOTHING } from '../money.ts';
import { resolveModel } from '../names.ts';
import type { Total } from '../price.ts';
import { endedBy, type Model, type RateTable, versionAt } from '../rates.ts';
import { VARIANT_AXES, type VariantAxis } from '../request/choices.ts';
import type { CountInput, InputCount } from '../request/input-count.ts';
import { dayOf } from '../time.ts';
import { SERVICE_TIERS, type ServiceTier } from '../usage.ts';
import type { WhatIfAxis } from './choices.ts';
import {
  alternativesOf,
  costOf,
  type EstimateRequest,
  estimate,
  type Prompt,
  sentTokens,
  tiersOf,
} from './estimate.ts';
import { misfit } from './fit.ts';

export interface WhatIf {
  /** The model, or all that the prompts ask for. */
  readonly model: string;
  readonly tiers: readonly ServiceTier[];
  /** Of each call. */
  readonly cachedTokens: number | undefined;
  readonly cachedShare: number | undefined;
  readonly variants: Variants;
  /** Undefined where no tokenizer is known. */
  readonly inputTokens: { readonly low: number; readonly high: number } | undefined;
  readonly cost: Total;
  /** Why the API would refuse it; undefined where it would not. */
  readonly problem: string | undefined;
}

type Variants = Partial<Record<VariantAxis, string>>;

/**
 * Every combination of what is to be varied, cheapest first; what does not fit, or has no price,
 * comes last.
 * @param models alternatives to each other; none stands for those that the prompts ask for
 * @throws InputError where there is nothing to vary
 */
export function whatIfs(
  request: EstimateRequest,
  axes: ReadonlySet<WhatIfAxis>,
  models: readonly string[],
  rates: RateTable,
): WhatIf[] {
  const base = { ...request, prompts: request.prompts.map(counted) };
  const rows: WhatIf[] = [];
  for (const names of models.length > 0 ? models.map((name) => [name]) : [[]]) {
    for (const tier of tierLevels({ ...base, models: names }, axes, rates)) {
      for (const cached of cachedLevels(base, axes)) {
        for (const variants of variantLevels(base.prompts, axes)) {
          const prompts = base.prompts.map((prompt) => withVariants(prompt, variants));
          rows.push(rowOf({ ...base, ...cached, prompts, tier, models: names }, variants, rates));
        }
      }
    }
  }
  return rows.sort(bestFirst);
}

function rowOf(request: EstimateRequest, variants: Variants, rates: RateTable): WhatIf {
  const made = estimate(request, rates);
  const [only] = alternativesOf(made);
  const prompts = only?.prompts ?? [];
  const problems = made.models.flatMap(({ name, model, prompts: some }) => {
    const ended = endedBy(model, name, request.at);
    if (ended !== undefined) {
      return [`${name} was shut down on ${dayOf(ended)}`];
    }
    return some.flatMap(({ input }) => {
      const refused = model && misfit(model, input, request.outputTokens);
      return refused ? `${refused.problem} of ${name}` : [];
    });
  });
  return {
    model: only?.name ?? '',
    tiers: tiersOf(made),
    cachedTokens: request.cachedTokens,
    cachedShare: request.cachedShare,
    variants,
    inputTokens: sentTokens(prompts),
    cost: only ? costOf(only) : { ...NOTHING, unpriced: [] },
    problem: problems[0],
  };
}

/** Those for which the rate table has prices of any of the models on that day. */
function tierLevels(
  request: EstimateRequest,
  axes: ReadonlySet<WhatIfAxis>,
  rates: RateTable,
): (ServiceTier | undefined)[] {
  if (!axes.has('tiers')) return [request.tier];
  const asked = request.prompts.flatMap(({ asks }) => asks?.model ?? []);
  const names = request.models.length > 0 ? request.models : asked;
  const found = names.flatMap((name) => resolveModel(rates, name, request.at).model ?? []);
  const offered = SERVICE_TIERS.filter((tier) =>
    found.some((model) => isOffered(model, tier, request)),
  );
  return offered.length > 0 ? offered : [request.tier];
}

function isOffered(model: Model, tier: ServiceTier, { at }: EstimateRequest): boolean {
  const version = versionAt(model, at);
  return version !== undefined && tier in version.tokens;
}

type Cached = Pick<EstimateRequest, 'cachedTokens' | 'cachedShare'>;

function cachedLevels(
  { cachedTokens, cachedShare }: EstimateRequest,
  axes: ReadonlySet<WhatIfAxis>,
): Cached[] {
  const given = { cachedTokens, cachedShare };
  if (!axes.has('cached')) return [given];
  if (!cachedTokens && !cachedShare) {
    throw new InputError(
      '--compare cached needs --cached-share or --cached-tokens to compare with',
    );
  }
  return [{ cachedTokens: undefined, cachedShare: undefined }, given];
}

function variantLevels(
  prompts: readonly Prompt[],
  axes: ReadonlySet<WhatIfAxis>,
): readonly Variants[] {
  let levels: readonly Variants[] = [{}];
  for (const axis of VARIANT_AXES) {
    if (!axes.has(axis)) continue;
    const names = new Set(prompts.flatMap(({ variants }) => variants?.[axis]?.map(nameOf) ?? []));
    if (names.size === 0) {
      throw new InputError(`--compare ${axis}: nothing that is sent has a ${axis} to vary`);
    }
    levels = levels.flatMap((level) => [...names].map((name) => ({ ...level, [axis]: name })));
  }
  return levels;
}

const nameOf = ({ name }: { readonly name: string }) => name;

/** With the variant of each axis, where it has it. */
function withVariants(prompt: Prompt, variants: Variants): Prompt {
  let varied = prompt;
  for (const axis of VARIANT_AXES) {
    const variant = prompt.variants?.[axis]?.find(({ name }) => name === variants[axis]);
    if (variant) varied = { ...varied, countInput: variant.countInput };
  }
  return varied;
}

/** Counted once for each model: tier and cache change nothing about it. */
function counted(prompt: Prompt): Prompt {
  const { variants = {} } = prompt;
  return {
    ...prompt,
    countInput: remembered(prompt.countInput),
    variants: Object.fromEntries(
      Object.entries(variants).map(([axis, all]) => [
        axis,
        all.map((variant) => ({ ...variant, countInput: remembered(variant.countInput) })),
      ]),
    ),
  };
}

function remembered(countInput: CountInput): CountInput {
  const counts = new Map<Model | undefined, InputCount>();
  return (model) => {
    const known = counts.get(model);
    if (known) return known;
    const found = countInput(model);
    counts.set(model, found);
    return found;
  };
}

function bestFirst(a: WhatIf, b: WhatIf): number {
  const rank = ({ problem, cost }: WhatIf) =>
    problem !== undefined ? 2 : Number(cost.unpriced.length > 0);
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  if (a.cost.high !== b.cost.high) return a.cost.high < b.cost.high ? -1 : 1;
  if (a.cost.low !== b.cost.low) return a.cost.low < b.cost.low ? -1 : 1;
  return 0;
}
