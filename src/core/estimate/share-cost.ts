/** What calls that are priced alike come to: their tokens, as often as they are made, at their rates. */

import { InputError } from '../input-error.ts';
import type { Doubt } from '../lookup.ts';
import { ZERO } from '../money.ts';
import { type Cost, type CostItem, type CostLine, priceUsage, type RateMemo } from '../price.ts';
import type { Model, RateTable } from '../rates.ts';
import type { CallShare, InputCount } from '../request/input-count.ts';
import type { Source } from '../source.ts';
import {
  MODALITIES,
  type ServiceTier,
  sumTokens,
  TOKEN_KINDS,
  type Tokens,
  type Usage,
} from '../usage.ts';
import { count } from '../wording.ts';
import { allWritten, mayBeWritten, WRITE_DOUBT, WRITE_UNPRICED } from './cache-write.ts';
import type { EstimateRequest, Prompt } from './estimate.ts';

/** Prices, and those that have been looked up: prompts ask for the same ones again and again. */
export interface Prices {
  readonly rates: RateTable;
  readonly memo: RateMemo;
}

/** The tier at which a prompt is priced. */
export function tierOfPrompt({ tier }: EstimateRequest, { asks }: Prompt): ServiceTier {
  return tier ?? asks?.tier ?? 'standard';
}

/** `output`: of all calls of the share. */
export function priceShare(
  request: EstimateRequest,
  { rates, memo }: Prices,
  name: string,
  prompt: Prompt,
  share: CallShare,
  output: number,
): CostLine {
  const at = (tokens: Tokens) =>
    priceUsage(
      rates,
      {
        ...usageOf(request, name, prompt, [share], tokens),
        requests: share.calls * (request.requests ?? 1),
        quantities: share.quantities.map((quantity) => ({
          ...quantity,
          amount: quantity.amount * (request.requests ?? 1),
        })),
      },
      memo,
    );
  const low = tokensOf(request, prompt.source, share, share.low, output);
  const high = tokensOf(request, prompt.source, share, share.high, output);
  const line = withWrites(
    request,
    share,
    spanned(at(low), isSame(low, high) ? undefined : at(high), share),
    () => at(allWritten(high, writeKind(request))),
  );
  const more = [...share.unknown, ...callsBeside(line.model)];
  if (more.length === 0) return line;
  // More of the input than is known: that part has no price.
  const { items } = at({ text: { input: null } });
  const reason = more.join('; ');
  const unknown = items.map((item) =>
    item.cost.kind === 'unpriced' ? { ...item, cost: { ...item.cost, reason } } : item,
  );
  return { ...line, items: [...line.items, ...unknown] };
}

/** What no request tells, as the model does it by itself. */
function callsBeside(model: Model | undefined): string[] {
  return (model?.callsTools ?? []).map(
    (tool) => `the model calls ${tool} by itself: each call is billed besides`,
  );
}

/** What may be written to the cache besides, where nobody has said how much is. */
function withWrites(
  request: EstimateRequest,
  { inputTokensPerRequest }: CallShare,
  line: CostLine,
  written: () => CostLine,
): CostLine {
  const { cacheWriteTokens, cacheWriteShare, at } = request;
  if (cacheWriteTokens !== undefined || cacheWriteShare !== undefined) return line;
  const { tier } = line.usage;
  if (!mayBeWritten(line.model, at, tier, inputTokensPerRequest.most)) return line;
  const kind = writeKind(request);
  const cost = written().items.find((item) => item.kind === kind)?.cost;
  if (!cost) return line;
  if (cost.kind === 'unpriced') {
    const unpriced: Cost = { kind: 'unpriced', reason: WRITE_UNPRICED };
    const more: CostItem = { modality: 'text', kind, tokens: null, cost: unpriced };
    return { ...line, items: [...line.items, more] };
  }
  const items = line.items.map((item) =>
    item.modality === 'text' && item.kind === 'input'
      ? { ...item, cost: spanOf(item.cost, cost, WRITE_DOUBT) }
      : item,
  );
  return { ...line, items };
}

function writeKind({ cacheTtl }: EstimateRequest): 'cacheWrite12h' | 'cacheWrite30m' {
  return cacheTtl === '12h' ? 'cacheWrite12h' : 'cacheWrite30m';
}

export function usageOf(
  request: EstimateRequest,
  model: string,
  prompt: Prompt,
  shares: readonly CallShare[],
  tokens: Tokens,
): Usage {
  return {
    source: prompt.source,
    model,
    at: request.at,
    tier: request.tier ?? shares[0]?.tier ?? tierOfPrompt(request, prompt),
    region: request.region ?? 'global',
    requests: 1,
    tokens,
    inputTokensPerRequest: {
      least: Math.min(...shares.map((share) => share.inputTokensPerRequest.least)),
      most: Math.max(...shares.map((share) => share.inputTokensPerRequest.most)),
    },
  };
}

function isSame(a: Tokens, b: Tokens): boolean {
  return MODALITIES.every((modality) =>
    TOKEN_KINDS.every((kind) => (a[modality]?.[kind] ?? 0) === (b[modality]?.[kind] ?? 0)),
  );
}

/** One line for the fewest and the most tokens that there can be. */
function spanned(
  low: CostLine,
  high: CostLine | undefined,
  { low: fewest, high: most, answers }: Pick<CallShare, 'low' | 'high'> & { answers?: number },
) {
  if (!high) return low;
  const items = high.items.map((item): CostItem => {
    const other = low.items.find(
      ({ modality, kind }) => modality === item.modality && kind === item.kind,
    );
    const isOutput = item.kind === 'output';
    const [least, greatest] = [fewest, most].map((tokens) =>
      count(sumTokens(tokens, (kind) => (kind === 'output') === isOutput)),
    );
    const doubt: Doubt = {
      reason: `the ${isOutput ? 'output' : 'input'} is ${least} to ${greatest} tokens`,
      // Of requests for images and the like OpenAI counts nothing beforehand.
      settledBy: isOutput || !answers ? 'the usage of the answer' : "OpenAI's own count (--online)",
      isOfCount: true,
    };
    const few = other?.tokens ?? 0;
    return {
      ...item,
      ...(few === item.tokens ? {} : { fewest: few }),
      cost: spanOf(other?.cost, item.cost, doubt),
    };
  });
  return { ...high, items };
}

function spanOf(low: Cost | undefined, high: Cost, doubt: Doubt): Cost {
  if (high.kind === 'unpriced') return high;
  if (low?.kind === 'unpriced') return low;
  const from = low === undefined ? ZERO : low.kind === 'priced' ? low.amount : low.low;
  const to = high.kind === 'priced' ? high.amount : high.high;
  if (from === to) return high;
  const highRate = high.kind === 'priced' ? high.rate : high.highRate;
  const ofHigh = high.kind === 'priced' ? high.rate : high.lowRate;
  const lowRate = low === undefined ? ofHigh : low.kind === 'priced' ? low.rate : low.lowRate;
  const doubts = high.kind === 'ranged' ? [...high.doubts, doubt] : [doubt];
  return { kind: 'ranged', low: from, high: to, lowRate, highRate, doubts };
}

/** The tokens of all calls, as often as they are made. */
function tokensOf(
  request: EstimateRequest,
  source: Source,
  share: CallShare,
  counted: Tokens,
  output: number,
): Tokens {
  const { cacheWriteTokens = 0, requests = 1 } = request;
  const { calls } = share;
  const input = counted.text?.input ?? 0;
  const cached = request.cachedTokens ?? 0;
  const isKnown = counted.text?.input !== null;
  const refuse = (asked: number, most: number) => {
    if (!isKnown || asked <= most) return;
    const message = `${count(asked)} cached and written tokens are more than its ${count(most)} input tokens`;
    throw new InputError([{ source, message }]);
  };
  refuse(cached + cacheWriteTokens, share.inputTokensPerRequest.least);
  const cachedInput =
    request.cachedTokens === undefined ? shareOf(input, request.cachedShare ?? 0) : cached * calls;
  // A share and a number may be too much together, and a number for the text alone.
  refuse(cachedInput + cacheWriteTokens * calls, input);
  const written =
    request.cacheWriteTokens === undefined
      ? Math.min(shareOf(input, request.cacheWriteShare ?? 0), input - cachedInput)
      : cacheWriteTokens * calls;
  const text = {
    ...counted.text,
    ...(isKnown
      ? { input: input - cachedInput - written, cachedInput, [writeKind(request)]: written }
      : { input: null }),
    output: (counted.text?.output ?? 0) + output,
  };
  const scaled: Tokens = {};
  for (const modality of MODALITIES) {
    const of = modality === 'text' ? text : counted[modality];
    for (const kind of TOKEN_KINDS) {
      const tokens = of?.[kind];
      if (tokens === undefined) continue;
      const all = tokens === null ? null : tokens * requests;
      if (all !== null && !Number.isSafeInteger(all)) {
        const message = `${count(requests)} calls have more tokens than can be counted exactly`;
        throw new InputError([{ source, message }]);
      }
      scaled[modality] = { ...scaled[modality], [kind]: all };
    }
  }
  return scaled;
}

/** A share to a hundredth of a percent, in whole numbers: 0.29 of 100 is 29. */
export function shareOf(tokens: number, share: number): number {
  return Math.floor((tokens * Math.round(share * 10_000)) / 10_000);
}

/** One of the images that a call makes. */
export function priceImage(
  request: EstimateRequest,
  { rates, memo }: Prices,
  name: string,
  prompt: Prompt,
  { made, shares }: InputCount,
): CostLine | undefined {
  if (!made) return undefined;
  const { low, high, quantities } = made.each;
  const at = (tokens: Tokens) =>
    priceUsage(rates, { ...usageOf(request, name, prompt, shares, tokens), quantities }, memo);
  return spanned(at(low), isSame(low, high) ? undefined : at(high), made.each);
}
