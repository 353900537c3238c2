import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Peekable } from '../../src/input/peekable.ts';
import { HEAD_BYTES, headOf } from '../../src/input/sendables/head.ts';
import { kindOf } from '../../src/input/sendables/index.ts';
import { inPieces } from '../run.ts';

const head = (text: string) => headOf(Buffer.from(text), true);

describe('how a file begins', () => {
  it('has the keys of the first object, and no others', () => {
    fc.assert(
      fc.property(
        fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { minLength: 1 }),
        (objects) => {
          const [first = {}] = objects;
          const keys = new Set(Object.keys(first).map((key) => JSON.stringify(key).slice(1, -1)));
          const lines = objects.map((each) => JSON.stringify(each)).join('\n');
          expect(head(lines).keys).toEqual(keys);
          expect(head(lines).isLines).toBe(objects.length > 1);
          expect(head(JSON.stringify(objects, null, 2)).keys).toEqual(keys);
          expect(head(JSON.stringify(first, null, 1))).toMatchObject({
            hasEnd: true,
            isLines: false,
          });
        },
      ),
    );
  });

  it('is JSON only where it can go on as such', () => {
    for (const text of [
      '{{name}}',
      '[INST] {"messages": 1}',
      '{name: 1}',
      'x {"a": 1}',
      '',
      ' ',
      '{%',
    ]) {
      expect(head(text).json, text).toBeUndefined();
    }
    for (const text of ['{', '[', '{}', '[]', '\ufeff\n{ "a"', '[{', '["a"', '[1', '[[']) {
      expect(head(text).json, text).toBeDefined();
    }
  });

  it('is cut off where it is long', () => {
    const long = `{"messages": [], "x": "${'y'.repeat(HEAD_BYTES)}"}`;
    expect(head(long)).toMatchObject({ hasEnd: false, isWhole: false });
    expect(head(long).keys).toEqual(new Set(['messages', 'x']));
  });

  it('is never of a kind where it is plain text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        if (/^\s*[{[]/.test(text)) return;
        expect(kindOf(head(text))).toBeUndefined();
      }),
    );
  });
});

describe('bytes that were looked at', () => {
  it('are read all the same, once and in order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 60 }),
        fc.integer({ min: 1, max: 9 }),
        fc.array(fc.nat({ max: 70 }), { maxLength: 3 }),
        async (bytes, piece, peeks) => {
          const content = new Peekable(inPieces(bytes, piece));
          for (const count of peeks) {
            const seen = await content.peek(count);
            expect(seen.length).toBeGreaterThanOrEqual(Math.min(count, bytes.length));
            expect(bytes.subarray(0, seen.length)).toEqual(seen);
            if (content.isWhole) expect(seen.length).toBe(bytes.length);
          }
          const read: number[] = [];
          for await (const chunk of content) read.push(...chunk);
          expect(read).toEqual([...bytes]);
        },
      ),
    );
  });
});
