/**
 * How far requests begin alike. Of each group of requests only what all of them have in common is
 * kept, so it does not grow with their number; whatever is given up for that makes the common
 * beginning shorter, never longer.
 */

import {
  type ConversationRequest,
  type Item,
  isInstruction,
  type MessageItem,
  type Part,
  textOf,
} from '../request/request.ts';
import type { Source } from '../source.ts';
import type { ServiceTier } from '../usage.ts';
import { commonStart, settledLength } from './common-text.ts';

/** What requests must have in common besides themselves. */
export interface SentTo {
  /** As the requests name it; undefined where it does not matter what they name. */
  readonly model: string | undefined;
  readonly tier: ServiceTier;
}

/** Requests of one group, and what they begin with. */
export interface SharedPrefix {
  readonly to: SentTo;
  readonly first: Source;
  readonly requests: number;
  /** What is the same in all of them: the first of them, up to where they differ. */
  readonly beginning: Beginning;
  /** Up to the last mark for the cache that all of them have; undefined where there is none. */
  readonly marked: Beginning | undefined;
  /** Whether one of them is no longer than that, so that the end of it is where the cache is written. */
  readonly isWhole: boolean;
}

export interface Beginning {
  readonly request: ConversationRequest;
  /** Whether the last message of it is only the beginning of one. */
  readonly endsInside: boolean;
}

interface Group {
  readonly to: SentTo;
  readonly first: Source;
  readonly request: ConversationRequest;
  /** How many of its items are instructions. */
  readonly instructions: number;
  items: readonly Item[];
  endsInside: boolean;
  isWhole: boolean;
  requests: number;
  /** Code units that are kept, roughly. */
  size: number;
}

/** Groups that are kept; of those with a single request the oldest goes first. */
const MOST_GROUPS = 1_000;
/** The same once it is clear that requests begin alike next to each other, or hardly ever. */
const FEWER_GROUPS = 50;
/** Requests after which that is clear, and the share that has to have found its group. */
const TRIED = 5_000;
const FOUND_SHARE = 0.05;
/** Code units of all texts that are kept together. */
const MOST_KEPT = 32_000_000;
/**
 * Requests that differ earlier have nothing to save: the cache begins at 1,024 tokens, and no
 * character is more than four.
 */
const HEAD_LENGTH = 256;

export class SharedPrefixes {
  readonly #keyOf: (text: string) => string;
  readonly #groups = new Map<string, Group>();
  #kept = 0;
  #tried = 0;
  #found = 0;

  /** @param keyOf what stands for a text that may be long */
  constructor(keyOf: (text: string) => string) {
    this.#keyOf = keyOf;
  }

  /** @param definitions of `definitionsOf` */
  add(request: ConversationRequest, to: SentTo, source: Source, definitions: string): void {
    const key = this.#keyOf(`${definitions}\n${headOf(request)}`);
    const group = this.#groups.get(key);
    this.#tried++;
    if (group) {
      this.#found++;
      this.#narrow(group, request);
    } else this.#begin(key, request, to, source);
  }

  /** Groups of two requests and more to a model, those with the most requests first. */
  list(model: SentTo['model']): SharedPrefix[] {
    const groups = [...this.#groups.values()].filter(
      ({ to, requests }) => to.model === model && requests > 1,
    );
    return groups.sort((a, b) => b.requests - a.requests).map(sharedIn);
  }

  #begin(key: string, request: ConversationRequest, to: SentTo, source: Source): void {
    const size = sizeOf(request.items);
    this.#makeRoom(size);
    if (this.#kept + size > MOST_KEPT || this.#groups.size >= MOST_GROUPS) return;
    const { items } = request;
    this.#groups.set(key, {
      ...{ to, first: source, request: { ...request, items: [] }, items },
      instructions: instructionsIn(items),
      ...{ endsInside: false, isWhole: true, requests: 1, size },
    });
    this.#kept += size;
  }

  #makeRoom(size: number): void {
    const isRare = this.#tried > TRIED && this.#found < this.#tried * FOUND_SHARE;
    const most = isRare ? FEWER_GROUPS : MOST_GROUPS;
    for (const [key, group] of this.#groups) {
      if (this.#kept + size <= MOST_KEPT && this.#groups.size < most) return;
      if (group.requests > 1) continue;
      this.#groups.delete(key);
      this.#kept -= group.size;
    }
  }

  #narrow(group: Group, { items }: ConversationRequest): void {
    group.requests++;
    const before = group.items;
    let at = 0;
    // The last item may be a beginning: no other is the same as that.
    const whole = before.length - (group.endsInside ? 1 : 0);
    while (at < whole && at < items.length && isSame(before[at], items[at])) at++;
    if (at === before.length) {
      if (at === items.length) group.isWhole = true;
      return;
    }
    const start = commonItem(before[at], items[at]);
    if (group.endsInside && at === whole && start && isSame(start, before[at])) return;
    group.items = start ? [...before.slice(0, at), start] : before.slice(0, at);
    group.endsInside = start !== undefined;
    group.isWhole = at === items.length;
    const size = sizeOf(group.items);
    this.#kept += size - group.size;
    group.size = size;
  }
}

/** What must be equal besides the conversation: it comes before it, or changes what does. */
export function definitionsOf(request: ConversationRequest, { model, tier }: SentTo): string {
  const { endpoint, tools, toolChoice, parallelToolCalls, format, cacheKey } = request;
  const { reasoningEffort, reasoningMode } = request;
  const asked = JSON.stringify([model, tier, cacheKey, reasoningEffort, reasoningMode]);
  const counts = `${endpoint} ${parallelToolCalls} ${instructionsIn(request.items)}`;
  // Most requests have no tools, and there may be millions of them.
  const isPlain = tools.length === 0 && format.kind === 'text' && toolChoice.kind === 'auto';
  const defined = isPlain ? '' : JSON.stringify([tools, toolChoice, format]);
  return `${asked}\n${counts}\n${defined}`;
}

/** How many messages of instructions a conversation begins with; tools come after them. */
export function instructionsIn(items: readonly Item[]): number {
  const end = items.findIndex((item) => item.kind !== 'message' || !isInstruction(item));
  return end < 0 ? items.length : end;
}

/** Its first characters; where tools follow the instructions, none from after them. */
function headOf({ items, tools, format }: ConversationRequest): string {
  const isDefined = tools.length > 0 || format.kind === 'json-schema';
  const end = isDefined ? instructionsIn(items) : items.length;
  let head = '';
  for (const item of items.slice(0, end)) {
    if (head.length >= HEAD_LENGTH) break;
    if (item.kind === 'message') head += `${item.role}\n${textOf(item.parts)}\n`;
    else break;
  }
  return head.slice(0, HEAD_LENGTH);
}

function sharedIn(group: Group): SharedPrefix {
  const { to, first, requests, items, isWhole } = group;
  const beginning = group.endsInside ? settled(items) : { items, endsInside: false };
  const end = items.findLastIndex((item) => lastMark(item) >= 0);
  return {
    ...{ to, first, requests, isWhole },
    beginning: cutAfter(group, beginning),
    marked: end < 0 ? undefined : cutAfter(group, upToMark(items.slice(0, end + 1), group)),
  };
}

interface Cut {
  readonly items: readonly Item[];
  readonly endsInside: boolean;
}

/** The last message only as far as no continuation of it changes its tokens. */
function settled(items: readonly Item[]): Cut {
  const last = items.at(-1);
  const whole = { items: items.slice(0, -1), endsInside: false };
  if (last?.kind !== 'message') return whole;
  if (!last.parts.every(({ kind }) => kind === 'text')) {
    const media = last.parts.findLastIndex(({ kind }) => kind !== 'text');
    return inside(whole.items, last, last.parts.slice(0, media + 1));
  }
  // Several texts of a message are one to the API.
  const text = textOf(last.parts);
  const length = settledLength(text);
  if (length === 0) return whole;
  return inside(whole.items, last, [{ kind: 'text', text: text.slice(0, length) }]);
}

function inside(before: readonly Item[], message: MessageItem, parts: readonly Part[]): Cut {
  return { items: [...before, { ...message, parts }], endsInside: true };
}

/** @param items the last of which is a message with a mark */
function upToMark(items: readonly Item[], group: Group): Cut {
  const last = items.at(-1);
  if (last?.kind !== 'message') return { items, endsInside: false };
  const parts = last.parts.slice(0, lastMark(last) + 1);
  const isLast = items.length === group.items.length;
  const isWhole = parts.length === last.parts.length && !(isLast && group.endsInside);
  const cut = inside(items.slice(0, -1), last, parts);
  return isWhole ? { ...cut, endsInside: false } : settled(cut.items);
}

/** Tools and formats come after the instructions: they are shared only where all of those are. */
function cutAfter({ request, instructions }: Group, { items, endsInside }: Cut): Beginning {
  const whole = items.length - (endsInside ? 1 : 0);
  if (whole >= instructions) return { request: { ...request, items }, endsInside };
  const bare = { tools: [], toolChoice: { kind: 'auto' }, format: { kind: 'text' } } as const;
  return { request: { ...request, ...bare, items }, endsInside };
}

/** The index of the last part up to which the cache is to be written; -1 where there is none. */
function lastMark(item: Item): number {
  return item.kind === 'message' ? item.parts.findLastIndex(({ endsCache }) => endsCache) : -1;
}

function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const keys = Object.keys(a) as (keyof typeof a)[];
  if (Array.isArray(a) !== Array.isArray(b) || keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => isSame(a[key], b[key]));
}

/** What two items begin with alike; undefined where that is no text. */
function commonItem(a: Item | undefined, b: Item | undefined): MessageItem | undefined {
  if (a?.kind !== 'message' || b?.kind !== 'message') return undefined;
  if (a.role !== b.role || a.name !== b.name) return undefined;
  const parts: Part[] = [];
  for (const [index, part] of a.parts.entries()) {
    const other = b.parts[index];
    if (isSame(part, other)) {
      parts.push(part);
      continue;
    }
    if (part.kind === 'text' && other?.kind === 'text') {
      const length = commonStart(part.text, other.text);
      if (length > 0) parts.push({ kind: 'text', text: part.text.slice(0, length) });
    }
    break;
  }
  return parts.length === 0 ? undefined : { ...a, parts };
}

/** The longest strings in it, in code units. */
function sizeOf(items: readonly Item[]): number {
  let size = 0;
  for (const item of items) {
    size += ITEM_SIZE;
    if (item.kind === 'calls') for (const call of item.calls) size += call.arguments.length;
    if (!('parts' in item)) continue;
    for (const part of item.parts) {
      if (part.kind === 'text') size += part.text.length;
      else if ('data' in part) size += part.data?.length ?? 0;
    }
  }
  return size;
}

/** Of an item without its texts. */
const ITEM_SIZE = 100;
