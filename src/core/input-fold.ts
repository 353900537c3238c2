import { type CallShare, type InputCount, mostOutput } from './input-count.ts';
import type { Model } from './rates.ts';
import { COUNT_BASES, type Count, type CountedPart, TOKEN_PARTS, type TokenPart } from './tally.ts';
import { MODALITIES, type Quantity, TOKEN_KINDS, type Tokens } from './usage.ts';
import { counted } from './wording.ts';

/** More reasons than that are only counted: each of 50,000 calls may have one of its own. */
const MAX_REASONS = 5;

/**
 * Adds up what calls are billed for, one after another. Calls that are priced alike become one
 * share, so what is kept does not grow with their number.
 */
export class InputFold {
  readonly #model: Model | undefined;
  readonly #longContextAbove: number;
  readonly #shares = new Map<string, CallShare>();
  readonly #unknown = new Map<string, Reasons>();
  readonly #parts = new Map<TokenPart, { count: Count; reasons: Reasons }>();
  #total: Count | undefined;

  /** @param model the one that the calls are counted for */
  constructor(model: Model | undefined) {
    this.#model = model;
    this.#longContextAbove = model?.longContextAbove ?? Number.POSITIVE_INFINITY;
  }

  add({ shares, total, parts }: InputCount): void {
    for (const share of shares) this.#addShare(share);
    this.#total = this.#total ? sumOfCounts(this.#total, total) : total;
    for (const part of parts) {
      const sum = this.#parts.get(part.part);
      if (sum) {
        sum.count = sumOfCounts(sum.count, part);
        sum.reasons.add(part.reasons);
      } else {
        this.#parts.set(part.part, { count: part, reasons: new Reasons(part.reasons) });
      }
    }
  }

  /** Undefined where there was no call. */
  end(): InputCount | undefined {
    if (!this.#total) return undefined;
    return {
      shares: [...this.#shares].map(([key, share]) => ({
        ...share,
        unknown: this.#unknown.get(key)?.listWithCounts() ?? [],
      })),
      total: this.#total,
      parts: TOKEN_PARTS.flatMap((part): CountedPart[] => {
        const sum = this.#parts.get(part);
        return sum ? [{ ...sum.count, part, reasons: sum.reasons.list() }] : [];
      }),
    };
  }

  #addShare(share: CallShare): void {
    const { least, most } = share.inputTokensPerRequest;
    const above = this.#longContextAbove;
    const key = `${share.tier} ${least > above} ${most > above}`;
    const bounded = { ...share, maxOutputTokens: mostOutput(this.#model, share) };
    const sum = this.#shares.get(key);
    this.#shares.set(key, sum ? sumOfShares(sum, bounded) : bounded);
    const reasons = this.#unknown.get(key);
    if (reasons) reasons.add(share.unknown);
    else this.#unknown.set(key, new Reasons(share.unknown));
  }
}

/** The first of them, and how many calls have another. */
class Reasons {
  /** By the reason without the places in a list that it names, which differ from call to call. */
  readonly #kept = new Map<string, { readonly first: string; calls: number }>();
  #others = 0;

  constructor(reasons: readonly string[]) {
    this.add(reasons);
  }

  add(reasons: readonly string[]): void {
    for (const reason of reasons) {
      const key = reason.includes('[') ? reason.replace(/\[\d+\]/g, '[]') : reason;
      const kept = this.#kept.get(key);
      if (kept) kept.calls++;
      else if (this.#kept.size < MAX_REASONS) this.#kept.set(key, { first: reason, calls: 1 });
      else this.#others++;
    }
  }

  list(): string[] {
    const kept = [...this.#kept.values()].map(({ first }) => first);
    return this.#others === 0 ? kept : [...kept, this.#further()];
  }

  listWithCounts(): string[] {
    const kept = [...this.#kept.values()].map(({ first, calls }) =>
      calls === 1 ? first : `${first} (${counted(calls, 'request')})`,
    );
    return this.#others === 0 ? kept : [...kept, this.#further()];
  }

  #further(): string {
    return `other reasons (${counted(this.#others, 'request')})`;
  }
}

function sumOfCounts(a: Count, b: Count): Count {
  const basis = COUNT_BASES[Math.max(...[a, b].map((each) => COUNT_BASES.indexOf(each.basis)))];
  return {
    basis: basis ?? 'unknown',
    low: a.low + b.low,
    expected: sumIfKnown(a.expected, b.expected),
    high: sumIfKnown(a.high, b.high),
  };
}

function sumOfShares(a: CallShare, b: CallShare): CallShare {
  return {
    calls: a.calls + b.calls,
    tier: a.tier,
    low: sumOfTokens(a.low, b.low),
    high: sumOfTokens(a.high, b.high),
    quantities: sumOfQuantities(a.quantities, b.quantities),
    unknown: [],
    inputTokensPerRequest: {
      least: Math.min(a.inputTokensPerRequest.least, b.inputTokensPerRequest.least),
      most: Math.max(a.inputTokensPerRequest.most, b.inputTokensPerRequest.most),
    },
    answers: a.answers + b.answers,
    maxOutputTokens:
      a.maxOutputTokens === undefined || b.maxOutputTokens === undefined
        ? undefined
        : a.maxOutputTokens + b.maxOutputTokens,
  };
}

function sumOfTokens(a: Tokens, b: Tokens): Tokens {
  const sum: Tokens = {};
  for (const modality of MODALITIES) {
    for (const kind of TOKEN_KINDS) {
      const [left, right] = [a[modality]?.[kind], b[modality]?.[kind]];
      if (left === undefined && right === undefined) continue;
      // Null is some, nobody knows how many.
      const tokens = left === null || right === null ? null : (left ?? 0) + (right ?? 0);
      sum[modality] = { ...sum[modality], [kind]: tokens };
    }
  }
  return sum;
}

function sumOfQuantities(a: readonly Quantity[], b: readonly Quantity[]): Quantity[] {
  const sums = new Map<string, Quantity>();
  for (const quantity of [...a, ...b]) {
    const { unit, per, size, quality, amount } = quantity;
    const key = JSON.stringify([unit, per, size, quality]);
    sums.set(key, { ...quantity, amount: (sums.get(key)?.amount ?? 0) + amount });
  }
  return [...sums.values()];
}

function sumIfKnown(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a + b;
}
