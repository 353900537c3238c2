import { judge } from '../core/budget.ts';
import {
  type CacheTtl,
  costOf,
  type EstimateRequest,
  estimate,
  type ModelEstimate,
  type Period,
} from '../core/estimate.ts';
import { InputError } from '../core/input-error.ts';
import type { Money } from '../core/money.ts';
import { resolveModel } from '../core/names.ts';
import { type ModelKind, type RateTable, versionAt } from '../core/rates.ts';
import { type EstimateFacts, type EstimateReport, exitCode, type GroupBy } from '../core/report.ts';
import { type TextForm, textInput } from '../core/text-input.ts';
import { type Instant, instantOf } from '../core/time.ts';
import type { ServiceTier } from '../core/usage.ts';
import { readPrompts, type TokenCounters } from '../input/prompts.ts';
import type { Io } from '../io.ts';
import { ESTIMATE_RULES, findings } from '../rules/index.ts';
import { TokenStream } from '../tokens/index.ts';
import { loadFraming } from './load-framing.ts';
import { loadRates } from './load-rates.ts';
import { type PrintOptions, print } from './print.ts';
import { regionOf, tierOf } from './tier.ts';

export interface EstimateOptions extends PrintOptions {
  readonly model?: readonly string[];
  readonly allModels?: boolean;
  readonly outputTokens?: number;
  readonly cachedTokens?: number;
  readonly cacheWriteTokens?: number;
  readonly cacheTtl?: CacheTtl;
  readonly requests?: number;
  readonly per?: Period;
  readonly tier?: string;
  readonly region?: string;
  readonly on?: Instant;
  readonly budget?: Money;
  readonly by?: GroupBy;
  readonly as?: TextForm;
  readonly rates?: string;
  readonly explain?: boolean;
}

/** `openai-cost estimate`: what prompts will cost, before they are sent. */
export async function runEstimate(
  names: readonly string[],
  options: EstimateOptions,
  io: Io,
): Promise<number> {
  const rates = await loadRates(io, options.rates);
  const now = instantOf(io.now());
  const comparison = options.model === undefined;
  const plan = planOf(options, rates, now);
  const framing = await loadFraming(io);
  const form = options.as ?? 'chat';
  const { prompts, unreadable } = await readPrompts(
    names,
    io,
    countersFor(plan, rates),
    (countText) => textInput(countText, form, framing),
  );
  const request = { ...plan, prompts };
  const facts = { ...estimate(request, rates), comparison, unreadable, now };
  const report: EstimateReport = {
    ...facts,
    command: 'estimate',
    by: options.by ?? (prompts.length > 1 && request.models.length === 1 ? 'file' : 'model'),
    explain: options.explain ?? false,
    findings: findings(ESTIMATE_RULES, facts),
    complete: isComplete(facts),
  };
  await print(report, (format) => format.estimate(), options, io);
  return exitCode(report);
}

/** The request but for its prompts: how these are counted depends on the models. */
type Plan = Omit<EstimateRequest, 'prompts'>;

function planOf(options: EstimateOptions, rates: RateTable, now: Instant): Plan {
  if (options.budget !== undefined && options.model === undefined) {
    throw new InputError('--budget needs --model: a comparison of models has no single cost');
  }
  if (options.model !== undefined && options.allModels) {
    throw new InputError('--model and --all-models exclude each other');
  }
  const at = options.on ?? now;
  const tier = tierOf(options.tier ?? 'standard', rates);
  const region = regionOf(options.region ?? 'global', rates);
  const models = options.model ?? comparedModels(rates, at, tier, options.allModels ?? false);
  const { outputTokens, cachedTokens, cacheWriteTokens, cacheTtl, requests, per, budget } = options;
  return {
    ...{ models, at, tier, region, outputTokens, cachedTokens },
    ...{ cacheWriteTokens, cacheTtl, requests, per, budget },
  };
}

/** One counter for each tokenizer that the models need. */
function countersFor({ models, at }: Plan, rates: RateTable): TokenCounters {
  const encodings = models.flatMap((name) => resolveModel(rates, name, at).model?.encoding ?? []);
  return new Map([...new Set(encodings)].map((name) => [name, new TokenStream(name)]));
}

/** Kinds of model to which text is sent for its own sake, not to steer a picture or a voice. */
const TEXT_KINDS: ReadonlySet<ModelKind> = new Set(['text', 'embedding', 'audio', 'realtime']);

/** What to compare when nobody names a model: what is in use on that day and has a text price. */
function comparedModels(
  rates: RateTable,
  at: Instant,
  tier: ServiceTier,
  all: boolean,
): readonly string[] {
  const models = rates.models.filter((model) => {
    if (!(all ? TEXT_KINDS.has(model.kind) : model.prominent)) return false;
    const ended = model.shutdown.get(model.id);
    const inUse = model.encoding !== null && (ended === undefined || at < ended);
    return inUse && typeof versionAt(model, at)?.tokens[tier]?.short?.text?.input === 'object';
  });
  if (models.length === 0) {
    throw new InputError(
      `none of the models compared by default has a ${tier} price on that day; name one with --model`,
    );
  }
  return models.map(({ id }) => id);
}

/**
 * Whether the cost is known as far as it was asked for. Of a comparison nobody pays the whole: it
 * is incomplete only when no model has a price.
 */
function isComplete(facts: EstimateFacts): boolean {
  if (facts.unreadable.length > 0) return false;
  const isPriced = (model: ModelEstimate) => costOf(model).unpriced.length === 0;
  if (facts.comparison) return facts.models.some(isPriced);
  const { budget } = facts.request;
  return facts.models.every(
    (model) =>
      isPriced(model) && (budget === undefined || judge(facts, model, budget).kind !== 'undecided'),
  );
}
