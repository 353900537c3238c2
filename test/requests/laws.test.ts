import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COUNT_BASES, type RequestTokens } from '../../src/core/request/tally.ts';
import { parts, tokens, total } from './count.ts';

const MODELS = ['gpt-3.5-turbo', 'gpt-4o', 'o3-mini', 'gpt-5', 'gpt-6.2-sol'] as const;
const model = fc.constantFrom(...MODELS);
const text = fc.string({ unit: 'grapheme', maxLength: 30 });
const message = fc.record({
  role: fc.constantFrom('system', 'user', 'assistant'),
  content: text,
});
const messages = fc.array(message, { minLength: 1, maxLength: 5 });
const type = fc.constantFrom('string', 'integer', 'boolean', 'number');
const property = fc.record({ type, description: text }, { requiredKeys: ['type'] });
const name = fc.stringMatching(/^[a-z][a-z_]{0,12}$/);
const schema = fc.record({
  type: fc.constant('object'),
  properties: fc.dictionary(name, property, { maxKeys: 4 }),
});
const tool = fc.record({
  type: fc.constant('function'),
  function: fc.record({ name, description: text, parameters: schema }),
});

/** As somebody else may write the same JSON: the keys in another order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, each]) => [key, reversed(each)]),
  );
}

function expectSound({ parts: all, total: sum }: RequestTokens): void {
  const known = all.every(({ basis }) => basis !== 'unknown');
  for (const key of ['low', 'expected', 'high'] as const) {
    if (key !== 'low' && !known) expect(sum[key]).toBeNull();
    else expect(sum[key]).toBe(all.reduce((total, part) => total + (part[key] ?? 0), 0));
  }
  const weakest = Math.max(0, ...all.map(({ basis }) => COUNT_BASES.indexOf(basis)));
  expect(sum.basis).toBe(COUNT_BASES[weakest]);
  for (const { basis, low, expected, high, reasons } of all) {
    expect(reasons.length > 0).toBe(basis !== 'exact');
    expect(new Set(reasons).size).toBe(reasons.length);
    expect(low).toBeGreaterThanOrEqual(0);
    if (basis === 'exact') expect([low, high]).toEqual([expected, expected]);
    if (basis === 'unknown') expect([expected, high]).toEqual([null, null]);
    else expect(expected).toBeLessThanOrEqual(high ?? 0);
  }
}

describe('of every request', () => {
  it('the parts add up to the total, which has the weakest basis', () => {
    fc.assert(
      fc.property(messages, fc.array(tool, { maxLength: 3 }), model, (list, tools, name) => {
        expectSound(tokens({ messages: list, tools }, name));
        expectSound(tokens({ input: list, tools }, name));
      }),
    );
  });

  it('one more message never makes fewer tokens', () => {
    fc.assert(
      fc.property(
        messages,
        message,
        fc.array(tool, { maxLength: 1 }),
        model,
        (list, one, tools, name) => {
          const less = total({ messages: list, tools }, name) ?? 0;
          expect(total({ messages: [...list, one], tools }, name)).toBeGreaterThanOrEqual(less);
          expect(total({ input: [...list, one], tools }, name)).toBeGreaterThanOrEqual(
            total({ input: list, tools }, name) ?? 0,
          );
        },
      ),
    );
  });

  it('one more function never makes fewer tokens', () => {
    fc.assert(
      fc.property(
        messages,
        fc.array(tool, { maxLength: 2 }),
        tool,
        model,
        (list, some, one, name) => {
          const less = total({ messages: list, tools: some }, name) ?? 0;
          expect(total({ messages: list, tools: [...some, one] }, name)).toBeGreaterThan(less);
        },
      ),
    );
  });

  it('messages and items may have their keys in any order', () => {
    const item = fc.record({ role: fc.constantFrom('user', 'system'), content: text });
    fc.assert(
      fc.property(fc.array(item, { minLength: 1 }), model, (list, name) => {
        expect(total({ messages: reversed(list) }, name)).toBe(total({ messages: list }, name));
        expect(total({ input: reversed(list) }, name)).toBe(total({ input: list }, name));
      }),
    );
  });

  it('the space between the parts of arguments does not count, but in Responses', () => {
    fc.assert(
      fc.property(fc.dictionary(name, text, { minKeys: 1, maxKeys: 3 }), model, (value, name) => {
        const messages = (written: string) => [
          { role: 'user', content: 'a' },
          { role: 'assistant', tool_calls: [{ function: { name: 'f', arguments: written } }] },
        ];
        const spaced = JSON.stringify(value, null, 2);
        const compact = JSON.stringify(value);
        expect(total({ messages: messages(spaced) }, name)).toBe(
          total({ messages: messages(compact) }, name),
        );
      }),
    );
  });
});

describe('what nobody can tell', () => {
  const user = { role: 'user', content: 'hello' };
  it.each([
    ['an unknown part', { messages: [{ role: 'user', content: [{ type: 'hologram' }] }] }],
    ['an unknown item', { input: [user, { type: 'item_reference', id: '1' }] }],
    ['reasoning that is sent back', { input: [user, { type: 'reasoning', id: '1' }] }],
    ['earlier turns', { input: 'hello', previous_response_id: 'resp_1' }],
    ['a stored prompt', { prompt: { id: 'pmpt_1' } }],
    [
      'a file',
      { messages: [{ role: 'user', content: [{ type: 'file', file: { file_id: 'f' } }] }] },
    ],
    ['a tool of the API', { input: 'hello', tools: [{ type: 'code_interpreter' }] }],
    ['pro mode', { input: 'hello', reasoning: { mode: 'pro' } }],
  ])('makes the basis unknown, and never zero: %s', (_, body) => {
    const counted = tokens(body, 'gpt-5');
    expect(counted.total).toMatchObject({ basis: 'unknown', expected: null, high: null });
    expect(counted.parts.filter(({ basis }) => basis === 'unknown')).toHaveLength(1);
    expectSound(counted);
  });

  it('a model without messages, or without a tokenizer, says so', () => {
    expect(tokens({ messages: [user] }, 'text-embedding-3-small').parts).toMatchObject([
      { part: 'messages', reasons: ['text-embedding-3-small takes no messages'] },
    ]);
    expect(tokens({ input: 'a' }, 'omni-moderation-latest').parts).toMatchObject([
      { part: 'text', reasons: ['no tokenizer is known for omni-moderation-latest'] },
    ]);
  });

  it('reasoning of an earlier turn is not billed before gpt-5.6, and may be after', () => {
    const input = [user, { type: 'reasoning', id: '1' }, { role: 'assistant', content: 'a' }, user];
    expect(tokens({ input }, 'gpt-5').total.basis).toBe('estimate');
    expect(tokens({ input }, 'gpt-5.6').total.basis).toBe('unknown');
  });
});

describe('parts', () => {
  it('are told apart', () => {
    const body = {
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'hello' },
            { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
          ],
        },
        { role: 'assistant', tool_calls: [{ id: '1', function: { name: 'f', arguments: '{}' } }] },
        { role: 'tool', tool_call_id: '1', content: 'done' },
      ],
      tools: [{ type: 'function', function: { name: 'f' } }],
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'a', schema: { type: 'object' } },
      },
    };
    expect(Object.keys(parts(body, 'gpt-4o'))).toEqual([
      'text',
      'messages',
      'tools',
      'schema',
      'calls',
      'images',
    ]);
    expect(parts(body, 'gpt-4o')).toMatchObject({ text: 1, messages: 7, images: 85 });
  });
});
