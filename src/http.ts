import { type HttpAnswer, NoAnswer, type Send } from './core/http.ts';

/** An answer of more is none that anybody waits for. */
const MAX_ANSWER_BYTES = 1024 ** 2;

/** By the fetch of Node. A redirect is no answer: it would take the key elsewhere. */
export const send: Send = async (url, { method, headers, body, timeoutMs }) => {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const answer = await fetch(url, { method, headers, body, signal, redirect: 'manual' });
    return {
      status: answer.status,
      headers: Object.fromEntries(answer.headers),
      text: await beginningOf(answer.body),
    };
  } catch (error) {
    if (signal.aborted) throw new NoAnswer(`no answer within ${timeoutMs / 1000} s`, true);
    throw new NoAnswer(reasonOf(error), false);
  }
};

async function beginningOf(body: ReadableStream<Uint8Array> | null): Promise<HttpAnswer['text']> {
  if (!body) return '';
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > MAX_ANSWER_BYTES) break;
  }
  return text;
}

/** Node says what is wrong in the cause of "fetch failed". */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (cause instanceof Error && 'code' in cause) return `no connection (${String(cause.code)})`;
  return cause instanceof Error ? cause.message : String(cause);
}
