import type { Asked, Prompt } from '../../core/estimate/estimate.ts';
import { InputError } from '../../core/input-error.ts';
import type { JsonValue } from '../../core/json.ts';
import { isJsonText } from '../../core/json.ts';
import { DETAILS, hasImages, withDetail } from '../../core/media/image-detail.ts';
import type { Model } from '../../core/rates.ts';
import type { CountInput } from '../../core/request/input-count.ts';
import type { ModelRequest } from '../../core/request/request.ts';
import { requestInput } from '../../core/request/request-input.ts';
import { type Run, templateInput } from '../../core/request/template-input.ts';
import type { ServiceTier } from '../../core/usage.ts';
import { digestOfRequest } from '../digest.ts';
import { lineAt, lineOfPath } from '../json-lines.ts';
import { jsonErrorOffset } from '../json-place.ts';
import type { Peekable } from '../peekable.ts';
import { isRequest, readRequest } from '../requests/index.ts';
import { lookAtMedia } from '../requests/media.ts';
import { mediaEndpointOf } from '../requests/media-endpoint.ts';
import { type ValueTemplate, valueTemplate } from '../templates.ts';
import { tiersOf } from '../usage/tiers.ts';
import { HEAD_BYTES, type Head } from './head.ts';
import type { Counting, ReadSendable } from './kind.ts';
import { isTelling } from './request.ts';

/** What the API takes is 50 MB of files at most, and base64 makes a third more of them. */
export const MAX_REQUEST_BYTES = 80 * 1024 ** 2;

/** Reads a request whole; nothing of it is kept but what has to be counted. */
export const readSentRequest: ReadSendable = async (sendable, counting) => {
  const { file, head, content, isForced } = sendable;
  if (!isForced && isTelling(head) && (await isFirstOfMany(head, content))) {
    const { readRequestLines } = await import('./read-request-lines.ts');
    return readRequestLines(sendable, counting);
  }
  const { counter, filling, keepsContent } = counting;
  const isMeant = isForced || isTelling(head);
  const bytes = await content.peek(MAX_REQUEST_BYTES + 1);
  const bad = (reason: string, line?: number) =>
    isMeant ? { source: { file, ...(line === undefined ? {} : { line }) }, reason } : undefined;
  if (bytes.length > MAX_REQUEST_BYTES) {
    return bad(`a request of more than ${MAX_REQUEST_BYTES / 1024 ** 2} MiB, which ${TOO_LARGE}`);
  }
  const text = new TextDecoder().decode(bytes);
  let value: JsonValue;
  try {
    value = JSON.parse(text);
  } catch {
    if (isForced || isBegunWith(text)) return bad(...whatIsBroken(text));
    return isMeant && goesOnAsJson(text) ? 'several-requests' : undefined;
  }
  const endpoint = mediaEndpointOf(value);
  if (endpoint !== undefined) {
    const { sentMedia } = await import('./read-media.ts');
    return sentMedia(value, endpoint, { source: { file }, bytes: bytes.length }, counting);
  }
  if (!isForced && !isRequest(value)) return 'no-request';
  const template = filling && valueTemplate(value, filling);
  const [values = new Map()] = filling?.runs ?? [];
  const first = template?.fill(values);
  const body = first ? first.value : value;
  const isOneRun = (filling?.runs ?? []).length <= 1 && !first?.unfilled.length;
  const read = readRequest(body, { file });
  if (read.kind === 'bad') return bad(read.reason, lineOfPath(text, pathIn(read.reason)));
  const look = (each: ModelRequest) => lookAtMedia(each, counting);
  const request = look(read.request);
  compareBeginnings(template ? runsOf(template) : [read.request], file, counting);
  return {
    source: { file },
    bytes: bytes.length,
    peculiarities: [],
    countInput: countWith((each) => each),
    countRepeats: template ? undefined : repeatsOf(request, value, file, counting),
    asks: askedBy(request),
    content:
      keepsContent && isOneRun ? { kind: 'request', endpoint: request.endpoint, body } : undefined,
    variants: hasImages(request)
      ? {
          detail: DETAILS.map((name) => ({
            name,
            countInput: countWith((each) => withDetail(each, name)),
          })),
        }
      : undefined,
  };

  function countWith(change: (each: ModelRequest) => ModelRequest): CountInput {
    return (model) =>
      template
        ? templateInput(filling, model, (some) => runOf(template.fill(some), model, change))
        : requestInput(change(request), model, counter);
  }

  /** All that the template stands for; what is wrong with one of them is told when it is counted. */
  function runsOf({ fill }: ValueTemplate): ModelRequest[] {
    return (filling?.runs ?? []).flatMap((some) => {
      const run = readRequest(fill(some).value, { file });
      return run.kind === 'bad' ? [] : run.request;
    });
  }

  function runOf(
    { value: filled, unfilled }: ReturnType<ValueTemplate['fill']>,
    model: Model | undefined,
    change: (each: ModelRequest) => ModelRequest,
  ): Run {
    const run = readRequest(filled, { file });
    if (run.kind === 'bad') throw new InputError([{ source: { file }, message: run.reason }]);
    return { count: requestInput(change(look(run.request)), model, counter), unfilled };
  }
};

/** Before anybody has looked at their media: what is in them counts, and not only its size. */
function compareBeginnings(
  requests: readonly ModelRequest[],
  file: string,
  { models, across }: Counting,
): void {
  for (const request of requests) {
    const { model, tier } = askedBy(request);
    const to = { model: models ? undefined : model, tier: tier ?? 'standard' };
    across.beginnings.add(request, to, { file });
  }
}

/** Undefined where no earlier request is the same. */
function repeatsOf(
  request: ModelRequest,
  value: JsonValue,
  file: string,
  { across, counter }: Counting,
): Prompt['countRepeats'] {
  const digest = digestOfRequest(request.endpoint, value);
  const source = { file };
  const repeated = digest === undefined ? undefined : across.repeats.add(digest, source);
  if (!repeated) return undefined;
  return (model) => {
    const { shares } = requestInput(request, model, counter);
    const most = [{ first: repeated.first, others: [source], requests: 2, shares }];
    return { requests: 1, different: 1, shares, most, isPartial: across.repeats.isFull };
  };
}

/** A line that is longer than the head may be a whole request, or the first of a file of them. */
async function isFirstOfMany(head: Head, content: Peekable): Promise<boolean> {
  const isOneLine = head.json === 'object' && !/\n\s*\S/.test(head.text);
  if (head.hasEnd || head.isWhole || !isOneLine) return false;
  for (let wanted = 2 * HEAD_BYTES; wanted < 2 * MAX_REQUEST_BYTES; wanted *= 2) {
    const bytes = await content.peek(Math.min(wanted, MAX_REQUEST_BYTES + 1));
    const end = bytes.indexOf(NEWLINE, HEAD_BYTES);
    if (end >= 0 && bytes.subarray(end).some((byte) => !SPACES.includes(byte))) {
      return isJsonText(new TextDecoder().decode(bytes.subarray(0, end)));
    }
    if (content.isWhole) return false;
  }
  return false;
}

const NEWLINE = 0x0a;
const SPACES: readonly number[] = [0x20, 0x09, 0x0d, NEWLINE];

const TOO_LARGE = 'the API does not take; upload the files in it and name their ids';

/** Whether all of it is meant to be JSON, and not only how a text begins. */
function isBegunWith(text: string): boolean {
  const at = jsonErrorOffset(text);
  // Something after a whole value is a text that begins with an example.
  return !isJsonText(text.slice(0, at));
}

function goesOnAsJson(text: string): boolean {
  return /^[\s,]*\{/.test(text.slice(jsonErrorOffset(text)));
}

function whatIsBroken(text: string): [reason: string, line: number] {
  const at = jsonErrorOffset(text);
  const what =
    at >= text.length
      ? 'is cut off at its end'
      : `is broken in column ${at - text.lastIndexOf('\n', at - 1)}`;
  return [
    `a request as JSON that ${what}; mend it, or count it as text with --as chat`,
    lineAt(text, at),
  ];
}

/** A message about a field begins with its path. */
function pathIn(reason: string): string {
  return /^[\w.[\]]+/.exec(reason)?.[0] ?? '';
}

function askedBy({ model, serviceTier }: ModelRequest): Asked {
  return { model, tier: tierIn(serviceTier) };
}

/** Undefined where the request leaves it to the project, as `auto` does. */
export function tierIn(serviceTier: string | undefined): ServiceTier | undefined {
  if (serviceTier === undefined) return undefined;
  const tiers = tiersOf(serviceTier, false);
  return 'problem' in tiers || tiers.tiers.length > 1 ? undefined : tiers.tiers[0];
}
