/** What images cost, by model, quality and size. */

import { InputError } from '../input-error.ts';
import { resolveModel } from '../names.ts';
import { type CostLine, priceUsage, type Total, totalOf } from '../price.ts';
import type { Model, RateTable } from '../rates.ts';
import type { Instant } from '../time.ts';
import type { Quantity, ServiceTier, Tokens } from '../usage.ts';
import { eitherOf } from '../wording.ts';
import { generationTable, type ImageRequest, imageGeneration } from './image-generation.ts';
import { generationRule, type ImageRules } from './image-rules.ts';
import { type MediaTokens, tokensAt } from './media-tokens.ts';

export interface ImagePriceRequest {
  /** As they were named; undefined is every model that makes images and is still there. */
  readonly models: readonly string[] | undefined;
  readonly size: string | undefined;
  readonly quality: string | undefined;
  readonly at: Instant;
  readonly tier: ServiceTier;
}

export interface ImagePrice {
  readonly model: string;
  readonly quality: string;
  readonly size: string;
  readonly tokens: MediaTokens;
  /** Whether it is billed by the image, and not by its tokens. */
  readonly isByImage: boolean;
  readonly cost: Total;
}

/**
 * A price of each quality and size that a model has, or of those that are asked for. The prompt and
 * input images come on top.
 * @throws InputError for what a model that is named, or every one that is known, does not have, with what
 *   it has
 */
export function imagePrices(
  request: ImagePriceRequest,
  rates: RateTable,
  rules: ImageRules,
): ImagePrice[] {
  const { models, at } = request;
  if (models === undefined) {
    const known = imageModelsAt(rates, rules, at).map(({ id }) => id);
    const refusals = known.flatMap((id) => refusalOf(rules, id, request) ?? []);
    // A model of which nothing is known refuses nothing, and would be all that is left.
    const takers = known.filter((id) => refusalOf(rules, id, request) === undefined);
    if (refusals.length > 0 && takers.every((id) => isUnknown(rules, id))) {
      throw new InputError(refusals.map((message) => ({ message })));
    }
    return takers.flatMap((id) => pricesOf(id, id, request, rates, rules));
  }
  return models.flatMap((name) => {
    const { model } = resolveModel(rates, name, at);
    if (!model || !generationRule(rules, model.id)) {
      const known = imageModelsAt(rates, rules, at).map(({ id }) => id);
      throw new InputError(`${name} makes no images that are known here; use ${eitherOf(known)}`);
    }
    const refusal = refusalOf(rules, model.id, request);
    if (refusal !== undefined) throw new InputError(refusal);
    return pricesOf(name, model.id, request, rates, rules);
  });
}

function imageModelsAt(rates: RateTable, rules: ImageRules, at: Instant): Model[] {
  return rates.models.filter(({ id, shutdown, prices }) => {
    const end = shutdown.get(id);
    const isThere = (end === undefined || at < end) && prices.some(({ to }) => to === null);
    return isThere && generationRule(rules, id) !== undefined;
  });
}

function isUnknown(rules: ImageRules, model: string): boolean {
  return generationRule(rules, model)?.output.kind === 'unknown';
}

function refusalOf(
  rules: ImageRules,
  model: string,
  { size, quality }: Pick<ImageRequest, 'size' | 'quality'>,
): string | undefined {
  const asked = imageGeneration(rules, model, { size, quality, promptTokens: 0 });
  return asked.basis === 'rejected' ? asked.reason : undefined;
}

function pricesOf(
  name: string,
  id: string,
  request: ImagePriceRequest,
  rates: RateTable,
  rules: ImageRules,
): ImagePrice[] {
  return optionsOf(id, request, rules).map(({ quality, size, tokens, quantity }) => {
    const at = (end: 'low' | 'high') =>
      totalOf([
        lineOf(name, request, { image: { output: tokensAt(tokens, end) } }, quantity, rates),
      ]);
    const [low, high] = [at('low'), at('high')];
    const cost = { low: low.low, high: high.high, unpriced: high.unpriced };
    return { model: name, quality, size, tokens, isByImage: quantity !== undefined, cost };
  });
}

interface ImageOption {
  readonly quality: string;
  readonly size: string;
  readonly tokens: MediaTokens;
  readonly quantity?: Quantity | undefined;
}

/** A size that is asked for may be none of those that are listed. */
function optionsOf(
  model: string,
  { size, quality }: ImagePriceRequest,
  rules: ImageRules,
): ImageOption[] {
  const listed = generationTable(rules, model).filter(
    (option) => quality === undefined || quality === 'auto' || option.quality === quality,
  );
  const rule = generationRule(rules, model);
  if (rule?.output.kind === 'unknown') {
    const { reason } = rule.output;
    return [
      { quality: quality ?? 'any', size: size ?? 'any', tokens: { basis: 'unknown', reason } },
    ];
  }
  if (size === undefined || size === 'auto') return listed;
  if (listed.some((option) => option.size === size)) {
    return listed.filter((option) => option.size === size);
  }
  return [...new Set(listed.map((option) => option.quality))].flatMap((each): ImageOption[] => {
    const made = imageGeneration(rules, model, { size, quality: each, promptTokens: 0 });
    return made.basis === 'generation' ? [{ quality: each, size, tokens: made.perImage }] : [];
  });
}

function lineOf(
  model: string,
  { at, tier }: ImagePriceRequest,
  tokens: Tokens,
  quantity: Quantity | undefined,
  rates: RateTable,
): CostLine {
  return priceUsage(rates, {
    ...{ source: { file: '' }, model, at, tier, region: 'global', requests: 1, tokens },
    quantities: quantity ? [quantity] : [],
    inputTokensPerRequest: { least: 0, most: 0 },
  });
}
