/** Whatever JSON comes along: it is read and counted, or somebody is told what is wrong with it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REQUEST_FORMATS, readRequest } from '../../src/input/requests/index.ts';
import { counter, model } from './count.ts';

const KEYS = [
  ...['messages', 'input', 'instructions', 'prompt', 'model', 'tools', 'functions', 'tool_choice'],
  ...['role', 'content', 'type', 'text', 'name', 'tool_calls', 'function', 'arguments', 'id'],
  ...['tool_call_id', 'call_id', 'output', 'response_format', 'json_schema', 'schema', 'format'],
  ...['parameters', 'properties', 'items', 'anyOf', 'enum', '$ref', '$defs', 'required'],
  ...['image_url', 'url', 'input_audio', 'file', 'n', 'max_tokens', 'reasoning', '__proto__'],
];
const VALUES = [
  ...['user', 'assistant', 'system', 'tool', 'function', 'custom', 'text', 'image_url', 'file'],
  ...['function_call', 'function_call_output', 'reasoning', 'json_schema', 'object', 'array'],
  ...['#', '#/$defs/a', 'text-embedding-3-small', 'gpt-4o', '{"a":1}', ''],
];
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'medium' },
    fc.constantFrom(...VALUES),
    fc.constantFrom(null, true, -1, 0, 1.5, 2 ** 60),
    fc.string(),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...KEYS), tie('value'), { maxKeys: 6 }),
  ),
})).value;

const endpoint = fc.option(fc.constantFrom(...REQUEST_FORMATS.map((format) => format.endpoint)), {
  nil: undefined,
});

function check(value: unknown, to?: Parameters<typeof readRequest>[2]): void {
  const read = readRequest(value, { file: 'fuzz' }, to);
  if (read.kind === 'bad') {
    expect(read.reason).toMatch(/\S/);
    return;
  }
  for (const name of ['gpt-4o', 'gpt-5', 'text-embedding-3-small', 'omni-moderation-latest']) {
    const { total } = counter.count(read.request, model(name));
    expect(Number.isSafeInteger(total.low)).toBe(true);
    expect(total.expected === null).toBe(total.basis === 'unknown');
  }
}

type Schema = Record<string, unknown>;

describe('arbitrary JSON', () => {
  it('never crashes the reader or the counter', () => {
    fc.assert(fc.property(json, endpoint, check), { numRuns: 1000 });
  });

  it('nor does it inside a request that is otherwise sound', () => {
    const hello = { role: 'user', content: 'hello' };
    fc.assert(
      fc.property(json, json, (one, other) => {
        check({ messages: [hello, one], tools: [other] });
        check({
          messages: [hello],
          tools: [{ type: 'function', function: { name: 'f', parameters: one } }],
        });
        check({
          input: [hello, one],
          text: { format: { type: 'json_schema', name: 'a', schema: other } },
        });
      }),
      // What every object has: no name of a table of ours.
      {
        numRuns: 500,
        examples: ['valueOf', { toString: 1, valueOf: 1 }].flatMap((odd): [Schema, Schema][] => {
          const of = (schema: Schema) => ({ properties: { a: schema } });
          return [
            [of({ type: [odd] }), {}],
            [of({ type: odd }), of({ pattern: odd })],
          ];
        }),
      },
    );
  });

  it('nor does what is deep, long or many', () => {
    const nested = (open: string, close: string) =>
      JSON.parse(open.repeat(20_000) + close.repeat(20_000));
    const deep = nested('[', ']');
    check(deep);
    check({ messages: deep });
    check({ messages: [{ role: 'user', content: deep }] });
    check({ input: deep });
    check({ input: [{ type: 'function_call', name: 'f', arguments: '['.repeat(100_000) }] });
    const text = `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`;
    check({
      messages: [{ role: 'assistant', tool_calls: [{ function: { name: 'f', arguments: text } }] }],
    });
    check({
      messages: [],
      tools: [{ type: 'function', function: { name: 'f', parameters: JSON.parse(text) } }],
    });
    check({ messages: Array.from({ length: 5000 }, () => ({ role: 'user', content: 'a' })) });
    const properties = Object.fromEntries(
      Array.from({ length: 5000 }, (_, index) => [
        `p${index}`,
        { type: 'string', description: 'd' },
      ]),
    );
    check({ input: 'a', tools: [{ type: 'function', name: 'f', parameters: { properties } }] });
  });
});
