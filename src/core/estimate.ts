import type { Encoding } from './encodings.ts';
import { InputError } from './input-error.ts';
import { type Money, NOTHING, type Range, span, times } from './money.ts';
import { resolveModel } from './names.ts';
import { type CostLine, priceUsage, type Total, totalOf } from './price.ts';
import type { Model, RateTable } from './rates.ts';
import type { Source } from './source.ts';
import type { Instant } from './time.ts';
import type { ServiceTier, Tokens, Usage } from './usage.ts';
import { count } from './wording.ts';

/** A text to be sent as a request. */
export interface Prompt {
  readonly source: Source;
  readonly bytes: number;
  /** Peculiarities of the bytes that a reader of the report should know. */
  readonly peculiarities: readonly Peculiarity[];
  /** Tokens of the text alone, without the few that a chat message adds; null where not known. */
  countTokens(encoding: Encoding): number | null;
}
export type Peculiarity = 'empty' | 'byte-order-mark' | 'invalid-utf-8';

/** A file that was to be a prompt and could not be read as one. */
export interface Unreadable {
  readonly source: Source;
  readonly reason: string;
}

export interface EstimateRequest {
  readonly prompts: readonly Prompt[];
  readonly models: readonly string[];
  readonly at: Instant;
  readonly tier?: ServiceTier | undefined;
  readonly region?: string | undefined;
  /** Of each call. Left out, only the input is estimated. */
  readonly outputTokens?: number | undefined;
  /** How many input tokens of each call are read from the cache. */
  readonly cachedTokens?: number | undefined;
  /** The same as a share of its input, from 0 to 1, rounded down to a token. */
  readonly cachedShare?: number | undefined;
  /** How many input tokens of each call are written to the cache. */
  readonly cacheWriteTokens?: number | undefined;
  readonly cacheTtl?: CacheTtl | undefined;
  /** Calls of each prompt; 1 when left out. */
  readonly requests?: number | undefined;
  /** Whether `requests` is a rate; the estimate then also has a month. */
  readonly per?: Period | undefined;
  /** The most that the calls may cost; with `per`, in a month. */
  readonly budget?: Money | undefined;
}
export const CACHE_TTLS = ['30m', '12h'] as const;
export type CacheTtl = (typeof CACHE_TTLS)[number];

/** How often a period comes in a month of 30 days. */
export const PERIODS_PER_MONTH = { hour: 720, day: 30, month: 1 } as const;
export type Period = keyof typeof PERIODS_PER_MONTH;

export interface Estimate {
  readonly rates: RateTable;
  readonly request: EstimateRequest;
  /** In the order of `request.models`. Several models are alternatives, not parts of a sum. */
  readonly models: readonly ModelEstimate[];
}

export interface ModelEstimate {
  readonly name: string;
  /** Undefined when the table does not know the name. */
  readonly model: Model | undefined;
  readonly prompts: readonly PromptEstimate[];
}

export interface PromptEstimate {
  readonly prompt: Prompt;
  /** Of one call; null when no tokenizer is known. */
  readonly inputTokens: number | null;
  /** All calls of this prompt, with the output that was asked for. */
  readonly line: CostLine;
  /** What 1,000 output tokens add to one call; undefined where a model has no output. */
  readonly perThousandOutput: CostLine | undefined;
  /** All calls, each with as much output as the model can give; undefined where that is unknown. */
  readonly atMaximumOutput: CostLine | undefined;
}

/**
 * Estimates what the prompts cost with each model. Pure: everything it needs is in its arguments.
 * What has no price is in the result as unpriced, with the reason.
 * @throws InputError when more tokens are cached than a prompt has, or too many to count exactly
 */
export function estimate(request: EstimateRequest, rates: RateTable): Estimate {
  const models = request.models.map((name) => {
    const { model } = resolveModel(rates, name, request.at);
    const prompts = request.prompts.map((prompt) =>
      estimatePrompt(request, rates, name, model, prompt),
    );
    return { name, model, prompts };
  });
  return { rates, request, models };
}

function estimatePrompt(
  request: EstimateRequest,
  rates: RateTable,
  name: string,
  model: Model | undefined,
  prompt: Prompt,
): PromptEstimate {
  const encoding = model?.encoding ?? null;
  const inputTokens = encoding === null ? null : prompt.countTokens(encoding);
  const calls = request.requests ?? 1;
  const output = hasOutput(model) ? (request.outputTokens ?? 0) : 0;
  const room = maximumOutput(model, inputTokens ?? 0);
  const price = (tokens: Tokens, requests: number) =>
    priceUsage(rates, usageOf(request, name, prompt, inputTokens, tokens, requests));
  const all = (outputTokens: number) =>
    price(tokensOf(request, prompt.source, inputTokens, outputTokens), calls);
  return {
    prompt,
    inputTokens,
    line: all(output),
    perThousandOutput: hasOutput(model) ? price({ text: { output: 1000 } }, 1) : undefined,
    atMaximumOutput: hasOutput(model) && room !== undefined ? all(room) : undefined,
  };
}

function usageOf(
  request: EstimateRequest,
  model: string,
  prompt: Prompt,
  inputTokens: number | null,
  tokens: Tokens,
  requests: number,
): Usage {
  return {
    source: prompt.source,
    model,
    at: request.at,
    tier: request.tier ?? 'standard',
    region: request.region ?? 'global',
    requests,
    tokens,
    inputTokensPerRequest: { least: inputTokens ?? 0, most: inputTokens ?? 0 },
  };
}

function tokensOf(
  request: EstimateRequest,
  source: Source,
  input: number | null,
  output: number,
): Tokens {
  const { cacheWriteTokens = 0, requests = 1 } = request;
  const cachedTokens = request.cachedTokens ?? shareOf(input ?? 0, request.cachedShare ?? 0);
  if (input === null) return { text: { input, output: output * requests } };
  const uncached = input - cachedTokens - cacheWriteTokens;
  if (uncached < 0) {
    const asked = `${count(cachedTokens + cacheWriteTokens)} cached and written tokens`;
    const message = `${asked} are more than its ${count(input)} input tokens`;
    throw new InputError([{ source, message }]);
  }
  const text = {
    input: uncached * requests,
    cachedInput: cachedTokens * requests,
    [request.cacheTtl === '12h' ? 'cacheWrite12h' : 'cacheWrite30m']: cacheWriteTokens * requests,
    output: output * requests,
  };
  if (!Object.values(text).every(Number.isSafeInteger)) {
    const message = `${count(requests)} calls have more tokens than can be counted exactly`;
    throw new InputError([{ source, message }]);
  }
  return { text };
}

/** A share to a hundredth of a percent, in whole numbers: 0.29 of 100 is 29. */
export function shareOf(tokens: number, share: number): number {
  return Math.floor((tokens * Math.round(share * 10_000)) / 10_000);
}

export function hasOutput(model: Model | undefined): boolean {
  return model?.kind !== 'embedding' && model?.kind !== 'moderation';
}

/** The most output tokens that one call can have; undefined where the limits are not known. */
function maximumOutput(model: Model | undefined, input: number): number | undefined {
  const limits: number[] = [];
  if (model?.maxOutputTokens !== undefined) limits.push(model.maxOutputTokens);
  if (model?.contextWindow !== undefined) limits.push(model.contextWindow - input);
  return model?.maxOutputTokens === undefined ? undefined : Math.max(0, Math.min(...limits));
}

export function costOf(estimate: ModelEstimate): Total {
  return totalOf(estimate.prompts.map(({ line }) => line));
}

/** The cost with as much output as the model can give; undefined where that is not known. */
export function costAtMaximum(estimate: ModelEstimate): Total | undefined {
  const lines: CostLine[] = [];
  for (const { atMaximumOutput } of estimate.prompts) {
    if (!atMaximumOutput) return undefined;
    lines.push(atMaximumOutput);
  }
  return totalOf(lines);
}

/** What 1,000 output tokens add to a call: a range where the prompts are in different bands. */
export function costPerThousandOutput(estimate: ModelEstimate): Total | undefined {
  let range: Range | undefined;
  const unpriced: Total['unpriced'][number][] = [];
  for (const { perThousandOutput } of estimate.prompts) {
    if (!perThousandOutput) return undefined;
    const total = totalOf([perThousandOutput]);
    range = range ? span(range, total) : total;
    unpriced.push(...total.unpriced);
  }
  return range && { low: range.low, high: range.high, unpriced };
}

/** A range over a month of 30 days. */
export function perMonth(range: Range, per: Period): Range {
  const periods = PERIODS_PER_MONTH[per];
  return { low: times(range.low, periods), high: times(range.high, periods) };
}

/** Whether the amounts of a model leave nothing out: its output was given, or it has none. */
export function outputIsKnown({ request, models }: Estimate, name: string): boolean {
  const found = models.find((estimate) => estimate.name === name);
  return request.outputTokens !== undefined || !hasOutput(found?.model);
}

/** Whether the amounts leave out output that the models will bill. */
export function coversInputOnly(estimate: Estimate): boolean {
  return estimate.models.some(({ name }) => !outputIsKnown(estimate, name));
}

/**
 * The cost of the whole estimate. Several models are alternatives: it then reaches from the
 * cheapest to the dearest of those that have a price.
 */
export function totalOfAll({ models }: Pick<Estimate, 'models'>): Total {
  const totals = models.map(costOf);
  const known = totals.filter(({ unpriced }) => unpriced.length === 0);
  const counted = known.length > 0 ? known : totals;
  const [first = NOTHING, ...others] = counted;
  const range = others.reduce<Range>(span, first);
  return { low: range.low, high: range.high, unpriced: totals.flatMap((total) => total.unpriced) };
}
