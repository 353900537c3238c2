import {
  type ConversationRequest,
  type Elsewhere,
  type Item,
  ROLES,
  type ToolCall,
} from '../../core/request/request.ts';
import { isObject, JsonFields } from '../usage/json-fields.ts';
import { readFormat, readTool, readToolChoice, usesBilled } from './definitions.ts';
import type { RequestFormat } from './format.ts';
import { objectAt, readContent } from './parts.ts';

/** Only a request to Responses has one of these. */
const OWN_FIELDS = [
  'instructions',
  'previous_response_id',
  'conversation',
  'max_output_tokens',
  'text',
  'reasoning',
  'store',
  'include',
  'truncation',
] as const;

export const RESPONSES: RequestFormat = {
  endpoint: 'responses',
  title: 'a Responses request ("input", "instructions" or a stored "prompt")',
  matches: (fields) =>
    OWN_FIELDS.some((key) => fields.has(key)) ||
    isObject(fields.value('prompt')) ||
    // A request for speech has an input as well.
    (!fields.has('voice') && isConversation(fields.value('input'))),
  read(fields, source): ConversationRequest {
    const reasoning = fields.object('reasoning');
    const items = [...readInstructions(fields), ...readInput(fields)];
    const elsewhere = readElsewhere(fields);
    const tools = (fields.list('tools') ?? []).map((tool, index) =>
      readTool(tool, `tools[${index}]`),
    );
    if (items.length === 0 && elsewhere.length === 0) throw fields.bad('input', 'is missing');
    return {
      kind: 'conversation',
      endpoint: 'responses',
      source,
      model: fields.text('model'),
      items,
      tools,
      toolChoice: readToolChoice(fields, 'tool_choice'),
      parallelToolCalls: fields.flag('parallel_tool_calls'),
      format: readFormat(fields.object('text')?.object('format')),
      reasoningEffort: reasoning?.text('effort'),
      reasoningMode: reasoning?.text('mode'),
      elsewhere,
      besides: usesBilled(tools),
      cacheKey: fields.text('prompt_cache_key'),
      serviceTier: fields.text('service_tier'),
      maxOutputTokens: fields.count('max_output_tokens'),
      answers: 1,
    };
  },
};

/** Items and messages, not texts or tokens. */
function isConversation(input: unknown): boolean {
  if (typeof input === 'string') return true;
  return Array.isArray(input) && input.some((item) => isObject(item) && isItem(item));
}

function isItem(item: Readonly<Record<string, unknown>>): boolean {
  return Object.hasOwn(item, 'role') || ITEMS.has(String(item.type));
}

function readElsewhere(fields: JsonFields): Elsewhere[] {
  const found: Elsewhere[] = [];
  const note = (key: string, what: string) => {
    if (fields.value(key) !== undefined) found.push({ reason: `${key}: ${what}` });
  };
  note('previous_response_id', 'the turns before are billed again, and only OpenAI has them');
  note('conversation', 'its items are billed, and only OpenAI has them');
  note('prompt', 'a stored prompt, which only OpenAI has');
  return found;
}

function readInstructions(fields: JsonFields): Item[] {
  const instructions = fields.value('instructions');
  if (Array.isArray(instructions)) return readItems(instructions, 'instructions');
  const text = fields.text('instructions');
  if (text === undefined) return [];
  return [{ kind: 'message', role: 'system', name: undefined, parts: [{ kind: 'text', text }] }];
}

function readInput(fields: JsonFields): Item[] {
  const input = fields.value('input');
  if (typeof input !== 'string') return readItems(fields.list('input') ?? [], 'input');
  const parts = [{ kind: 'text' as const, text: input }];
  return [{ kind: 'message', role: 'user', name: undefined, parts }];
}

/** Calls that follow each other were made together. */
function readItems(values: readonly unknown[], key: string): Item[] {
  const items: Item[] = [];
  for (const [index, value] of values.entries()) {
    const item = readItem(value, `${key}[${index}]`);
    const last = items.at(-1);
    if (item.kind === 'calls' && last?.kind === 'calls') {
      items[items.length - 1] = { kind: 'calls', calls: [...last.calls, ...item.calls] };
    } else items.push(item);
  }
  return items;
}

function readItem(value: unknown, path: string): Item {
  const fields = new JsonFields(objectAt(value, path), path);
  const type = fields.text('type') ?? 'message';
  const read = ITEMS.get(type);
  if (read) return read(fields, path);
  return { kind: 'unknown', reason: `${path} is of type ${type}, whose tokens nobody can tell` };
}

type ReadItem = (fields: JsonFields, path: string) => Item;

const ITEMS: ReadonlyMap<string, ReadItem> = new Map<string, ReadItem>([
  ['message', readMessage],
  ['function_call', (fields) => ({ kind: 'calls', calls: [readCall(fields, 'arguments')] })],
  ['custom_tool_call', (fields) => ({ kind: 'calls', calls: [readCall(fields, 'input')] })],
  ['function_call_output', readResult],
  ['custom_tool_call_output', readResult],
  ['reasoning', () => ({ kind: 'reasoning' })],
]);

function readMessage(fields: JsonFields, path: string): Item {
  const given = fields.text('role');
  const role = ROLES.find((each) => each === given);
  if (!role) {
    const roles = 'use system, developer, user or assistant';
    throw fields.bad('role', given ? `is ${given}; ${roles}` : `is missing; ${roles}`);
  }
  const content = fields.value('content');
  if (content === undefined) throw fields.bad('content', 'is missing');
  const parts = readContent(content, `${path}.content`);
  return { kind: 'message', role, name: undefined, parts };
}

function readCall(fields: JsonFields, key: 'arguments' | 'input'): ToolCall {
  const name = fields.text('name');
  if (name === undefined) throw fields.bad('name', 'is missing');
  return {
    id: fields.text('call_id'),
    name,
    arguments: fields.text(key) ?? '',
    isStored: fields.text('id') !== undefined,
  };
}

function readResult(fields: JsonFields, path: string): Item {
  const parts = readContent(fields.value('output'), `${path}.output`);
  return { kind: 'result', callId: fields.text('call_id'), name: undefined, parts };
}
