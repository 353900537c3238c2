import { describe, expect, it } from 'vitest';
import { REQUEST_ENDPOINTS, type RequestEndpoint } from '../../src/core/request/request.ts';
import { isRequest } from '../../src/input/requests/index.ts';
import { reasonOf, request } from './count.ts';

const hello = [{ role: 'user', content: 'hello' }];

describe('a request is recognised by what is in it', () => {
  it.each<[string, unknown, RequestEndpoint]>([
    ['a list of messages', hello, 'chat_completions'],
    ['messages', { messages: hello }, 'chat_completions'],
    ['an input', { input: 'hello' }, 'responses'],
    ['items', { input: hello, model: 'gpt-5' }, 'responses'],
    ['instructions alone', { instructions: 'Go on.', previous_response_id: 'resp_1' }, 'responses'],
    ['a stored prompt', { prompt: { id: 'pmpt_1' } }, 'responses'],
    ['an embedding model', { input: 'hello', model: 'text-embedding-3-small' }, 'embeddings'],
    ['several texts', { input: ['a', 'b'], model: 'mine' }, 'embeddings'],
    ['tokens', { input: [[1, 2], [3]] }, 'embeddings'],
    ['a moderation model', { input: 'hello', model: 'omni-moderation-latest' }, 'moderations'],
    ['a prompt', { prompt: 'Once upon' }, 'completions'],
  ])('%s', (_, body, endpoint) => {
    expect(isRequest(body)).toBe(true);
    expect(request(body).endpoint).toBe(endpoint);
  });

  it.each([
    ['nothing', null],
    ['a text', 'hello'],
    ['an empty list', []],
    ['a list of other things', [{ role: 'user' }, 1]],
    ['a request for speech', { model: 'tts-1', input: 'hello', voice: 'alloy' }],
    ['a request for an image', { model: 'gpt-image-2', prompt: 'a cat', size: '1024x1024' }],
  ])('and %s is none', (_, body) => {
    expect(isRequest(body)).toBe(false);
    expect(reasonOf(body)).toMatch(/^not a request that is known; these are read: /);
  });

  it('or by the endpoint that it is for', () => {
    for (const endpoint of REQUEST_ENDPOINTS) {
      const body = { input: 'a', prompt: 'a', messages: hello, model: 'mine' };
      expect(request(body, endpoint).endpoint).toBe(endpoint);
    }
  });
});

describe('what is asked for', () => {
  it('is read from a chat completions request', () => {
    const body = {
      model: 'gpt-5',
      messages: [
        {
          role: 'developer',
          content: [
            { type: 'text', text: 'a' },
            { type: 'text', text: 'b' },
          ],
        },
        { role: 'user', name: 'ann', content: 'c' },
      ],
      max_completion_tokens: 50,
      n: 3,
      service_tier: 'flex',
      reasoning_effort: 'low',
      parallel_tool_calls: false,
      tool_choice: { type: 'function', function: { name: 'f' } },
    };
    expect(request(body)).toMatchObject({
      model: 'gpt-5',
      maxOutputTokens: 50,
      answers: 3,
      serviceTier: 'flex',
      reasoningEffort: 'low',
      parallelToolCalls: false,
      toolChoice: { kind: 'named', name: 'f' },
      items: [
        { role: 'developer', parts: [{ text: 'a' }, { text: 'b' }] },
        { role: 'user', name: 'ann', parts: [{ text: 'c' }] },
      ],
    });
  });

  it('is read from a Responses request', () => {
    const body = {
      model: 'gpt-5.6',
      instructions: 'a',
      input: [
        { role: 'user', content: [{ type: 'input_text', text: 'b', prompt_cache_breakpoint: {} }] },
        { type: 'reasoning', id: 'rs_1', summary: [] },
      ],
      max_output_tokens: 7,
      reasoning: { effort: 'high', mode: 'pro' },
      conversation: 'conv_1',
      prompt_cache_key: 'k',
    };
    expect(request(body)).toMatchObject({
      maxOutputTokens: 7,
      answers: 1,
      reasoningEffort: 'high',
      reasoningMode: 'pro',
      items: [
        { role: 'system' },
        { role: 'user', parts: [{ text: 'b', endsCache: true }] },
        { kind: 'reasoning' },
      ],
      elsewhere: [{ reason: 'conversation: its items are billed, and only OpenAI has them' }],
      cacheKey: 'k',
    });
  });

  it('of a completion is 16 tokens unless it says another number', () => {
    expect(request({ prompt: 'a' }).maxOutputTokens).toBe(16);
    expect(request({ prompt: 'a', max_tokens: 9 }).maxOutputTokens).toBe(9);
  });

  it('keeps images, sounds and files with the place where they are', () => {
    const content = [
      { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA', detail: 'low' } },
      { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
      { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } },
      { type: 'file', file: { file_id: 'file-1', filename: 'a.pdf' } },
    ];
    expect(request({ messages: [{ role: 'user', content }] })).toMatchObject({
      items: [
        {
          parts: [
            { kind: 'image', data: 'data:image/png;base64,AAAA', detail: 'low' },
            { kind: 'image', url: 'https://example.com/a.png', path: 'messages[0].content[1]' },
            { kind: 'audio', data: 'AAAA' },
            { kind: 'file', fileId: 'file-1', filename: 'a.pdf' },
          ],
        },
      ],
    });
  });

  it('names parts and items that nobody knows, and drops none', () => {
    const content = [{ type: 'hologram', data: 1 }];
    expect(request({ messages: [{ role: 'user', content }] })).toMatchObject({
      items: [
        { parts: [{ kind: 'unknown', reason: 'messages[0].content[0] is of type hologram' }] },
      ],
    });
    expect(
      request({ input: [{ type: 'web_search_call', id: 'ws_1' }], store: true }),
    ).toMatchObject({
      items: [
        {
          kind: 'unknown',
          reason: 'input[0] is of type web_search_call, whose tokens nobody can tell',
        },
      ],
    });
  });
});

describe('a request that cannot be read says what is wrong and where', () => {
  const deep = JSON.parse(`${'{"a":'.repeat(200)}1${'}'.repeat(200)}`);
  const chat = (more: object) => ({ messages: hello, ...more });
  const message = (more: object) => ({ messages: [...hello, more] });
  it.each([
    [{ messages: [] }, 'messages is empty; a request needs a message'],
    [{ messages: 'hello' }, 'messages is no list'],
    [
      message({ role: 'bot', content: 'a' }),
      'messages[1].role is bot; use system, developer, user, assistant, tool or function',
    ],
    [
      message({ content: 'a' }),
      'messages[1].role is missing; use system, developer, user, assistant, tool or function',
    ],
    [message({ role: 'user' }), 'messages[1].content is missing'],
    [
      message({ role: 'user', content: 5 }),
      'messages[1].content is neither a text nor a list of parts',
    ],
    [message({ role: 'user', content: [{}] }), 'messages[1].content[0].type is missing'],
    [
      message({ role: 'user', content: [{ type: 'text' }] }),
      'messages[1].content[0].text is missing',
    ],
    [
      message({ role: 'user', content: [{ type: 'image_url' }] }),
      'messages[1].content[0].image_url is missing; give a URL or a data URL',
    ],
    [
      message({ role: 'assistant', tool_calls: [{ id: '1' }] }),
      'messages[1].tool_calls[0].function is missing',
    ],
    [{ messages: [null] }, 'messages[0] is no object'],
    [chat({ max_tokens: -5 }), 'max_tokens is -5, which is no whole number from 0 to 2^53'],
    [chat({ max_completion_tokens: 'many' }), 'max_completion_tokens is no number'],
    [chat({ n: 0 }), 'n is 0; ask for at least one answer'],
    [chat({ tools: [{ type: 'function', function: {} }] }), 'tools[0].function.name is missing'],
    [chat({ tools: [{ name: 'f' }] }), 'tools[0].type is missing'],
    [
      chat({ tools: [{ type: 'function', function: { name: 'f', parameters: 'x' } }] }),
      'tools[0].function.parameters is no JSON Schema, which is an object',
    ],
    [
      chat({ tools: [{ type: 'function', function: { name: 'f', parameters: deep } }] }),
      'tools[0].function.parameters is nested more than 100 levels deep; make it flatter',
    ],
    [
      chat({ response_format: { type: 'xml' } }),
      'response_format.type is xml; use text, json_object or json_schema',
    ],
    [
      chat({ response_format: { type: 'json_schema', json_schema: { name: 'a' } } }),
      'response_format.json_schema.schema is missing',
    ],
    [{ input: [], store: true }, 'input is missing'],
    [
      { input: [{ role: 'tool', content: 'a' }] },
      'input[0].role is tool; use system, developer, user or assistant',
    ],
    [{ input: [{ role: 'user' }] }, 'input[0].content is missing'],
    [{ input: [{ type: 'function_call' }] }, 'input[0].name is missing'],
    [{ input: [], model: 'text-embedding-3-small' }, 'input is empty; give at least one text'],
    [
      { input: ['a', 5], model: 'text-embedding-3-small' },
      'input[1] is neither a text nor a list of tokens',
    ],
    [
      { input: [-1], model: 'text-embedding-3-small' },
      'input[0] is neither a text nor a list of tokens',
    ],
  ])('%j', (body, reason) => {
    expect(reasonOf(body)).toBe(reason);
  });
});
