/** The tokens of a request by part, with what is known of each. */
import type { Band } from './framing.ts';

export const TOKEN_PARTS = [
  'text',
  'messages',
  'tools',
  'schema',
  'calls',
  'images',
  'audio',
  'files',
  'elsewhere',
] as const;
export type TokenPart = (typeof TOKEN_PARTS)[number];

/** What people call each part. */
export const TOKEN_PART_NAMES = {
  text: 'text',
  messages: 'message overhead',
  tools: 'tools',
  schema: 'response schema',
  calls: 'tool calls and results',
  images: 'images',
  audio: 'audio',
  files: 'files',
  elsewhere: 'not in the request',
} as const satisfies Record<TokenPart, string>;

/** From the strongest to the weakest. */
export const COUNT_BASES = ['exact', 'estimate', 'unknown'] as const;
/**
 * `exact`: the rule reproduces what the API reported. `estimate`: it may be off, within a range
 * where one was seen. `unknown`: some tokens, and nobody can say how many at most.
 */
export type CountBasis = (typeof COUNT_BASES)[number];

export interface Count {
  readonly basis: CountBasis;
  readonly low: number;
  /** Null where unknown, and then so is `high`. */
  readonly expected: number | null;
  readonly high: number | null;
}

export interface CountedPart extends Count {
  readonly part: TokenPart;
  /** Why it is not exact, each a clause of its own; of what is unknown, why it is. */
  readonly reasons: readonly string[];
}

export interface RequestTokens {
  /** In the order of `TOKEN_PARTS`; their sum is the total. */
  readonly parts: readonly CountedPart[];
  /** With the weakest basis of all parts. */
  readonly total: Count;
}

interface Sum {
  low: number;
  expected: number;
  high: number;
  readonly reasons: Set<string>;
  readonly unknown: Set<string>;
}

export class Tally {
  readonly #sums = new Map<TokenPart, Sum>();

  add(part: TokenPart, tokens: number): void {
    const sum = this.#sum(part);
    sum.low += tokens;
    sum.expected += tokens;
    sum.high += tokens;
  }

  /** What was added may be off by so much. */
  doubt(part: TokenPart, [below, above]: Band, reason: string): void {
    const sum = this.#sum(part);
    sum.low += below;
    sum.high += above;
    sum.reasons.add(reason);
  }

  unknown(part: TokenPart, reason: string): void {
    this.#sum(part).unknown.add(reason);
  }

  between(part: TokenPart, low: number, high: number, reasons: readonly string[]): void {
    const sum = this.#sum(part);
    sum.low += low;
    sum.expected += Math.round((low + high) / 2);
    sum.high += high;
    for (const reason of reasons) sum.reasons.add(reason);
  }

  end(): RequestTokens {
    const parts = TOKEN_PARTS.flatMap((part) => {
      const sum = this.#sums.get(part);
      return sum ? [counted(part, sum)] : [];
    });
    const known = parts.every(({ basis }) => basis !== 'unknown');
    const total = (key: 'low' | 'expected' | 'high') =>
      parts.reduce((sum, part) => sum + (part[key] ?? 0), 0);
    const weakest = Math.max(0, ...parts.map(({ basis }) => COUNT_BASES.indexOf(basis)));
    return {
      parts,
      total: {
        basis: COUNT_BASES[weakest] ?? 'unknown',
        low: total('low'),
        expected: known ? total('expected') : null,
        high: known ? total('high') : null,
      },
    };
  }

  #sum(part: TokenPart): Sum {
    let sum = this.#sums.get(part);
    if (!sum) {
      sum = { low: 0, expected: 0, high: 0, reasons: new Set(), unknown: new Set() };
      this.#sums.set(part, sum);
    }
    return sum;
  }
}

function counted(part: TokenPart, sum: Sum): CountedPart {
  const isUnknown = sum.unknown.size > 0;
  return {
    part,
    basis: isUnknown ? 'unknown' : sum.reasons.size > 0 ? 'estimate' : 'exact',
    // A band may reach below nothing where there is next to nothing.
    low: Math.max(0, sum.low),
    expected: isUnknown ? null : sum.expected,
    high: isUnknown ? null : sum.high,
    reasons: [...(isUnknown ? sum.unknown : sum.reasons)],
  };
}
