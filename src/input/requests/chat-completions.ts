import {
  type CallsItem,
  type ConversationRequest,
  type Item,
  ROLES,
  type Role,
  type ToolCall,
  type ToolDefinition,
} from '../../core/request/request.ts';
import { isObject, JsonFields } from '../usage/json-fields.ts';
import { answersIn, listAt } from './common.ts';
import { readFormat, readFunction, readTool, readToolChoice, useIsBilled } from './definitions.ts';
import type { RequestFormat } from './format.ts';
import { objectAt, readContent } from './parts.ts';

export const CHAT_COMPLETIONS: RequestFormat = {
  endpoint: 'chat_completions',
  title: 'a chat completions request ("messages"), or the list of its messages',
  matches: (fields) => fields.has('messages'),
  read(fields, source): ConversationRequest {
    const items = listAt(fields, 'messages').flatMap((message, index) =>
      readMessage(message, `messages[${index}]`),
    );
    if (items.length === 0) throw fields.bad('messages', 'is empty; a request needs a message');
    return {
      kind: 'conversation',
      endpoint: 'chat_completions',
      source,
      model: fields.text('model'),
      items,
      tools: readTools(fields),
      toolChoice: readToolChoice(
        fields,
        fields.has('tool_choice') ? 'tool_choice' : 'function_call',
      ),
      parallelToolCalls: fields.flag('parallel_tool_calls'),
      format: readFormat(fields.object('response_format')),
      reasoningEffort: fields.text('reasoning_effort'),
      reasoningMode: undefined,
      elsewhere: [],
      besides: readBesides(fields),
      cacheKey: fields.text('prompt_cache_key'),
      serviceTier: fields.text('service_tier'),
      maxOutputTokens: fields.count('max_completion_tokens') ?? fields.count('max_tokens'),
      answers: answersIn(fields, 'n'),
    };
  },
};

function readBesides(fields: JsonFields): string[] {
  const besides: string[] = [];
  if (fields.list('modalities')?.includes('audio') || fields.has('audio')) {
    besides.push('the answer is spoken: its audio is billed at rates of its own');
  }
  if (fields.value('prediction') !== undefined) {
    besides.push('what is rejected of the prediction is billed as output');
  }
  if (fields.value('web_search_options') !== undefined) besides.push(useIsBilled('web search'));
  return besides;
}

/** What the `tools` of today were called in 2023: `functions`. */
function readTools(fields: JsonFields): ToolDefinition[] {
  const tools = fields.list('tools') ?? [];
  const functions = fields.list('functions') ?? [];
  return [
    ...tools.map((tool, index) => readTool(tool, `tools[${index}]`)),
    ...functions.map((each, index) =>
      readFunction(new JsonFields(objectAt(each, `functions[${index}]`), `functions[${index}]`)),
    ),
  ];
}

function readMessage(value: unknown, path: string): Item[] {
  const fields = new JsonFields(objectAt(value, path), path);
  const role = fields.text('role');
  const parts = readContent(fields.value('content'), `${path}.content`);
  const last = parts.at(-1);
  if (last && fields.value('prompt_cache_breakpoint') !== undefined) {
    parts[parts.length - 1] = { ...last, endsCache: true };
  }
  if (role === 'tool' || role === 'function') {
    return [
      { kind: 'result', callId: fields.text('tool_call_id'), name: fields.text('name'), parts },
    ];
  }
  const known = ROLES.find((each) => each === role);
  if (!known) {
    throw fields.bad(
      'role',
      role ? `is ${role}; use ${ROLES_TAKEN}` : `is missing; use ${ROLES_TAKEN}`,
    );
  }
  if (known === 'assistant') return readAnswer(fields, path, parts);
  if (fields.value('content') === undefined) throw fields.bad('content', 'is missing');
  return [{ kind: 'message', role: known, name: fields.text('name'), parts }];
}

const ROLES_TAKEN = [...ROLES, 'tool', 'function' satisfies string]
  .join(', ')
  .replace(/, ([^,]*)$/, ' or $1');

/** A message of the assistant is what it said, what it called, or both. */
function readAnswer(
  fields: JsonFields,
  path: string,
  content: Extract<Item, { kind: 'message' }>['parts'],
): Item[] {
  const refusal = fields.text('refusal');
  const parts = refusal ? [...content, { kind: 'text' as const, text: refusal }] : content;
  const calls = readCalls(fields, path);
  const role: Role = 'assistant';
  const said: Item = { kind: 'message', role, name: fields.text('name'), parts };
  const isSilent = parts.every((part) => part.kind === 'text' && part.text === '');
  const items: Item[] = calls.calls.length > 0 && isSilent ? [calls] : [said];
  if (calls.calls.length > 0 && !isSilent) items.push(calls);
  if (isObject(fields.value('audio'))) {
    items.push({ kind: 'unknown', reason: `${path}.audio is an answer that OpenAI keeps` });
  }
  return items;
}

function readCalls(fields: JsonFields, path: string): CallsItem {
  const calls = (fields.list('tool_calls') ?? []).map((value, index) => {
    const place = `${path}.tool_calls[${index}]`;
    const outer = new JsonFields(objectAt(value, place), place);
    const inner = outer.object('function') ?? outer.object('custom');
    if (!inner) throw outer.bad('function', 'is missing');
    return readCall(inner, outer.text('id'));
  });
  const single = fields.object('function_call');
  return { kind: 'calls', calls: single ? [...calls, readCall(single, undefined)] : calls };
}

function readCall(fields: JsonFields, id: string | undefined): ToolCall {
  const name = fields.text('name');
  if (name === undefined) throw fields.bad('name', 'is missing');
  const text = fields.text('arguments') ?? fields.text('input') ?? '';
  return { id, name, arguments: text, isStored: false };
}
