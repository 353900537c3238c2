import type { Encoding } from './encodings.ts';
import type { Money } from './money.ts';
import { daysBetween, type Instant } from './time.ts';
import type { Modality, ServiceTier, TokenKind } from './usage.ts';

/** A rate table: every model, what it costs, since when, and who says so. */
export interface RateTable {
  readonly file: string;
  /** The day it was last brought up to date. */
  readonly version: Instant;
  /** Of the file's bytes, in hex; with the version it tells exactly which prices were used. */
  readonly sha256: string;
  readonly sources: ReadonlyMap<string, RateSource>;
  readonly serviceTiers: readonly ServiceTierInfo[];
  readonly regions: readonly Region[];
  readonly models: readonly Model[];
  readonly tools: readonly Tool[];
  readonly imageOutputTokens: readonly ImageOutputTokens[];
  /** Every instant at which a price of any model begins or ceases to hold, in order. */
  readonly priceChanges: readonly Instant[];
  /** Every id, snapshot and alias, in lower case as OpenAI writes them. */
  readonly names: ReadonlyMap<string, NamedModel>;
}

export interface RateSource {
  readonly id: string;
  readonly title: string;
  /** The last day for which the source vouches. */
  readonly checked: Instant;
  readonly official: boolean;
}

export interface ServiceTierInfo {
  readonly id: ServiceTier;
  readonly aliases: readonly string[];
  readonly note?: string | undefined;
}

export interface Region {
  readonly id: string;
  readonly unavailable: readonly {
    readonly tiers: readonly ServiceTier[];
    readonly models: readonly string[];
  }[];
}

export const MODEL_KINDS = [
  'text',
  'embedding',
  'moderation',
  'realtime',
  'audio',
  'live',
  'transcription',
  'speech',
  'image',
  'video',
  'fine-tuned',
] as const;
export type ModelKind = (typeof MODEL_KINDS)[number];

export const ENCODING_BASES = ['tiktoken', 'api', 'assumed'] as const;

export interface Model {
  readonly id: string;
  readonly kind: ModelKind;
  /** Shown when nobody asks for a certain model. */
  readonly prominent: boolean;
  readonly aliases: readonly DatedName[];
  readonly snapshots: readonly string[];
  /** What an alias with prices of its own stood for at which time. */
  readonly standsFor: readonly { model: string; from: Instant | null; to: Instant | null }[];
  /** Null when no tokenizer is known or none is needed. */
  readonly encoding: Encoding | null;
  /** Who says so: tiktoken's own map, counts that the API reported, or nobody. */
  readonly encodingBasis?: (typeof ENCODING_BASES)[number] | undefined;
  /** Tokens, input and output together. */
  readonly contextWindow?: number | undefined;
  readonly maxInputTokens?: number | undefined;
  readonly maxOutputTokens?: number | undefined;
  /** Of a request with several inputs, each of which has `maxInputTokens` for itself. */
  readonly requestLimits?: RequestLimits | undefined;
  /** Ids of tools that it calls by itself, whatever a request says; each call is billed. */
  readonly callsTools?: readonly string[] | undefined;
  /** Above so many input tokens the whole request is billed at the rates of the long band. */
  readonly longContextAbove?: number | undefined;
  /** The factor on prices with regional processing; `unknown` where nobody says. */
  readonly regionalUplift: string;
  readonly endpoints: readonly string[];
  readonly shutdown: ReadonlyMap<string, Instant>;
  /** In order of time, without overlap. */
  readonly prices: readonly PriceVersion[];
  /** Why a known model has no price at all. */
  readonly noPrice?: string | undefined;
}

export interface RequestLimits {
  readonly inputs: number;
  /** Of all inputs together. */
  readonly tokens: number;
}

interface DatedName {
  readonly name: string;
  readonly from: Instant | null;
  readonly to: Instant | null;
}

export const BANDS = ['short', 'long'] as const;
export type Band = (typeof BANDS)[number];

/** What a cell of the table says: a price, "no discount and no surcharge", or "nobody says". */
export type Cell =
  | { readonly usdPerMillion: string; readonly perToken: Money }
  | 'as-input'
  | 'unpublished';

export type TokenRates = Partial<
  Record<
    ServiceTier,
    Partial<Record<Band, Partial<Record<Modality, Partial<Record<TokenKind, Cell>>>>>>
  >
>;

export const DATE_BASES = ['announced', 'release', 'sighted', 'unknown'] as const;

/** The prices of a model from one instant to the next. */
export interface PriceVersion {
  /** Inclusive; null is "since before anybody kept a record". */
  readonly from: Instant | null;
  /** Exclusive; null is "until further notice". */
  readonly to: Instant | null;
  readonly dateBasis: (typeof DATE_BASES)[number];
  readonly checked: Instant;
  readonly sources: readonly string[];
  /** Further sources of single parts, by `tier.band`. */
  readonly confirmedBy: ReadonlyMap<string, readonly string[]>;
  /** How many sources that do not copy each other state these prices. */
  readonly confidence: number;
  /** The last day for which OpenAI has promised the price. */
  readonly guaranteedUntil?: Instant | undefined;
  readonly promotional: boolean;
  readonly derived: readonly { readonly cells: readonly string[]; readonly how: string }[];
  /** Cells that OpenAI prints rounded, with the price that was probably rounded. */
  readonly rounded: ReadonlyMap<string, Cell>;
  readonly tokens: TokenRates;
  /** Prices that hold instead under a condition that a model's name does not tell. */
  readonly alternatives: readonly { readonly when: string; readonly tokens: TokenRates }[];
  readonly units: readonly UnitPrice[];
  readonly note?: string | undefined;
}

export const UNITS = {
  minute: 'minute',
  second: 'second',
  image: 'image',
  character: 'characters',
  call: 'calls',
  inputToken: 'input tokens',
  trainingToken: 'training tokens',
  trainingHour: 'training hour',
  gibibyteDay: 'GiB and day',
  gigabyteDay: 'GB and day',
  session20Minutes: '20-minute session',
} as const;
export type Unit = keyof typeof UNITS;

/** A price by something else than a token. */
export interface UnitPrice {
  readonly unit: Unit;
  readonly per: number;
  readonly usd: string;
  readonly tier: ServiceTier;
  readonly quality?: string | undefined;
  readonly size?: string | undefined;
  readonly free?: string | undefined;
  /** OpenAI's estimate of what the tokens will come to; the tokens are billed, not this. */
  readonly estimate: boolean;
}

export interface Tool {
  readonly id: string;
  readonly title: string;
  readonly prices: readonly PriceVersion[];
}

/** How many output tokens an image takes, by quality and size. */
export interface ImageOutputTokens {
  readonly models: readonly string[];
  readonly basis: 'published' | 'derived';
  readonly sources: readonly string[];
  readonly tokens: readonly {
    readonly quality: string;
    readonly size: string;
    readonly tokens: number;
  }[];
  readonly note?: string | undefined;
}

export interface NamedModel {
  readonly model: Model;
  readonly as: 'id' | 'snapshot' | 'alias';
  readonly from: Instant | null;
  readonly to: Instant | null;
}

const STALE_AFTER_DAYS = 30;

/** Whether the table is older than 30 days, and by how many days it is old. */
export function tableAge(table: RateTable, now: Instant): { days: number; stale: boolean } {
  const days = daysBetween(table.version, now);
  return { days, stale: days > STALE_AFTER_DAYS };
}

export function holdsAt(
  period: { readonly from: Instant | null; readonly to: Instant | null },
  at: Instant,
): boolean {
  return (period.from === null || period.from <= at) && (period.to === null || at < period.to);
}

export function versionAt(model: Pick<Model, 'prices'>, at: Instant): PriceVersion | undefined {
  return model.prices.find((version) => holdsAt(version, at));
}

/** The day from which a model is no longer there, by the name that was used for it. */
export function shutdownOf(model: Model | undefined, name: string): Instant | undefined {
  return model?.shutdown.get(name) ?? model?.shutdown.get(model.id);
}

/** The same, if that day has come. */
export function endedBy(model: Model | undefined, name: string, at: Instant): Instant | undefined {
  const end = shutdownOf(model, name);
  return end !== undefined && end <= at ? end : undefined;
}
