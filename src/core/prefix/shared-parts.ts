/**
 * What stays the same in requests after the first thing that differs: were that put last, the
 * requests would begin alike for longer.
 */

import { type ConversationRequest, isInstruction, type Role, textOf } from '../request/request.ts';
import type { Source } from '../source.ts';
import { commonEnd, commonStart } from './common-text.ts';
import { instructionsIn, type SentTo } from './shared-prefix.ts';

/** Requests that differ in the same place. */
export interface SharedParts {
  readonly to: SentTo;
  readonly first: Source;
  readonly requests: number;
  /** Where they begin to differ, such as `the system message`. */
  readonly differsIn: string;
  /** All that is the same in them, as if what differs came after it. */
  readonly constant: ConversationRequest;
}

interface Position {
  readonly role: Role;
  /** What its texts begin and end with, and the length of the shortest; the same if it is alike in all. */
  start: string;
  end: string;
  shortest: number;
  isAlike: boolean;
}

interface Group {
  readonly to: SentTo;
  readonly first: Source;
  readonly request: ConversationRequest;
  readonly instructions: number;
  readonly positions: Position[];
  requests: number;
}

/** What varies later than that is late enough. */
const MOST_POSITIONS = 6;
const MOST_GROUPS = 200;
/** Code units of a message of which start and end are kept. */
const LONGEST_TEXT = 1_000_000;

export class VaryingParts {
  readonly #keyOf: (text: string) => string;
  readonly #groups = new Map<string, Group>();

  constructor(keyOf: (text: string) => string) {
    this.#keyOf = keyOf;
  }

  /** @param definitions of `definitionsOf` */
  add(request: ConversationRequest, to: SentTo, source: Source, definitions: string): void {
    const key = this.#keyOf(definitions);
    const group = this.#groups.get(key);
    if (group) narrow(group, request);
    else if (this.#groups.size < MOST_GROUPS) {
      this.#groups.set(key, {
        to,
        first: source,
        request: { ...request, items: [] },
        instructions: instructionsIn(request.items),
        positions: positionsOf(request),
        requests: 1,
      });
    }
  }

  list(model: SentTo['model']): SharedParts[] {
    const groups = [...this.#groups.values()].filter(({ to }) => to.model === model);
    return groups.flatMap((group) => sharedIn(group) ?? []);
  }
}

function positionsOf({ items }: ConversationRequest): Position[] {
  const positions: Position[] = [];
  for (const item of items.slice(0, MOST_POSITIONS)) {
    const text = plainText(item);
    if (item.kind !== 'message' || text === undefined || text.length > LONGEST_TEXT) break;
    const { role } = item;
    positions.push({ role, start: text, end: text, shortest: text.length, isAlike: true });
  }
  return positions;
}

/** Undefined for what is more than text. */
function plainText(item: ConversationRequest['items'][number] | undefined): string | undefined {
  if (item?.kind !== 'message' || item.name !== undefined) return undefined;
  return item.parts.every(({ kind }) => kind === 'text') ? textOf(item.parts) : undefined;
}

function narrow(group: Group, { items }: ConversationRequest): void {
  group.requests++;
  for (const [index, position] of group.positions.entries()) {
    const item = items[index];
    const text = plainText(item);
    if (item?.kind !== 'message' || item.role !== position.role || text === undefined) {
      group.positions.length = index;
      return;
    }
    if (position.isAlike && text === position.start) continue;
    position.isAlike = false;
    position.shortest = Math.min(position.shortest, text.length);
    position.start = position.start.slice(0, commonStart(position.start, text));
    position.end = position.end.slice(position.end.length - commonEnd(position.end, text));
  }
}

function sharedIn(group: Group): SharedParts | undefined {
  const { to, first, requests, request, positions, instructions } = group;
  const index = positions.findIndex(({ isAlike }) => !isAlike);
  const varying = positions[index];
  if (!varying) return undefined;
  const { role, start, end, shortest } = varying;
  // In the shortest text, start and end may overlap.
  const rest = end.slice(Math.max(0, start.length + end.length - shortest));
  const later = positions.slice(index + 1).filter(({ isAlike }) => isAlike);
  const areToolsLater = index < instructions && request.tools.length > 0;
  if (rest === '' && later.length === 0 && !areToolsLater) return undefined;
  const messages = [...positions.slice(0, index), { role, start: start + rest }, ...later].map(
    (each) => ({
      kind: 'message' as const,
      role: each.role,
      name: undefined,
      parts: [{ kind: 'text' as const, text: each.start }],
    }),
  );
  return {
    ...{ to, first, requests },
    differsIn: nameOf(role, index),
    constant: { ...request, items: messages },
  };
}

function nameOf(role: Role, index: number): string {
  const isAtStart = index === 0 && isInstruction({ role });
  return isAtStart ? `the ${role} message` : `message ${index + 1} (${role})`;
}
