/** Counts through OpenAI's own endpoint. Only here does the program send anything anywhere. */
import type { Prompt } from '../core/estimate/estimate.ts';
import { type HttpAnswer, type HttpRequest, NoAnswer } from '../core/http.ts';
import { InputError } from '../core/input-error.ts';
import { resolveModel } from '../core/names.ts';
import type { RateTable } from '../core/rates.ts';
import type { OnlineCount } from '../core/report.ts';
import { onlineBody } from '../core/request/online-body.ts';
import { onlineInput } from '../core/request/online-count.ts';
import type { Instant } from '../core/time.ts';
import { count, counted } from '../core/wording.ts';
import type { Io } from '../io.ts';
import { safeText } from '../output/safe.ts';

export interface OnlineOptions {
  /** Each prompt is counted for each; none stands for the one that it asks for. */
  readonly models: readonly string[];
  readonly rates: RateTable;
  readonly at: Instant;
  readonly timeoutSeconds: number;
}

interface Question {
  readonly prompt: Prompt;
  readonly model: string;
  readonly body: string;
}

const API = 'https://api.openai.com/v1';
const PATH = '/responses/input_tokens';

/**
 * The prompts as OpenAI counts them. What it cannot be asked about stays as it is counted here.
 * @throws InputError without a key, or without a count in the answer
 */
export async function countOnline(
  prompts: readonly Prompt[],
  { models, rates, at, timeoutSeconds }: OnlineOptions,
  io: Pick<Io, 'env' | 'err' | 'send' | 'wait'>,
): Promise<{ prompts: Prompt[]; counts: OnlineCount[] }> {
  const counts: OnlineCount[] = [];
  const questions: Question[] = [];
  for (const prompt of prompts) {
    const { source, content, asks } = prompt;
    for (const model of models.length > 0 ? models : [asks?.model ?? '']) {
      const asked = content
        ? onlineBody(content, model)
        : { reason: 'only single texts and requests are counted online' };
      if (asked.body) questions.push({ prompt, model, body: JSON.stringify(asked.body) });
      else counts.push({ source, model, reason: asked.reason });
    }
  }
  const endpoint = endpointFrom(io.env);
  if (questions.length > 0) announce(questions, endpoint, io);
  for (const { prompt, model, body } of questions) {
    const tokens = await countOf({ prompt, model, body }, endpoint, timeoutSeconds, io);
    const local = prompt.countInput(resolveModel(rates, model, at).model).total;
    counts.push({ source: prompt.source, model, tokens, local });
  }
  const idOf = (name: string) => resolveModel(rates, name, at).model?.id;
  const online = prompts.map((prompt): Prompt => {
    const own = counts.filter(({ source }) => source === prompt.source);
    const byModel = new Map(
      own.flatMap(({ model, tokens }) => (tokens === undefined ? [] : [[idOf(model), tokens]])),
    );
    return {
      ...prompt,
      countInput: (model) => {
        const input = prompt.countInput(model);
        const tokens = byModel.get(model?.id);
        return tokens === undefined ? input : onlineInput(input, tokens);
      },
    };
  });
  return { prompts: online, counts };
}

interface Endpoint {
  readonly url: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** @throws InputError without a key, or where the base is no URL */
function endpointFrom(env: Io['env']): Endpoint {
  const key = env.OPENAI_API_KEY;
  if (!key) {
    throw new InputError('--online needs a key in OPENAI_API_KEY; without it, all is counted here');
  }
  const base = env.OPENAI_BASE_URL || API;
  const url = URL.canParse(base) ? new URL(base) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new InputError('OPENAI_BASE_URL must be a URL such as https://api.openai.com/v1');
  }
  const { OPENAI_ORG_ID: organization, OPENAI_PROJECT_ID: project } = env;
  return {
    key,
    url: `${url.origin}${url.pathname.replace(/\/+$/, '')}${PATH}`,
    headers: {
      'content-type': 'application/json',
      ...(organization ? { 'openai-organization': organization } : {}),
      ...(project ? { 'openai-project': project } : {}),
      authorization: `Bearer ${key}`,
    },
  };
}

function announce(questions: readonly Question[], { url }: Endpoint, { err }: Pick<Io, 'err'>) {
  const files = [...new Set(questions.map(({ prompt }) => prompt.source.file))];
  const bytes = questions.reduce((sum, { body }) => sum + Buffer.byteLength(body), 0);
  const what = `${counted(questions.length, 'request')} (${count(bytes)} bytes) with all of ${files.join(', ')}`;
  err(`${safeText(`--online sends ${what} to ${url}, to be counted`)}\n`);
}

const MOST_RETRIES = 3;
/** Milliseconds before the first retry, if the answer does not say; then twice as much each time. */
const FIRST_WAIT = 500;
/** Nobody waits longer than that for an estimate. */
const LONGEST_WAIT = 60_000;
/** Too many requests, and failures that pass. */
const PASSING: ReadonlySet<number> = new Set([408, 409, 429, 500, 502, 503, 504]);

async function countOf(
  { prompt, model, body }: Question,
  endpoint: Endpoint,
  timeoutSeconds: number,
  io: Pick<Io, 'send' | 'wait' | 'err'>,
): Promise<number> {
  const request: HttpRequest = {
    method: 'POST',
    ...{ headers: endpoint.headers, body, timeoutMs: timeoutSeconds * 1000 },
  };
  const failed = (why: string) =>
    new InputError([
      {
        source: prompt.source,
        message: `not counted online for ${model}: ${withoutKey(why, endpoint.key)}; without --online it is counted here, by itself`,
      },
    ]);
  for (let tries = 0; ; tries++) {
    const answer = await answerTo(endpoint.url, request, io.send);
    if (typeof answer !== 'string' && !PASSING.has(answer.status)) return tokensIn(answer, failed);
    const why = typeof answer === 'string' ? answer : statusText(answer);
    const wait = typeof answer === 'string' ? FIRST_WAIT * 2 ** tries : waitFor(answer, tries);
    if (tries === MOST_RETRIES) throw failed(`${why}, ${MOST_RETRIES + 1} times`);
    if (wait > LONGEST_WAIT) throw failed(`${why}; it is to be asked again in ${wait / 1000} s`);
    io.err(`${safeText(`${why}; asks again in ${wait / 1000} s`)}\n`);
    await io.wait(wait);
  }
}

/** Or why there is none. */
async function answerTo(
  url: string,
  request: HttpRequest,
  send: Io['send'],
): Promise<HttpAnswer | string> {
  try {
    return await send(url, request);
  } catch (error) {
    if (error instanceof NoAnswer) return error.message;
    throw error;
  }
}

/** Milliseconds, by what the answer asks for. */
function waitFor({ headers }: HttpAnswer, tries: number): number {
  const ms = Number(headers['retry-after-ms'] ?? Number.NaN);
  if (ms >= 0) return ms;
  const asked = headers['retry-after'];
  const seconds = Number(asked ?? Number.NaN);
  if (seconds >= 0) return seconds * 1000;
  const date = Date.parse(asked ?? '');
  const left = date - Date.parse(headers.date ?? '');
  return left >= 0 ? left : FIRST_WAIT * 2 ** tries;
}

function tokensIn(answer: HttpAnswer, failed: (why: string) => InputError): number {
  if (answer.status === 401 || answer.status === 403) {
    // What the API says of a wrong key has part of the key in it.
    throw failed(`${answer.status}, the key in OPENAI_API_KEY is not accepted; check it`);
  }
  if (answer.status !== 200) throw failed(`${statusText(answer)}${messageIn(answer)}`);
  const tokens = fieldIn(answer.text, 'input_tokens');
  if (typeof tokens === 'number' && Number.isSafeInteger(tokens) && tokens >= 0) return tokens;
  throw failed('the answer has no number of input_tokens; check OPENAI_BASE_URL');
}

function statusText({ status }: HttpAnswer): string {
  if (status === 429) return 'the API says that there were too many requests (429)';
  if (status >= 500) return `the API has failed (${status})`;
  return `the API answers with ${status}`;
}

/** Characters of what the API says. */
const SHOWN = 300;

function messageIn({ text }: HttpAnswer): string {
  const error = fieldIn(text, 'error');
  const message =
    typeof error === 'object' && error !== null && 'message' in error ? error.message : undefined;
  return typeof message === 'string' ? `: ${message.slice(0, SHOWN)}` : '';
}

function fieldIn(text: string, key: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null
      ? new Map(Object.entries(value)).get(key)
      : undefined;
  } catch {
    return undefined;
  }
}

/** A key, or what is left of one, belongs in no message. */
function withoutKey(text: string, key: string): string {
  return text.replaceAll(key, '***').replace(/\bsk-[\w*-]+/g, '***');
}
