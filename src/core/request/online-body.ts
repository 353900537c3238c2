/** What is asked of OpenAI to have a request counted: `POST /v1/responses/input_tokens`. */
import { isJsonObject, type JsonObject, type JsonValue, own } from '../json.ts';
import type { RequestEndpoint } from './request.ts';

/** What is sent, as it was read. */
export type SentContent =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'request'; readonly endpoint: RequestEndpoint; readonly body: JsonValue };

export type OnlineBody =
  | { readonly body: JsonObject; readonly reason?: undefined }
  /** Why OpenAI cannot be asked. */
  | { readonly body?: undefined; readonly reason: string };

/** The fields of a Responses request that the count depends on, and that the endpoint takes. */
const COUNTED_FIELDS = [
  'conversation',
  'input',
  'instructions',
  'parallel_tool_calls',
  'previous_response_id',
  'reasoning',
  'text',
  'tool_choice',
  'tools',
  'truncation',
] as const;

export function onlineBody(content: SentContent, model: string): OnlineBody {
  if (content.kind === 'text') return { body: { model, input: content.text } };
  const { endpoint, body } = content;
  const request = Array.isArray(body) ? { messages: body } : body;
  if (!isJsonObject(request)) return { reason: 'it is no object' };
  if (endpoint === 'responses') {
    if ((own(request, 'prompt') ?? null) !== null) {
      return { reason: 'OpenAI counts no stored prompt beforehand' };
    }
    return { body: { model, ...picked(request) } };
  }
  if (endpoint === 'chat_completions') return fromChat(request, model);
  return { reason: `OpenAI counts only Responses beforehand, and no ${endpoint}` };
}

function picked(request: JsonObject): JsonObject {
  return Object.fromEntries(
    COUNTED_FIELDS.flatMap((key) => {
      const value = own(request, key);
      return value === undefined ? [] : [[key, value] as const];
    }),
  );
}

/** Billed otherwise in chat completions than in Responses. */
const OTHERWISE = ['tools', 'functions', 'tool_choice', 'function_call', 'audio'] as const;

/** Messages of text and images come to the same in both endpoints; other things do not. */
function fromChat(request: JsonObject, model: string): OnlineBody {
  const differing = OTHERWISE.find((key) => (own(request, key) ?? null) !== null);
  if (differing) return { reason: otherwise(differing) };
  const format = own(request, 'response_format');
  if (isJsonObject(format) && own(format, 'type') === 'json_schema') {
    return { reason: otherwise('response_format') };
  }
  const messages = own(request, 'messages');
  const input: JsonObject[] = [];
  for (const message of Array.isArray(messages) ? messages : []) {
    const item = messageItem(message);
    if (typeof item === 'string') return { reason: otherwise(item) };
    input.push(item);
  }
  return { body: { model, input } };
}

function otherwise(what: string): string {
  return `chat completions bill ${what} otherwise than Responses, the only requests that OpenAI counts beforehand`;
}

/** Of messages, what a Responses request has as well. */
const MESSAGE_FIELDS: ReadonlySet<string> = new Set(['role', 'content']);
const ROLES: ReadonlySet<JsonValue> = new Set(['system', 'developer', 'user', 'assistant']);

/** Or what of it is billed otherwise. */
function messageItem(message: JsonValue): JsonObject | string {
  if (!isJsonObject(message)) return 'a message that is no object';
  const role = own(message, 'role') ?? '';
  if (!ROLES.has(role)) return `messages of the role ${String(role)}`;
  const other = Object.keys(message).find(
    (key) => !MESSAGE_FIELDS.has(key) && (message[key] ?? null) !== null,
  );
  if (other !== undefined) return `${other} in messages`;
  const content = own(message, 'content') ?? '';
  if (!Array.isArray(content)) return { role, content };
  const parts: JsonValue[] = [];
  for (const part of content) {
    const converted = partOf(part, role === 'assistant' ? 'output_text' : 'input_text');
    if (typeof converted === 'string') return converted;
    parts.push(converted);
  }
  return { role, content: parts };
}

function partOf(part: JsonValue, textType: string): JsonObject | string {
  if (typeof part === 'string') return { type: textType, text: part };
  if (!isJsonObject(part)) return 'a part that is no object';
  const type = own(part, 'type');
  if (type === 'text') return { type: textType, text: own(part, 'text') ?? '' };
  const image = own(part, 'image_url');
  if (type !== 'image_url' || !isJsonObject(image)) return `parts of type ${String(type)}`;
  return {
    type: 'input_image',
    image_url: own(image, 'url') ?? '',
    detail: own(image, 'detail') ?? 'auto',
  };
}
