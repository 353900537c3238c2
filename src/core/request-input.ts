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
  const { answers } = request;
  const maxOutputTokens =
    request.maxOutputTokens === undefined ? undefined : request.maxOutputTokens * answers;
  if (!model) {
    const unknown = textCount(null);
    return {
      ...unknown,
      shares: unknown.shares.map((share) => ({ ...share, answers, maxOutputTokens })),
    };
  }
  const { parts, total } = counter.count(request, countedModel(model));
  const whole = { least: total.low, most: Math.max(total.low, sumOf(parts, 'high')) };
  return {
    shares: [
      {
        calls: 1,
        low: tokensAt(parts, 'low'),
        high: tokensAt(parts, 'high'),
        quantities: [],
        unknown: [...unknownIn(parts), ...(request.kind === 'conversation' ? request.besides : [])],
        inputTokensPerRequest: longestText(request, model, counter, whole.least) ?? whole,
        answers,
        maxOutputTokens,
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

function unknownIn(parts: readonly CountedPart[]): readonly string[] {
  return parts.flatMap(({ basis, reasons }) => (basis === 'unknown' ? reasons : []));
}

/** Sounds have a price of their own; images and files are billed as text. */
function tokensAt(parts: readonly CountedPart[], end: 'low' | 'high'): Tokens {
  let [text, audio] = [0, 0];
  let hasAudio = false;
  for (const part of parts) {
    const tokens = part[end] ?? part.low;
    if (part.part === 'audio') {
      hasAudio = true;
      audio += tokens;
    } else text += tokens;
  }
  return hasAudio ? { text: { input: text }, audio: { input: audio } } : { text: { input: text } };
}

/** Of what is unknown, as much as is sure. */
function sumOf(parts: readonly Count[], end: 'low' | 'high'): number {
  return parts.reduce((sum, part) => sum + (part[end] ?? part.low), 0);
}
