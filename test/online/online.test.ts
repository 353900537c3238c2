import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { onlineBody } from '../../src/core/request/online-body.ts';
import { run } from '../run.ts';

const KEY = 'sk-proj-very-secret-0123456789';
const folder = mkdtempSync(join(tmpdir(), 'openai-cost-online-'));

interface Asked {
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: Record<string, unknown>;
}
type Answer = (response: ServerResponse, asked: Asked, index: number) => void;

/** A server that answers as the documented API does, or as a test wants it. */
let server: Server;
let base = '';
let answer: Answer;
let asked: Asked[] = [];

const counts: Answer = (response) =>
  json(response, 200, { object: 'response.input_tokens', input_tokens: 11 });

function json(response: ServerResponse, status: number, body: unknown, headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

function failure(message: string, type: string, code: string | null) {
  return { error: { message, type, param: null, code } };
}

beforeAll(async () => {
  server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      const one = { url: request.url, headers: request.headers, body: JSON.parse(text) };
      asked.push(one);
      answer(response, one, asked.length);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  writeFileSync(join(folder, 'p.txt'), 'hello there');
  writeFileSync(
    join(folder, 'chat.json'),
    JSON.stringify({ model: 'gpt-5.4', messages: [{ role: 'user', content: 'hello there' }] }),
  );
  writeFileSync(
    join(folder, 'tools.json'),
    JSON.stringify({
      model: 'gpt-5.4',
      messages: [{ role: 'user', content: 'hi' }],
      tools: [{ type: 'function', function: { name: 'f', parameters: {} } }],
    }),
  );
  writeFileSync(
    join(folder, 'responses.json'),
    JSON.stringify({
      model: 'gpt-5.4',
      input: 'hello there',
      instructions: 'be brief',
      max_output_tokens: 50,
      service_tier: 'flex',
      metadata: { team: 'a' },
    }),
  );
  writeFileSync(join(folder, 'embed.json'), '{"model":"text-embedding-3-small","input":["a","b"]}');
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
afterEach(() => {
  asked = [];
});

async function online(
  args: readonly string[],
  how: { answer?: Answer; env?: Record<string, string> } = {},
) {
  answer = how.answer ?? counts;
  const waits: number[] = [];
  const result = await run(['estimate', ...args, '--online'], {
    cwd: folder,
    env: { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: base, ...how.env },
    onWait: (milliseconds) => waits.push(milliseconds),
  });
  // Whatever happens, the key is in nothing that anybody sees.
  expect(`${result.out}${result.err}`).not.toContain(KEY);
  expect(`${result.out}${result.err}`).not.toMatch(/sk-/);
  return { ...result, waits };
}

describe('--online', () => {
  it('sends a text as it would be sent, says so first, and takes the count for exact', async () => {
    const { code, out, err } = await online(['p.txt', '-m', 'gpt-5.4', '-o', '1', '-f', 'json']);
    expect(code).toBe(0);
    expect(asked.map(({ url, body }) => [url, body])).toEqual([
      ['/v1/responses/input_tokens', { model: 'gpt-5.4', input: 'hello there' }],
    ]);
    expect(asked[0]?.headers.authorization).toBe(`Bearer ${KEY}`);
    expect(err).toContain(
      `--online sends 1 request (41 bytes) with all of p.txt to ${base}/responses/input_tokens`,
    );
    const { byFile, findings } = JSON.parse(out);
    expect(byFile[0]).toMatchObject({ basis: 'exact', tokens: { input: 11 } });
    expect(findings.map(({ message }: { message: string }) => message)).toEqual([
      'OpenAI counts 11 input tokens with gpt-5.4; here it is 8',
    ]);
  });

  it('sends of a request what the count depends on, with its own model', async () => {
    await online(['responses.json', 'chat.json']);
    expect(asked.map(({ body }) => body)).toEqual([
      { model: 'gpt-5.4', input: 'hello there', instructions: 'be brief' },
      { model: 'gpt-5.4', input: [{ role: 'user', content: 'hello there' }] },
    ]);
  });

  it('counts here what OpenAI would count otherwise, and says why', async () => {
    const { code, out } = await online(['tools.json', 'embed.json']);
    expect(code).toBe(0);
    expect(asked).toEqual([]);
    expect(out).toContain('tools.json: note: is not counted by OpenAI for gpt-5.4, but here: chat');
    expect(out).toContain('embed.json: note: is not counted by OpenAI');
  });

  it('leaves open what is billed besides the input', async () => {
    const body = { model: 'gpt-5.4', input: 'hi', tools: [{ type: 'mcp', server_label: 'x' }] };
    writeFileSync(join(folder, 'mcp.json'), JSON.stringify(body));
    const { code, out } = await online(['mcp.json', '-o', '0']);
    expect(code).toBe(3);
    expect(out).toContain('not priced: gpt-5.4: each use of mcp is billed besides\n');
    expect(asked).toHaveLength(1);
  });

  it('needs a key, a model and a sound address', async () => {
    for (const [args, env, message] of [
      [
        ['p.txt', '-m', 'gpt-5.4'],
        { OPENAI_API_KEY: '' },
        '--online needs a key in OPENAI_API_KEY',
      ],
      [['p.txt'], {}, '--online needs --model'],
      [
        ['p.txt', '-m', 'gpt-5.4'],
        { OPENAI_BASE_URL: 'localhost' },
        'OPENAI_BASE_URL must be a URL',
      ],
    ] as const) {
      const { code, err } = await online(args, { env });
      expect([code, asked.length]).toEqual([2, 0]);
      expect(err).toContain(message);
    }
  });

  it('tells a key that is refused, without a letter of it', async () => {
    const message = `Incorrect API key provided: ${KEY.slice(0, 8)}****6789.`;
    const { code, out, err, waits } = await online(['p.txt', '-m', 'gpt-5.4'], {
      answer: (response) =>
        json(response, 401, failure(message, 'invalid_request_error', 'invalid_api_key')),
    });
    expect([code, out, waits]).toEqual([2, '', []]);
    expect(err).toContain(
      'p.txt: error: not counted online for gpt-5.4: 401, the key in OPENAI_API_KEY is not accepted',
    );
  });

  it('waits as long as it is asked to, and asks again', async () => {
    const { code, waits } = await online(['p.txt', '-m', 'gpt-5.4', '-o', '1'], {
      answer: (response, one, index) => {
        if (index > 2) counts(response, one, index);
        else
          json(response, 429, failure('slow down', 'requests', 'rate_limit_exceeded'), {
            'retry-after': '7',
          });
      },
    });
    expect([code, waits]).toEqual([0, [7000, 7000]]);
  });

  it('gives up after three more tries, each after a longer wait', async () => {
    const { code, waits, err } = await online(['p.txt', '-m', 'gpt-5.4'], {
      answer: (response) => json(response, 500, failure('oops', 'server_error', null)),
    });
    expect([code, waits, asked.length]).toEqual([2, [500, 1000, 2000], 4]);
    expect(err).toContain('the API has failed (500), 4 times');
  });

  it('does not wait longer than anybody would', async () => {
    const { code, waits, err } = await online(['p.txt', '-m', 'gpt-5.4'], {
      answer: (response) => json(response, 429, {}, { 'retry-after': '3600' }),
    });
    expect([code, waits]).toEqual([2, []]);
    expect(err).toContain('it is to be asked again in 3600 s');
  });

  it('tells what the API says of a request that it does not take', async () => {
    const { code, err } = await online(['p.txt', '-m', 'gpt-5.4'], {
      answer: (response) =>
        json(
          response,
          400,
          failure(`no such model \u001b[31m${KEY}`, 'invalid_request_error', null),
        ),
    });
    expect(code).toBe(2);
    expect(err).toContain('the API answers with 400: no such model');
    expect(err).not.toContain('\u001b');
  });

  it('takes nothing but a number of tokens for a count', async () => {
    for (const text of [
      '<html>',
      '{"input_tokens":"11"}',
      '{"input_tokens":-1}',
      '[]',
      'null',
      '',
    ]) {
      const { code, err } = await online(['p.txt', '-m', 'gpt-5.4'], {
        answer: (response) => response.end(text),
      });
      expect(code).toBe(2);
      expect(err).toContain('the answer has no number of input_tokens');
    }
  });

  it('follows no redirect: it would take the key elsewhere', async () => {
    const { code, err } = await online(['p.txt', '-m', 'gpt-5.4'], {
      answer: (response) => {
        response.writeHead(307, { location: `${base}/elsewhere` });
        response.end();
      },
    });
    expect([code, asked.length]).toEqual([2, 1]);
    expect(err).toContain('the API answers with 307');
  });

  it('ends when no answer comes in time, or nobody is there', async () => {
    const late = await online(['p.txt', '-m', 'gpt-5.4', '--timeout', '1'], {
      answer: (response, one, index) => {
        if (index > 1) counts(response, one, index);
      },
    });
    expect([late.code, late.waits]).toEqual([0, [500]]);
    expect(late.err).toContain('no answer within 1 s; asks again in 0.5 s');
    const { port } = (await closedServer()).address;
    const nobody = await online(['p.txt', '-m', 'gpt-5.4'], {
      env: { OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1` },
    });
    expect(nobody.code).toBe(2);
    expect(nobody.err).toContain('no connection (ECONNREFUSED), 4 times');
  });
});

/** An address at which nobody listens any more. */
async function closedServer(): Promise<{ address: AddressInfo }> {
  const closing = createServer();
  await new Promise<void>((done) => closing.listen(0, '127.0.0.1', done));
  const address = closing.address() as AddressInfo;
  await new Promise((done) => closing.close(done));
  return { address };
}

describe('what OpenAI is asked', () => {
  const chat = (more: object) =>
    onlineBody(
      {
        kind: 'request',
        endpoint: 'chat_completions',
        body: { messages: [{ role: 'user', content: 'hi' }], ...more },
      },
      'm',
    );

  it('has messages with text and images as Responses write them', () => {
    const content = [
      { type: 'text', text: 'look' },
      { type: 'image_url', image_url: { url: 'https://example.com/a.png', detail: 'low' } },
    ];
    expect(chat({ messages: [{ role: 'user', content }] }).body).toEqual({
      model: 'm',
      input: [
        {
          role: 'user',
          content: [
            { type: 'input_text', text: 'look' },
            { type: 'input_image', image_url: 'https://example.com/a.png', detail: 'low' },
          ],
        },
      ],
    });
  });

  it('is nothing where a stored prompt would be left out of it', () => {
    const body = { prompt: { id: 'pmpt_1' }, input: 'hi' };
    const asked = onlineBody({ kind: 'request', endpoint: 'responses', body }, 'gpt-5.4');
    expect(asked.body).toBeUndefined();
    expect(asked.reason).toContain('stored prompt');
  });

  it('is nothing where chat completions bill otherwise', () => {
    for (const more of [
      { tools: [] },
      { functions: [] },
      { response_format: { type: 'json_schema', json_schema: {} } },
      { messages: [{ role: 'tool', content: 'x', tool_call_id: 'a' }] },
      { messages: [{ role: 'user', name: 'ann', content: 'x' }] },
      { messages: [{ role: 'user', content: [{ type: 'input_audio', input_audio: {} }] }] },
      { messages: [{ role: 'user', content: [{ type: 'file', file: {} }] }] },
    ]) {
      expect(chat(more).reason).toMatch(/^chat completions bill /);
    }
    expect(chat({ response_format: { type: 'json_object' }, tools: null }).body).toBeDefined();
  });
});
