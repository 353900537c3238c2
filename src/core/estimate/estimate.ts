import { grouped } from '../grouped.ts';
import { InputError } from '../input-error.ts';
import { type Money, NOTHING, type Range, span, times } from '../money.ts';
import { resolveModel } from '../names.ts';
import type { Beginnings } from '../prefix/beginnings.ts';
import type { PrefixSaving } from '../prefix/prefix-saving.ts';
import { type CostLine, priceUsage, type RateMemo, type Total, totalOf } from '../price.ts';
import { endedBy, type Model, type RateTable } from '../rates.ts';
import type { VariantAxis } from '../request/choices.ts';
import {
  type CallShare,
  type CountInput,
  type InputCount,
  mostOutput,
  type Variant,
} from '../request/input-count.ts';
import type { SentContent } from '../request/online-body.ts';
import type { Source } from '../source.ts';
import type { Instant } from '../time.ts';
import type { ServiceTier, TokenKind } from '../usage.ts';
import { type CacheTtl, PERIODS_PER_MONTH, type Period } from './choices.ts';
import type { RepeatCount, RepeatedRequest, SentLines } from './sent-lines.ts';
import { type Prices, priceImage, priceShare, tierOfPrompt, usageOf } from './share-cost.ts';

/** Something to be sent: a text, a request, or a file of requests. */
export interface Prompt {
  readonly source: Source;
  readonly bytes: number;
  /** Peculiarities of the bytes that a reader of the report should know. */
  readonly peculiarities: readonly Peculiarity[];
  readonly countInput: CountInput;
  /** Of a file of requests: those that are the same as an earlier one. */
  readonly countRepeats?: ((model: Model | undefined) => RepeatCount | undefined) | undefined;
  /** Of a file of requests: what its lines are. */
  readonly lines?: SentLines | undefined;
  /** As it was read, where somebody has asked to keep it. */
  readonly content?: SentContent | undefined;
  /** How else it may be sent, by what is varied; left out where that makes no difference. */
  readonly variants?: Partial<Record<VariantAxis, readonly Variant[]>> | undefined;
  /** Undefined for what names neither model nor tier, such as a text. */
  readonly asks?: Asked | undefined;
}
export type Peculiarity =
  | 'empty'
  | 'byte-order-mark'
  | 'invalid-utf-8'
  | 'no-request'
  | 'several-requests'
  | 'placeholders';

/** What something that is sent asks for itself. It holds where nobody says otherwise. */
export interface Asked {
  /** As it is written there. */
  readonly model: string | undefined;
  readonly tier: ServiceTier | undefined;
}

/** A file that was to be a prompt and could not be read as one. */
export interface Unreadable {
  readonly source: Source;
  readonly reason: string;
}

export interface EstimateRequest {
  readonly prompts: readonly Prompt[];
  /** What the requests among them begin with alike. */
  readonly beginnings?: Pick<Beginnings, 'savings'> | undefined;
  /** Alternatives. Without any, each prompt is sent to the model that it asks for. */
  readonly models: readonly string[];
  readonly at: Instant;
  /** Left out, it is what a prompt asks for, or else standard. */
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
  /** The same as a share of its input. Left out both, whatever may be written is a range. */
  readonly cacheWriteShare?: number | undefined;
  readonly cacheTtl?: CacheTtl | undefined;
  /** Calls of each prompt; 1 when left out. */
  readonly requests?: number | undefined;
  /** Whether `requests` is a rate; the estimate then also has a month. */
  readonly per?: Period | undefined;
  /** The most that the calls may cost; with `per`, in a month. */
  readonly budget?: Money | undefined;
}
export interface Estimate {
  readonly rates: RateTable;
  readonly request: EstimateRequest;
  /**
   * In the order of `request.models`, which are alternatives, each with all prompts. Where it has
   * none, those that the prompts ask for, each with its own prompts: parts of a sum.
   */
  readonly models: readonly ModelEstimate[];
}

export interface ModelEstimate {
  readonly name: string;
  /** Undefined when the table does not know the name. */
  readonly model: Model | undefined;
  readonly prompts: readonly PromptEstimate[];
  /** What caching would save, as far as requests begin alike. */
  readonly prefixes: readonly PrefixSaving[];
}

export interface PromptEstimate {
  readonly prompt: Prompt;
  readonly input: InputCount;
  /** Of all calls that the prompt holds, which is mostly one; null when it is not known. */
  readonly inputTokens: number | null;
  /** All its calls, as often as they are made, with the output that was asked for. */
  readonly lines: readonly CostLine[];
  /** One of the images that it makes; undefined where it makes none. */
  readonly perImage: CostLine | undefined;
  /** What 1,000 output tokens add to one call; undefined where a model has no output. */
  readonly perThousandOutput: CostLine | undefined;
  /** All calls, each with as much output as it can have; undefined where that is unknown, or none. */
  readonly atMaximumOutput: readonly CostLine[] | undefined;
  /** Of a batch: the same lines at the standard tier. */
  readonly atStandard: readonly CostLine[] | undefined;
  readonly repeats: PricedRepeats | undefined;
}

/** What requests cost that are the same as an earlier one. */
export interface PricedRepeats extends RepeatCount {
  readonly lines: readonly CostLine[];
  readonly most: readonly (RepeatedRequest & { readonly lines: readonly CostLine[] })[];
}

/**
 * Estimates what the prompts cost with each model. Pure: everything it needs is in its arguments.
 * What has no price is in the result as unpriced, with the reason.
 * @param memo one for all estimates with the same rate table
 * @throws InputError when more tokens are cached than a prompt has, too many to count exactly, or a
 *   prompt for which no model is given asks for none
 */
export function estimate(
  request: EstimateRequest,
  rates: RateTable,
  memo: RateMemo = new Map(),
): Estimate {
  const prices = { rates, memo };
  const { prompts, models } = request;
  const sent = models.length > 0 ? models.map((name) => ({ name, prompts })) : asAsked(prompts);
  return {
    rates,
    request,
    models: sent.map(({ name, prompts: some }) => {
      const { model } = resolveModel(rates, name, request.at);
      const estimates = some.map((prompt) => estimatePrompt(request, prices, name, model, prompt));
      const prefixes = model ? prefixesOf(request, rates, name, model) : [];
      return { name, model, prompts: estimates, prefixes };
    }),
  };
}

/** Nothing where somebody has said what is cached. */
function prefixesOf(
  request: EstimateRequest,
  rates: RateTable,
  name: string,
  model: Model,
): readonly PrefixSaving[] {
  const { beginnings, at, tier, region = 'global', requests: calls = 1 } = request;
  const { cacheWriteTokens, cacheWriteShare } = request;
  const said = [request.cachedTokens, request.cachedShare, cacheWriteTokens, cacheWriteShare];
  if (!beginnings || said.some((each) => each !== undefined)) return [];
  const pricing = { rates, at, tier, region, name, model, calls };
  return beginnings.savings(areParts({ request }) ? name : undefined, pricing);
}

/** The prompts by the model that each of them asks for. */
function asAsked(prompts: readonly Prompt[]): { name: string; prompts: readonly Prompt[] }[] {
  const missing = prompts.filter(({ asks }) => asks?.model === undefined);
  if (missing.length > 0) {
    const message = 'names no model, and others do; say with --model what all of them are sent to';
    throw new InputError(missing.map(({ source }) => ({ source, message })));
  }
  const byModel = grouped(prompts, ({ asks }) => asks?.model);
  return [...byModel].map(([name, some]) => ({ name, prompts: some }));
}

/** Whether the models are those that the prompts ask for, and what they cost adds up. */
export function areParts({ request }: Pick<Estimate, 'request'>): boolean {
  return request.models.length === 0;
}

/** What somebody may choose between: each model with all prompts, or all that was asked for. */
export function alternativesOf(estimate: Pick<Estimate, 'request' | 'models'>): ModelEstimate[] {
  const { models } = estimate;
  if (models.length < 2 || !areParts(estimate)) return [...models];
  const name = models.map((each) => each.name).join(', ');
  const prompts = models.flatMap((each) => each.prompts);
  const prefixes = models.flatMap((each) => each.prefixes);
  return [{ name, model: undefined, prompts, prefixes }];
}

/** The tiers at which the prompts are priced. */
export function tiersOf({ models }: Pick<Estimate, 'models'>): ServiceTier[] {
  const lines = models.flatMap(({ prompts }) => prompts.flatMap((prompt) => prompt.lines));
  return [...new Set(lines.map(({ usage }) => usage.tier))];
}

function estimatePrompt(
  request: EstimateRequest,
  prices: Prices,
  name: string,
  model: Model | undefined,
  prompt: Prompt,
): PromptEstimate {
  const input = prompt.countInput(model);
  const price = (share: CallShare, output: number) =>
    priceShare(request, prices, name, prompt, share, output);
  const output = request.outputTokens ?? 0;
  const maximum = input.shares.map((share) => mostOutput(model, share));
  const takesOutput = hasOutput(model) && input.shares.some(({ answers }) => answers > 0);
  const linesOf = (shares: readonly CallShare[], asked = request) =>
    shares.map((share) =>
      priceShare(asked, prices, name, prompt, share, takesOutput ? output * share.answers : 0),
    );
  const isBatch = prompt.asks?.tier === 'batch' && tierOfPrompt(request, prompt) === 'batch';
  return {
    prompt,
    input,
    inputTokens: input.total.expected,
    lines: linesOf(input.shares),
    atStandard: isBatch ? linesOf(input.shares, { ...request, tier: 'standard' }) : undefined,
    repeats: pricedRepeats(prompt.countRepeats?.(model), linesOf),
    perImage: input.made && priceImage(request, prices, name, prompt, input),
    perThousandOutput:
      takesOutput && haveOneTier(input.shares)
        ? priceUsage(
            prices.rates,
            usageOf(request, name, prompt, input.shares, { text: { output: 1000 } }),
            prices.memo,
          )
        : undefined,
    atMaximumOutput:
      takesOutput &&
      maximum.every((most) => most !== undefined) &&
      maximum.some((most) => most !== 0)
        ? input.shares.map((share, index) => price(share, maximum[index] ?? 0))
        : undefined,
  };
}

function pricedRepeats(
  repeats: RepeatCount | undefined,
  linesOf: (shares: readonly CallShare[]) => CostLine[],
): PricedRepeats | undefined {
  return (
    repeats && {
      ...repeats,
      lines: linesOf(repeats.shares),
      most: repeats.most.map((each) => ({ ...each, lines: linesOf(each.shares) })),
    }
  );
}

function haveOneTier(shares: readonly CallShare[]): boolean {
  return shares.every(({ tier }) => tier === shares[0]?.tier);
}

export function hasOutput(model: Model | undefined): boolean {
  return model?.kind !== 'embedding' && model?.kind !== 'moderation';
}

export function costOf(estimate: ModelEstimate): Total {
  return totalOf(estimate.prompts.flatMap(({ lines }) => lines));
}

/** At the standard tier; undefined where nothing is sent as a batch. */
export function costAtStandard({ prompts }: ModelEstimate): Total | undefined {
  if (prompts.every(({ atStandard }) => atStandard === undefined)) return undefined;
  return totalOf(prompts.flatMap(({ lines, atStandard }) => atStandard ?? lines));
}

/** Input tokens of each prompt as it is sent, once; undefined where no tokenizer is known. */
export function sentTokens(
  prompts: readonly PromptEstimate[],
): { readonly low: number; readonly high: number } | undefined {
  let [low, high] = [0, 0];
  for (const { input } of prompts) {
    if (input.total.high === null) return undefined;
    low += input.total.low;
    high += input.total.high;
  }
  return { low, high };
}

/** How many calls are made in all. */
export function callsOf(prompts: readonly PromptEstimate[]): number {
  return prompts.reduce(
    (sum, { lines }) => lines.reduce((all, { usage }) => all + usage.requests, sum),
    0,
  );
}

/** Tokens of some kinds, of all calls. */
export function tokensOfKinds(
  prompts: readonly PromptEstimate[],
  kinds: readonly TokenKind[],
  end: 'low' | 'high' = 'high',
): number {
  const lines = prompts.flatMap((prompt) => prompt.lines);
  return lines.reduce(
    (sum, { items }) =>
      items.reduce(
        (all, { kind, tokens, fewest = tokens }) =>
          all + (kinds.includes(kind) ? ((end === 'low' ? fewest : tokens) ?? 0) : 0),
        sum,
      ),
    0,
  );
}

/** The cost with as much output as the model can give; undefined where that is not known. */
export function costAtMaximum(estimate: ModelEstimate): Total | undefined {
  const lines: CostLine[] = [];
  for (const { atMaximumOutput } of estimate.prompts) {
    if (!atMaximumOutput) return undefined;
    lines.push(...atMaximumOutput);
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
  if (request.outputTokens !== undefined || !hasOutput(found?.model)) return true;
  const prompts = found?.prompts ?? [];
  return prompts.length > 0 && prompts.every(({ input }) => isSettled(input));
}

/** Whether the requests themselves say how much output there is, as those for images do. */
function isSettled({ shares }: InputCount): boolean {
  return shares.every(({ answers }) => answers === 0);
}

/** Whether the amounts leave out output that the models will bill. */
export function coversInputOnly(estimate: Estimate): boolean {
  return estimate.models.some(({ name }) => !outputIsKnown(estimate, name));
}

/**
 * The cost of the whole estimate. Of several models that are alternatives, it reaches from the
 * cheapest to the dearest of those that are there and have a price.
 */
export function totalOfAll(estimate: Pick<Estimate, 'request' | 'models'>): Total {
  const { at } = estimate.request;
  const all = alternativesOf(estimate);
  // Nobody can choose what would be refused.
  const offered = all.filter(({ model, name }) => endedBy(model, name, at) === undefined);
  const totals = (offered.length > 0 ? offered : all).map(costOf);
  const known = totals.filter(({ unpriced }) => unpriced.length === 0);
  const counted = known.length > 0 ? known : totals;
  const [first = NOTHING, ...others] = counted;
  const range = others.reduce<Range>(span, first);
  return { low: range.low, high: range.high, unpriced: totals.flatMap((total) => total.unpriced) };
}
