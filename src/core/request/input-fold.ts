import { mostInput } from '../estimate/fit.ts';
import type { Model } from '../rates.ts';
import type { Source } from '../source.ts';
import { MODALITIES, type Quantity, TOKEN_KINDS, type Tokens } from '../usage.ts';
import { count, counted } from '../wording.ts';
import {
  type CallShare,
  type InputCount,
  type LongestCall,
  mostOutput,
  type Refusal,
} from './input-count.ts';
import { COUNT_BASES, type Count, type CountedPart, TOKEN_PARTS, type TokenPart } from './tally.ts';

/** More reasons than that are only counted: each of 50,000 calls may have one of its own. */
const MAX_REASONS = 5;

/** Sums on their way, which are added to in place: there may be millions of calls. */
interface ShareSum {
  readonly tier: CallShare['tier'];
  readonly low: Tokens;
  readonly high: Tokens;
  readonly quantities: Map<string, Quantity>;
  readonly unknown: Reasons;
  calls: number;
  least: number;
  most: number;
  answers: number;
  maxOutputTokens: number | undefined;
  longest: LongestCall | undefined;
  tooLong: number;
  refused: Refusal | undefined;
}
type CountSum = { -readonly [Key in keyof Count]: Count[Key] };

/**
 * Adds up what calls are billed for, one after another. Calls that are priced alike become one
 * share, so what is kept does not grow with their number.
 */
export class InputFold {
  readonly #model: Model | undefined;
  readonly #longContextAbove: number;
  readonly #mostInput: number;
  readonly #shares = new Map<string, ShareSum>();
  readonly #parts = new Map<TokenPart, { readonly count: CountSum; readonly reasons: Reasons }>();
  #total: CountSum | undefined;

  /** @param model the one that the calls are counted for */
  constructor(model: Model | undefined) {
    this.#model = model;
    this.#longContextAbove = model?.longContextAbove ?? Number.POSITIVE_INFINITY;
    this.#mostInput = mostInput(model ?? {});
  }

  /** @param source where the calls stand, if they have a place of their own */
  add({ shares, total, parts }: InputCount, source?: Source | undefined): void {
    for (const share of shares) this.#addShare(share, source);
    if (this.#total) addCount(this.#total, total);
    else this.#total = { ...total };
    for (const part of parts) {
      const sum = this.#parts.get(part.part);
      if (sum) {
        addCount(sum.count, part);
        sum.reasons.add(part.reasons);
      } else {
        const { basis, low, expected, high } = part;
        const reasons = new Reasons();
        reasons.add(part.reasons);
        this.#parts.set(part.part, { count: { basis, low, expected, high }, reasons });
      }
    }
  }

  /** Undefined where there was no call. */
  end(): InputCount | undefined {
    if (!this.#total) return undefined;
    return {
      shares: [...this.#shares.values()].map(shareOf),
      total: { ...this.#total },
      parts: TOKEN_PARTS.flatMap((part): CountedPart[] => {
        const sum = this.#parts.get(part);
        return sum ? [{ ...sum.count, part, reasons: sum.reasons.list() }] : [];
      }),
    };
  }

  #addShare(share: CallShare, source: Source | undefined): void {
    const { least, most } = share.inputTokensPerRequest;
    const above = this.#longContextAbove;
    const band = least > above ? 'long' : most > above ? 'open' : 'short';
    const key = `${share.tier ?? ''} ${band}`;
    const bound = mostOutput(this.#model, share);
    let sum = this.#shares.get(key);
    if (!sum) {
      sum = noShare(share.tier);
      this.#shares.set(key, sum);
    }
    addShare(sum, share, bound);
    sum.unknown.add(share.unknown, source);
    addLongest(sum, share, source, this.#mostInput);
  }
}

function noShare(tier: CallShare['tier']): ShareSum {
  return {
    ...{ tier, low: {}, high: {}, quantities: new Map(), unknown: new Reasons() },
    ...{ calls: 0, least: Number.POSITIVE_INFINITY, most: 0, answers: 0, maxOutputTokens: 0 },
    ...{ longest: undefined, tooLong: 0, refused: undefined },
  };
}

function shareOf({
  least,
  most,
  quantities,
  unknown,
  longest,
  tooLong,
  ...sum
}: ShareSum): CallShare {
  return {
    ...sum,
    longest: longest && { ...longest, tooLong },
    quantities: [...quantities.values()],
    unknown: unknown.listWithPlaces(),
    inputTokensPerRequest: { least, most },
  };
}

/** The first of them, and how many calls have another. */
class Reasons {
  /** By the reason without the places in a list that it names, which differ from call to call. */
  readonly #kept = new Map<string, Reason>();
  #others = 0;

  add(reasons: readonly string[], source?: Source | undefined): void {
    for (const text of reasons) {
      const key = text.includes('[') ? text.replace(/\[\d+\]/g, '[]') : text;
      const kept = this.#kept.get(key);
      if (kept) kept.calls++;
      else if (this.#kept.size < MAX_REASONS) this.#kept.set(key, { text, source, calls: 1 });
      else this.#others++;
    }
  }

  list(): string[] {
    return this.#withOthers([...this.#kept.values()].map(({ text }) => text));
  }

  /** With the line of the first call that has it, and how many others do. */
  listWithPlaces(): string[] {
    return this.#withOthers([...this.#kept.values()].map(withPlace));
  }

  #withOthers(reasons: string[]): string[] {
    if (this.#others === 0) return reasons;
    return [...reasons, `other reasons (${counted(this.#others, 'request')})`];
  }
}

interface Reason {
  readonly text: string;
  readonly source: Source | undefined;
  calls: number;
}

function withPlace({ text, source, calls }: Reason): string {
  if (source?.line === undefined) {
    return calls === 1 ? text : `${text} (${counted(calls, 'request')})`;
  }
  const others = calls === 1 ? '' : ` and ${count(calls - 1)} more`;
  return `${text} (line ${source.line}${others})`;
}

/** Adds to the first. */
function addCount(sum: CountSum, { basis, low, expected, high }: Count): void {
  if (COUNT_BASES.indexOf(basis) > COUNT_BASES.indexOf(sum.basis)) sum.basis = basis;
  sum.low += low;
  sum.expected = sumIfKnown(sum.expected, expected);
  sum.high = sumIfKnown(sum.high, high);
}

function addShare(sum: ShareSum, share: CallShare, maxOutputTokens: number | undefined): void {
  const { least, most } = share.inputTokensPerRequest;
  sum.calls += share.calls;
  addTokens(sum.low, share.low);
  addTokens(sum.high, share.high);
  for (const quantity of share.quantities) addQuantity(sum.quantities, quantity);
  sum.least = Math.min(sum.least, least);
  sum.most = Math.max(sum.most, most);
  sum.answers += share.answers;
  sum.maxOutputTokens =
    sum.maxOutputTokens === undefined || maxOutputTokens === undefined
      ? undefined
      : sum.maxOutputTokens + maxOutputTokens;
}

function addLongest(
  sum: ShareSum,
  { longest, refused, inputTokensPerRequest }: CallShare,
  source: Source | undefined,
  most: number,
): void {
  const tokens = longest?.tokens ?? inputTokensPerRequest.least;
  sum.tooLong += longest?.tooLong ?? (tokens > most ? 1 : 0);
  if (refused) sum.refused ??= { ...refused, source: refused.source ?? source };
  if (sum.longest && sum.longest.tokens >= tokens) return;
  sum.longest = { ...longest, tokens, source: longest?.source ?? source };
}

function addTokens(sum: Tokens, tokens: Tokens): void {
  for (const modality of MODALITIES) {
    const more = tokens[modality];
    if (more === undefined) continue;
    let of = sum[modality];
    if (of === undefined) {
      of = {};
      sum[modality] = of;
    }
    for (const kind of TOKEN_KINDS) {
      const count = more[kind];
      // Null is some, nobody knows how many.
      if (count !== undefined) of[kind] = sumIfKnown(of[kind] === undefined ? 0 : of[kind], count);
    }
  }
}

function addQuantity(sums: Map<string, Quantity>, quantity: Quantity): void {
  const { unit, per, size, quality, amount } = quantity;
  const key = JSON.stringify([unit, per, size, quality]);
  sums.set(key, { ...quantity, amount: (sums.get(key)?.amount ?? 0) + amount });
}

function sumIfKnown(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a + b;
}
