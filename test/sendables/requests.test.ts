import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { misfit } from '../../src/core/estimate/fit.ts';
import { whatIfs } from '../../src/core/estimate/what-if.ts';
import { textCount } from '../../src/core/request/input-count.ts';
import { TextsFold } from '../../src/core/request/texts-input.ts';
import { lineOfPath } from '../../src/input/json-lines.ts';
import { jsonErrorOffset } from '../../src/input/json-place.ts';
import { MAX_REQUEST_BYTES } from '../../src/input/sendables/read-request.ts';
import { png, wav } from '../media/files.ts';
import { run } from '../run.ts';
import { instant, shipped } from '../table.ts';

const folder = mkdtempSync(join(tmpdir(), 'openai-cost-requests-'));
const CODES = [0, 1, 2, 3];
const RUNS = Number(process.env.FUZZ_RUNS ?? 50);

function estimate(content: string | Uint8Array, ...args: string[]) {
  return run(['estimate', '-', ...args], { cwd: folder, stdin: Buffer.from(content) });
}

/** In pieces as large as they are read from a disk. */
function estimateFile(content: string, ...args: string[]) {
  writeFileSync(join(folder, 'large.json'), content);
  return run(['estimate', 'large.json', ...args], { cwd: folder });
}

const chat = (content: unknown, more: object = {}) =>
  JSON.stringify({ model: 'gpt-4o', messages: [{ role: 'user', content }], ...more });

describe('a request', () => {
  it('costs the same from a file, from standard input and in any order of its keys', async () => {
    const body = { max_tokens: 9, messages: [{ content: 'hi', role: 'user' }], model: 'gpt-4o' };
    writeFileSync(join(folder, 'a.json'), JSON.stringify(body));
    const file = await run(['estimate', 'a.json', '-f', 'csv'], { cwd: folder });
    const { out } = await estimate(chat('hi', { max_tokens: 9 }), '-f', 'csv');
    expect(out).toBe(file.out);
  });

  it('is told by what it is as a whole, however long and misleading its beginning', async () => {
    const kindOf = async (body: object) => {
      const { code, out } = await estimate(JSON.stringify(body), '-o', '0', '-f', 'json');
      const { byModel, byFile } = JSON.parse(out);
      return [code, byModel.map(({ model }: { model: string }) => model), byFile[0].tokens];
    };
    const messages = [{ role: 'user', content: 'hi' }];
    const metadata = { model: 'transcribe-v2' };
    expect(await kindOf({ metadata, model: 'gpt-4o', messages })).toEqual(
      await kindOf({ model: 'gpt-4o', messages }),
    );
    const background = await estimate(
      JSON.stringify({ model: 'gpt-5', prompt: { id: 'pmpt_1' }, background: true, input: 'hi' }),
    );
    expect(background.code).toBe(3);
    expect(background.out).toContain('a stored prompt, which only OpenAI has');
    const tuned = { model: 'ft:gpt-4o-mini-2024-07-18:acme:tts-and-embedding:abc', input: 'hi' };
    expect((await kindOf(tuned))[2].input).toBe(8);
    const url = `data:image/png;base64,${Buffer.from(png(1024, 1024)).toString('base64')}`;
    const images = [{ image_url: url + 'A'.repeat(100_000) }];
    const edit = { images, prompt: 'x', model: 'gpt-image-2', size: '1024x1024', quality: 'low' };
    const { out } = await estimate(JSON.stringify(edit));
    expect(out).toContain('output: 1 image');
  });

  it.each([
    ['each use of web_search_preview is billed', { tools: [{ type: 'web_search_preview' }] }],
    ['each use of file_search is billed', { tools: [{ type: 'file_search' }] }],
    ['each use of web search is billed', { web_search_options: {} }],
    ['its audio is billed', { modalities: ['text', 'audio'] }],
    ['rejected of the prediction', { prediction: { content: 'x' } }],
  ])('is not complete where %s besides', async (reason, more) => {
    const isChat = !('tools' in more);
    const sent = isChat ? { messages: [{ role: 'user', content: 'hi' }] } : { input: 'hi' };
    const body = { model: 'gpt-4.1', ...sent, ...more };
    const { code, out } = await estimate(JSON.stringify(body), '-o', '9', '--budget', '5');
    expect(code).toBe(3);
    expect(out).toMatch(new RegExp(`not priced: gpt-4.1: .*${reason}`));
  });

  it('says of what it does not know only why', async () => {
    const tools = [{ type: 'mcp' }, { type: 'function', name: 'f' }];
    const { out } = await estimate(JSON.stringify({ model: 'gpt-5', input: 'hi', tools }));
    expect(out).toContain('not priced: gpt-5: mcp added');
  });

  it('takes the length of audio that does not tell it from whoever says it', async () => {
    const audio = { data: Buffer.from('OggS').toString('base64'), format: 'ogg' };
    const body = chat([{ type: 'input_audio', input_audio: audio }], { model: 'gpt-audio' });
    const { code, out } = await estimate(body, '-o', '0');
    expect(code).toBe(3);
    expect(out).toContain('cut off or damaged; say its length with --audio-seconds');
    const said = await estimate(body, '-o', '0', '--audio-seconds', '3', '-f', 'json');
    expect(said.code).toBe(0);
    expect(JSON.parse(said.out).byFile[0].parts).toContainEqual(
      expect.objectContaining({ part: 'audio', low: 30, high: 30 }),
    );
  });

  it('never costs less than nothing, whatever is said to be cached and written', async () => {
    const body = chat('a few words to be cached');
    for (const [share, written] of [
      ['1', '5'],
      ['0.5', '9'],
    ] as const) {
      const { code, err } = await estimate(
        body,
        ...['--cached-share', share, '--cache-write-tokens', written],
      );
      expect(code).toBe(2);
      expect(err).toMatch(/cached and written tokens are more than its 13 input tokens/);
    }
    const sound = { data: Buffer.from(wav(160_000)).toString('base64'), format: 'wav' };
    const audio = chat([{ type: 'input_audio', input_audio: sound }], { model: 'gpt-audio' });
    const { err } = await estimate(audio, '--cached-tokens', '50');
    expect(err).toContain('50 cached and written tokens are more than its 11 input tokens');
  });

  it('for completions has answers to each prompt, and pays for those that are dropped', async () => {
    const body = { model: 'gpt-3.5-turbo-instruct', prompt: ['a', 'b'], max_tokens: 50 };
    const most = async (more: object) =>
      (await estimate(JSON.stringify({ ...body, ...more }))).out.match(/at most (\d+) output/)?.[1];
    expect(await most({})).toBe('100');
    expect(await most({ n: 2 })).toBe('200');
    expect(await most({ n: 2, best_of: 3 })).toBe('300');
    expect((await estimate(JSON.stringify({ ...body, suffix: 'end' }))).code).toBe(3);
  });

  it('for images may be a template, or one on each of many lines', async () => {
    const asked = { model: 'gpt-image-2', size: '1024x1024', quality: 'low' };
    const template = JSON.stringify({ ...asked, prompt: 'Draw {{what}}' });
    const open = await estimate(template);
    expect(open.code).toBe(3);
    expect(open.out).toContain('{{what}} is not filled in');
    const filled = await estimate(template, '--var', 'what=a cat', '--compare', 'quality');
    expect(filled.code).toBe(0);
    expect(filled.out).toContain('output: 1 image');
    const plain = JSON.stringify({ ...asked, prompt: 'Draw a cat' });
    const total = async (text: string, ...args: string[]) =>
      JSON.parse((await estimate(text, '-f', 'json', ...args)).out).total;
    expect(await total(template, '--var', 'what=a cat')).toEqual(await total(plain));
    writeFileSync(join(folder, 'runs.jsonl'), '{"what":"a cat"}\n{"what":"a cat"}\n');
    expect(await total(template, '--vars', 'runs.jsonl')).toEqual(
      await total(`${plain}\n${plain}\n`),
    );
  });

  it('may have a line of 10 MB', async () => {
    const text = 'word '.repeat(2_000_000);
    const { code, out } = await estimateFile(chat(text), '-m', 'gpt-4.1', '-o', '0', '-f', 'json');
    expect(code).toBe(1); // It does not fit into the context window.
    expect(JSON.parse(out).byFile[0].tokens.input).toBe(2_000_008);
    const broken = await estimateFile(chat(text).slice(0, -2), '-m', 'gpt-4.1');
    expect(broken.code).toBe(2);
    expect(broken.err).toContain('large.json:1: error: a request as JSON that is cut off');
  });

  it('may be no larger than what the API takes', async () => {
    const { code, err } = await estimateFile(
      `{${' '.repeat(MAX_REQUEST_BYTES)}"messages": 1}`,
      '--as',
      'request',
    );
    expect(code).toBe(2);
    expect(err).toContain('large.json: error: a request of more than 80 MiB');
  });

  it('is one also where it is a long line, and the first of many only where others follow', async () => {
    const long = chat('word '.repeat(40_000));
    const requestsIn = async (content: string) => {
      const { out } = await estimateFile(content, '-o', '0', '-f', 'json');
      return JSON.parse(out).byFile[0].requests;
    };
    expect(await requestsIn(long)).toBe(1);
    expect(await requestsIn(`${long}\n\n`)).toBe(1);
    expect(await requestsIn(`${long}\n${chat('hi')}\n`)).toBe(2);
  });

  it('is told from a text by its whole', async () => {
    const { out } = await estimate('{"prompt": 1} is how it begins', '-m', 'gpt-4o', '-f', 'json');
    expect(JSON.parse(out).byFile[0].parts.map(({ part }: { part: string }) => part)).toEqual([
      'text',
      'messages',
    ]);
    const two = await estimate(chat('hi') + chat('hi'), '-m', 'gpt-4o');
    expect(two.out).toContain('warning: is several JSON objects that may be requests');
    const meant = await estimate(chat('hi') + chat('hi'), '--as', 'request');
    expect(meant.code).toBe(2);
    expect(meant.err).toContain('a request as JSON that is broken in column 63');
  });

  it('whatever it is, ends with a documented code and says why', async () => {
    const part = fc.oneof(
      fc.string(),
      fc.record(
        {
          type: fc.constantFrom('text', 'image_url', 'input_audio', 'file', 'x'),
          text: fc.jsonValue(),
        },
        { requiredKeys: ['type'] },
      ),
      fc.jsonValue(),
    );
    const message = fc.record(
      {
        role: fc.oneof(fc.constantFrom('system', 'user', 'assistant', 'tool'), fc.jsonValue()),
        content: fc.oneof(fc.string(), fc.array(part, { maxLength: 3 }), fc.jsonValue()),
        tool_calls: fc.jsonValue(),
      },
      { requiredKeys: ['role'] },
    );
    const request = fc.record(
      {
        model: fc.oneof(
          fc.constantFrom('gpt-4o', 'gpt-5.4', 'text-embedding-3-small', 'nope'),
          fc.jsonValue(),
        ),
        messages: fc.oneof(fc.array(message, { maxLength: 3 }), fc.jsonValue()),
        input: fc.oneof(fc.string(), fc.array(message, { maxLength: 2 }), fc.jsonValue()),
        tools: fc.oneof(
          fc.array(fc.record({ type: fc.constant('function'), function: fc.jsonValue() }), {
            maxLength: 2,
          }),
          fc.jsonValue(),
        ),
        n: fc.oneof(fc.integer({ min: -1, max: 5 }), fc.jsonValue()),
        service_tier: fc.oneof(
          fc.constantFrom('flex', 'auto', 'default', 'priority'),
          fc.jsonValue(),
        ),
        max_output_tokens: fc.jsonValue(),
        response_format: fc.jsonValue(),
        prompt: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(request, fc.option(fc.nat(), { freq: 5 }), async (body, cut) => {
        const text = JSON.stringify(body);
        const sent = cut === null ? text : text.slice(0, cut % (text.length + 1));
        const { code, out, err } = await estimate(sent);
        expect(CODES).toContain(code);
        expect(out === '').toBe(code === 2);
        if (code === 2) expect(err).toContain('error: ');
      }),
      { numRuns: 2 * RUNS },
    );
  });
});

describe('templates and texts', () => {
  it('whatever they are, end with a documented code and say why', async () => {
    const bit = fc.constantFrom(
      '{{',
      '}}',
      '${',
      '}',
      '{',
      'name',
      ' ',
      '\n',
      '{{name}}',
      '`',
      '"',
      ',',
    );
    const texts = fc.array(fc.oneof(bit, fc.string()), { maxLength: 20 });
    const values = fc.oneof(
      fc.dictionary(
        fc.constantFrom('name', 'x', '__proto__'),
        fc.oneof(fc.string(), fc.jsonValue()),
      ),
      fc.jsonValue(),
    );
    const style = fc.constantFrom([], ['--template', 'brace'], ['--template', 'dollar']);
    await fc.assert(
      fc.asyncProperty(
        texts,
        fc.array(values, { maxLength: 3 }),
        style,
        async (parts, runs, more) => {
          writeFileSync(
            join(folder, 'vars.jsonl'),
            runs.map((each) => JSON.stringify(each)).join('\n'),
          );
          const { code, out, err } = await estimate(
            parts.join(''),
            '-m',
            'gpt-4o',
            '--vars',
            'vars.jsonl',
            ...more,
          );
          expect(CODES).toContain(code);
          expect(out === '').toBe(code === 2);
          if (code === 2) expect(err).toContain('error: ');
        },
      ),
      { numRuns: RUNS },
    );
  });

  it('in CSV or JSON Lines, whatever they are, end with a documented code and say why', async () => {
    const bit = fc.constantFrom(
      'text',
      ',',
      '"',
      '\n',
      '\r\n',
      '{"text":"a"}',
      '"a"',
      ';',
      '\t',
      '{',
    );
    const content = fc.array(fc.oneof(bit, fc.string()), { maxLength: 30 });
    const more = fc.constantFrom([], ['--column', 'text'], ['--column', 'x']);
    await fc.assert(
      fc.asyncProperty(content, more, async (parts, args) => {
        const { code, out, err } = await estimate(
          parts.join(''),
          '--as',
          'embedding',
          '-m',
          'text-embedding-3-small',
          ...args,
        );
        expect(CODES).toContain(code);
        expect(out === '').toBe(code === 2);
        if (code === 2) expect(err).toContain('error: ');
      }),
      { numRuns: RUNS },
    );
  });
});

describe('places in JSON', () => {
  it('are found by their path', () => {
    fc.assert(
      fc.property(
        fc.array(fc.dictionary(fc.stringMatching(/^[a-z_]+$/), fc.jsonValue()), { minLength: 1 }),
        fc.nat(),
        (list, pick) => {
          const text = JSON.stringify({ messages: list }, null, 1);
          const index = pick % list.length;
          const line = lineOfPath(text, `messages[${index}]`);
          const before = JSON.stringify({ messages: list.slice(0, index) }, null, 1).split(
            '\n',
          ).length;
          expect(line).toBe(index === 0 ? 3 : before - 1);
        },
      ),
    );
  });

  it('of an error are where JSON.parse gives up, also in long strings', () => {
    const long = `{"a": "${'x'.repeat(12_000_000)}", b}`;
    expect(jsonErrorOffset(long)).toBe(long.length - 2);
    expect(jsonErrorOffset('{"a": "\n"}')).toBe(6);
    expect(jsonErrorOffset('{"a": "\\x"}')).toBe(6);
    expect(jsonErrorOffset('["\\\\", "\\"", "\\u00e9"] x')).toBe(23);
  });
});

describe('what if', () => {
  const tokens = (count: number) => ({
    source: { file: 'p' },
    bytes: 0,
    peculiarities: [],
    countInput: () => textCount(count),
  });

  it('puts the cheapest that fits first, and never anything that does not fit before it', () => {
    const models = shipped.models.filter(({ prominent }) => prominent).map(({ id }) => id);
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2_000_000 }),
        fc.integer({ min: 0, max: 200_000 }),
        (input, output) => {
          const request = {
            prompts: [tokens(input)],
            models,
            at: instant('2026-11-22'),
            outputTokens: output,
          };
          const rows = whatIfs(request, new Set(['models', 'tiers']), models, shipped);
          const ranks = rows.map(({ problem, cost }) =>
            problem ? 2 : Number(cost.unpriced.length > 0),
          );
          expect(ranks).toEqual([...ranks].sort());
          const fitting = rows
            .filter((_, index) => ranks[index] === 0)
            .map(({ cost }) => cost.high);
          expect(fitting).toEqual([...fitting].sort((a, b) => (a < b ? -1 : Number(a > b))));
        },
      ),
      { numRuns: 30 },
    );
  });

  it('offers the tiers that the rate table has, each once', () => {
    const request = { prompts: [tokens(10)], models: ['gpt-5.4'], at: instant('2026-11-22') };
    const rows = whatIfs(request, new Set(['tiers']), ['gpt-5.4'], shipped);
    expect(rows.map(({ tiers }) => tiers.join()).sort()).toEqual([
      'batch',
      'flex',
      'priority',
      'standard',
    ]);
  });
});

describe('texts to embed', () => {
  it('have to fit one by one, and are billed together', () => {
    const small = shipped.models.find(({ id }) => id === 'text-embedding-3-small');
    if (!small) throw new Error('no such model');
    const model = { ...small, maxInputTokens: 100 };
    const fold = new TextsFold([model]);
    for (const [index, count] of [100, 101, 0, 103, 7].entries()) {
      fold.add(() => count, { file: 'a.csv', line: index + 2 });
    }
    const input = fold.countInput(model);
    expect(input.total).toEqual({ basis: 'exact', low: 312, expected: 312, high: 312 });
    expect(input.shares.map(({ calls }) => calls)).toEqual([5]);
    expect(misfit(model, input, undefined)).toEqual({
      problem: '103 input tokens, and those of 1 other, do not fit into the 100 tokens',
      source: { file: 'a.csv', line: 5 },
    });
  });

  const embedding = (input: unknown) => JSON.stringify({ model: 'text-embedding-3-small', input });
  const text = (tokens: number) => ' a'.repeat(tokens);

  it('are refused where one is too long, or all of them, or too many', async () => {
    const refusal = async (input: unknown) => {
      const { code, out } = await estimate(embedding(input));
      return code === 0 ? undefined : out.match(/error: (.*) \[context-window\]/)?.[1];
    };
    const of = 'of text-embedding-3-small';
    expect(await refusal(text(8192))).toBeUndefined();
    expect(await refusal(text(8193))).toBe(
      `8,193 input tokens do not fit into the 8,192 tokens ${of}`,
    );
    expect(await refusal(['a', text(9000), text(8193), text(8192)])).toBe(
      `9,000 input tokens of input[1], and those of 1 other, do not fit into the 8,192 tokens ${of}`,
    );
    expect(await refusal(Array(2048).fill('a'))).toBeUndefined();
    expect(await refusal(Array(2049).fill('a'))).toBe(
      `2,049 inputs are more than the 2,048 in a request ${of}`,
    );
    expect(await refusal(Array(300).fill(text(1000)))).toBeUndefined();
    expect(await refusal([...Array(300).fill(text(1000)), 'a'])).toBe(
      `300,001 tokens in all inputs are more than the 300,000 in a request ${of}`,
    );
  });

  it('are refused by their line in a batch file', async () => {
    const line = (input: unknown, id: number) =>
      `{"custom_id":"${id}","method":"POST","url":"/v1/embeddings","body":${embedding(input)}}`;
    const inputs = ['a', text(9000), ['a', text(9001)], Array(2049).fill('a')];
    const { code, out } = await estimateFile(inputs.map(line).join('\n'));
    expect(code).toBe(1);
    expect(out).toContain(
      'large.json:3: error: 9,001 input tokens of input[1], and those of 1 other, do not fit',
    );
    const { out: many } = await estimateFile([inputs[0], inputs[3]].map(line).join('\n'));
    expect(many).toContain('large.json:2: error: 2,049 inputs are more than the 2,048');
  });
});
