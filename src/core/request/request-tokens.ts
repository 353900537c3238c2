/** Counts what the API will count as input of a request. */

import type { Encoding } from '../encodings.ts';
import type { MediaTokens } from '../media/media-tokens.ts';
import { Memory } from '../memory.ts';
import { count, counted } from '../wording.ts';
import { type Conversation, type Counting, callTokens } from './call-tokens.ts';
import {
  type Band,
  type BuiltInToolTokens,
  type CachingRule,
  type CountedModel,
  cachingOf,
  type EvidencePart,
  type Family,
  type Framing,
  type FramingTable,
  framingOf,
} from './framing.ts';
import {
  type ConversationRequest,
  type CustomTool,
  type FunctionTool,
  isInstruction,
  type MediaPart,
  type MessageItem,
  type ModelRequest,
  type Part,
  type ResponseFormat,
  type TextsRequest,
  textOf,
} from './request.ts';
import { schemaText } from './schema-text.ts';
import { type RequestTokens, Tally } from './tally.ts';
import { TOOL_DOUBTS, type ToolDoubt, type ToolText, toolText } from './tool-text.ts';

export interface TokenSources {
  readonly framing: FramingTable;
  countText(text: string, encoding: Encoding): number;
  /** Nobody here needs to know how it is found out. */
  countMedia(
    part: MediaPart,
    model: CountedModel,
    countText: (text: string) => number,
  ): MediaTokens;
}

/** A role is one token in every encoding. */
const ROLE_TOKENS = 1;
const TOOLS_HEAD = '# Tools\n\n## functions\n\n';
/** Between the parts of a system message. No encoding joins it to a `#` that follows. */
const BETWEEN = '\n\n';

type Definition = FunctionTool | CustomTool;

/** What requests of a batch have in common, with one encoding. */
interface Memories {
  readonly texts: Memory<number>;
  readonly rooms: Memory<number>;
  readonly definitions: Memory<{ readonly tokens: number; readonly written: ToolText }>;
}

/** Remembers what requests have in common, so that thousands of them are counted quickly. */
export class RequestCounter {
  readonly #sources: TokenSources;
  readonly #memories = new Map<Encoding, Memories>();
  readonly #framings = new Map<string, Framing>();

  constructor(sources: TokenSources) {
    this.#sources = sources;
  }

  count(request: ModelRequest, model: CountedModel): RequestTokens {
    const tally = new Tally();
    const { encoding } = model;
    if (encoding === null) {
      tally.unknown('text', `no tokenizer is known for ${model.id}`);
      return tally.end();
    }
    if (!model.isEncodingKnown) {
      tally.doubt('text', [0, 0], `the tokenizer of ${model.id} is assumed to be ${encoding}`);
    }
    const countText = (text: string) => this.#sources.countText(text, encoding);
    const counting = { model, tally, countText };
    if (request.kind === 'texts') this.#countTexts(request, counting);
    else this.#countConversation(request, encoding, counting);
    return tally.end();
  }

  /**
   * The fewest tokens that a conversation so far is: without the answer that is begun. Undefined
   * where nobody knows what the API adds to one.
   */
  countBeginning(request: ConversationRequest, model: CountedModel): number | undefined {
    const framing = this.#framingOf(model);
    if (framing.kind !== 'messages' || model.encoding === null) return undefined;
    return Math.max(0, this.count(request, model).total.low - framing.family.messages.priming);
  }

  /** What the cache takes of prompts for a model; undefined where that is not known. */
  cachingRule({ id }: CountedModel): CachingRule | undefined {
    return cachingOf(this.#sources.framing, id);
  }

  #countTexts({ texts, parts }: TextsRequest, counting: Counting): void {
    const { countText, tally } = counting;
    for (const text of texts) {
      const tokens = typeof text === 'string' ? countText(text) : text.tokens;
      // An empty text was billed as one token.
      tally.add('text', Math.max(1, tokens));
    }
    this.#countParts(parts, counting);
    const text = textOf(parts);
    if (text !== '') tally.add('text', countText(text));
  }

  #countConversation(request: ConversationRequest, encoding: Encoding, counting: Counting): void {
    const { model, tally, countText } = counting;
    const framing = this.#framingOf(model);
    if (framing.kind !== 'messages') {
      const reason = framing.kind === 'texts' ? `${model.id} takes no messages` : framing.reason;
      tally.unknown('messages', reason);
      return;
    }
    const memories = this.#memoriesOf(encoding);
    const countRepeated = (text: string) => memories.texts.of(text, () => countText(text));
    const countRoom = (text: string) =>
      memories.rooms.of(text, () => countText(text + BETWEEN) - countText(text));
    const { family, isSeen } = framing;
    // Named one by one: to spread objects takes longer than to count a short message.
    const conversation: Conversation = {
      request,
      model,
      family,
      isSeen,
      tally,
      countText,
      countRepeated,
      countRoom,
    };
    this.#countItems(conversation);
    this.#countDefinitions(conversation, encoding);
    for (const { reason } of request.elsewhere) tally.unknown('elsewhere', reason);
  }

  #countItems(conversation: Conversation): void {
    const { request, family, isSeen, tally } = conversation;
    const { priming, band } = family.messages;
    tally.add('messages', priming);
    for (const item of request.items) {
      if (item.kind === 'message') this.#countMessage(conversation, item);
      else if (item.kind === 'unknown') tally.unknown('elsewhere', item.reason);
    }
    callTokens(conversation, (parts) => this.#countParts(parts, conversation));
    const { note } = family.evidence.messages;
    if (band.some((tokens) => tokens !== 0)) tally.doubt('messages', band, note ?? '');
    // A message may be off by a token: less than the tokenizer, which is assumed, may change.
    if (!isSeen) tally.doubt('messages', [0, 0], inferred(conversation, 'messages'));
    if (request.reasoningMode === 'pro') {
      tally.unknown('elsewhere', 'reasoning mode pro adds instructions that nobody knows');
    }
  }

  #countMessage(conversation: Conversation, item: MessageItem): void {
    const { family, tally, request } = conversation;
    const countText = isInstruction(item) ? conversation.countRepeated : conversation.countText;
    const { each, assistant, audio, name, system } = family.messages;
    if (system === 'not-counted' && isInstruction(item)) return;
    tally.add('text', countText(textOf(item.parts)));
    tally.add('messages', each + ROLE_TOKENS);
    if (item.role === 'assistant') {
      tally.add('messages', assistant);
      if (request.format.kind === 'json-schema' && request.endpoint === 'chat_completions') {
        tally.add(
          'schema',
          family.schema.assistant + conversation.countRepeated(request.format.name),
        );
      }
    }
    if (item.name !== undefined) {
      const isAdded = name === 'added';
      tally.add('messages', isAdded ? countText(`:${item.name}`) : countText(item.name) - 1);
    }
    tally.add('messages', audio * item.parts.filter(({ kind }) => kind === 'audio').length);
    this.#countParts(item.parts, conversation);
  }

  /** All but their texts, which are counted as one. */
  #countParts(parts: readonly Part[], { model, tally, countText }: Counting): void {
    for (const part of parts) {
      if (part.kind === 'text') continue;
      if (part.kind === 'unknown') {
        tally.unknown('elsewhere', part.reason);
        continue;
      }
      const kind = MEDIA_KINDS[part.kind];
      const media = this.#sources.countMedia(part, model, countText);
      if ('reason' in media) tally.unknown(kind, media.reason);
      else tally.between(kind, media.low, media.high, media.reasons);
    }
  }

  #countDefinitions(conversation: Conversation, encoding: Encoding): void {
    const { request } = conversation;
    const written = request.tools.filter((tool) => tool.kind !== 'built-in');
    const isInChat = request.endpoint === 'chat_completions';
    if (written.length > 0) {
      this.#countTools(conversation, encoding, written);
      countToolChoice(conversation);
    }
    for (const tool of request.tools) {
      if (tool.kind !== 'built-in') continue;
      countBuiltIn(this.#sources.framing.builtInTools, tool.type, conversation);
    }
    if (request.format.kind === 'json-schema') {
      countSchema(conversation, request.format, isInChat && written.length > 0);
    }
  }

  #countTools(conversation: Conversation, encoding: Encoding, tools: readonly Definition[]): void {
    const { request, family, tally } = conversation;
    const isInChat = request.endpoint === 'chat_completions';
    const isInMessage = isInChat && family.tools.chatPlace === 'system-message';
    const { tokens, written } = this.#definitions(tools, encoding, isInMessage ? TOOLS_HEAD : '');
    if (!written.isWhole) {
      tally.unknown('tools', 'a schema that is too large once its references are written out');
      return;
    }
    const { chat, responses, band } = family.tools;
    const constant = (isInChat ? chat : responses)[
      tools[0]?.description === undefined ? 'undescribed' : 'described'
    ];
    tally.add('tools', tokens + constant + (isInMessage ? roomTokens(conversation) : 0));
    tally.doubt('tools', band, 'how functions are shown is not documented');
    const grammars = tools.filter((tool) => 'grammar' in tool && tool.grammar !== undefined);
    tally.add('tools', grammars.length * family.tools.grammar);
    for (const doubt of written.doubts) {
      tally.doubt('tools', bandOf(family, doubt), TOOL_DOUBTS[doubt]);
    }
    noteInference(conversation, 'tools');
  }

  #definitions(tools: readonly Definition[], encoding: Encoding, head: string) {
    return this.#memoriesOf(encoding).definitions.of(head + JSON.stringify(tools), () => {
      const written = toolText(tools);
      return { written, tokens: this.#sources.countText(head + written.text, encoding) };
    });
  }

  #framingOf({ id }: CountedModel): Framing {
    const framing = this.#framings.get(id) ?? framingOf(this.#sources.framing, id);
    this.#framings.set(id, framing);
    return framing;
  }

  #memoriesOf(encoding: Encoding): Memories {
    let memories = this.#memories.get(encoding);
    if (!memories) {
      memories = { texts: new Memory(), rooms: new Memory(), definitions: new Memory() };
      this.#memories.set(encoding, memories);
    }
    return memories;
  }
}

const MEDIA_KINDS = { image: 'images', audio: 'audio', file: 'files' } as const;

/**
 * The tokens of making room for what chat completions add: in the first system message, or in one
 * of its own.
 */
function roomTokens({ request, family, countRoom }: Conversation): number {
  const first = request.items.find(
    (item): item is MessageItem => item.kind === 'message' && isInstruction(item),
  );
  return first ? countRoom(textOf(first.parts)) : family.messages.each + ROLE_TOKENS;
}

function bandOf({ tools }: Family, doubt: ToolDoubt): Band {
  return doubt === 'grammar' ? tools.grammarBand : [0, 0];
}

function countToolChoice({ request, family, countRepeated, tally }: Conversation): void {
  const { toolChoice, parallelToolCalls } = request;
  if (toolChoice.kind === 'named') {
    if (family.tools.named !== null) {
      tally.add('tools', countRepeated(`.${toolChoice.name}`) + family.tools.named);
    }
  } else if (parallelToolCalls === false) {
    const { notParallel } = family.tools;
    tally.add('tools', notParallel);
    tally.doubt('tools', [-notParallel, 0], 'few records show what parallel_tool_calls adds');
  }
}

function countBuiltIn(
  known: readonly BuiltInToolTokens[],
  type: string,
  { family, model, tally }: Conversation,
): void {
  const found = known.find(
    ({ types, family: id, models }) =>
      types.includes(type) && id === family.id && (models?.includes(model.id) ?? true),
  );
  if (!found) tally.unknown('tools', `no record shows what ${type} adds`);
  else if ('tokens' in found) {
    tally.add('tools', found.tokens);
    const times = counted(found.records, 'record');
    tally.doubt('tools', [0, 0], `${type} added ${count(found.tokens)} tokens in ${times}`);
  } else if ('least' in found) {
    tally.add('tools', found.least);
    tally.unknown('tools', `${type}: ${found.reason}`);
  } else {
    const [least, most] = found.seen;
    const range = least === most ? count(least) : `${count(least)} to ${count(most)}`;
    const times = counted(found.records, 'record');
    tally.unknown('tools', `${type} added ${range} tokens in ${times}, its results included`);
  }
}

function countSchema(
  conversation: Conversation,
  format: Extract<ResponseFormat, { kind: 'json-schema' }>,
  isAfterTools: boolean,
): void {
  const { request, family, countRepeated, tally } = conversation;
  const { text, longest } = schemaText(format.name, format.description, format.schema);
  const tokens = countRepeated(text);
  const { responses, chatWithTools, chat, band } = family.schema;
  tally.add('schema', tokens);
  if (request.endpoint === 'responses') tally.add('schema', responses);
  else if (isAfterTools) tally.add('schema', chatWithTools);
  else tally.add('schema', chat + countRepeated(format.name) + roomTokens(conversation));
  tally.doubt('schema', band, 'how schemas are shown is not documented');
  if (longest !== text) {
    const more = Math.max(0, countRepeated(longest) - tokens);
    tally.doubt(
      'schema',
      [0, more],
      'no record shows whether the model sees pattern, format and lengths',
    );
  }
  noteInference(conversation, 'schema');
}

function noteInference(conversation: Conversation, part: 'tools' | 'schema'): void {
  const { family, isSeen, tally } = conversation;
  if (isSeen && family.evidence[part].basis === 'api') return;
  tally.doubt(part, [0, 0], inferred(conversation, part));
}

function inferred({ model }: Conversation, part: EvidencePart): string {
  return `no count that the API reported shows the ${part} of ${model.id}; counted as related models do`;
}
