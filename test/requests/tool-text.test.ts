/** How functions and schemas are shown to the model. */
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../src/core/json.ts';
import { schemaText } from '../../src/core/schema-text.ts';
import { toolText } from '../../src/core/tool-text.ts';

const object = (properties: JsonValue, more: { [key: string]: JsonValue } = {}) => ({
  type: 'object',
  properties,
  ...more,
});

function shown(parameters: JsonValue | undefined, description?: string): string {
  const { text } = toolText([{ kind: 'function', name: 'f', description, parameters }]);
  return text.replace('namespace functions {\n\n', '').replace('\n\n} // namespace functions', '');
}

describe('a function', () => {
  it('stands in a namespace, with a blank line after each', () => {
    const tool = {
      kind: 'function',
      name: 'f',
      description: undefined,
      parameters: undefined,
    } as const;
    expect(toolText([tool, { ...tool, name: 'g' }]).text).toBe(
      'namespace functions {\n\ntype f = () => any;\n\ntype g = () => any;\n\n} // namespace functions',
    );
  });

  it.each<[string, JsonValue, string]>([
    ['no properties', object({}), 'type f = () => any;'],
    [
      'nothing to say: one line',
      object({ a: { type: 'string' }, b: { type: 'integer' } }, { required: ['a'] }),
      'type f = (_: { a: string, b?: number }) => any;',
    ],
    [
      'required properties first, in their order',
      object({ a: {}, b: {}, c: {} }, { required: ['c', 'b'] }),
      'type f = (_: { c: any, b: any, a?: any }) => any;',
    ],
    [
      'a description: a line each',
      object({ a: { type: 'string', description: ' One.\n  Two.\n\n' }, b: { type: 'number' } }),
      'type f = (_: {\n// One.\n// Two.\na?: string,\nb?: number,\n}) => any;',
    ],
    [
      'a title before the description',
      object({ a: { title: 'A', description: 'B' } }),
      'type f = (_: {\n// A\n// B\na?: any,\n}) => any;',
    ],
    [
      'a default after it',
      object({ a: { type: 'string', default: null } }),
      'type f = (_: {\na?: string, // default: null\n}) => any;',
    ],
    [
      'a title of its own',
      object({ a: {} }, { title: 'T', description: 'D' }),
      'type f = (_: // T\n// D\n{ a?: any }) => any;',
    ],
    [
      'choices',
      object({
        a: { enum: ['x', 1, null] },
        b: { anyOf: [{ type: 'string' }, { type: 'null' }] },
        c: { type: ['string', 'null'] },
        d: { const: 'x' },
      }),
      'type f = (_: { a?: "x" | 1 | null, b?: string | null, c?: string | null, d?: "x" }) => any;',
    ],
    [
      'lists',
      object({ a: { type: 'array', items: { type: 'integer' } }, b: { type: 'array' } }),
      'type f = (_: { a?: number[], b?: any[] }) => any;',
    ],
    [
      'objects in objects, without indentation',
      object({ a: object({ b: { description: 'B' } }) }),
      'type f = (_: { a?: {\n// B\nb?: any,\n} }) => any;',
    ],
    [
      'references, with what stands beside them',
      object(
        { a: { $ref: '#/$defs/A', description: 'Mine' } },
        { $defs: { A: object({ b: {} }, { title: 'A', description: 'Theirs' }) } },
      ),
      'type f = (_: {\n// A\n// Mine\na?: { b?: any },\n}) => any;',
    ],
    [
      'references to nowhere',
      object({ a: { $ref: '#/$defs/None' }, b: { $ref: 'https://example.com' } }),
      'type f = (_: { a?: any, b?: any }) => any;',
    ],
    [
      'properties with names that objects have',
      object({ ['__proto__']: { type: 'string' }, constructor: { type: 'number' } }),
      'type f = (_: { __proto__?: string, constructor?: number }) => any;',
    ],
  ])('with %s', (_, parameters, expected) => {
    expect(shown(parameters)).toBe(expected);
  });

  it('has its description before it', () => {
    expect(shown(undefined, 'One.\n\n  Two.')).toBe('// One.\n//\n// Two.\ntype f = () => any;');
  });

  it('tells what no count has shown how it is written', () => {
    const list = object({ a: { type: 'array', items: object({ b: { description: 'B' } }) } });
    const all = object({ a: { allOf: [{ type: 'string' }] } });
    const loop = object({ a: { $ref: '#' } });
    const doubts = (parameters: JsonValue) =>
      toolText([{ kind: 'function', name: 'f', description: undefined, parameters }]).doubts;
    expect(doubts(list)).toEqual(['described-list']);
    expect(doubts(all)).toEqual(['combined']);
    expect(doubts(loop)).toEqual(['recursive']);
    expect(doubts(object({ a: { type: 'string' } }))).toEqual([]);
  });
});

describe('a schema that no model could be shown', () => {
  it('ends where it contains itself', () => {
    const loop = object(
      { next: { $ref: '#/$defs/Node' } },
      {
        $defs: {
          Node: object({ next: { $ref: '#/$defs/Node' }, other: { $ref: '#/$defs/Node' } }),
        },
      },
    );
    expect(shown(loop)).toBe('type f = (_: { next?: { next?: any, other?: any } }) => any;');
  });

  it('is given up where its references multiply', () => {
    const levels = 60;
    const $defs = Object.fromEntries(
      Array.from({ length: levels }, (_, index) => {
        const next = { $ref: `#/$defs/L${index + 1}` };
        return [`L${index}`, object({ a: next, b: next })];
      }),
    );
    const parameters = object({ a: { $ref: '#/$defs/L0' } }, { $defs });
    const written = toolText([{ kind: 'function', name: 'f', description: undefined, parameters }]);
    expect(written.isWhole).toBe(false);
  });

  it('is given up where references go round in a ring', () => {
    const $defs = { A: { $ref: '#/$defs/B' }, B: { $ref: '#/$defs/A' } };
    expect(shown(object({ a: { $ref: '#/$defs/A' } }, { $defs }))).toBe(
      'type f = (_: { a?: any }) => any;',
    );
  });
});

describe('a response schema', () => {
  const text = (schema: JsonValue) => schemaText('answer', undefined, schema).text;

  it('is compact JSON under its name, in ASCII, without what the model need not see', () => {
    const schema = object(
      { a: { type: 'number', minimum: 0, maximum: 1, default: 0.5, description: 'A – B' } },
      { required: ['a'], additionalProperties: false },
    );
    expect(text(schema)).toBe(
      '# Response Formats\n\n## answer\n\n{"type":"object","properties":{"a":{"type":"number","description":"A \\u2013 B"}}}',
    );
  });

  it('has its description, and properties whatever they are called', () => {
    const schema = object({ required: { type: 'string' }, default: { type: 'string' } });
    expect(schemaText('answer', 'An answer.', schema).text).toBe(
      '# Response Formats\n\n## answer\n\n// An answer.\n{"type":"object","properties":{"required":{"type":"string"},"default":{"type":"string"}}}',
    );
  });

  it('may or may not have patterns and lengths', () => {
    const { text: shortest, longest } = schemaText('a', undefined, {
      pattern: '^a',
      type: 'string',
    });
    expect(shortest).toMatch(/\{"type":"string"\}$/);
    expect(longest).toMatch(/\{"pattern":"\^a","type":"string"\}$/);
  });
});
