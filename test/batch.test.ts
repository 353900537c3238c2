import { describe, expect, it } from 'vitest';
import { BATCH_LIMITS, BATCH_URLS, BatchCheck, batchEndpoint } from '../src/core/estimate/batch.ts';
import type { JsonObject } from '../src/core/json.ts';

const asItIs = (key: string) => key;
const good = (id: string): JsonObject => ({
  custom_id: id,
  method: 'POST',
  url: '/v1/responses',
  body: { model: 'gpt-5', input: 'a' },
});

function check(lines: readonly JsonObject[], bytes = 1): { kind: string; lines: unknown[] }[] {
  const batch = new BatchCheck(asItIs);
  for (const [index, line] of lines.entries()) batch.line(index + 1, line);
  return batch
    .end(bytes)
    .map(({ kind, first }) => ({ kind, lines: first.map(({ line }) => line) }));
}

const streamed = (stream: boolean): JsonObject => {
  const line = good('b');
  return { ...line, body: { ...(line.body as JsonObject), stream } };
};

describe('a batch file', () => {
  it('may be sent where nothing is wrong', () => {
    expect(check([good('a'), good('b')])).toEqual([]);
  });

  it.each<[string, JsonObject, string]>([
    ['no custom_id', { ...good('b'), custom_id: null }, 'custom-id'],
    ['an empty custom_id', good(''), 'custom-id'],
    ['a number as custom_id', { ...good('b'), custom_id: 7 }, 'custom-id'],
    ['the custom_id of another', good('a'), 'duplicate-custom-id'],
    ['no method', { ...good('b'), method: null }, 'method'],
    ['a method in lower case', { ...good('b'), method: 'post' }, 'method'],
    ['no url', { ...good('b'), url: null }, 'url'],
    ['a url that Batch does not take', { ...good('b'), url: '/v1/files' }, 'url'],
    ['another url', { ...good('b'), url: '/v1/embeddings' }, 'other-url'],
    ['no body', { ...good('b'), body: null }, 'body'],
    ['a list as body', { ...good('b'), body: [] }, 'body'],
    ['no model', { ...good('b'), body: { input: 'a' } }, 'no-model'],
    ['a body that is to be streamed', streamed(true), 'stream'],
    ['another model', { ...good('b'), body: { model: 'gpt-4.1' } }, 'other-model'],
  ])('is refused for %s', (_, line, kind) => {
    expect(check([good('a'), line, good('c')])).toEqual([{ kind, lines: [2] }]);
  });

  it('may say that it is not to be streamed', () => {
    expect(check([good('a'), streamed(false)])).toEqual([]);
  });

  it('is told all that is wrong with a line, and how often', () => {
    const worst = { custom_id: 'a', method: 'GET', url: '/v1/x', body: { model: 'gpt-4.1' } };
    expect(check([good('a'), worst]).map(({ kind }) => kind)).toEqual([
      'duplicate-custom-id',
      'method',
      'url',
      'other-model',
    ]);
    const batch = new BatchCheck(asItIs);
    for (let line = 1; line <= 100; line++) batch.line(line, { ...good(`${line}`), method: 'GET' });
    const [problem] = batch.end(1);
    expect(problem?.all).toBe(100);
    expect(problem?.first.map(({ line }) => line)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('has limits', () => {
    const { requests, embeddingInputs, bytes, bytesAtMost } = BATCH_LIMITS;
    const many = (number: number) => Array.from({ length: number }, (_, id) => good(`${id}`));
    expect(check(many(requests))).toEqual([]);
    expect(check(many(requests + 1)).map(({ kind }) => kind)).toEqual(['too-many-requests']);
    const sizes = [bytes, bytes + 1, bytesAtMost, bytesAtMost + 1];
    expect(sizes.map((size) => check([good('a')], size).map(({ kind }) => kind))).toEqual([
      [],
      ['perhaps-too-large'],
      ['perhaps-too-large'],
      ['too-large'],
    ]);
    const inputs = [embeddingInputs, embeddingInputs + 1].map((number) => {
      const batch = new BatchCheck(asItIs);
      batch.line(1, good('a'));
      batch.embeds(number - 1);
      batch.embeds(1);
      return batch.end(1).map(({ kind }) => kind);
    });
    expect(inputs).toEqual([[], ['too-many-inputs']]);
  });

  it('has to have a request', () => {
    expect(check([])).toEqual([{ kind: 'empty-file', lines: [undefined] }]);
    const batch = new BatchCheck(asItIs);
    batch.unreadableLine(1, 'the line is not JSON');
    expect(batch.end(1).map(({ kind }) => kind)).toEqual(['invalid-json']);
  });

  it('does not show ids without end', () => {
    const batch = new BatchCheck(asItIs);
    const id = 'x'.repeat(10_000);
    batch.line(1, good(id));
    batch.line(2, good(id));
    expect(batch.end(1)[0]?.first[0]?.what.length).toBeLessThan(200);
  });
});

describe('the endpoint of a line', () => {
  it('is known by its url, with whatever host', () => {
    for (const [url, endpoint] of Object.entries(BATCH_URLS)) {
      for (const each of [url, `https://api.openai.com${url}`, url.slice(1), `${url}/`]) {
        expect(batchEndpoint(each), each).toBe(endpoint);
      }
    }
    for (const url of ['/v1/files', '/v1/responses/x', 'v1', '', 7, null, undefined]) {
      expect(batchEndpoint(url)).toBeUndefined();
    }
  });
});
