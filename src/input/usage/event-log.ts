import type { Row } from '../../core/audit/entry.ts';
import type { Source } from '../../core/source.ts';
import type { JsonFormat } from './format.ts';
import { BadField, fieldOf, isObject, rowFrom } from './json-fields.ts';
import { tiersOfRequest } from './json-tiers.ts';
import { type Logged, requestRow, unwrapped } from './request-entry.ts';
import { isResponse, responseRows } from './request-log.ts';
import { REALTIME, requestTokens } from './request-tokens.ts';

/** Events of a Realtime session, and of a streamed response of the Responses API. */
export const eventLog: JsonFormat = {
  id: 'openai-event-log',
  title: 'log of Realtime or streaming events',
  matches: (value) => eventOf(value) !== undefined,
  read: (value, source) => {
    const event = eventOf(value);
    return event === undefined ? [] : rowsOf(value, event, source);
  },
};

/** Those that end a response, and carry its usage. */
const ENDS: ReadonlySet<unknown> = new Set([
  'response.done',
  'response.completed',
  'response.incomplete',
  'response.failed',
]);
const TRANSCRIBED = 'conversation.item.input_audio_transcription.completed';

/** The event itself, or the one in a log's line. */
function eventOf(value: unknown): unknown {
  return [value, fieldOf(value, 'event'), fieldOf(value, 'data')].find(
    (each) =>
      typeof fieldOf(each, 'type') === 'string' &&
      ['event_id', 'sequence_number'].some((key) => fieldOf(each, key) !== undefined),
  );
}

function rowsOf(value: unknown, event: unknown, source: Source): Row[] {
  const type = fieldOf(event, 'type');
  if (type === TRANSCRIBED) return [transcribed(value, event, source)];
  if (!ENDS.has(type)) return [{ kind: 'empty', source }];
  const done = unwrapped(event, (body) => fieldOf(body, 'object') === 'realtime.response');
  const logged = done && inLine(value, done);
  if (logged) return [rowFrom(source, () => realtimeRow(logged, source))];
  const streamed = unwrapped(event, isResponse);
  if (streamed) return responseRows(inLine(value, streamed), source);
  return [{ kind: 'bad', source, reason: 'response is missing or of no known kind' }];
}

function realtimeRow(logged: Logged, source: Source): Row {
  const { body } = logged;
  const usage = body.object('usage');
  if (!usage) {
    if (['failed', 'cancelled'].includes(String(body.value('status')))) {
      return { kind: 'empty', source };
    }
    throw body.bad('usage', 'is missing');
  }
  return requestRow(source, logged, {
    endpoint: 'completions',
    tiers: tiersOfRequest(body),
    tokens: requestTokens(usage, REALTIME),
  });
}

/** The event names no model: it is another one than that of the session. */
function transcribed(value: unknown, event: unknown, source: Source): Row {
  const logged = unwrapped(event, isObject);
  if (!logged || fieldOf(event, 'usage') === undefined) {
    return { kind: 'bad', source, reason: 'usage of the transcription is missing' };
  }
  const [row] = responseRows(inLine(value, logged), source, ['standard']);
  if (row?.kind !== 'usage') return row ?? { kind: 'empty', source };
  const id = fieldOf(event, 'item_id');
  const entry = { ...row.entry, endpoint: 'transcription' as const, model: undefined };
  return { kind: 'usage', entry: typeof id === 'string' ? { ...entry, id } : entry };
}

/** Time and model can stand in the line around the event. */
function inLine(value: unknown, logged: Logged): Logged {
  const line = unwrapped(value, isObject)?.line;
  if (!line) throw new BadField('no object');
  return { ...logged, line };
}
