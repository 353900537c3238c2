import type { JsonValue } from '../json.ts';
import type { AudioLength } from '../media/audio-tokens.ts';
import type { ImageSize } from '../media/image-tokens.ts';
import type { Source } from '../source.ts';

/** The endpoints whose input is counted here, by the names of the rate table. */
export const REQUEST_ENDPOINTS = [
  'chat_completions',
  'responses',
  'embeddings',
  'completions',
  'moderations',
] as const;
export type RequestEndpoint = (typeof REQUEST_ENDPOINTS)[number];

/** A request as it would be sent, whatever model it is sent to. */
export type ModelRequest = ConversationRequest | TextsRequest;

interface RequestBase {
  readonly source: Source;
  readonly endpoint: RequestEndpoint;
  /** As the request names it. */
  readonly model: string | undefined;
  readonly serviceTier: string | undefined;
  /** The most output tokens that the request allows, reasoning included. */
  readonly maxOutputTokens: number | undefined;
  /** Answers that are asked for: each is billed as output, the input once. */
  readonly answers: number;
}

/** A request to chat completions or Responses. */
export interface ConversationRequest extends RequestBase {
  readonly kind: 'conversation';
  readonly endpoint: 'chat_completions' | 'responses';
  /** In the order in which the model sees them; instructions come first. */
  readonly items: readonly Item[];
  readonly tools: readonly ToolDefinition[];
  readonly toolChoice: ToolChoice;
  /** Undefined where the request leaves it to the API. */
  readonly parallelToolCalls: boolean | undefined;
  readonly format: ResponseFormat;
  readonly reasoningEffort: string | undefined;
  readonly reasoningMode: string | undefined;
  /** What the model will see and the request does not hold, such as earlier turns. */
  readonly elsewhere: readonly Elsewhere[];
  /** What is billed and is no input, as far as the request tells: each a clause of its own. */
  readonly besides: readonly string[];
  readonly cacheKey: string | undefined;
}

/** A request whose input is texts that are counted one by one, without anything around them. */
export interface TextsRequest extends RequestBase {
  readonly kind: 'texts';
  readonly endpoint: 'embeddings' | 'completions' | 'moderations';
  readonly texts: readonly (string | TokenIds)[];
  /** Of moderations. */
  readonly parts: readonly Part[];
}

/** Text that has been made into tokens already. */
export interface TokenIds {
  readonly tokens: number;
}

export type Item = MessageItem | CallsItem | ResultItem | ReasoningItem | UnknownItem;

export const ROLES = ['system', 'developer', 'user', 'assistant'] as const;
export type Role = (typeof ROLES)[number];

export interface MessageItem {
  readonly kind: 'message';
  readonly role: Role;
  readonly name: string | undefined;
  readonly parts: readonly Part[];
}

/** The calls of one turn of the model. */
export interface CallsItem {
  readonly kind: 'calls';
  readonly calls: readonly ToolCall[];
}

export interface ToolCall {
  readonly id: string | undefined;
  readonly name: string;
  /** The text of the arguments, most often JSON. */
  readonly arguments: string;
  /** Whether the API wrote it and still has it, and does not go by what is sent. */
  readonly isStored: boolean;
}

export interface ResultItem {
  readonly kind: 'result';
  readonly callId: string | undefined;
  /** Of the function, where the result itself tells. */
  readonly name: string | undefined;
  readonly parts: readonly Part[];
}

/** Reasoning of an earlier turn that is sent back: encrypted, or known by its id alone. */
export interface ReasoningItem {
  readonly kind: 'reasoning';
}

/** Something in the conversation whose tokens nobody can tell from the request. */
export interface UnknownItem {
  readonly kind: 'unknown';
  /** What it is and where, such as `input[3] is a web_search_call`. */
  readonly reason: string;
}

export type Part = TextPart | ImagePart | AudioPart | FilePart | UnknownPart;
export type MediaPart = ImagePart | AudioPart | FilePart;

export interface TextPart extends CachePoint {
  readonly kind: 'text';
  readonly text: string;
}

export interface ImagePart extends MediaLocation {
  readonly kind: 'image';
  readonly detail: string | undefined;
  readonly size?: ImageSize | undefined;
}

export interface AudioPart extends MediaLocation {
  readonly kind: 'audio';
  readonly length?: AudioLength | undefined;
}

export interface FilePart extends MediaLocation {
  readonly kind: 'file';
  readonly filename: string | undefined;
  /** Of a PDF. */
  readonly pages?: number | undefined;
  /** All of it, if it is text. */
  readonly text?: string | undefined;
}

/** What the request marks for the cache: it is to be written up to there. */
interface CachePoint {
  readonly endsCache?: true | undefined;
}

/** Where the bytes are. What they say of themselves is undefined until somebody has looked. */
interface MediaLocation extends CachePoint {
  /** A JSON path. */
  readonly path: string;
  /** Not a data URL. */
  readonly url?: string | undefined;
  /** Base64, with or without the head of a data URL. */
  readonly data?: string | undefined;
  readonly fileId?: string | undefined;
  /** Why looking at the data was of no use. */
  readonly unreadable?: string | undefined;
}

export interface UnknownPart extends CachePoint {
  readonly kind: 'unknown';
  readonly reason: string;
}

export type ToolDefinition = FunctionTool | CustomTool | BuiltInTool;

export interface FunctionTool {
  readonly kind: 'function';
  readonly name: string;
  readonly description: string | undefined;
  /** A JSON Schema. */
  readonly parameters: JsonValue | undefined;
}

/** A tool that takes text, of which a grammar may say the form. */
export interface CustomTool {
  readonly kind: 'custom';
  readonly name: string;
  readonly description: string | undefined;
  readonly grammar: string | undefined;
}

/** A tool that the API brings along, or one of which the request does not say what it is. */
export interface BuiltInTool {
  readonly kind: 'built-in';
  readonly type: string;
}

export type ToolChoice =
  | { readonly kind: 'auto' | 'none' | 'required' }
  | { readonly kind: 'named'; readonly name: string }
  /** A choice among some of the tools, or of one that the API brings along. */
  | { readonly kind: 'other' };

export type ResponseFormat =
  | { readonly kind: 'text' | 'json-object' }
  | {
      readonly kind: 'json-schema';
      readonly name: string;
      readonly description: string | undefined;
      readonly schema: JsonValue;
    };

export interface Elsewhere {
  readonly reason: string;
}

/** The texts of a message are one text to the API. */
export function textOf(parts: readonly Part[]): string {
  const [first] = parts;
  if (parts.length === 1 && first?.kind === 'text') return first.text;
  return parts.map((part) => (part.kind === 'text' ? part.text : '')).join('');
}

export function isInstruction({ role }: Pick<MessageItem, 'role'>): boolean {
  return role === 'system' || role === 'developer';
}
