import type { Endpoint, Row } from '../../core/audit/entry.ts';
import type { Source } from '../../core/source.ts';
import type { Quantity, ServiceTier } from '../../core/usage.ts';
import type { JsonFormat } from './format.ts';
import { BadField, fieldOf, isObject, type JsonFields, plainText, rowFrom } from './json-fields.ts';
import { tiersOfRequest } from './json-tiers.ts';
import { hasFailed, type Logged, requestRow, unwrapped } from './request-entry.ts';
import { type Billing, CHAT, IMAGES, requestTokens } from './request-tokens.ts';
import { toolRows } from './response-tools.ts';
import { secondsOf } from './seconds.ts';

export const requestLog: JsonFormat = {
  id: 'openai-request-log',
  title: 'log of API responses',
  matches: (value) => unwrapped(value, (body) => isResponse(body) || isError(body)) !== undefined,
  read: (value, source) => {
    const logged = unwrapped(value, isResponse);
    return logged ? responseRows(logged, source) : [{ kind: 'empty', source }];
  },
};

/** What is returned instead of a response, and is not billed. */
function isError(body: unknown): boolean {
  return typeof fieldOf(fieldOf(body, 'error'), 'message') === 'string';
}

/** What a response is, and how its tokens are billed. */
interface Kind {
  readonly endpoint: Endpoint;
  readonly billing: Billing;
  readonly is: (body: unknown) => boolean;
}

const OBJECTS: ReadonlySet<unknown> = new Set([
  'chat.completion',
  'chat.completion.chunk',
  'text_completion',
  'response',
]);
const SUMS = ['prompt_tokens', 'input_tokens', 'completion_tokens', 'output_tokens'];

/** The first that fits. */
const KINDS: readonly Kind[] = [
  { endpoint: 'completions', billing: CHAT, is: (body) => OBJECTS.has(fieldOf(body, 'object')) },
  { endpoint: 'embeddings', billing: CHAT, is: isEmbeddings },
  { endpoint: 'images', billing: IMAGES, is: isImages },
  { endpoint: 'transcription', billing: CHAT, is: isTranscription },
  { endpoint: 'completions', billing: CHAT, is: hasUsage },
];

export function isResponse(body: unknown): boolean {
  return KINDS.some(({ is }) => is(body));
}

function hasUsage(body: unknown): boolean {
  const usage = fieldOf(body, 'usage');
  return isObject(usage) && SUMS.some((key) => Object.hasOwn(usage, key));
}

function isEmbeddings(body: unknown): boolean {
  return fieldOf(body, 'object') === 'list' && hasUsage(body);
}

function isImages(body: unknown): boolean {
  const data = fieldOf(body, 'data');
  const isImage = (item: unknown) =>
    ['b64_json', 'url', 'revised_prompt'].some((key) => fieldOf(item, key) !== undefined);
  if (fieldOf(body, 'object') !== undefined || !Array.isArray(data)) return false;
  return fieldOf(body, 'created') !== undefined && (data.some(isImage) || hasUsage(body));
}

function isTranscription(body: unknown): boolean {
  const type = fieldOf(fieldOf(body, 'usage'), 'type');
  const task = fieldOf(body, 'task');
  return (
    type === 'duration' ||
    (type === 'tokens' && typeof fieldOf(body, 'text') === 'string') ||
    ((task === 'transcribe' || task === 'translate') && fieldOf(body, 'duration') !== undefined)
  );
}

/** @param tiers where the context tells them, and not the response */
export function responseRows(
  logged: Logged,
  source: Source,
  tiers?: readonly ServiceTier[],
): Row[] {
  const first = rowFrom(source, () => responseRow(logged, source, tiers));
  if (first.kind !== 'usage') return [first];
  return [first, ...toolRows(logged, first.entry)];
}

function responseRow(
  logged: Logged,
  source: Source,
  knownTiers: readonly ServiceTier[] | undefined,
): Row {
  const { body, response } = logged;
  const usage = body.object('usage');
  const kind = KINDS.find(({ is }) => is(response));
  if (!kind) throw new BadField('the response is of no known kind');
  const tiers = knownTiers ?? tiersOfRequest(body);
  const { endpoint, billing } = kind;
  const duration = endpoint === 'transcription' ? durationOf(body, usage) : undefined;
  if (duration)
    return requestRow(source, logged, { endpoint, tiers, tokens: {}, quantities: [duration] });
  if (usage) {
    return requestRow(source, logged, { endpoint, tiers, tokens: requestTokens(usage, billing) });
  }
  if (endpoint === 'images') {
    const quantities = [imagesOf(logged)];
    return requestRow(source, logged, { endpoint, tiers, tokens: {}, quantities });
  }
  return withoutUsage(logged, source);
}

function withoutUsage(logged: Logged, source: Source): Row {
  const { body } = logged;
  if (hasFailed(logged)) return { kind: 'empty', source };
  if (body.value('object') === 'chat.completion.chunk') {
    // With include_usage, all chunks but the last have a usage that is null.
    if (body.has('usage')) return { kind: 'empty', source };
    throw new BadField(
      'a chunk of a stream without usage; send stream_options.include_usage to have it logged',
    );
  }
  const status = body.value('status');
  if (status === 'in_progress' || status === 'queued') {
    throw new BadField('usage is missing: the response was logged before it was finished');
  }
  throw new BadField(
    'usage is missing; if it was streamed, send stream_options.include_usage to have it logged',
  );
}

/** Whisper's bill is by the second. */
function durationOf(body: JsonFields, usage: JsonFields | undefined): Quantity | undefined {
  if (usage && usage.value('type') !== 'duration') return undefined;
  const [fields, key] = usage ? [usage, 'seconds'] : [body, 'duration'];
  const quantity = secondsOf(plainText(fields.value(key)));
  if (!quantity) throw fields.bad(key, 'is no number of seconds');
  return quantity;
}

/** DALL-E is billed by the image, by size and quality. */
function imagesOf({ body, request }: Logged): Quantity {
  const size = body.text('size') ?? request?.text('size');
  const quality = body.text('quality') ?? request?.text('quality');
  return {
    unit: 'image',
    amount: body.list('data')?.length ?? 0,
    ...(size === undefined ? {} : { size }),
    ...(quality === undefined ? {} : { quality }),
  };
}
