import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Encoding } from '../src/core/encodings.ts';
import type { FileStat } from '../src/core/files.ts';
import { textCount } from '../src/core/request/input-count.ts';
import {
  costOf,
  type EstimateRequest,
  estimate,
  exactUsd,
  InputError,
  loadRates,
  type Prompt,
  prompt,
  TokenStream,
  totalOfAll,
} from '../src/index.ts';
import { MAX_PROMPT_BYTES, readPrompts } from '../src/input/prompts.ts';
import { inPieces, run, TODAY } from './run.ts';
import { instant, shipped } from './table.ts';

/** A prompt of so many tokens, whatever the tokenizer. */
function tokens(count: number, file = 'prompt'): Prompt {
  return { source: { file }, bytes: count, peculiarities: [], countInput: () => textCount(count) };
}

/** What a prompt has in an encoding, as models with it count. */
function countWith(prompt: Prompt | undefined, encoding: Encoding): number | null | undefined {
  const model = shipped.models.find((each) => each.encoding === encoding);
  return prompt?.countInput(model).total.expected;
}

const NO_ROOM = 'With an answer: none: the input has no room for one';
const isComplete = ({ complete }: { complete: boolean }) => complete;
const atMaximum = ({ atMaximumOutput }: { atMaximumOutput: unknown }) => atMaximumOutput;

function cost(request: Partial<EstimateRequest>): string {
  const { low, high, unpriced } = totalOfAll(
    estimate(
      { prompts: [tokens(1000)], models: [], at: instant('2026-11-20'), ...request },
      shipped,
    ),
  );
  if (unpriced.length > 0) return 'incomplete';
  return low === high ? exactUsd(low) : `${exactUsd(low)}..${exactUsd(high)}`;
}

describe('input that may be written to the cache', () => {
  const of = (count: number, model: string, more: Partial<EstimateRequest> = {}) =>
    cost({ prompts: [tokens(count)], models: [model], ...more });

  it('is a range from 1,024 tokens on, where a written token costs more', () => {
    expect(of(1023, 'gpt-6.2-sol')).toBe('0.002046');
    expect(of(1024, 'gpt-6.2-sol')).toBe('0.002048..0.00256');
    expect(of(100_000, 'gpt-5.4')).toBe('0.25');
  });

  it('is settled by how much is written', () => {
    expect(of(2000, 'gpt-6.2-sol', { cacheWriteTokens: 0 })).toBe('0.004');
    expect(of(2000, 'gpt-6.2-sol', { cacheWriteTokens: 2000 })).toBe('0.005');
    expect(of(2000, 'gpt-6.2-sol', { cacheWriteShare: 0.5 })).toBe('0.0045');
    expect(of(2000, 'gpt-6.2-sol', { cachedShare: 0.5 })).toBe('0.0021..0.0026');
  });

  it('is incomplete where the price of writing is not published', () => {
    expect(of(2000, 'gpt-6.2-astra')).toBe('incomplete');
    expect(of(2000, 'gpt-6.2-astra', { cacheWriteTokens: 0 })).toBe('0.016');
  });
});

/** Computed by hand from the published prices: input tokens x price + output tokens x price. */
describe('a model that calls tools by itself', () => {
  const searching = shipped.models.filter(({ callsTools }) => callsTools);

  it('is told by the table, for every model that is made to search', () => {
    const made = shipped.models.filter(({ id }) => /search-(api|preview)|deep-research/.test(id));
    expect(made.length).toBeGreaterThan(4);
    expect(searching).toEqual(made);
  });

  it.each(searching.map(({ id }) => id))('has no whole cost: %s', (id) => {
    expect(cost({ models: [id], outputTokens: 10 })).toBe('incomplete');
  });
});

describe('costs computed by hand', () => {
  const cases: [string, Partial<EstimateRequest>, string][] = [
    [
      '1,000 in, 500 out: 1000 x 2.50 + 500 x 15',
      { models: ['gpt-5.4'], outputTokens: 500 },
      '0.01',
    ],
    ['1000 x 0.15 + 500 x 0.60', { models: ['gpt-4o-mini'], outputTokens: 500 }, '0.00045'],
    ['1000 x 2 + 500 x 10', { models: ['gpt-6.2-sol'], outputTokens: 500 }, '0.007'],
    ['1000 x 0.10 + 500 x 0.50', { models: ['gpt-6-luna'], outputTokens: 500 }, '0.00035'],
    [
      'batch: 1000 x 1.25 + 500 x 7.50',
      { models: ['gpt-5.4'], outputTokens: 500, tier: 'batch' },
      '0.005',
    ],
    [
      '400 x 2 + 600 x 0.20 + 500 x 12',
      { models: ['gpt-5.6-terra'], outputTokens: 500, cachedTokens: 600 },
      '0.00692',
    ],
    [
      '300 x 2 + 600 x 0.20 + 100 x 2.50',
      { models: ['gpt-5.6-terra'], outputTokens: 0, cachedTokens: 600, cacheWriteTokens: 100 },
      '0.00097',
    ],
    ['embedding: 1000 x 0.02', { models: ['text-embedding-3-small'] }, '0.00002'],
    [
      'long: 300,000 x 10 + 500 x 45',
      { models: ['gpt-5.5'], prompts: [tokens(300_000)], outputTokens: 500 },
      '3.0225',
    ],
    [
      'in the EU: (1000 x 5 + 500 x 30) x 1.1',
      { models: ['gpt-5.5'], outputTokens: 500, region: 'eu' },
      '0.022',
    ],
    [
      'fine-tuned: 1000 x 0.30 + 500 x 1.20',
      { models: ['ft:gpt-4o-mini-2024-07-18:a::b'], outputTokens: 500 },
      '0.0009',
    ],
    [
      'o3 before the cut: 1000 x 10 + 500 x 40',
      { models: ['o3'], outputTokens: 500, at: instant('2025-06-09') },
      '0.03',
    ],
  ];
  for (const [name, request, usd] of cases) {
    it(name, () => expect(cost(request)).toBe(usd));
  }
});

describe('an estimate', () => {
  const counts = fc.array(fc.integer({ min: 0, max: 400_000 }), { minLength: 1, maxLength: 8 });
  const models = fc.constantFrom('gpt-5.5', 'gpt-6.1-terra', 'gpt-4.1', 'o3', 'gpt-5.6-sol');

  it('is the sum of its prompts, in any order', () => {
    fc.assert(
      fc.property(
        counts,
        models,
        fc.integer({ min: 0, max: 9999 }),
        (list, model, outputTokens) => {
          const request = { models: [model], at: instant('2026-11-20'), outputTokens };
          const of = (sizes: readonly number[]) =>
            totalOfAll(estimate({ ...request, prompts: sizes.map((n) => tokens(n)) }, shipped))
              .high;
          expect(of(list)).toBe(of([...list].reverse()));
          expect(of(list)).toBe(list.reduce((sum, n) => sum + of([n]), 0n));
        },
      ),
    );
  });

  it('grows in proportion to the requests', () => {
    fc.assert(
      fc.property(
        counts,
        models,
        fc.integer({ min: 1, max: 1_000_000 }),
        (list, model, requests) => {
          const request = { models: [model], at: instant('2026-11-20'), outputTokens: 7 };
          const of = (n: number) =>
            totalOfAll(
              estimate({ ...request, requests: n, prompts: list.map((x) => tokens(x)) }, shipped),
            ).high;
          expect(of(requests)).toBe(of(1) * BigInt(requests));
        },
      ),
    );
  });

  it('costs no less with more output, and no more with more from the cache', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.nat(1000), fc.nat(5000), (a, b, outputTokens) => {
        const [fewer, more] = [Math.min(a, b), Math.max(a, b)];
        const of = (request: Partial<EstimateRequest>) =>
          totalOfAll(
            estimate(
              {
                prompts: [tokens(1000)],
                models: ['gpt-5.6-terra'],
                at: instant('2026-11-20'),
                outputTokens,
                ...request,
              },
              shipped,
            ),
          ).high;
        expect(of({ cachedTokens: more }) <= of({ cachedTokens: fewer })).toBe(true);
        expect(of({ outputTokens: more }) >= of({ outputTokens: fewer })).toBe(true);
      }),
    );
  });

  it('of several models reaches from the cheapest to the dearest', () => {
    expect(cost({ models: ['gpt-5.4', 'gpt-6-luna'], outputTokens: 500 })).toBe('0.00035..0.01');
  });

  it('leaves out those that are shut down, unless there is no other', () => {
    const one = (...models: string[]) => cost({ models, outputTokens: 10 });
    expect(one('gpt-4.1-nano', 'gpt-5.4')).toBe(one('gpt-5.4'));
    expect(one('gpt-4.1-nano', 'gpt-4')).toBe('0.000104..0.0306');
  });

  it('is incomplete with an unknown model among them', () => {
    expect(cost({ models: ['gpt-5.4', 'gpt-nope'], outputTokens: 500 })).toBe('incomplete');
  });

  it('refuses more cached tokens than there are', () => {
    const request = { models: ['gpt-5.4'], cachedTokens: 600, cacheWriteTokens: 401 };
    expect(() => cost(request)).toThrow(InputError);
    expect(cost({ ...request, cacheWriteTokens: 0 })).not.toBe('incomplete');
  });
});

describe('the library', () => {
  it('estimates text with the shipped table', async () => {
    const rates = await loadRates();
    const result = estimate(
      {
        prompts: [prompt('Summarise this.')],
        models: ['gpt-6.2-sol'],
        at: instant(TODAY),
        outputTokens: 200,
      },
      rates,
    );
    const [first] = result.models;
    expect(first && exactUsd(costOf(first).high)).toBe('0.00201');
    expect(first?.prompts[0]?.inputTokens).toBe(5);
  });
});

describe('the command', () => {
  it('compares no model on the day of its shutdown, and prices it where it is named', async () => {
    const compared = async (day: string) => {
      const args = ['estimate', '-', '--all-models', '--on', day, '-f', 'json'];
      const { out } = await run(args, { stdin: Buffer.from('Hello') });
      const { byModel } = JSON.parse(out);
      return new Set(byModel.map(({ model }: { model: string }) => model));
    };
    const [last, first] = [await compared('2024-01-03'), await compared('2024-01-04')];
    expect([last.has('text-davinci-003'), first.has('text-davinci-003')]).toEqual([true, false]);
    expect([last.has('davinci-002'), first.has('davinci-002')]).toEqual([true, true]);
    const named = await run(
      ['estimate', '-', '-m', 'text-davinci-003', '--on', '2024-01-04', '-o', '1'],
      { stdin: Buffer.from('Hello') },
    );
    expect(named.code).toBe(0);
    expect(named.out).toContain('$0.00004');
    expect(named.out).toContain('text-davinci-003 was shut down on 2024-01-04');
  });

  const folder = mkdtempSync(join(tmpdir(), 'openai-cost-'));
  const file = (name: string, content: string | Uint8Array) => {
    writeFileSync(join(folder, name), content);
    return name;
  };

  it('says what is a range in every place alike', async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'range-'));
    const image = { type: 'image_url', image_url: { url: 'https://example.com/a.png' } };
    const messages = [{ role: 'user', content: [image] }];
    writeFileSync(join(cwd, 'a.json'), JSON.stringify({ model: 'gpt-5.4-mini', messages }));
    const sent = async (...more: string[]) =>
      (await run(['estimate', 'a.json', '-n', '2', ...more], { cwd })).out;
    const { byModel, explain } = JSON.parse(await sent('--format', 'json', '--explain'));
    const { input, inputLow, inputHigh } = byModel[0].tokens;
    expect([inputLow < inputHigh, input]).toEqual([true, inputHigh]);
    expect([explain[0].tokensLow, explain[0].tokens]).toEqual([inputLow, inputHigh]);
    expect(await sent('--format', 'csv')).toContain(`,estimate,${inputLow},${inputHigh}\r\n`);
    const shown = (tokens: number) => tokens.toLocaleString('en-US');
    const text = await sent('--explain');
    expect(text).toContain(`${shown(inputLow / 2)} to ${shown(inputHigh / 2)} tokens`);
    expect(text).toContain(`  ${shown(inputLow)} to ${shown(inputHigh)} text input tokens x`);
  });

  it('says when the table is stale', async () => {
    const args = ['estimate', file('a.txt', 'hello'), '-m', 'gpt-5.4', '-o', '1'];
    const fresh = await run(args, { cwd: folder, now: '2026-12-22T10:00:00Z' });
    expect(fresh.out).not.toMatch(/stale-rates/);
    const stale = await run(args, { cwd: folder, now: '2026-12-23T10:00:00Z' });
    expect(stale.out).toMatch(/31 days old; update openai-cost for newer prices \[stale-rates\]/);
    expect(stale.code).toBe(0);
  });

  it('finds files whose names have a line break', async () => {
    const below = mkdtempSync(join(folder, 'names-'));
    for (const name of ['a.txt', 'b\nc.txt']) writeFileSync(join(below, name), 'hello');
    for (const names of [below, `${below}/**`, `${below}/*.txt`]) {
      const result = await run(['estimate', names, '-m', 'gpt-5.4', '-f', 'json', '-o', '1']);
      expect(JSON.parse(result.out).byFile, names).toHaveLength(2);
    }
    const folders = [join(below, 'd\ne', 'f'), join(below, 'd\ne', 'node_modules')];
    for (const each of folders) {
      mkdirSync(each, { recursive: true });
      writeFileSync(join(each, 'g.txt'), 'hello');
    }
    for (const [names, many] of [
      [below, 3],
      [`${below}/**`, 3],
      [`${below}/**/*.txt`, 3],
      [`${below}/**/f/g.*`, 1],
    ] as const) {
      const result = await run(['estimate', names, '-m', 'gpt-5.4', '-f', 'json', '-o', '1']);
      expect(JSON.parse(result.out).byFile, names).toHaveLength(many);
    }
  });

  it('gives the same bytes for the same input', async () => {
    const args = ['estimate', file('b.txt', 'hello'), '-f', 'json', '--explain'];
    const [morning, evening] = await Promise.all(
      ['2026-11-22T01:00:00Z', '2026-11-22T23:00:00Z'].map((now) =>
        run(args, { cwd: folder, now }),
      ),
    );
    expect(morning).toEqual(evening);
  });

  it('holds a long prompt against the context window and the long-context price', async () => {
    // "the " is a token for every one of them.
    const words = (n: number) => 'the '.repeat(n).trimEnd();
    const at = async (n: number, model: string) => {
      const args = ['estimate', file('long.txt', words(n)), '-m', model, '-o', '10'];
      const result = await run([...args, '--as', 'text'], { cwd: folder });
      return { code: result.code, rules: result.out.match(/\[[a-z-]+\]/g) };
    };
    expect(await at(250_000, 'gpt-5.5')).toEqual({ code: 0, rules: null });
    expect(await at(272_000, 'gpt-5.5')).toEqual({ code: 0, rules: ['[long-context]'] });
    expect(await at(272_001, 'gpt-5.5')).toEqual({ code: 0, rules: ['[long-context]'] });
    expect(await at(272_000, 'gpt-5.4-mini')).toEqual({ code: 0, rules: null });
    expect(await at(272_001, 'gpt-5.4-mini')).toEqual({ code: 1, rules: ['[context-window]'] });
  });

  it('says the answer that an amount is of: what the window has room for', async () => {
    const most = async (n: number, model: string) => {
      const path = file('full.txt', 'the '.repeat(n).trimEnd());
      const { out } = await run(['estimate', path, '-m', model, '--as', 'text'], { cwd: folder });
      return /^With .*/m.exec(out)?.[0];
    };
    expect(await most(1000, 'gpt-4o')).toBe('With at most 16,384 output tokens: $0.16634');
    expect(await most(127_000, 'gpt-4o')).toBe('With at most 1,000 output tokens: $0.3275');
    expect(await most(128_001, 'gpt-4o')).toBe(NO_ROOM);
    expect(await most(272_001, 'gpt-5.4-mini')).toBe(NO_ROOM);
  });

  it('counts special tokens, broken bytes and megabytes without hanging', async () => {
    const hostile = [
      file('letters.txt', 'a'.repeat(1_000_000)),
      file('spaces.txt', ' '.repeat(1_000_000)),
      file('lines.txt', '\n'.repeat(1_000_000)),
      file('chinese.txt', '的'.repeat(300_000)),
      file('base64.txt', Buffer.alloc(600_000, 'random').toString('base64')),
      file('prose.txt', 'The quick brown fox jumps over the lazy dog. '.repeat(100_000)),
    ];
    const started = performance.now();
    const result = await run(['estimate', ...hostile, '-m', 'gpt-5.4', '-o', '1'], { cwd: folder });
    expect(result.code).toBe(0);
    // No limit on speed, which has a benchmark of its own: only "does not hang".
    expect(performance.now() - started).toBeLessThan(25_000);
  });

  describe('reading', () => {
    const counter = { write: () => undefined, end: () => 1, isRepaired: false };
    const hello = new Uint8Array([104, 105]);
    const files = {
      readFile: async () => hello,
      stream: (_: string) => inPieces(hello),
      stat: (_: string): FileStat | undefined => ({ kind: 'file', size: 2 }),
      glob: async () => [],
      walk: async () => [],
    };
    const read = (names: readonly string[], of: Partial<typeof files>) =>
      readPrompts(
        names,
        { ...files, ...of },
        { counters: () => new Map([['o200k_base', counter]]) },
      );
    const reasons = ({ unreadable }: Awaited<ReturnType<typeof read>>) =>
      unreadable.map(({ source, reason }) => `${source.file}: ${reason}`);

    it('refuses a file that is too large, by name', async () => {
      const stat = (path: string): FileStat => ({
        kind: 'file',
        size: path === 'huge' ? MAX_PROMPT_BYTES + 1 : MAX_PROMPT_BYTES,
      });
      const result = await read(['huge', 'large'], { stat });
      expect(result.prompts.map(({ source }) => source.file)).toEqual(['large']);
      expect(reasons(result)).toEqual(['huge: larger than 4 GiB; split it']);
    });

    it('names a file that cannot be read, and counts the others', async () => {
      const denied = Object.assign(new Error('no'), { code: 'EACCES' });
      const result = await read(['secret', 'open', 'device'], {
        stat: (path) => ({ kind: path === 'device' ? 'other' : 'file', size: 2 }),
        stream: (path) => {
          if (path === 'secret') throw denied;
          return inPieces(hello);
        },
      });
      expect(result.prompts.length).toBe(1);
      expect(reasons(result)).toEqual([
        'secret: cannot be read: you have no permission to; change that, or leave it out',
        'device: not a regular file',
      ]);
    });

    it('says "at least" of every sum that lacks a file, and of no other', async () => {
      const cwd = mkdtempSync(join(tmpdir(), 'unreadable-'));
      writeFileSync(join(cwd, 'a.txt'), 'Hello there');
      writeFileSync(join(cwd, 'b.txt'), '\0\x01');
      const args = ['--model', 'gpt-5.4,gpt-5.4-mini', '--format', 'json', '--compare', 'tiers'];
      const { code, out } = await run(['estimate', '.', ...args], { cwd });
      const { total, byModel, byFile, whatIfs } = JSON.parse(out);
      const sums = [total, ...byModel, ...byModel.map(atMaximum), ...whatIfs];
      expect(code).toBe(3);
      expect(sums.filter(({ complete, usdHigh }) => complete || usdHigh !== null)).toEqual([]);
      expect(byFile.every(isComplete)).toBe(true);
      const one = JSON.parse((await run(['estimate', 'a.txt', ...args], { cwd })).out);
      expect(one.byModel.map(atMaximum).every(isComplete)).toBe(true);
    });

    it('finds the same whatever the pieces', async () => {
      const text = Buffer.from('\ufeffcafé \ud83d\ude00 的的的  \n\n end');
      const whole = await run(['estimate', '-', '-m', 'gpt-5.4', '-f', 'json', '--as', 'text'], {
        stdin: text,
      });
      const { byFile } = JSON.parse(whole.out);
      for (const length of [1, 2, 3, 5, 8, 1000]) {
        const prompts = await readPrompts(
          ['-'],
          { ...files, stream: () => inPieces(text, length) },
          { counters: () => new Map([['o200k_base', new TokenStream('o200k_base')]]) },
        );
        const [found] = prompts.prompts;
        expect(countWith(found, 'o200k_base')).toBe(byFile[0].tokens.input);
        expect(found?.bytes).toBe(text.length);
        expect(found?.peculiarities).toEqual(['byte-order-mark']);
        expect(() => countWith(found, 'cl100k_base')).toThrow(RangeError);
      }
    });

    it('counts one prompt after another as if each were alone', async () => {
      const texts: Record<string, Uint8Array> = {
        broken: new Uint8Array([97, 0xe4, 0xbd]),
        binary: new Uint8Array([...Buffer.from('hello hello '), 0]),
        good: Buffer.from('hello world'),
        empty: new Uint8Array(),
      };
      const stream = (path: string) => inPieces(texts[path] ?? hello, 3);
      const of = async (...names: string[]) => {
        const counters = new Map([['o200k_base' as const, new TokenStream('o200k_base')]]);
        const { prompts } = await readPrompts(
          names,
          { ...files, stream },
          { counters: () => counters },
        );
        return prompts.map((found) => [
          found.source.file,
          countWith(found, 'o200k_base'),
          ...found.peculiarities,
        ]);
      };
      const alone = [await of('broken'), await of('good'), await of('empty')].flat();
      expect(await of('broken', 'binary', 'good', 'empty')).toEqual(alone);
      expect(alone).toEqual([
        ['broken', 2, 'invalid-utf-8'],
        ['good', 2],
        ['empty', 0, 'empty'],
      ]);
    });

    it('sees binary bytes and broken ones in any piece', async () => {
      const stream = (bytes: Uint8Array) => () => inPieces(bytes, 4);
      const late = new Uint8Array(9000).fill(97);
      late[7999] = 0;
      await expect(read(['x'], { stream: stream(late) })).rejects.toThrow(/binary/);
      late[7999] = 97;
      late[8001] = 0;
      expect((await read(['x'], { stream: stream(late) })).prompts.length).toBe(1);
      const broken = await run(['estimate', '-', '-m', 'gpt-5.4'], {
        stdin: new Uint8Array([97, 97, 97, 97, 97, 0xe4, 0xbd]),
      });
      expect(broken.out).toMatch(/not valid UTF-8/);
    });
  });

  it('keeps the stack of a bug and exits with 70', async () => {
    const { main } = await import('../src/cli.ts');
    const { nodeIo } = await import('../src/io.ts');
    let err = '';
    const code = await main(['rates', 'list'], {
      ...nodeIo(folder),
      readFile: () => Promise.reject(new TypeError('broken on purpose')),
      err: (text) => {
        err += text;
      },
    });
    expect(code).toBe(70);
    expect(err).toMatch(/this is a bug, please report it\nTypeError: broken on purpose\n\s+at /);
  });

  it('touches no file for --help and --version', async () => {
    const { main } = await import('../src/cli.ts');
    const { nodeIo } = await import('../src/io.ts');
    for (const args of [['--help'], ['--version'], ['estimate', '--help'], ['rates', '--help']]) {
      const code = await main(args, {
        ...nodeIo(folder),
        out: () => undefined,
        readFile: () => Promise.reject(new Error('read something')),
      });
      expect(code).toBe(0);
    }
  });
});
