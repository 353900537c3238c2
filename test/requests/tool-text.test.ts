/** How functions and schemas are shown to the model. */
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../src/core/json.ts';
import { schemaText } from '../../src/core/request/schema-text.ts';
import { toolText } from '../../src/core/request/tool-text.ts';

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
      'a description: a line each',
      object({ a: { type: 'string', description: ' One.\n  Two.\n\n' }, b: { type: 'number' } }),
      'type f = (_: {\n// One.\n// Two.\na?: string,\nb?: number,\n}) => any;',
    ],
    [
      'a title before the description, apart from it',
      object({ a: { title: 'A', description: 'B' } }),
      'type f = (_: {\n// A\n//\n// B\na?: any,\n}) => any;',
    ],
    [
      'a default after it, as Python writes it',
      object({ a: { type: 'string', default: null }, b: { default: { c: [1, 2] } } }),
      'type f = (_: {\na?: string, // default: null\nb?: any, // default: {"c": [1, 2]}\n}) => any;',
    ],
    [
      'limits after the default',
      object({
        a: { type: 'integer', minimum: 0, maximum: 9, default: 5 },
        b: { type: 'number', exclusiveMinimum: 0, multipleOf: 0.5 },
        c: { type: 'string', pattern: '^[a-z]', minLength: 1 },
        d: { type: 'array', items: { type: 'string' }, maxItems: 3 },
      }),
      'type f = (_: {\na?: number, // default: 5, minimum: 0, maximum: 9\nb?: number, // exclusiveMinimum: 0.0, multipleOf: 0.5\nc?: string, // minLength: 1, pattern: /^[a-z]/\nd?: string[], // maxItems: 3\n}) => any;',
    ],
    [
      'a title of its own',
      object({ a: {} }, { title: 'T', description: 'D' }),
      'type f = (_: // T\n//\n// D\n{ a?: any }) => any;',
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
      'choices of which one has something to say: a line each',
      object({ a: { anyOf: [{ type: 'string', default: 'x' }, { type: 'null' }], default: null } }),
      'type f = (_: {\n// default: null\na?:\n | string // default: "x"\n | null\n,\n}) => any;',
    ],
    [
      'several types, each of which has the description of all',
      object({ a: { type: ['string', 'null'], description: 'A' } }),
      'type f = (_: {\n// A\na?:\n// A\n | string\n// A\n | null\n,\n}) => any;',
    ],
    [
      'lists',
      object({ a: { type: 'array', items: { type: 'integer' } }, b: { type: 'array' } }),
      'type f = (_: { a?: number[], b?: any[] }) => any;',
    ],
    [
      'lists of what has something to say',
      object({ a: { type: 'array', items: object({ b: { description: 'B' } }, { title: 'T' }) } }),
      'type f = (_: {\na?: Array<\n// T\n{\n// B\nb?: any,\n}\n>,\n}) => any;',
    ],
    [
      'objects in objects, without indentation',
      object({ a: object({ b: { description: 'B' } }) }),
      'type f = (_: {\na?: {\n// B\nb?: any,\n},\n}) => any;',
    ],
    [
      'objects with any keys',
      object({ a: { type: 'object', additionalProperties: { type: 'string' } } }),
      'type f = (_: { a?: { [key: string]: string } }) => any;',
    ],
    [
      'references, with what stands beside them',
      object(
        { a: { $ref: '#/$defs/A', description: 'Mine' } },
        { $defs: { A: object({ b: {} }, { title: 'A', description: 'Theirs' }) } },
      ),
      'type f = (_: {\n// A\n//\n// Mine\na?: { b?: any },\n}) => any;',
    ],
    [
      'references to nowhere',
      object({ a: { $ref: '#/$defs/None' }, b: { $ref: 'https://example.com' } }),
      'type f = (_: { a?: any, b?: any }) => any;',
    ],
    [
      'properties with names that objects have',
      JSON.parse('{"properties":{"__proto__":{"type":"string"},"constructor":{"type":"number"}}}'),
      'type f = (_: { __proto__?: string, constructor?: number }) => any;',
    ],
  ])('with %s', (_, parameters, expected) => {
    expect(shown(parameters)).toBe(expected);
  });

  it('has its description before it', () => {
    expect(shown(undefined, 'One.\n\n  Two.')).toBe('// One.\n//\n// Two.\ntype f = () => any;');
  });

  it('tells what no count has shown how it is written', () => {
    const doubts = (property: JsonValue) => {
      const parameters = object({ a: property });
      return toolText([{ kind: 'function', name: 'f', description: undefined, parameters }]).doubts;
    };
    expect(doubts({ type: 'integer', minimum: 1 })).toEqual(['constrained']);
    expect(doubts({ allOf: [{ type: 'string' }] })).toEqual(['combined']);
    expect(doubts({ $ref: '#' })).toEqual(['recursive']);
    expect(doubts({ type: 'string', description: 'A', default: 'b' })).toEqual([]);
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
    const again = 'any, // $ref: "#/$defs/Node"';
    expect(shown(loop)).toBe(
      `type f = (_: {\nnext?: {\nnext?: ${again}\nother?: ${again}\n},\n}) => any;`,
    );
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
