/** Files with a request on each line: input files of the Batch API, and requests as they are. */
import { BatchCheck, type BatchEndpoint, batchEndpoint } from '../../core/estimate/batch.ts';
import type { Prompt, Unreadable } from '../../core/estimate/estimate.ts';
import type { BadLine } from '../../core/estimate/sent-lines.ts';
import { isJsonObject, type JsonValue, own } from '../../core/json.ts';
import { unknownCount } from '../../core/request/input-count.ts';
import { REQUEST_ENDPOINTS } from '../../core/request/request.ts';
import { requestInput } from '../../core/request/request-input.ts';
import { count, counted } from '../../core/wording.ts';
import { digestOfRequest, keyOf } from '../digest.ts';
import { endOfString, jsonErrorOffset } from '../json-place.ts';
import { type Line, LineCutter } from '../lines.ts';
import { readRequest } from '../requests/index.ts';
import { readMediaRequest } from '../requests/made-media.ts';
import { lookAtMedia } from '../requests/media.ts';
import { type MediaEndpoint, mediaEndpointOf } from '../requests/media-endpoint.ts';
import type { Counting, ReadSendable, Sendable } from './kind.ts';
import { countMedia } from './read-media.ts';
import { tierIn } from './read-request.ts';
import { type Call, RequestFold } from './request-fold.ts';

/** Bad lines that are told one by one. */
const MOST_TOLD = 10;

export const readBatchFile: ReadSendable = (sendable, counting) =>
  readLines(sendable, counting, new BatchCheck(keyOf));

/** The same without an envelope around each request. */
export const readRequestLines: ReadSendable = (sendable, counting) =>
  readLines(sendable, counting, undefined);

async function readLines(
  { file, content }: Sendable,
  counting: Counting,
  check: BatchCheck | undefined,
): Promise<readonly Prompt[] | Unreadable> {
  const lines = new RequestLines(file, counting, check);
  const cutter = new LineCutter((line) => lines.add(line));
  let bytes = 0;
  for await (const chunk of content) {
    bytes += chunk.length;
    cutter.write(chunk);
  }
  cutter.end();
  return lines.end(bytes);
}

/** What is on a line, as far as it can be read. */
interface Sent {
  readonly endpoint: BatchEndpoint | undefined;
  readonly body: JsonValue;
}

/** Reads lines one after another. Nothing of them is kept but what they come to. */
class RequestLines {
  readonly #file: string;
  readonly #counting: Counting;
  readonly #check: BatchCheck | undefined;
  readonly #fold: RequestFold;
  readonly #bad: BadLine[] = [];
  #lines = 0;
  #badLines = 0;

  constructor(file: string, counting: Counting, check: BatchCheck | undefined) {
    this.#file = file;
    this.#counting = counting;
    this.#check = check;
    this.#fold = new RequestFold(counting, check ? 'batch' : undefined);
  }

  add({ number, text }: Line): void {
    if (text === undefined) {
      this.#lines++;
      this.#unparsed(number, 'the line is longer than any file that the API takes');
      return;
    }
    if (text.trim() === '') return;
    this.#lines++;
    let value: JsonValue;
    try {
      value = JSON.parse(text);
    } catch {
      this.#unparsed(number, whatIsBroken(text));
      return;
    }
    const sent = this.#check ? this.#opened(number, value, this.#check) : { body: value };
    if (sent) this.#request(number, { endpoint: undefined, ...sent });
  }

  end(bytes: number): readonly Prompt[] | Unreadable {
    const problems = this.#check?.end(bytes) ?? [];
    const prompts = this.#fold.end(this.#file, bytes, ({ requests, nameless }) => {
      if (nameless) {
        const reason = 'no model is named, as others do';
        this.#isBad(nameless.first.line ?? 0, reason, nameless.requests);
      }
      return {
        isBatch: this.#check !== undefined,
        lines: this.#lines,
        requests,
        bad: { all: this.#badLines, first: this.#bad },
        problems,
      };
    });
    return prompts.length > 0 ? prompts : this.#nothing();
  }

  /** What is in the envelope; undefined where that is nothing. */
  #opened(number: number, value: JsonValue, check: BatchCheck): Sent | undefined {
    if (!isJsonObject(value)) {
      this.#unparsed(number, 'the line is no object');
      return undefined;
    }
    check.line(number, value);
    const body = own(value, 'body');
    if (body !== undefined) return { endpoint: batchEndpoint(own(value, 'url')), body };
    this.#isBad(number, 'body is missing');
    return undefined;
  }

  #request(number: number, { endpoint, body }: Sent): void {
    const source = { file: this.#file, line: number };
    const known = REQUEST_ENDPOINTS.find((each) => each === endpoint);
    const media = endpoint === undefined ? mediaEndpointOf(body) : mediaIn(endpoint);
    if (media !== undefined) {
      this.#media(number, media, body);
      return;
    }
    if (endpoint !== undefined && known === undefined) {
      this.#uncounted(number, endpoint, body);
      return;
    }
    const read = readRequest(body, source, known);
    if (read.kind === 'bad') {
      this.#check?.add('unreadable', number, read.reason);
      this.#isBad(number, read.reason);
      return;
    }
    const request = read.request;
    if (request.kind === 'texts' && request.endpoint === 'embeddings') {
      this.#check?.embeds(request.texts.length);
    }
    const { counter } = this.#counting;
    const looked = lookAtMedia(request, this.#counting);
    this.#count(number, {
      model: request.model,
      tier: tierIn(request.serviceTier),
      digest: digestOfRequest(request.endpoint, body),
      request,
      countInput: (model) => requestInput(looked, model, counter),
    });
  }

  #media(number: number, endpoint: MediaEndpoint, body: JsonValue): void {
    const read = readMediaRequest(body, endpoint);
    if (read.kind === 'bad') {
      this.#check?.add('unreadable', number, read.reason);
      this.#isBad(number, read.reason);
      return;
    }
    const { request } = read;
    this.#count(number, {
      model: request.model,
      tier: undefined,
      digest: digestOfRequest(endpoint, body),
      request: undefined,
      countInput: (model) => countMedia(request, model, this.#counting, undefined),
    });
  }

  /** Of an endpoint whose requests are not counted here. */
  #uncounted(number: number, endpoint: BatchEndpoint, body: JsonValue): void {
    if (!isJsonObject(body)) {
      this.#isBad(number, 'body is no object');
      return;
    }
    const model = own(body, 'model');
    const reason = `what requests to ${endpoint.replace('_', ' ')} come to is not estimated in files of several`;
    this.#count(number, {
      model: typeof model === 'string' && model !== '' ? model : undefined,
      tier: undefined,
      digest: digestOfRequest(endpoint, body),
      request: undefined,
      countInput: () => unknownCount(reason),
    });
  }

  #count(number: number, call: Call): void {
    const source = { file: this.#file, line: number };
    const problem = this.#fold.add(call, source);
    if (problem !== undefined) this.#isBad(number, problem);
  }

  #unparsed(number: number, what: string): void {
    this.#check?.unreadableLine(number, what);
    this.#isBad(number, what);
  }

  #isBad(line: number, reason: string, lines = 1): void {
    this.#badLines += lines;
    if (this.#bad.length < MOST_TOLD) this.#bad.push({ line, reason });
  }

  #nothing(): Unreadable {
    const [first] = this.#bad;
    const source = { file: this.#file, ...(first ? { line: first.line } : {}) };
    if (!first) return { source, reason: 'no request in it: it has nothing but blank lines' };
    const others = this.#badLines - 1;
    const more = others === 0 ? '' : `, nor in ${counted(others, 'more line')}`;
    return { source, reason: `no request that can be read here${more}: ${first.reason}` };
  }
}

function mediaIn(endpoint: BatchEndpoint): MediaEndpoint | undefined {
  return endpoint === 'image_generations' || endpoint === 'image_edits' ? endpoint : undefined;
}

/** Without quoting it: it may be somebody's prompt. */
function whatIsBroken(text: string): string {
  const at = jsonErrorOffset(text);
  const isOpen = text[at] === '"' && endOfString(text, at) === undefined;
  if (at >= text.length || isOpen) return 'the line is not JSON: it is cut off';
  return `the line is not JSON from character ${count(at + 1)} on`;
}
