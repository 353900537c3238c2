/** What a prompt file, a request or a file of requests will be billed for, with a certain model. */
import type { Model } from '../rates.ts';
import type { Source } from '../source.ts';
import type { Quantity, ServiceTier, Tokens } from '../usage.ts';
import type { Count, CountedPart } from './tally.ts';

/** Calls that are priced alike: at one tier, on one side of the threshold for long context. */
export interface CallShare {
  readonly calls: number;
  /** The service tier that these calls ask for; left out, it is that of the prompt. */
  readonly tier?: ServiceTier | undefined;
  /**
   * Of all its calls, the fewest and the most: input, and such output as the request itself
   * settles. A kind is null where no tokenizer is known. What is not known at all is in `unknown`.
   */
  readonly low: Tokens;
  readonly high: Tokens;
  readonly quantities: readonly Quantity[];
  /** Why there is more than that, and nobody can say how much: each a clause of its own. */
  readonly unknown: readonly string[];
  /** Input tokens of a single call: the fewest and the most that any of them can have. */
  readonly inputTokensPerRequest: { readonly least: number; readonly most: number };
  /** The call with the most input tokens, or of a call the text with most of them, where there are several. */
  readonly longest?: LongestCall | undefined;
  /** What the API would refuse a call for, however long its texts are. */
  readonly refused?: Refusal | undefined;
  /** Answers of all calls, each of which is output of its own; 0 where output is settled. */
  readonly answers: number;
  /** The most output tokens that the requests allow, all answers together; undefined if any does not say. */
  readonly maxOutputTokens: number | undefined;
}

export interface LongestCall {
  /** At least. */
  readonly tokens: number;
  /** Where it stands, if it has a place of its own. */
  readonly source: Source | undefined;
  /** Which text of a call it is, such as `input[3]`. */
  readonly place?: string | undefined;
  /** How many of them all have more tokens than the model takes. */
  readonly tooLong?: number | undefined;
}

export interface Refusal {
  /** A sentence that ends before the name of the model. */
  readonly problem: string;
  /** Where the call stands, if it has a place of its own. */
  readonly source: Source | undefined;
}

/** The call that is the first not to fit somewhere. */
export function longestCall({ shares }: Pick<InputCount, 'shares'>): LongestCall {
  const calls = shares.map(
    ({ longest, inputTokensPerRequest: { least } }): LongestCall =>
      longest ?? { tokens: least, source: undefined },
  );
  const longest = calls.reduce((a, b) => (b.tokens > a.tokens ? b : a));
  return { ...longest, tooLong: calls.reduce((sum, { tooLong = 0 }) => sum + tooLong, 0) };
}

/** All calls of a prompt. */
export interface InputCount {
  /** At least one. */
  readonly shares: readonly CallShare[];
  /** The input tokens of all calls. */
  readonly total: Count;
  /** What they are made of; empty where nobody has told them apart. */
  readonly parts: readonly CountedPart[];
  /** Where calls make something that they settle themselves. */
  readonly made?: Made | undefined;
}

/** Images that a call makes. */
export interface Made extends Count {
  readonly images: number;
  /** Why its tokens, which are those of all of them together, are not exact. */
  readonly reasons: readonly string[];
  /** One of them alone, without the prompt. */
  readonly each: {
    readonly low: Tokens;
    readonly high: Tokens;
    readonly quantities: readonly Quantity[];
  };
}

/** How input is counted: it depends on the model. Undefined is one that the rate table does not know. */
export type CountInput = (model: Model | undefined) => InputCount;

/** The same prompt at another level, such as images in low detail. */
export interface Variant {
  readonly name: string;
  readonly countInput: CountInput;
}

/** One call with so many text tokens; null where no tokenizer is known. */
export function textCount(
  tokens: number | null,
  total: Count = exactly(tokens),
  parts: readonly CountedPart[] = [],
): InputCount {
  const ends = (input: number | null) => ({ text: { input } });
  const [low, high] = tokens === null ? [null, null] : [total.low, total.high ?? total.low];
  return {
    shares: [
      {
        calls: 1,
        low: ends(low),
        high: ends(high),
        quantities: [],
        unknown: [],
        inputTokensPerRequest: { least: low ?? 0, most: high ?? 0 },
        answers: 1,
        maxOutputTokens: undefined,
      },
    ],
    total,
    parts,
  };
}

/** One call with some tokens, and nobody can say how many. */
export function unknownCount(reason: string): InputCount {
  const total: Count = { basis: 'unknown', low: 0, expected: null, high: null };
  const { shares } = textCount(0, total);
  return { shares: shares.map((share) => ({ ...share, unknown: [reason] })), total, parts: [] };
}

function exactly(tokens: number | null): Count {
  return tokens === null
    ? { basis: 'unknown', low: 0, expected: null, high: null }
    : { basis: 'exact', low: tokens, expected: tokens, high: tokens };
}

/** The most output tokens of all answers together: none to input that does not fit. Undefined where the limits are not known. */
export function mostOutput(model: Model | undefined, share: CallShare): number | undefined {
  const { answers, maxOutputTokens, inputTokensPerRequest } = share;
  const ofModel = model?.maxOutputTokens;
  if (ofModel === undefined) return maxOutputTokens;
  const { least } = inputTokensPerRequest;
  const isTooLong = least > (model?.maxInputTokens ?? Number.POSITIVE_INFINITY);
  const room = isTooLong ? 0 : (model?.contextWindow ?? Number.POSITIVE_INFINITY) - least;
  const ofEach = Math.max(0, Math.min(ofModel, room));
  return Math.min(maxOutputTokens ?? Number.POSITIVE_INFINITY, ofEach * answers);
}
