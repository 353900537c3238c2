import { isJsonObject, type JsonObject, type JsonValue, own } from '../core/json.ts';
import type { ConversationRequest } from '../core/request/request.ts';
import type { Source } from '../core/source.ts';
import type { TrainingFile } from '../core/tuning/fine-tuning.ts';
import {
  type ExampleProblem,
  methodOf,
  problemsOf,
  TUNING_METHODS,
  type TuningMethod,
} from '../core/tuning/fine-tuning-example.ts';
import type { Conversations } from '../core/tuning/training-tokens.ts';
import { counted } from '../core/wording.ts';
import { LineCutter } from './lines.ts';
import { readRequest } from './requests/index.ts';
import { lookAtMedia } from './requests/media.ts';
import { parseJson } from './usage/json.ts';

/** An example that is longer is a mistake: a million tokens are some 5 MB, and images come on top. */
export const MAX_LINE_BYTES = 64 * 1024 ** 2;

/** Problems that are told one by one; all are counted. */
export const MOST_PROBLEMS = 20;

/**
 * Reads the examples of a fine-tuning file, one a line, in flat memory. Each problem is kept with
 * its line, and none stops the rest.
 * @throws the error of the file system
 */
export async function readTrainingFile(
  file: string,
  chunks: AsyncIterable<Uint8Array>,
  fewestExamples: number,
  sink: (conversations: Conversations) => void,
): Promise<TrainingFile> {
  const reader = new ExampleReader(file, sink);
  const lines = new LineCutter(({ text, number }) => reader.take(text, number), MAX_LINE_BYTES);
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    lines.write(chunk);
  }
  lines.end();
  return { ...reader.end(fewestExamples), bytes };
}

class ExampleReader {
  readonly #file: string;
  readonly #sink: (conversations: Conversations) => void;
  readonly #problems: (ExampleProblem & { readonly source: Source })[] = [];
  readonly #methods = new Map<TuningMethod, number>();
  #examples = 0;
  #uncounted = 0;
  #errors = 0;
  #warnings = 0;

  constructor(file: string, sink: (conversations: Conversations) => void) {
    this.#file = file;
    this.#sink = sink;
  }

  /** `text` is undefined where the line is too long to be held. */
  take(text: string | undefined, line: number): void {
    if (text?.trim() === '') return;
    this.#examples++;
    const source = { file: this.#file, line };
    const parsed = text === undefined ? { reason: TOO_LONG } : parseJson(text);
    if (!('value' in parsed)) {
      this.#uncounted++;
      this.#add({ severity: 'error', message: `${parsed.reason}; ${ONE_EACH}` }, source);
      return;
    }
    // What JSON.parse has made is a JSON value.
    this.#takeExample(parsed.value as JsonValue, source);
  }

  end(fewestExamples: number): Omit<TrainingFile, 'bytes'> {
    const source = { file: this.#file };
    if (this.#methods.size > 1) {
      const parts = [...this.#methods].map(([method, some]) => `${some} ${method}`);
      const message = `has examples of several methods (${parts.join(', ')}); a job has one: write a file for each`;
      this.#add({ severity: 'error', message }, source);
    }
    if (this.#examples < fewestExamples) {
      const message = `has ${counted(this.#examples, 'example')}, and a job needs at least ${fewestExamples}; add more`;
      this.#add({ severity: 'error', message }, source);
    }
    const [[method] = []] = [...this.#methods].sort(([, a], [, b]) => b - a);
    return {
      ...{ source, method, examples: this.#examples, uncounted: this.#uncounted },
      ...{ problems: this.#problems, errors: this.#errors, warnings: this.#warnings },
    };
  }

  #takeExample(example: JsonValue, source: Source): void {
    const method = methodOf(example);
    if (method !== undefined) this.#methods.set(method, (this.#methods.get(method) ?? 0) + 1);
    const problems = [...problemsOf(example, method ?? 'supervised')];
    for (const problem of problems) this.#add(problem, source);
    const read = conversationsOf(example, method, source);
    if ('reason' in read) {
      this.#uncounted++;
      // What is wrong has been said, unless only who counts it has noticed.
      if (problems.some(({ severity }) => severity === 'error')) return;
      this.#add({ severity: 'error', message: read.reason }, source);
      return;
    }
    this.#sink(read.conversations);
  }

  #add(problem: ExampleProblem, source: Source): void {
    if (problem.severity === 'error') this.#errors++;
    else this.#warnings++;
    const alike = problem.severity === 'error' ? this.#errors : this.#warnings;
    if (alike <= MOST_PROBLEMS) this.#problems.push({ ...problem, source });
  }
}

const TOO_LONG = `a line of more than ${MAX_LINE_BYTES / 1024 ** 2} MiB`;
const ONE_EACH = 'write one example as JSON in each line';

type ReadConversations = { readonly conversations: Conversations } | { readonly reason: string };

function conversationsOf(
  example: JsonValue,
  method: TuningMethod | undefined,
  source: Source,
): ReadConversations {
  if (!isJsonObject(example) || method === undefined) return { reason: NO_EXAMPLE };
  if (method !== 'preference') return conversationOf(example, [], source);
  const input = own(example, 'input');
  if (!isJsonObject(input)) return { reason: NO_EXAMPLE };
  const pair: ConversationRequest[] = [];
  for (const key of ['preferred_output', 'non_preferred_output']) {
    const output = own(example, key);
    const read = conversationOf(input, isList(output) ? output : [], source);
    if ('reason' in read) return read;
    pair.push(...read.conversations);
  }
  const [preferred, ...others] = pair;
  return preferred ? { conversations: [preferred, ...others] } : { reason: NO_EXAMPLE };
}

const NO_EXAMPLE = `is no example; the methods that are known are ${TUNING_METHODS.join(', ')}`;

function conversationOf(
  holder: JsonObject,
  answer: readonly JsonValue[],
  source: Source,
): ReadConversations {
  const messages = own(holder, 'messages');
  if (!isList(messages)) return { reason: NO_EXAMPLE };
  // What else an example has is not sent to the model.
  const { tools, functions, parallel_tool_calls } = holder;
  const body = { messages: [...messages, ...answer], tools, functions, parallel_tool_calls };
  const read = readRequest(body, source, 'chat_completions');
  if (read.kind === 'bad') return read;
  const request = lookAtMedia(read.request);
  return request.kind === 'conversation' ? { conversations: [request] } : { reason: NO_EXAMPLE };
}

function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}
