/** Reads requests as they are sent to the API, recognised by what is in them. */
import type { ModelRequest, RequestEndpoint } from '../../core/request/request.ts';
import type { Source } from '../../core/source.ts';
import { BadField, isObject, JsonFields } from '../usage/json-fields.ts';
import { CHAT_COMPLETIONS } from './chat-completions.ts';
import type { RequestFormat } from './format.ts';
import { RESPONSES } from './responses.ts';
import { COMPLETIONS, EMBEDDINGS, MODERATIONS } from './texts.ts';

/** In the order in which they are tried. */
export const REQUEST_FORMATS: readonly RequestFormat[] = [
  CHAT_COMPLETIONS,
  MODERATIONS,
  EMBEDDINGS,
  RESPONSES,
  COMPLETIONS,
];

export type ReadRequest =
  | { readonly kind: 'request'; readonly request: ModelRequest }
  /** What is wrong, where and what to do. */
  | { readonly kind: 'bad'; readonly reason: string };

/** Whether this is one of the requests that are read here, however broken it may be. */
export function isRequest(value: unknown): boolean {
  return formatOf(value) !== undefined;
}

/**
 * A request, or why it cannot be read.
 * @param value what `JSON.parse` made of it
 * @param endpoint where it is sent, if that is known; else it is told from the fields
 */
export function readRequest(
  value: unknown,
  source: Source,
  endpoint?: RequestEndpoint | undefined,
): ReadRequest {
  const found = formatOf(value, endpoint);
  if (!found) return { kind: 'bad', reason: `not a request that is known; ${ACCEPTED}` };
  try {
    return { kind: 'request', request: found.format.read(found.fields, source) };
  } catch (error) {
    if (error instanceof BadField) return { kind: 'bad', reason: error.message };
    throw error;
  }
}

const ACCEPTED = `these are read: ${REQUEST_FORMATS.map(({ title }) => title).join('; ')}`;

function formatOf(value: unknown, endpoint?: RequestEndpoint | undefined) {
  if (isMessageList(value)) value = { messages: value };
  if (!isObject(value)) return undefined;
  const fields = new JsonFields(value);
  const format = REQUEST_FORMATS.find((each) =>
    endpoint === undefined ? each.matches(fields) : each.endpoint === endpoint,
  );
  return format && { format, fields };
}

function isMessageList(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((item) => isObject(item) && Object.hasOwn(item, 'role'))
  );
}
