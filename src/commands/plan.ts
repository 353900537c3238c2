/** What an estimate is made for, but for what is sent: models, tier, day and what is known of calls. */
import type { EstimateRequest } from '../core/estimate/estimate.ts';
import { InputError } from '../core/input-error.ts';
import { type ModelKind, type RateTable, versionAt } from '../core/rates.ts';
import type { Instant } from '../core/time.ts';
import type { ServiceTier } from '../core/usage.ts';
import type { EstimateOptions } from './estimate.ts';
import { regionOf, tierOf } from './tier.ts';

/** The request but for its prompts: how these are counted depends on the models. */
export type Plan = Omit<EstimateRequest, 'prompts'>;

export function planOf(options: EstimateOptions, rates: RateTable, now: Instant): Plan {
  if (options.model !== undefined && options.allModels) {
    throw new InputError('--model and --all-models exclude each other');
  }
  const at = options.on ?? now;
  const tier = options.tier === undefined ? undefined : tierOf(options.tier, rates);
  const region = regionOf(options.region ?? 'global', rates);
  const models =
    options.model ?? comparedModels(rates, at, tier ?? 'standard', options.allModels ?? false);
  const { cachedTokens, cachedShare } = options;
  if (cachedTokens !== undefined && cachedShare !== undefined) {
    throw new InputError('--cached-tokens and --cached-share exclude each other');
  }
  const { outputTokens, cacheWriteTokens, cacheTtl, requests, per, budget } = options;
  return {
    ...{ models, at, tier, region, outputTokens, cachedTokens, cachedShare },
    ...{ cacheWriteTokens, cacheTtl, requests, per, budget },
  };
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
