/** What a request is billed for as input, in the form in which an estimate prices it. */
import { countedModel } from './framing.ts';
import { type InputCount, textCount } from './input-count.ts';
import type { Model } from './rates.ts';
import type { ModelRequest } from './request.ts';
import type { RequestCounter } from './request-tokens.ts';
import type { Count, CountedPart } from './tally.ts';
import type { Tokens } from './usage.ts';

/** One call. `model` is undefined where the rate table does not know it. */
export function requestInput(
  request: ModelRequest,
  model: Model | undefined,
  counter: RequestCounter,
): InputCount {
  const { answers, maxOutputTokens } = request;
  const asked = {
    answers,
    maxOutputTokens: maxOutputTokens === undefined ? undefined : maxOutputTokens * answers,
  };
  if (!model) {
    const unknown = textCount(null);
    return { ...unknown, shares: unknown.shares.map((share) => ({ ...share, ...asked })) };
  }
  const { parts, total } = counter.count(request, countedModel(model));
  const whole = { least: total.low, most: Math.max(total.low, sumOf(parts, 'high')) };
  return {
    shares: [
      {
        ...asked,
        calls: 1,
        low: tokensAt(parts, 'low'),
        high: tokensAt(parts, 'high'),
        quantities: [],
        unknown: parts.flatMap(({ basis, reasons }) => (basis === 'unknown' ? reasons : [])),
        inputTokensPerRequest: longestText(request, model, counter, whole.least) ?? whole,
      },
    ],
    total,
    parts,
  };
}

/**
 * Of several texts each has to fit on its own. Undefined where it does not matter, as all of them
 * together fit.
 */
function longestText(
  request: ModelRequest,
  model: Model,
  counter: RequestCounter,
  all: number,
): { least: number; most: number } | undefined {
  const most = model.maxInputTokens ?? model.contextWindow ?? Number.POSITIVE_INFINITY;
  if (request.kind !== 'texts' || request.texts.length < 2 || all <= most) return undefined;
  let longest = 0;
  for (const text of request.texts) {
    const { total } = counter.count({ ...request, texts: [text], parts: [] }, countedModel(model));
    longest = Math.max(longest, total.low);
  }
  return { least: longest, most: longest };
}

/** Sounds have a price of their own; images and files are billed as text. */
function tokensAt(parts: readonly CountedPart[], end: 'low' | 'high'): Tokens {
  const audio = parts.filter(({ part }) => part === 'audio');
  const others = parts.filter(({ part }) => part !== 'audio');
  return {
    text: { input: sumOf(others, end) },
    ...(audio.length > 0 ? { audio: { input: sumOf(audio, end) } } : {}),
  };
}

/** Of what is unknown, as much as is sure. */
function sumOf(parts: readonly Count[], end: 'low' | 'high'): number {
  return parts.reduce((sum, part) => sum + (part[end] ?? part.low), 0);
}
