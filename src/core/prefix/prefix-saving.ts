/** What caching would save requests that begin alike. */

import { isPrice } from '../lookup.ts';
import { larger, NOTHING, type Range, subtract, ZERO } from '../money.ts';
import { priceUsage, totalOf } from '../price.ts';
import { type Model, type RateTable, versionAt } from '../rates.ts';
import { type CachingRule, cacheable } from '../request/framing.ts';
import type { ConversationRequest } from '../request/request.ts';
import type { Source } from '../source.ts';
import type { Instant } from '../time.ts';
import type { ServiceTier, Tokens } from '../usage.ts';
import type { SharedParts } from './shared-parts.ts';
import type { Beginning, SharedPrefix } from './shared-prefix.ts';

/** How prompts are counted for one model: their beginnings, and what the cache takes of them. */
export interface PrefixCounting {
  readonly rule: CachingRule;
  /** Undefined where nobody knows. */
  countBeginning(request: ConversationRequest): number | undefined;
}

/** What ends a message. */
const END_TOKENS = 1;

function countTokens({ request, endsInside }: Beginning, counting: PrefixCounting): number {
  const tokens = counting.countBeginning(request) ?? 0;
  return Math.max(0, tokens - (endsInside ? END_TOKENS : 0));
}

/** What requests begin with alike, in tokens of a model. */
export interface PrefixSaving {
  readonly first: Source;
  readonly requests: number;
  readonly tier: ServiceTier;
  /** At least so many tokens are the same at the beginning of all of them. */
  readonly tokens: number;
  /** From how many tokens on the cache takes them. */
  readonly minimum: number;
  /** How many of the tokens can be read from the cache, the requests being as they are. */
  readonly cacheable: number;
  /** From nothing to the best case: written by one request, read by all others. */
  readonly saving: Range;
  /** A change to the requests after which more could be read; undefined where there is none. */
  readonly better: BetterPrefix | undefined;
  /** What is paid on top where every request writes these tokens and none reads them. */
  readonly writing: Range | undefined;
}

export interface BetterPrefix {
  /** `mark` the end of what is shared; `order`: put what `differsIn` last. */
  readonly change: 'mark' | 'order';
  readonly differsIn: string | undefined;
  readonly cacheable: number;
  readonly saving: Range;
}

export interface PrefixPricing {
  readonly rates: RateTable;
  readonly at: Instant;
  /** Where somebody has said it; else what the requests ask for. */
  readonly tier: ServiceTier | undefined;
  readonly region: string;
  /** The name that was asked for. */
  readonly name: string;
  readonly model: Model;
  /** How often each request is made. */
  readonly calls: number;
}

/** Fewer tokens than this are no beginning that anybody would want to cache. */
const LEAST_TOLD = 128;

/** Undefined where the model has no price for reading from the cache, or nothing to read. */
export function prefixSaving(
  shared: SharedPrefix,
  counting: PrefixCounting,
  pricing: PrefixPricing,
): PrefixSaving | undefined {
  if (!canRead(pricing)) return undefined;
  const { rule } = counting;
  const tier = pricing.tier ?? shared.to.tier;
  const tokens = countTokens(shared.beginning, counting);
  if (tokens < LEAST_TOLD) return undefined;
  const requests = shared.requests * pricing.calls;
  const asIs = cacheable(rule, readable(shared, tokens, counting));
  const save = (read: number) => savingOf(read, requests, tier, pricing);
  const marked = cacheable(rule, tokens);
  return {
    ...{ first: shared.first, requests, tier, tokens, minimum: rule.minimum, cacheable: asIs },
    saving: save(asIs),
    writing: writingOf(asIs, requests, tier, pricing),
    better:
      marked > asIs
        ? { change: 'mark', differsIn: undefined, cacheable: marked, saving: save(marked) }
        : undefined,
  };
}

/** The tokens that a later request may find in the cache. */
function readable(
  { isWhole, marked }: SharedPrefix,
  tokens: number,
  counting: PrefixCounting,
): number {
  if (counting.rule.endsAt === 'anywhere' || isWhole) return tokens;
  return marked ? countTokens(marked, counting) : 0;
}

/** What could be read were the parts in another order; undefined where that is nothing. */
export function orderSaving(
  shared: SharedParts,
  counting: PrefixCounting,
  pricing: PrefixPricing,
): BetterPrefix | undefined {
  if (!canRead(pricing)) return undefined;
  const tier = pricing.tier ?? shared.to.tier;
  const tokens = cacheable(counting.rule, counting.countBeginning(shared.constant) ?? 0);
  if (tokens === 0) return undefined;
  const saving = savingOf(tokens, shared.requests * pricing.calls, tier, pricing);
  return { change: 'order', differsIn: shared.differsIn, cacheable: tokens, saving };
}

/** Of requests that differ too early to have a beginning. */
export function nothingShared(
  { to, first, requests }: SharedParts,
  { rule }: PrefixCounting,
  { tier, calls }: PrefixPricing,
): PrefixSaving {
  return {
    ...{ first, requests: requests * calls, tier: tier ?? to.tier, minimum: rule.minimum },
    ...{ tokens: 0, cacheable: 0, saving: NOTHING, better: undefined, writing: undefined },
  };
}

function canRead({ model, at }: PrefixPricing): boolean {
  const text = versionAt(model, at)?.tokens.standard?.short?.text;
  return isPrice(text?.cachedInput);
}

/** From nothing to the best case: one request brings the tokens, all others read them. */
function savingOf(
  tokens: number,
  requests: number,
  tier: ServiceTier,
  pricing: PrefixPricing,
): Range {
  const plain = costOf({ input: tokens * requests }, tokens, tier, pricing);
  const write = isWriteBilled(tier, pricing) ? 'cacheWrite30m' : 'input';
  const rest = { cachedInput: tokens * (requests - 1), [write]: tokens };
  const cached = costOf(rest, tokens, tier, pricing);
  const best = larger(subtract(plain.low, cached.low), subtract(plain.high, cached.high));
  return { low: ZERO, high: larger(best, ZERO) };
}

/** What it costs more to write the tokens each time. */
function writingOf(
  tokens: number,
  requests: number,
  tier: ServiceTier,
  pricing: PrefixPricing,
): Range | undefined {
  if (tokens === 0 || !isWriteBilled(tier, pricing)) return undefined;
  const plain = costOf({ input: tokens * requests }, tokens, tier, pricing);
  const written = costOf({ cacheWrite30m: tokens * requests }, tokens, tier, pricing);
  return { low: subtract(written.low, plain.low), high: subtract(written.high, plain.high) };
}

function isWriteBilled(tier: ServiceTier, { model, at }: PrefixPricing): boolean {
  return isPrice(versionAt(model, at)?.tokens[tier]?.short?.text?.cacheWrite30m);
}

function costOf(
  text: NonNullable<Tokens['text']>,
  perRequest: number,
  tier: ServiceTier,
  { rates, at, region, name }: PrefixPricing,
): Range {
  const line = priceUsage(rates, {
    ...{ source: { file: '' }, model: name, at, tier, region, requests: 1, tokens: { text } },
    inputTokensPerRequest: { least: perRequest, most: perRequest },
  });
  return totalOf([line]);
}
