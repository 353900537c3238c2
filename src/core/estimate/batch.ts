/** What the Batch API checks of an input file before it does any of its requests. */
import type { JsonObject, JsonValue } from '../json.ts';
import { isJsonObject, own } from '../json.ts';
import type { RequestEndpoint } from '../request/request.ts';
import { count, counted, eitherOf } from '../wording.ts';

/** The endpoints that Batch accepts, as a line names them, and how their bodies are read. */
export const BATCH_URLS = {
  '/v1/responses': 'responses',
  '/v1/chat/completions': 'chat_completions',
  '/v1/embeddings': 'embeddings',
  '/v1/completions': 'completions',
  '/v1/moderations': 'moderations',
  '/v1/images/generations': 'image_generations',
  '/v1/images/edits': 'image_edits',
  '/v1/videos': 'videos',
} as const satisfies Record<
  string,
  RequestEndpoint | 'image_generations' | 'image_edits' | 'videos'
>;
export type BatchEndpoint = (typeof BATCH_URLS)[keyof typeof BATCH_URLS];

/** Of one file, as OpenAI documents them. */
export const BATCH_LIMITS = {
  requests: 50_000,
  embeddingInputs: 50_000,
  /** 200 MB. Whether a megabyte is 10^6 bytes or 2^20, nobody says. */
  bytes: 200_000_000,
  bytesAtMost: 200 * 1024 ** 2,
} as const;

interface ProblemKind {
  /** As the API reports it in the `errors` of a batch that failed; undefined where none is known. */
  readonly code?: string;
  readonly remedy: string;
  /** The whole file, or a line of it when its turn comes; `perhaps` where nobody says. */
  readonly refuses: 'file' | 'line' | 'perhaps';
}

export const BATCH_PROBLEMS = {
  'empty-file': {
    code: 'empty_file',
    remedy: 'write one request a line',
    refuses: 'file',
  },
  'invalid-json': {
    code: 'invalid_json_line',
    remedy: 'write one JSON object a line',
    refuses: 'file',
  },
  'custom-id': {
    remedy: 'give each request a custom_id of its own, by which its answer is found',
    refuses: 'file',
  },
  'duplicate-custom-id': {
    code: 'duplicate_custom_id',
    remedy: 'give each request a custom_id of its own',
    refuses: 'file',
  },
  method: { remedy: 'write "method": "POST"', refuses: 'file' },
  url: {
    remedy: `use ${eitherOf(Object.keys(BATCH_URLS))}`,
    refuses: 'file',
  },
  'other-url': {
    code: 'url_mismatch',
    remedy: 'write a file for each url',
    refuses: 'file',
  },
  body: { remedy: 'put the request into "body"', refuses: 'file' },
  'no-model': { remedy: 'name the model in the body', refuses: 'file' },
  'other-model': {
    code: 'mismatched_model',
    remedy: 'write a file for each model',
    refuses: 'file',
  },
  // As llm-d-batch-gateway#153 says of OpenAI's validation; whether a line or the file, it does not.
  stream: {
    remedy: 'leave "stream" out: the answers of a batch come in a file',
    refuses: 'perhaps',
  },
  unreadable: {
    remedy: 'correct the body: this line would fail',
    refuses: 'line',
  },
  'too-many-requests': {
    code: 'too_many_tasks',
    remedy: 'split the file',
    refuses: 'file',
  },
  'too-many-inputs': { remedy: 'split the file', refuses: 'file' },
  'too-large': { remedy: 'split the file', refuses: 'file' },
  'perhaps-too-large': {
    remedy: 'split the file to be sure',
    refuses: 'perhaps',
  },
} as const satisfies Record<string, ProblemKind>;
export type BatchProblemKind = keyof typeof BATCH_PROBLEMS;

export interface BatchProblem {
  readonly kind: BatchProblemKind;
  /** Undefined for what is wrong with the file as a whole. */
  readonly line: number | undefined;
  readonly what: string;
}

/** All problems of a kind, of which the first are told one by one. */
export interface BatchProblems {
  readonly kind: BatchProblemKind;
  readonly all: number;
  readonly first: readonly BatchProblem[];
}

export function problemKind(kind: BatchProblemKind): ProblemKind {
  return BATCH_PROBLEMS[kind];
}

/** The endpoint that a url means, with whatever host it is written. */
export function batchEndpoint(url: JsonValue | undefined): BatchEndpoint | undefined {
  if (typeof url !== 'string') return undefined;
  const path = /^(?:https?:\/\/[^/]*)?(?:\/?(v1\/.*?))\/?(?:[?#].*)?$/.exec(url)?.[1];
  return Object.entries(BATCH_URLS).find(([known]) => known === `/${path}`)?.[1];
}

/** How many problems of a kind are told one by one. */
const MOST_TOLD = 10;
/** Ids beyond this many are not compared: the API has refused a file of so many requests before. */
const MOST_IDS = 2 * BATCH_LIMITS.requests;

/** Checks lines as the API would, one after another; nothing that is wrong stops it. */
export class BatchCheck {
  readonly #keyOf: (text: string) => string;
  readonly #ids = new Map<string, number>();
  readonly #found = new Map<BatchProblemKind, { all: number; first: BatchProblem[] }>();
  #url: { readonly text: string; readonly line: number } | undefined;
  #model: { readonly text: string; readonly line: number } | undefined;
  #requests = 0;
  #embeddingInputs = 0;

  /** @param keyOf what stands for a text that may be long */
  constructor(keyOf: (text: string) => string) {
    this.#keyOf = keyOf;
  }

  /** A line that is an object, whatever is in it. */
  line(line: number, request: JsonObject): void {
    this.#requests++;
    this.#checkId(line, own(request, 'custom_id'));
    const method = own(request, 'method');
    if (method !== 'POST') this.add('method', line, `method ${is(method)}; it must be "POST"`);
    this.#checkUrl(line, own(request, 'url'));
    const body = own(request, 'body');
    if (!isJsonObject(body)) {
      this.add('body', line, body === undefined ? 'body is missing' : 'body is no object');
      return;
    }
    this.#checkModel(line, own(body, 'model'));
    if (own(body, 'stream') === true) this.add('stream', line, 'body.stream is true');
  }

  /** So many texts to embed in a line. */
  embeds(inputs: number): void {
    this.#embeddingInputs += inputs;
  }

  /** A line that is no object. */
  unreadableLine(line: number, what: string): void {
    this.#requests++;
    this.add('invalid-json', line, what);
  }

  add(kind: BatchProblemKind, line: number | undefined, what: string): void {
    let found = this.#found.get(kind);
    if (!found) {
      found = { all: 0, first: [] };
      this.#found.set(kind, found);
    }
    found.all++;
    if (found.first.length < MOST_TOLD) found.first.push({ kind, line, what });
  }

  /** Everything that is wrong, in the order of `BATCH_PROBLEMS`. */
  end(bytes: number): BatchProblems[] {
    if (this.#requests === 0) this.add('empty-file', undefined, 'no request in the file');
    this.#limit('too-many-requests', this.#requests, BATCH_LIMITS.requests, 'request');
    this.#limit(
      'too-many-inputs',
      this.#embeddingInputs,
      BATCH_LIMITS.embeddingInputs,
      'text to embed',
    );
    if (bytes > BATCH_LIMITS.bytes) {
      const isSure = bytes > BATCH_LIMITS.bytesAtMost;
      this.add(
        isSure ? 'too-large' : 'perhaps-too-large',
        undefined,
        `${count(bytes)} bytes; a file may have 200 MB`,
      );
    }
    return (Object.keys(BATCH_PROBLEMS) as BatchProblemKind[]).flatMap((kind) => {
      const found = this.#found.get(kind);
      return found ? [{ kind, ...found }] : [];
    });
  }

  #limit(kind: BatchProblemKind, number: number, most: number, noun: string): void {
    if (number <= most) return;
    const [first = '', ...rest] = noun.split(' ');
    const named = [counted(number, first), ...rest].join(' ');
    this.add(kind, undefined, `${named}; a file may have ${count(most)}`);
  }

  #checkId(line: number, id: JsonValue | undefined): void {
    if (typeof id !== 'string' || id === '') {
      this.add('custom-id', line, `custom_id ${is(id)}; it must be a text`);
      return;
    }
    const key = this.#keyOf(id);
    const first = this.#ids.get(key);
    if (first !== undefined) {
      this.add('duplicate-custom-id', line, `custom_id ${shown(id)} is that of line ${first}`);
    } else if (this.#ids.size < MOST_IDS) this.#ids.set(key, line);
  }

  #checkUrl(line: number, url: JsonValue | undefined): void {
    if (typeof url !== 'string') {
      this.add('url', line, `url ${is(url)}`);
      return;
    }
    if (!Object.hasOwn(BATCH_URLS, url)) {
      this.add('url', line, `url is ${shown(url)}`);
      return;
    }
    this.#url ??= { text: url, line };
    if (url !== this.#url.text) {
      const { text, line: first } = this.#url;
      this.add('other-url', line, `url is ${shown(url)}, and ${shown(text)} in line ${first}`);
    }
  }

  #checkModel(line: number, model: JsonValue | undefined): void {
    if (typeof model !== 'string' || model === '') {
      this.add('no-model', line, `body.model ${is(model)}`);
      return;
    }
    this.#model ??= { text: model, line };
    if (model !== this.#model.text) {
      const { text, line: first } = this.#model;
      this.add(
        'other-model',
        line,
        `model is ${shown(model)}, and ${shown(text)} in line ${first}`,
      );
    }
  }
}

const LONGEST_SHOWN = 80;

function is(value: JsonValue | undefined): string {
  if (value === undefined) return 'is missing';
  if (value === null) return 'is null';
  if (value === '') return 'is empty';
  return typeof value === 'object' ? 'is no text' : `is ${shown(String(value))}`;
}

/** As JSON writes it, and not without end. */
function shown(text: string): string {
  return JSON.stringify(text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}...` : text);
}
