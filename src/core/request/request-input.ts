/** What a request is billed for as input, in the form in which an estimate prices it. */

import { mostInput } from '../estimate/fit.ts';
import type { Model, RequestLimits } from '../rates.ts';
import type { Tokens } from '../usage.ts';
import { count } from '../wording.ts';
import { countedModel } from './framing.ts';
import { type CallShare, type InputCount, textCount } from './input-count.ts';
import type { ModelRequest, TextsRequest } from './request.ts';
import type { RequestCounter } from './request-tokens.ts';
import type { Count, CountedPart } from './tally.ts';

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
  const { longest, refused } =
    request.kind === 'texts' ? fitOf(request, model, counter, total.low) : {};
  const whole = { least: total.low, most: Math.max(total.low, sumOf(parts, 'high')) };
  return {
    shares: [
      {
        calls: 1,
        low: tokensAt(parts, 'low'),
        high: tokensAt(parts, 'high'),
        quantities: [],
        unknown: [...unknownIn(parts), ...(request.kind === 'conversation' ? request.besides : [])],
        inputTokensPerRequest: longest ? { least: longest.tokens, most: longest.tokens } : whole,
        ...{ longest, refused },
        answers,
        maxOutputTokens,
      },
    ],
    total,
    parts,
  };
}

/** How the texts of a request fit, each of which has to on its own. */
function fitOf(
  { endpoint, texts, ...request }: TextsRequest,
  model: Model,
  counter: RequestCounter,
  all: number,
): Pick<CallShare, 'longest' | 'refused'> {
  const problem = model.requestLimits && beyond(model.requestLimits, texts.length, all);
  const refused = problem === undefined ? undefined : { problem, source: undefined };
  const most = mostInput(model);
  // Most often all of them together fit.
  if (texts.length < 2 || all <= most) return { refused };
  const list = endpoint === 'completions' ? 'prompt' : 'input';
  let longest = { tokens: 0, source: undefined, place: '' };
  let tooLong = 0;
  for (const [index, text] of texts.entries()) {
    const alone = { ...request, endpoint, texts: [text], parts: [] };
    const tokens = counter.count(alone, countedModel(model)).total.low;
    if (tokens > most) tooLong++;
    if (tokens > longest.tokens) longest = { ...longest, tokens, place: `${list}[${index}]` };
  }
  return { refused, longest: { ...longest, tooLong } };
}

function beyond({ inputs, tokens }: RequestLimits, texts: number, all: number): string | undefined {
  if (texts > inputs)
    return `${count(texts)} inputs are more than the ${count(inputs)} in a request`;
  if (all <= tokens) return undefined;
  return `${count(all)} tokens in all inputs are more than the ${count(tokens)} in a request`;
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
