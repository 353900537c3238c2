// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are what is tested

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TemplateStyle } from '../../src/core/request/choices.ts';
import { fillIn, templateOf } from '../../src/core/request/template.ts';

function names(text: string, style: TemplateStyle | 'auto' = 'auto', given: string[] = []) {
  const template = templateOf(text, style, new Set(given));
  return template?.pieces.flatMap((piece) => (typeof piece === 'string' ? [] : piece.name));
}

function filled(
  text: string,
  values: Record<string, string>,
  style: TemplateStyle | 'auto' = 'auto',
) {
  const template = templateOf(text, style);
  return template && fillIn(template, new Map(Object.entries(values))).text;
}

describe('a template', () => {
  const templates: [string, string[]][] = [
    ['Dear {{name}},', ['name']],
    ['Dear {{ customer.first_name }} and {{{raw}}}', ['customer.first_name', 'raw']],
    ['in ${city}, ${country}', ['city', 'country']],
    ['Translate {text} to {language}', ['text', 'language']],
    ['As {{"a": {b}}}: {c}', ['b', 'c']],
    ['```python\n{{code}}\n```', ['code']],
  ];
  for (const [text, found] of templates) {
    it(`is ${JSON.stringify(text)}`, () => expect(names(text)).toEqual(found));
  }

  const texts = [
    'no braces at all',
    'Answer as {"name": "x"}',
    'Answer as {"name": {text}}, please',
    'a { color: red } rule with {text}',
    'empty {} and {0}',
    '{ spaced }',
    '{{ two words }}',
    '\\{{escaped}}',
    '$${escaped}',
    'sh: ${x:-1} and ${y}',
    'a line of code `{{name}}`, no more',
    '```js\nconst a = `${b}`;\n```',
    '```py\nprint(f"{name}")\n```\n',
    '~~~\nx {y}\n~~~',
    '{a',
    '}{',
  ];
  for (const text of texts) {
    it(`is not ${JSON.stringify(text)}`, () => expect(names(text)).toBeUndefined());
  }

  it('is what somebody has given a value for, whatever is around it', () => {
    expect(names('Answer as {"name": "x"}: {text}', 'auto', ['text'])).toEqual(['text']);
    expect(names('a line of code `{{name}}`', 'auto', ['name'])).toEqual(['name']);
  });

  it('is of the style that somebody says', () => {
    expect(names('{{a}} ${b} {c}', 'mustache')).toEqual(['a']);
    expect(names('{{a}} ${b} {c}', 'dollar')).toEqual(['b']);
    expect(names('{{a}} ${b} {c}', 'brace')).toEqual(['b', 'c']);
  });

  it('is filled, and doubled signs become single ones', () => {
    expect(filled('{{a}} and {{ a }}', { a: '{{b}}' })).toBe('{{b}} and {{b}}');
    expect(filled('{{"k": {a}}}', { a: 'v' })).toBe('{"k": v}');
    expect(filled('${a} costs $$5', { a: 'it' })).toBe('it costs $5');
    expect(filled('{{a}} {{b}}', { a: 'x' })).toBe('x ');
  });

  it('loses nothing of a text, whatever the text', () => {
    const bits = fc.constantFrom(
      '{{',
      '}}',
      '{',
      '}',
      '${',
      '$',
      'a',
      'b.c',
      ' ',
      '\n',
      '```\n',
      '`',
      '\\',
      '"',
      '日本',
    );
    fc.assert(
      fc.property(fc.array(bits, { maxLength: 40 }), (parts) => {
        const text = parts.join('');
        const template = templateOf(text, 'mustache');
        if (!template) return;
        const written = template.pieces.map((piece) =>
          typeof piece === 'string' ? piece : piece.written,
        );
        expect(written.join('')).toBe(text);
      }),
    );
  });

  it('is found in no time, also where everything looks like one', () => {
    for (const bit of [
      '{{',
      '{{a',
      '${a',
      '{a{',
      '```\n',
      '`{a}',
      '{a}',
      '{{ a }}',
      '\\{{a}}',
      '{'.repeat(9),
      '$$$',
    ]) {
      const text = bit.repeat(100_000);
      for (const style of ['auto', 'mustache', 'dollar', 'brace'] as const) templateOf(text, style);
    }
  });
});
