/** What a usage or cost file says, row by row, in the terms of this program. */
import type { Period } from '../calendar.ts';
import type { Money } from '../money.ts';
import type { Source } from '../source.ts';
import type { Instant } from '../time.ts';
import type { Quantity, ServiceTier, Tokens } from '../usage.ts';

export const ENDPOINTS = [
  'completions',
  'embeddings',
  'moderations',
  'images',
  'speech',
  'transcription',
  'vector_stores',
  'code_interpreter',
  'file_search',
  'web_search',
  'fine_tuning',
] as const;
export type Endpoint = (typeof ENDPOINTS)[number];

/**
 * One row of usage: of a bucket of time with many requests, or of one request. What the file does
 * not tell is undefined, which is never the same as zero or as a default.
 */
export interface UsageEntry {
  readonly source: Source;
  readonly start: Instant;
  /** Exclusive. A single request, of which only the moment is known, ends a second after its start. */
  readonly end: Instant;
  readonly endpoint: Endpoint;
  /** As the file has it: a model, or for tools the id of the rate table, such as `container`. */
  readonly model: string | undefined;
  /** Every tier that it can have had; one where the file tells. Never empty. */
  readonly tiers: readonly ServiceTier[];
  /** Complimentary: it was not billed, and its list value is shown beside. */
  readonly free: boolean;
  readonly project: string | undefined;
  readonly apiKey: string | undefined;
  readonly user: string | undefined;
  /** Whose use it was, where the file tells: what two organizations have is never the same. */
  readonly organization?: string | undefined;
  readonly requests: number | undefined;
  /** Disjoint, of all requests together: cached and written tokens are taken out of the input. */
  readonly tokens: Tokens;
  readonly quantities: readonly Quantity[];
  /** The bounds on single requests, where they are known better than by the sums. */
  readonly inputTokensPerRequest?: { readonly least: number; readonly most: number } | undefined;
  /** Of a request: with it, overlapping logs are recognised. */
  readonly id?: string | undefined;
  /** What the file itself says that it cost, such as a gateway's log. */
  readonly recorded?: Money | undefined;
}

/** One row of what was billed. */
export interface BilledEntry {
  readonly source: Source;
  readonly start: Instant;
  /** Exclusive. */
  readonly end: Instant;
  readonly amount: Money;
  /** ISO 4217, in lower case as OpenAI writes it. */
  readonly currency: string;
  /** Verbatim; undefined where the export is not grouped by line item. */
  readonly lineItem: string | undefined;
  readonly organization?: string | undefined;
  readonly project: string | undefined;
  readonly apiKey: string | undefined;
  readonly user: string | undefined;
  /** How much of what, as text with all its decimals; undefined where not given. */
  readonly quantity: string | undefined;
  readonly quantityUnit: string | undefined;
}

/** What became of one row of a file. Every row is exactly one of these. */
export type Row =
  | { readonly kind: 'usage'; readonly entry: UsageEntry }
  | { readonly kind: 'billed'; readonly entry: BilledEntry }
  /** A bucket in which nothing took place, with its time, or a request that failed and is not billed. */
  | { readonly kind: 'empty'; readonly source: Source; readonly period?: Period | undefined }
  | { readonly kind: 'bad'; readonly source: Source; readonly reason: string };

/** What is chosen from when a file names no tier and may hold batch requests. */
export const ANY_TIER: readonly ServiceTier[] = ['standard', 'batch', 'flex', 'priority'];
/** The same where the file says that it was no batch. */
export const SYNCHRONOUS_TIERS: readonly ServiceTier[] = ['standard', 'flex', 'priority'];
