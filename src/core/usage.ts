import type { Unit } from './rates.ts';
import type { Source } from './source.ts';
import type { Instant } from './time.ts';

export const MODALITIES = ['text', 'audio', 'image'] as const;
export type Modality = (typeof MODALITIES)[number];

/**
 * The kinds of token that have a price of their own. They are disjoint: OpenAI counts cached and
 * written tokens inside `input_tokens`, so whoever reads usage takes them out of `input`.
 */
export const TOKEN_KINDS = [
  'input',
  'cachedInput',
  'cacheWrite30m',
  'cacheWrite12h',
  'output',
] as const;
export type TokenKind = (typeof TOKEN_KINDS)[number];

export const INPUT_KINDS = TOKEN_KINDS.filter((kind) => kind !== 'output');

/** What people call each kind. */
export const TOKEN_KIND_NAMES = {
  input: 'input',
  cachedInput: 'cached input',
  cacheWrite30m: 'cache write (30 min)',
  cacheWrite12h: 'cache write (12 h)',
  output: 'output',
} as const satisfies Record<TokenKind, string>;

/** Tokens by modality and kind. What is left out is none; null is some, nobody knows how many. */
export type Tokens = Partial<Record<Modality, Partial<Record<TokenKind, number | null>>>>;

export const SERVICE_TIERS = [
  'standard',
  'batch',
  'flex',
  'priority',
  'ultrafast',
  'background-2h',
  'background-8h',
  'scale',
] as const;
export type ServiceTier = (typeof SERVICE_TIERS)[number];

/** Use of one model, ready to be priced: every condition that a price can depend on. */
export interface Usage {
  readonly source: Source;
  /** The name as it was given; the rate table says what it stands for. */
  readonly model: string;
  readonly at: Instant;
  /** Exclusive. A bucket from `at` on: which part of it took place when, nobody knows. */
  readonly until?: Instant | undefined;
  readonly tier: ServiceTier;
  /** Further tiers that it may have had instead, where the data does not tell. */
  readonly orTiers?: readonly ServiceTier[] | undefined;
  readonly region: string;
  readonly requests: number;
  /** Of all requests together. */
  readonly tokens: Tokens;
  /** On how many days it took place: what is free is so much a day. 1 when left out. */
  readonly days?: number | undefined;
  /** What is billed by something else than tokens. */
  readonly quantities?: readonly Quantity[] | undefined;
  /**
   * Input tokens of a single request, cached and written ones included: the fewest and the most
   * that any of them can have had. They decide the context band.
   */
  readonly inputTokensPerRequest: { readonly least: number; readonly most: number };
}

/** So much of something that has a price of its own, such as 3 images or 90 seconds. */
export interface Quantity {
  readonly unit: Unit;
  /** A whole number. */
  readonly amount: number;
  /** How many of them make one unit, such as the bytes of a GiB; 1 when left out. */
  readonly per?: number | undefined;
  /** As OpenAI writes them; undefined where the data does not tell. */
  readonly size?: string | undefined;
  readonly quality?: string | undefined;
}

/** Input of every kind, as OpenAI counts `input_tokens`. */
export function inputTokens(tokens: Tokens): number {
  return sumTokens(tokens, (kind) => kind !== 'output');
}

/** The tokens that are known. */
export function sumTokens(tokens: Tokens, counts: (kind: TokenKind) => boolean): number {
  let sum = 0;
  for (const modality of MODALITIES) {
    const ofModality = tokens[modality];
    if (ofModality === undefined) continue;
    for (const kind of TOKEN_KINDS) if (counts(kind)) sum += ofModality[kind] ?? 0;
  }
  return sum;
}
