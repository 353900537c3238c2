/** What the entries of single requests have in common, however they were logged. */
import type { Endpoint, Row, UsageEntry } from '../../core/audit/entry.ts';
import type { Source } from '../../core/source.ts';
import type { Instant } from '../../core/time.ts';
import {
  BadField,
  fieldOf,
  firstOf,
  isObject,
  JsonFields,
  type JsonObject,
} from './json-fields.ts';

/** A response, and the line around it: the same object where nothing is wrapped around it. */
export interface Logged {
  readonly response: JsonObject;
  /** The same, to be read field by field. */
  readonly body: JsonFields;
  readonly line: JsonFields;
  readonly request: JsonFields | undefined;
}

/** Where loggers put the response: `{response: {...}}`, `{response: {body: {...}}}`, or bare. */
const PLACES: readonly (readonly string[])[] = [['response', 'body'], ['response'], ['body'], []];

/** The innermost object that `isBody` takes for a response. */
export function unwrapped(value: unknown, isBody: (value: unknown) => boolean): Logged | undefined {
  for (const path of PLACES) {
    const body = path.reduce(fieldOf, value);
    if (!isObject(body) || !isObject(value) || !isBody(body)) continue;
    const request = fieldOf(value, 'request');
    const sent = fieldOf(request, 'body') ?? request;
    return {
      response: body,
      body: new JsonFields(body, path.join('.')),
      line: new JsonFields(value),
      request: isObject(sent) ? new JsonFields(sent, 'request') : undefined,
    };
  }
  return undefined;
}

const RESPONSE_TIMES = ['created', 'created_at'];
const LINE_TIMES = [
  ...['created', 'created_at', 'timestamp', 'time', 'ts', 'date', 'datetime'],
  ...['start_time', 'startTime', 'started_at'],
];

/** When it took place, by the response or else by the line around it. */
function timeOf({ body, line }: Logged): Instant {
  const time =
    firstOf(RESPONSE_TIMES, (key) => body.instant(key)) ??
    firstOf(LINE_TIMES, (key) => line.instant(key));
  if (time !== undefined) return time;
  throw new BadField('no time: neither created or created_at nor timestamp is given');
}

/** Whether it failed, so that nothing is billed. */
export function hasFailed({ body, line }: Logged): boolean {
  const response = line.value('response');
  const statuses = [
    line.value('status'),
    line.value('status_code'),
    fieldOf(response, 'status_code'),
    fieldOf(response, 'status'),
  ];
  if (statuses.some((status) => typeof status === 'number' && status >= 400)) return true;
  return isObject(body.value('error')) || body.value('status') === 'failed';
}

export function requestRow(
  source: Source,
  logged: Logged,
  own: Pick<UsageEntry, 'tiers' | 'tokens'> & Partial<UsageEntry> & { endpoint: Endpoint },
): Row {
  const { body, line, request } = logged;
  const start = timeOf(logged);
  return {
    kind: 'usage',
    entry: {
      source,
      start,
      end: (start + 1) as Instant,
      model: body.text('model') ?? line.text('model') ?? request?.text('model'),
      free: false,
      project: line.text('project_id'),
      apiKey: line.text('api_key_id'),
      user: line.text('user_id'),
      requests: 1,
      quantities: [],
      id: idOf(logged),
      ...own,
    },
  };
}

function idOf({ body, line }: Logged): string | undefined {
  return body.text('id') ?? line.text('request_id') ?? line.text('id');
}
