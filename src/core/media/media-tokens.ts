/** What an image, a sound or a file costs in tokens, and how far that is known. */
export type MediaTokens =
  | {
      /** `exact`: a rule that reproduces what the API billed, and nothing left open. */
      readonly basis: 'exact' | 'estimate';
      readonly low: number;
      readonly high: number;
      /** Why it is an estimate, each a clause of its own. */
      readonly reasons: readonly string[];
    }
  /** Some tokens, and nobody can say how many at most. */
  | { readonly basis: 'unknown'; readonly reason: string }
  | Rejected;

/** The API would refuse the request, or no such input can exist. */
export interface Rejected {
  readonly basis: 'rejected';
  /** What is wrong and what there is instead. */
  readonly reason: string;
}

export const NO_TOKENS: MediaTokens = { basis: 'exact', low: 0, high: 0, reasons: [] };

/** How a rule is known: counts that the API reported, OpenAI's documentation, related models. */
export const EVIDENCE = ['api', 'documented', 'inferred'] as const;
export type Evidence = (typeof EVIDENCE)[number];

/** Reasons for doubt that lie in the rule and not in what it is applied to. */
export function doubtsOf(evidence: Evidence, note: string | undefined): string[] {
  if (evidence === 'api') return [];
  if (evidence === 'documented') {
    return [note ?? 'documented by OpenAI, but no count reported by the API confirms it'];
  }
  return [note ?? 'nobody documents it for this model; taken from related models'];
}

export function bounded(low: number, high: number, reasons: readonly string[]): MediaTokens {
  const basis = low === high && reasons.length === 0 ? 'exact' : 'estimate';
  return { basis, low, high, reasons };
}

export function rejected(reason: string): Rejected {
  return { basis: 'rejected', reason };
}

/** The sum; what is rejected or unknown in a part is so in the whole. */
export function addTokens(parts: readonly MediaTokens[]): MediaTokens {
  let [low, high] = [0, 0];
  const reasons = new Set<string>();
  let unknown: MediaTokens | undefined;
  for (const part of parts) {
    if (part.basis === 'rejected') return part;
    if (part.basis === 'unknown') {
      unknown ??= part;
      continue;
    }
    low += part.low;
    high += part.high;
    for (const reason of part.reasons) reasons.add(reason);
  }
  return unknown ?? bounded(low, high, [...reasons]);
}

/** As a number for a usage: null is some, nobody knows how many. */
export function tokensAt(tokens: MediaTokens, end: 'low' | 'high'): number | null {
  return 'low' in tokens ? tokens[end] : null;
}
