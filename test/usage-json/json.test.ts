import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/core/input-error.ts';
import { missingPages } from '../../src/input/usage/json.ts';
import { duplicateKey } from '../../src/input/usage/json-keys.ts';
import { readText, sample } from './read.ts';

const LINE = sample('responses_log.jsonl').trim();
const LOG = sample('chat_completions_log.jsonl') + sample('batch_output.jsonl') + LINE;

const kinds = async (text: string) => (await readText(text)).rows.map(({ kind }) => kind);

describe('one document or many lines', () => {
  it('reads the same from lines, from a list and from a list that is indented', async () => {
    const values = LOG.split('\n').map((line) => JSON.parse(line) as unknown);
    const withoutLines = async (text: string) =>
      JSON.stringify((await readText(text)).rows).replace(/,"line":\d+/g, '');
    const expected = await withoutLines(LOG);
    expect(await withoutLines(JSON.stringify(values))).toBe(expected);
    expect(await withoutLines(JSON.stringify(values, undefined, 2))).toBe(expected);
    expect(await withoutLines(`[\n${LOG.split('\n').join(',\n')}\n]`)).toBe(expected);
  });

  it('reads byte order marks, CRLF and blank lines, and counts the lines', async () => {
    const { rows } = await readText(`\uFEFF\r\n${LINE}\r\n  \r\n${LINE}`);
    expect(rows.map((row) => row.kind === 'usage' && row.entry.source.line)).toEqual([2, 4]);
  });

  it('names the line that is no JSON, without its content, and reads on', async () => {
    const { rows } = await readText(
      `${LINE}\nsecret words\n${LINE.slice(0, 99)}\n{"messages":["secret"]}\n${LINE}`,
    );
    expect(rows.map(({ kind }) => kind)).toEqual(['usage', 'bad', 'bad', 'bad', 'usage']);
    expect(rows.slice(1, 4)).toEqual([
      { kind: 'bad', source: { file: 'log', line: 2 }, reason: 'not JSON' },
      { kind: 'bad', source: { file: 'log', line: 3 }, reason: 'not JSON: it is cut off' },
      {
        kind: 'bad',
        source: { file: 'log', line: 4 },
        reason: 'not of a known kind: a request without its response',
      },
    ]);
  });

  it('reads on after a first line that is cut off', async () => {
    expect(await kinds(`${LINE.slice(0, 99)}\n${LINE}\n${LINE}`)).toEqual([
      'bad',
      'usage',
      'usage',
    ]);
  });

  it.each([
    ['a key', '{"object":'],
    ['a list', '{"object":"page","data":['],
    ['a value', '{"a":1'],
    ['some values', '[{"a":1}'],
    ['an answer', LINE.slice(0, -1)],
  ])('is not empty where all there is ends after %s', async (_, text) => {
    await expect(readText(text)).rejects.toThrow('cut off');
    await expect(readText(`${text}\n`)).rejects.toThrow('cut off');
  });

  it('holds no more than it may', async () => {
    const long = LINE.replace('"resp_abc123"', `"${'x'.repeat(2000)}"`);
    const { rows } = await readText(`${LINE}\n${long}\n${LINE}`, 64, 1000);
    expect(rows.map(({ kind }) => kind)).toEqual(['usage', 'bad', 'usage']);
    const list = JSON.stringify([JSON.parse(LINE), JSON.parse(LINE)], undefined, 2);
    await expect(readText(list, 64, list.length - 1)).rejects.toThrow('jq');
    expect((await readText(list, 64, list.length)).rows).toHaveLength(2);
    const damaged = `${LINE.slice(0, 99)}\n${`${LINE}\n`.repeat(10)}`;
    expect((await readText(damaged, 64, 1500)).rows).toHaveLength(11);
  });

  it('fails where nothing is recognised, and says what would be', async () => {
    await expect(readText('{"a":1}\n{"b":2}')).rejects.toThrow(
      /line 1: not of a known kind.*Usage API/,
    );
    await expect(readText('{"a":\n1')).rejects.toThrow(InputError);
    expect((await readText('[]')).rows).toEqual([]);
  });
});

describe('keys', () => {
  const inText = (text: string) => duplicateKey(text, JSON.parse(text));

  it('that are given twice make a bad row', async () => {
    const twice = LINE.replace(
      '"output_tokens": 1052',
      '"output_tokens": 1052, "output_t\\u006fkens": 1',
    );
    const { rows } = await readText(`${LINE}\n${twice}`);
    expect(rows[1]).toMatchObject({
      kind: 'bad',
      reason: 'the key "output_tokens" is given twice',
    });
  });

  it('of a prototype are keys like others', async () => {
    const { rows } = await readText(
      `${LINE}\n{"__proto__": ${LINE}}\n{"constructor": {"prototype": ${LINE}}, "object": "toString"}`,
    );
    expect(rows.map(({ kind }) => kind)).toEqual(['usage', 'bad', 'bad']);
    const tier = LINE.replace('"service_tier": "default"', '"service_tier": "constructor"');
    expect((await readText(tier)).rows).toMatchObject([{ kind: 'bad' }]);
  });

  it('are never found twice in what JSON.stringify wrote', () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        (value) => inText(JSON.stringify(value, undefined, 1)) === undefined,
      ),
    );
    fc.assert(
      fc.property(fc.string(), fc.jsonValue(), (key, value) => {
        const pair = `${JSON.stringify(key)}: ${JSON.stringify(value)}`;
        expect(inText(`[{"": {}}, {${pair}}, {${pair} , ${pair}}]`)).toBe(key);
      }),
    );
  });
});

describe('pages', () => {
  const page = (start: number, has_more: boolean, kind = 'completions') => {
    const results = [
      { object: `organization.usage.${kind}.result`, input_tokens: 1, output_tokens: 1 },
    ];
    const bucket = { object: 'bucket', start_time: start, end_time: start + 10, results };
    return JSON.stringify({ object: 'page', data: [bucket], has_more, next_page: `p${start}` });
  };
  const missing = async (...pages: string[]) =>
    missingPages((await readText(pages.join('\n'))).pages).map(({ source }) => source.line);

  it('are missed only where none goes on', async () => {
    expect(await missing(page(0, true), page(10, true), page(20, false))).toEqual([]);
    expect(await missing(page(0, true), page(20, false))).toEqual([1]);
    expect(await missing(page(0, true), page(10, true))).toEqual([2]);
    expect(await missing(page(0, true), page(10, false, 'embeddings'))).toEqual([1]);
  });
});

describe('any input', () => {
  it('is read alike, however it is cut', async () => {
    const whole = await readText(LOG, 1 << 20);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 3000 }), async (pieces) => {
        expect((await readText(LOG, pieces)).rows).toEqual(whole.rows);
      }),
      { numRuns: 40 },
    );
  });

  it('loses no row and stops for none, whatever a line is made of', async () => {
    const values = [
      ...LOG.split('\n'),
      ...[
        'batch_object',
        'fine_tuning_job',
        'openai_api_costs_page',
        'openai_api_usage_completions_page',
      ].map((name) => JSON.stringify(JSON.parse(sample(`${name}.json`)))),
      sample('langfuse_observations_v2.jsonl').trim(),
    ];
    const odd = fc.constantFrom<unknown>(
      null,
      -1,
      1.5,
      1e300,
      '',
      'NaN',
      [],
      [null],
      {},
      true,
      2 ** 60,
      '__proto__',
    );
    const broken = fc.tuple(fc.constantFrom(...values), fc.nat(), odd).map(([text, at, value]) => {
      const places: ((value: unknown) => void)[] = [];
      const root: unknown = JSON.parse(text);
      const visit = (node: unknown) => {
        if (typeof node !== 'object' || node === null) return;
        for (const key of Object.keys(node)) {
          places.push((put) => Object.assign(node, { [key]: put }));
          visit(node[key as keyof typeof node]);
        }
      };
      visit(root);
      places[at % places.length]?.(value);
      return JSON.stringify(root);
    });
    const cut = fc.tuple(fc.constantFrom(...values), fc.nat()).map(([text, at]) => {
      const place = 1 + (at % (text.length - 1));
      return text.slice(0, place) + text.slice(place + 1);
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(broken, cut), { maxLength: 8 }), async (lines) => {
        const { rows, read } = await readText([LINE, ...lines].join('\n'));
        expect(rows).toHaveLength(read);
        const seen = new Set(
          rows.map((row) => ('entry' in row ? row.entry.source : row.source).line),
        );
        expect([...seen].sort((a, b) => Number(a) - Number(b))).toEqual(
          [LINE, ...lines].map((_, index) => index + 1),
        );
      }),
      { numRuns: 400 },
    );
  });
});
