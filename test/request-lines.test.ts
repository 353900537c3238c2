import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { InputFold } from '../src/core/request/input-fold.ts';
import { requestInput } from '../src/core/request/request-input.ts';
import { canonicalText } from '../src/input/digest.ts';
import { LineCutter } from '../src/input/lines.ts';
import { isValidReport } from './report-schema.ts';
import { counter, request } from './requests/count.ts';
import { run } from './run.ts';
import { shipped } from './table.ts';

const folder = mkdtempSync(join(tmpdir(), 'openai-cost-lines-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The whole command, as JSON. */
async function estimated(content: string | Uint8Array, ...args: readonly string[]) {
  writeFileSync(join(folder, 'file.jsonl'), content);
  const result = await run(['estimate', 'file.jsonl', '--format', 'json', ...args], {
    cwd: folder,
  });
  return { ...result, report: result.out === '' ? undefined : JSON.parse(result.out) };
}

const chat = (text: string, more: object = {}) => ({
  model: 'gpt-4o-mini',
  messages: [{ role: 'user', content: text }],
  ...more,
});
const line = (id: string, body: unknown) =>
  JSON.stringify({ custom_id: id, method: 'POST', url: '/v1/chat/completions', body });

describe('lines', () => {
  function cut(bytes: Uint8Array, pieces: readonly number[], most?: number) {
    const lines: (string | undefined)[] = [];
    const cutter = new LineCutter(({ number, text }) => {
      lines.push(text);
      expect(number).toBe(lines.length);
    }, most);
    let from = 0;
    for (const length of pieces) {
      // As a stream that uses its buffer again and again.
      const piece = bytes.slice(from, from + length);
      cutter.write(piece);
      piece.fill(0);
      from += length;
    }
    cutter.write(bytes.slice(from));
    cutter.end();
    return lines;
  }

  it('are the same however the bytes come in pieces', () => {
    const text = fc.array(fc.constantFrom('a', 'é', '😀', '\n', '\r\n', ' ', '\r'), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(text, fc.array(fc.nat(5)), (characters, pieces) => {
        const whole = characters.join('');
        const expected = whole.split('\n').map((each) => each.replace(/\r$/, ''));
        if (whole === '' || whole.endsWith('\n')) expected.pop();
        expect(cut(new TextEncoder().encode(whole), pieces)).toEqual(expected);
      }),
    );
  });

  it('are told apart where one is too long to be held', () => {
    const bytes = new TextEncoder().encode('12345\n123456\n12');
    for (const pieces of [[], [3], [8, 2], [1, 1, 1, 1, 1, 1, 1, 1, 1]]) {
      expect(cut(bytes, pieces, 5)).toEqual(['12345', undefined, '12']);
    }
  });
});

describe('a file of requests', () => {
  it('comes to what its requests come to', async () => {
    const body = fc.record({
      text: fc.string({ unit: 'grapheme', maxLength: 20 }),
      n: fc.constantFrom(undefined, 2),
      max: fc.constantFrom(undefined, 100),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(body, { minLength: 1, maxLength: 5 }), async (bodies) => {
        const sent = bodies.map(({ text, n, max }) =>
          chat(text, { n, max_completion_tokens: max }),
        );
        const whole = await estimated(sent.map((each, id) => line(`${id}`, each)).join('\n'));
        let [tokens, usd] = [0, 0];
        for (const each of sent) {
          const { report } = await estimated(JSON.stringify(each), '--tier', 'batch');
          tokens += report.byModel[0].tokens.input;
          usd += Number(report.byModel[0].atMaximumOutput.usd);
        }
        expect(whole.report.byModel[0].tokens.input).toBe(tokens);
        expect(Number(whole.report.byModel[0].atMaximumOutput.usd)).toBeCloseTo(usd, 12);
      }),
      { numRuns: 6 },
    );
  });

  it('is the same from standard input and from a file, for one model and among several', async () => {
    const content = ['a', 'b b', 'c c c'].map((text) => line(text, chat(text))).join('\n');
    const { report } = await estimated(content);
    const several = await estimated(content, '--model', 'gpt-5.5', '--model', 'gpt-4o-mini');
    expect(several.report.byModel[1]).toEqual(report.byModel[0]);
    const stdin = await run(['estimate', '-', '--format', 'json'], {
      stdin: new TextEncoder().encode(content),
    });
    expect(JSON.parse(stdin.out).byModel).toEqual(report.byModel);
  });

  it('keeps apart what is priced apart', async () => {
    const long = 'word '.repeat(272_100);
    const bodies = [chat('short'), chat(long)].map((body) => ({ ...body, model: 'gpt-5.5' }));
    const { report } = await estimated(
      bodies.map((body, id) => line(`${id}`, body)).join('\n'),
      '--explain',
    );
    const cells = report.explain.map(({ rates }: { rates: { cell: string }[] }) => rates[0]?.cell);
    expect(cells).toEqual(['batch.short.text.input', 'batch.long.text.input']);
  });

  it('may have lines of 10 MB', async () => {
    const long = 'a long letter '.repeat(750_000);
    const { code, report } = await estimated(
      [line('a', chat(long)), line('b', chat('x'))].join('\n'),
    );
    expect(report.byFile[0].requestLines).toMatchObject({ lines: 2, requests: 2, bad: 0 });
    expect(code).toBe(1);
    expect(report.findings[0]).toMatchObject({ rule: 'context-window', line: 1 });
    const broken = await estimated(
      [line('a', chat(long)).slice(0, -1), line('b', chat('x'))].join('\n'),
    );
    expect(broken.report.byFile[0].requestLines).toMatchObject({
      lines: 2,
      requests: 1,
      firstBad: [{ line: 1, reason: 'the line is not JSON: it is cut off' }],
    });
  });

  it('is read however it is broken, and no line is lost', async () => {
    const whole = [
      line('a', chat('hello')),
      line('b', chat('hello', { tools: [{ type: 'function', function: { name: 'f' } }] })),
      line('c', { model: 'gpt-5', input: [{ role: 'user', content: 'hi' }] }),
      line('d', chat('hello')),
      JSON.stringify(chat('hello')),
    ].join('\n');
    const edit = fc.record({
      at: fc.nat(whole.length),
      remove: fc.nat(40),
      insert: fc.oneof(
        fc.constantFrom('\n', '\r\n', '"', '{', '}', '[', ']', 'null', '\\', '\ufeff', '\0', '{}'),
        fc.string({ maxLength: 5 }),
      ),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(edit, { maxLength: 4 }),
        fc.constantFrom('batch', 'requests'),
        async (edits, as) => {
          let text = whole;
          for (const { at, remove, insert } of edits) {
            text = text.slice(0, at) + insert + text.slice(at + remove);
          }
          const { code, err, report } = await estimated(text, '--as', as);
          expect([0, 1, 2, 3]).toContain(code);
          if (!report) {
            expect(code).toBe(2);
            expect(err).toMatch(/error: /);
            return;
          }
          expect(isValidReport(report)).toEqual({ valid: true, errors: [] });
          const lines = text.split('\n').filter((each) => each.replace('\ufeff', '').trim() !== '');
          const { requestLines } = report.byFile[0];
          expect(requestLines.lines).toBe(lines.length);
          expect(requestLines.requests + requestLines.bad).toBe(lines.length);
          // Without any model, every request stands once in each of those that are compared.
          const [{ model }] = report.byFile;
          const priced = report.byFile
            .filter((of: { model: string }) => !report.comparison || of.model === model)
            .map(({ requests }: { requests: number }) => requests);
          expect(priced.reduce((a: number, b: number) => a + b, 0)).toBe(requestLines.requests);
          expect(report.total.complete).toBe(requestLines.bad === 0 && code !== 3);
        },
      ),
      { numRuns: 80 },
    );
  });

  it('does not overflow the stack', async () => {
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
    const body = `{"model":"gpt-4o-mini","messages":[{"role":"user","content":"a"}],"x":${deep}}`;
    const { report } = await estimated(
      `{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":${body}}`,
    );
    expect(report.byFile[0].requestLines.requests).toBe(1);
  });
});

describe('the sum of calls', () => {
  it('does not depend on their order, and is that of its parts', () => {
    const model = shipped.names.get('gpt-5.5')?.model;
    const text = fc.string({ maxLength: 20 });
    const body = fc.record({ input: text, max_output_tokens: fc.constantFrom(undefined, 7) });
    fc.assert(
      fc.property(fc.array(body, { minLength: 1, maxLength: 6 }), fc.nat(6), (bodies, at) => {
        const inputs = bodies.map((each) =>
          requestInput(request({ ...each, input: `a${each.input}` }), model, counter),
        );
        const sum = (some: typeof inputs) => {
          const fold = new InputFold(model);
          for (const input of some) fold.add(input);
          return fold.end();
        };
        const whole = sum(inputs);
        expect(sum(inputs.toReversed())).toEqual(whole);
        const parts = [sum(inputs.slice(0, at)), sum(inputs.slice(at))].flatMap(
          (each) => each ?? [],
        );
        expect(sum(parts)).toEqual(whole);
        expect(whole?.total.low).toBe(inputs.reduce((all, { total }) => all + total.low, 0));
      }),
    );
  });
});

describe('the text of JSON', () => {
  it('is the same for the same value, and for no other', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        const [a, b] = [JSON.stringify(one), JSON.stringify(other)];
        const text = (json: string) => canonicalText(JSON.parse(json));
        expect(text(JSON.stringify(JSON.parse(a), null, 2))).toBe(text(a));
        expect(text(a) === text(b)).toBe(a === b);
      }),
    );
    const pairs: [unknown, unknown][] = [
      [['a,1:b'], ['a', 'b']],
      [{ a: 1 }, { a: '1' }],
      [[null], ['null']],
      [[[]], [[], []]],
      [{ 'a=1': 2 }, { a: '1=2' }],
    ];
    for (const [one, other] of pairs) {
      expect(canonicalText(one as never)).not.toBe(canonicalText(other as never));
    }
  });
});
