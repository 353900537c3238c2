import type { Encoding } from '../encodings.ts';
import type { Model, ModelKind } from '../rates.ts';

/**
 * What the API adds to the text of a request, by family of models: `rates/framing.json`. All
 * numbers are tokens.
 */
export interface FramingTable {
  readonly version: string;
  readonly families: readonly Family[];
  /** Models that count texts alone: embeddings, completions, moderations. */
  readonly texts: readonly string[];
  /** Models that take no messages, or of which nobody knows what they add. */
  readonly unknown: readonly { readonly models: readonly string[]; readonly reason: string }[];
  readonly builtInTools: readonly BuiltInToolTokens[];
  /** What the cache takes of a prompt: the first rule that a model meets holds for it. */
  readonly caching: readonly CachingRule[];
}

export interface Family {
  readonly id: string;
  readonly models: {
    /** Counts that the API reported for these are reproduced. */
    readonly seen: readonly string[];
    /** Nobody has reported counts; taken from their relatives. */
    readonly inferred: readonly string[];
  };
  readonly messages: MessageFraming;
  readonly calls: CallFraming;
  readonly tools: ToolFraming;
  readonly schema: SchemaFraming;
  readonly reasoning: ReasoningFraming;
  /** How each part is known. */
  readonly evidence: Readonly<Record<EvidencePart, FramingEvidence>>;
}

export const EVIDENCE_PARTS = ['messages', 'calls', 'tools', 'schema'] as const;
export type EvidencePart = (typeof EVIDENCE_PARTS)[number];

export const FRAMING_BASES = ['api', 'inferred'] as const;

export interface FramingEvidence {
  readonly basis: (typeof FRAMING_BASES)[number];
  /** Requests with a count that the API reported. */
  readonly records: number;
  readonly note?: string | undefined;
}

/** How far counts that the API reported lay from what is computed: the most below and above. */
export type Band = readonly [below: number, above: number];

export interface MessageFraming {
  /** Of each message, without its role and its text. */
  readonly each: number;
  /** Of the answer that is begun. */
  readonly priming: number;
  /** Of each message of the assistant, on top. */
  readonly assistant: number;
  /** Of each sound, on top of its own tokens. */
  readonly audio: number;
  readonly system: 'counted' | 'not-counted';
  /** `added`: ":" and the name after the role. `replaces-role`: the name alone, without the role. */
  readonly name: 'added' | 'replaces-role';
  readonly band: Band;
}

/** A call and its result together, without name, arguments and result. */
export interface CallFraming {
  /** In chat completions. */
  readonly chat: number;
  /** In Responses, where the API has kept the call; where it goes by what is sent. */
  readonly stored: number;
  readonly sent: number;
  /** In chat completions, several calls of one turn and all their results. */
  readonly together: number;
  /** Of each pair in Responses, and of what is sent together. */
  readonly storedBand: Band;
  readonly togetherBand: Band;
}

export interface ToolFraming {
  /** In chat completions they may be part of the first system message, or make one of their own. */
  readonly chatPlace: 'system-message' | 'apart';
  readonly chat: Described;
  readonly responses: Described;
  /** On top of the name, where a function is named that must be called; null where nothing is. */
  readonly named: number | null;
  /** Where calls may not be made in parallel. */
  readonly notParallel: number;
  readonly band: Band;
  /** Of each grammar of a custom tool, on top of its text. */
  readonly grammar: number;
  readonly grammarBand: Band;
}

/** It makes a difference of one token whether the first function has a description. */
interface Described {
  readonly described: number;
  readonly undescribed: number;
}

export interface SchemaFraming {
  readonly responses: number;
  /** In chat completions, with tools and without; without them the name is counted once more. */
  readonly chatWithTools: number;
  readonly chat: number;
  /** Of each message of the assistant in chat completions, on top of the name once more. */
  readonly assistant: number;
  readonly band: Band;
}

export interface ReasoningFraming {
  /** Whether reasoning that is sent back is still billed after the next message of the user. */
  readonly isKept: 'never' | 'within-turn' | 'all-turns';
}

/** What a tool that the API brings along adds; the first entry that fits a model holds. */
export type BuiltInToolTokens = {
  readonly types: readonly string[];
  /** Of `families`. */
  readonly family: string;
  /** All of the family, if left out. */
  readonly models?: readonly string[] | undefined;
} & (
  | { readonly tokens: number; readonly records: number }
  /** The fewest and the most that were seen, results of calls included. */
  | { readonly seen: readonly [least: number, most: number]; readonly records: number }
  /** Nobody knows how many, but not fewer than this. */
  | { readonly least: number; readonly reason: string }
);

export type Framing =
  | { readonly kind: 'messages'; readonly family: Family; readonly isSeen: boolean }
  | { readonly kind: 'texts' }
  | { readonly kind: 'unknown'; readonly reason: string };

/** What the table says of a model, by its id in the rate table. */
export function framingOf(table: FramingTable, model: string): Framing {
  for (const family of table.families) {
    if (family.models.seen.includes(model)) return { kind: 'messages', family, isSeen: true };
    if (family.models.inferred.includes(model)) return { kind: 'messages', family, isSeen: false };
  }
  if (table.texts.includes(model)) return { kind: 'texts' };
  const reason =
    table.unknown.find(({ models }) => models.includes(model))?.reason ??
    `rates/framing.json does not say what the API adds for ${model}`;
  return { kind: 'unknown', reason };
}

/** Ids of the models that reason: their reasoning is billed as output. */
export function reasoningModels({ families }: FramingTable): Set<string> {
  return new Set(
    families.flatMap(({ models, reasoning }) =>
      reasoning.isKept === 'never' ? [] : [...models.seen, ...models.inferred],
    ),
  );
}

/** What is known of the model that a request is counted for. */
export interface CountedModel {
  /** Of the rate table. */
  readonly id: string;
  readonly kind: ModelKind;
  /** Null where no tokenizer is known. */
  readonly encoding: Encoding | null;
  /** Whether OpenAI has published the tokenizer, or counts that it reported agree with it. */
  readonly isEncodingKnown: boolean;
}

export function countedModel({ id, kind, encoding, encodingBasis }: Model): CountedModel {
  return { id, kind, encoding, isEncodingKnown: encodingBasis !== 'assumed' };
}

/** Where what is read from the cache may end. */
export const CACHE_ENDS = ['anywhere', 'mark'] as const;

export interface CachingRule {
  /** Of these families, or of these models; of all where neither is said. */
  readonly families?: readonly string[] | undefined;
  readonly models?: readonly string[] | undefined;
  /** Tokens; fewer are not cached. */
  readonly minimum: number;
  /** Tokens are read in multiples of it. */
  readonly step: number;
  /** `mark`: only where the request marks it, or where an earlier request ended. */
  readonly endsAt: (typeof CACHE_ENDS)[number];
  readonly note?: string | undefined;
}

/** Undefined for what takes no messages. */
export function cachingOf(table: FramingTable, model: string): CachingRule | undefined {
  const framing = framingOf(table, model);
  if (framing.kind !== 'messages') return undefined;
  const { id } = framing.family;
  return table.caching.find(({ families, models }) => {
    if (families) return families.includes(id);
    return models ? models.includes(model) : true;
  });
}

/** How many of so many tokens at the beginning can be read from the cache. */
export function cacheable({ minimum, step }: CachingRule, tokens: number): number {
  return tokens < minimum ? 0 : tokens - (tokens % step);
}
