/** Calls of functions in the history of a conversation, and their results. */

import { escapeNonAscii } from '../json.ts';
import type { CountedModel, Family } from './framing.ts';
import {
  type CallsItem,
  type ConversationRequest,
  type Part,
  type ResultItem,
  type ToolCall,
  textOf,
} from './request.ts';
import type { Tally } from './tally.ts';

/** A request on its way to being counted. */
export interface Counting {
  readonly model: CountedModel;
  readonly tally: Tally;
  countText(text: string): number;
}

export interface Conversation extends Counting {
  readonly request: ConversationRequest;
  readonly family: Family;
  readonly isSeen: boolean;
  /** The same, for what is likely to come again in the next request. */
  countRepeated(text: string): number;
  /** What it takes to add something to a message with this text. */
  countRoom(text: string): number;
}

/** Of a pair, so much is the result's; only the sum of both has been seen. */
const RESULT_TOKENS = 4;

export function callTokens(
  conversation: Conversation,
  countParts: (parts: readonly Part[]) => void,
): void {
  const { request } = conversation;
  if (request.items.every(({ kind }) => kind === 'message')) return;
  const results = resultsById(request);
  const names = new Map<string, string>();
  const counted = new Set<ResultItem>();
  for (const item of request.items) {
    if (item.kind !== 'calls') continue;
    const ids = item.calls.flatMap(({ id, name }) => {
      if (id !== undefined) names.set(id, name);
      return id ?? [];
    });
    if (item.calls.length > 1 && request.endpoint === 'chat_completions') {
      const ofAll = ids.flatMap((id) => results.get(id) ?? []);
      for (const result of ofAll) counted.add(result);
      countTogether(conversation, item, ofAll);
    } else for (const call of item.calls) countCall(conversation, call, item.calls.length > 1);
  }
  for (const item of request.items) {
    if (item.kind !== 'result') continue;
    countParts(item.parts);
    if (counted.has(item)) continue;
    countResult(conversation, item, names.get(item.callId ?? '') ?? item.name ?? '');
  }
  countReasoning(conversation);
}

function resultsById({ items }: ConversationRequest): ReadonlyMap<string, ResultItem> {
  return new Map(
    items.flatMap((item) =>
      item.kind === 'result' && item.callId !== undefined ? [[item.callId, item]] : [],
    ),
  );
}

function countCall(
  { request, family, countText, countRepeated, tally }: Conversation,
  call: ToolCall,
  isOneOfSeveral: boolean,
): void {
  const { calls } = family;
  if (request.endpoint === 'chat_completions') addCall(calls.chat, compact(call.arguments));
  else if (isOneOfSeveral) {
    addCall(calls.sent, call.arguments);
    const above = calls.stored - calls.sent;
    tally.doubt('calls', [0, above], 'few records show calls that were made together');
  } else if (call.isStored) {
    addCall(calls.stored, compact(call.arguments));
    tally.doubt('calls', calls.storedBand, 'identical requests were billed differently');
  } else addCall(calls.sent, call.arguments);

  function addCall(pair: number, text: string): void {
    tally.add('calls', pair - RESULT_TOKENS + countRepeated(call.name) + countText(text));
  }
}

function countResult(
  { countText, countRepeated, tally }: Conversation,
  { parts }: ResultItem,
  name: string,
): void {
  tally.add('calls', RESULT_TOKENS + countRepeated(`.${name}`) + countText(textOf(parts)));
}

/** Calls that are made together are one call of a function that makes them, with one result. */
function countTogether(
  { family, countText, tally }: Conversation,
  { calls }: CallsItem,
  results: readonly ResultItem[],
): void {
  const uses = calls.map(({ name, arguments: text }) => {
    const recipient = JSON.stringify(`functions.${name}`);
    return `{"recipient_name":${recipient},"parameters":${compact(text)}}`;
  });
  tally.add('calls', family.calls.together + countText(`{"tool_uses":[${uses.join(',')}]}`));
  if (results.length > 0) {
    const list = `[${results.map(({ parts }) => JSON.stringify(textOf(parts))).join(', ')}]`;
    const tokens = countText(list);
    const escaped = escapeNonAscii(list);
    tally.add('calls', tokens);
    if (escaped !== list) {
      const more = countText(escaped) - tokens;
      tally.doubt(
        'calls',
        [0, more],
        'until early 2026 results of calls made together were billed in ASCII',
      );
    }
  }
  tally.doubt('calls', family.calls.togetherBand, 'few records show calls that were made together');
}

/** Reasoning is billed again while its turn goes on; what comes of it later depends on the model. */
function countReasoning({ request, family, tally }: Conversation): void {
  const isUser = (item: ConversationRequest['items'][number]) =>
    item.kind === 'message' && item.role === 'user';
  const lastUser = request.items.findLastIndex(isUser);
  for (const [index, item] of request.items.entries()) {
    if (item.kind !== 'reasoning') continue;
    if (index < lastUser && family.reasoning.isKept === 'within-turn') {
      tally.doubt('elsewhere', [0, 0], 'reasoning of earlier turns is not billed again');
    } else tally.unknown('elsewhere', 'reasoning that is sent back is billed, and is encrypted');
  }
}

const STRING_OR_SPACE = /("[^"\\]*(?:\\.[^"\\]*)*")|\s+/g;

/** JSON without space between its parts, numbers as they are; what is no JSON stays as it is. */
function compact(text: string): string {
  try {
    JSON.parse(text);
    return text.replace(STRING_OR_SPACE, '$1');
  } catch {
    return text;
  }
}
