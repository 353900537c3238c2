/** Short requests, and the number of input tokens that the API billed for each. */
import { describe, expect, it } from 'vitest';
import { tokens, total } from './count.ts';

const user = (content: string) => ({ role: 'user', content });
const system = (content: string) => ({ role: 'system', content });

const multiply = {
  name: 'multiply',
  description: 'Multiply two numbers.',
  parameters: {
    properties: { a: { type: 'integer' }, b: { type: 'integer' } },
    required: ['a', 'b'],
    type: 'object',
  },
};
const nothing = (name: string) => ({
  type: 'function',
  function: {
    name,
    description: '',
    parameters: { additionalProperties: false, properties: {}, type: 'object' },
  },
});
const call = (id: string, name: string, text: string) => ({
  id,
  type: 'function',
  function: { name, arguments: text },
});
const person = {
  name: 'Person',
  strict: true,
  schema: {
    properties: {
      name: { title: 'Name', type: 'string' },
      age: { title: 'Age', type: 'integer' },
    },
    required: ['name', 'age'],
    title: 'Person',
    type: 'object',
    additionalProperties: false,
  },
};
const weatherTool = {
  type: 'function',
  function: {
    description: 'Get the current weather for a city.',
    name: 'get_weather',
    parameters: {
      additionalProperties: false,
      properties: { city: { type: 'string' } },
      required: ['city'],
      type: 'object',
    },
    strict: true,
  },
};
const paris = "What's the weather in Paris?";

describe('text', () => {
  it.each([
    ['gpt-3.5-turbo-0125', [user('Tell me a short joke about chickens')], 14],
    ['gpt-4o-2024-08-06', [user('hello')], 8],
    ['gpt-4o-2024-08-06', [user('')], 7],
    ['gpt-4.5-preview', [user('hello')], 8],
    ['o3-mini', [user('hello')], 7],
    ['o3-mini', [system('You are a potato.')], 11],
    ['gpt-5', [user('What is 4200 + 42?')], 15],
    ['gpt-5-mini', [user('What is 4200 + 42?')], 15],
    ['gpt-4o-audio-preview-2024-12-17', [user('Say hello.')], 9],
  ])('of a chat with %s', (model, messages, billed) => {
    expect(total({ messages }, model)).toBe(billed);
  });

  it.each([
    ['gpt-4.1', { input: 'hi' }, 8],
    ['gpt-4.1-nano', { input: 'Count to 5' }, 11],
    ['gpt-4o-2024-08-06', { input: [user('あたし')], tools: [] }, 10],
    [
      'gpt-4o-mini',
      { input: 'Say this is a test', instructions: 'You are a helpful assistant.' },
      22,
    ],
    ['gpt-5', { input: 'Tell me a joke.' }, 11],
    ['gpt-5-nano', { input: 'Explain why the sky is blue' }, 12],
    ['o4-mini', { input: 'If one plus a number is 10, what is the number?' }, 20],
  ])('of Responses with %s', (model, body, billed) => {
    expect(total(body, model)).toBe(billed);
  });

  it('is exact for models of which the API has reported counts, and else is not', () => {
    const body = { messages: [user('hello')] };
    expect(tokens(body, 'gpt-4o').total).toEqual({
      basis: 'exact',
      low: 8,
      expected: 8,
      high: 8,
    });
    expect(tokens(body, 'gpt-6.2-sol').total).toEqual({
      basis: 'estimate',
      low: 7,
      expected: 7,
      high: 7,
    });
  });

  it('of JSON mode costs nothing more', () => {
    const messages = [user("Return a JSON object with a 'greeting' field")];
    const format = { response_format: { type: 'json_object' } };
    expect(total({ messages, ...format }, 'gpt-4o-mini')).toBe(18);
    expect(total({ messages }, 'gpt-4o-mini')).toBe(18);
  });
});

describe('texts', () => {
  it.each([
    ['text-embedding-3-small', { input: 'hello' }, 1],
    ['text-embedding-ada-002', { input: ['test MDX'] }, 3],
    ['text-embedding-ada-002', { input: [[8134]] }, 1],
    ['text-embedding-ada-002', { input: '' }, 1],
  ])('to embed with %s', (model, body, billed) => {
    expect(total({ ...body, model }, model)).toBe(billed);
  });

  it('to complete', () => {
    const body = { model: 'gpt-3.5-turbo-instruct', prompt: 'Once upon a time' };
    expect(total(body, body.model)).toBe(4);
  });
});

describe('functions', () => {
  it.each([
    ['gpt-4o-mini', [user('What is 1231 * 2331?')], [{ type: 'function', function: multiply }], 54],
    ['gpt-4o-2024-08-06', [user('What is the model name?')], [nothing('get_model_name')], 38],
    [
      'gpt-5-mini',
      [user('Call the get_mixed_content tool and describe what you received.')],
      [nothing('get_mixed_content')],
      126,
    ],
  ])('in a chat with %s', (model, messages, tools, billed) => {
    expect(total({ messages, tools }, model)).toBe(billed);
  });

  it('in the form of 2023', () => {
    const messages = [user('What is 1231 * 2331?')];
    expect(total({ messages, functions: [multiply] }, 'gpt-4o-mini')).toBe(54);
  });

  it('of the API itself', () => {
    const body = { input: 'Hello world', tools: [{ type: 'web_search_preview' }] };
    expect(tokens(body, 'gpt-4.1').total).toMatchObject({ expected: 303, basis: 'estimate' });
  });
});

describe('calls in the history', () => {
  it('and their results', () => {
    const messages = [
      user(paris),
      {
        role: 'assistant',
        content: null,
        tool_calls: [call('1', 'get_weather', '{"city":"Paris"}')],
      },
      { role: 'tool', content: 'Sunny, 22C in Paris', tool_call_id: '1' },
    ];
    expect(total({ messages, tools: [weatherTool] }, 'gpt-5-mini')).toBe(167);
  });

  it('have arguments that are written anew', () => {
    const messages = [
      {
        role: 'assistant',
        tool_calls: [call('1', 'get_current_weather', '{"location": "San Francisco"}')],
      },
      {
        role: 'tool',
        tool_call_id: '1',
        content: 'The weather in San Francisco is 70 degrees and sunny.',
      },
    ];
    expect(total({ messages }, 'gpt-3.5-turbo-0125')).toBe(40);
  });

  it('that were made together', () => {
    const messages = [
      system("You're a helpful assistant."),
      user("What's the weather in Seattle and San Francisco today?"),
      {
        role: 'assistant',
        tool_calls: [
          call('1', 'get_current_weather', '{"location": "Seattle, WA"}'),
          call('2', 'get_current_weather', '{"location": "San Francisco, CA"}'),
        ],
      },
      { role: 'tool', content: '50 degrees and raining', tool_call_id: '1' },
      { role: 'tool', content: '70 degrees and sunny', tool_call_id: '2' },
    ];
    expect(total({ messages }, 'gpt-4o-mini')).toBe(99);
  });

  it('of Responses, as the API has kept them', () => {
    const input = [
      user('What is the weather like in Paris today?'),
      {
        type: 'function_call',
        id: 'fc_1',
        call_id: '1',
        name: 'get_weather',
        arguments: '{"location":"Paris, France"}',
      },
      { type: 'function_call_output', call_id: '1', output: 'Rainy' },
    ];
    expect(total({ input }, 'gpt-4.1')).toBe(43);
  });

  it('of Responses, as they are sent', () => {
    const input = [
      user("What's the weather like in San Francisco?"),
      {
        type: 'function_call',
        call_id: '1',
        name: 'get_weather',
        arguments: '{"location": "San Francisco, CA"}',
      },
      {
        type: 'function_call_output',
        call_id: '1',
        output: '{"temperature": "72°F", "conditions": "sunny", "humidity": "65%"}',
      },
    ];
    expect(total({ input }, 'gpt-4.1')).toBe(60);
  });
});

describe('schemas', () => {
  it('in Responses', () => {
    const format = { type: 'json_schema', ...person };
    const body = { input: 'Extract: Bob is 42 years old.', text: { format } };
    expect(total(body, 'gpt-4.1-nano')).toBe(57);
  });

  it('in a chat, where the name counts once more', () => {
    const body = {
      messages: [user('Choose a lucky number between 1 and 10')],
      response_format: {
        type: 'json_schema',
        json_schema: {
          name: 'int',
          strict: true,
          schema: {
            description: 'Wrapper for primitive type int',
            properties: { output: { title: 'Output', type: 'integer' } },
            required: ['output'],
            title: 'intOutput',
            type: 'object',
            additionalProperties: false,
          },
        },
      },
    };
    expect(total(body, 'gpt-4o-2024-08-06')).toBe(62);
  });
});
