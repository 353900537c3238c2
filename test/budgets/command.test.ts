import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run, type World } from '../run.ts';
import { shipped } from '../table.ts';
import { check, config, folderOf, prompts, put, verdicts } from './build.ts';

/** `openai-cost check` and `init` as somebody runs them, but for git. */

const PROMPT = 'Answer the question.\n';
/** 11 tokens, with the message around them, at $0.15 and 100 at $0.60 per million. */
const CALL = '0.00006165';
const files = (...budgets: readonly object[]) => ({
  'openai-cost.json': config(...budgets),
  'prompts/a.md': PROMPT,
});
const within = prompts({ limits: { usdPerCall: 1 } });
const above = prompts({ limits: { usdPerCall: 0 } });

async function outcome(
  content: Readonly<Record<string, unknown>>,
  args: readonly string[] = [],
  world: World = {},
): Promise<{ code: number; out: string; err: string }> {
  return check(folderOf(content), args, world);
}

describe('the configuration', () => {
  it('is found in the folder, or in one above, and named otherwise', async () => {
    const folder = folderOf({ ...files(within), 'deep/er/x.txt': '', 'other.json': config(above) });
    expect((await check(folder)).code).toBe(0);
    expect((await check(join(folder, 'deep/er'))).code).toBe(0);
    expect((await check(folder, ['--config', 'other.json'])).code).toBe(1);
    expect((await check(folder, ['--config', join(folder, 'other.json')])).code).toBe(1);
    expect((await check(join(folder, 'deep'), ['--config', '../other.json'])).code).toBe(1);
    const env = { OPENAI_COST_CONFIG: 'other.json' };
    expect((await check(folder, [], { env })).code).toBe(1);
    expect((await check(folder, ['--config', 'openai-cost.json'], { env })).code).toBe(0);
    expect((await check(folder, [], { env: { OPENAI_COST_CONFIG: '' } })).code).toBe(0);
  });

  it('that is nearest counts', async () => {
    const folder = folderOf({ ...files(above), 'app/openai-cost.json': config(within) });
    put(folder, { 'app/prompts/b.md': PROMPT });
    expect((await check(join(folder, 'app'))).code).toBe(0);
    expect((await check(join(folder, 'app/prompts'))).code).toBe(0);
    expect((await check(folder)).code).toBe(1);
  });

  it('is nowhere: says how to get one', async () => {
    expect(await outcome({})).toEqual({
      code: 2,
      out: '',
      err: 'error: there is no openai-cost.json here or in a folder above; "openai-cost init" writes one, --config names another\n',
    });
    const { err, code } = await outcome({}, ['--config', 'my.json']);
    expect({ err, code }).toEqual({ code: 2, err: 'my.json: error: no such file\n' });
  });

  it('may begin with a byte order mark, and have comments', async () => {
    const text = JSON.stringify({ $schema: 'x', $comment: ['a', 'b'], ...config(within) });
    expect((await outcome({ ...files(), 'openai-cost.json': `\ufeff${text}` })).code).toBe(0);
  });

  it.each<[string, unknown, string]>([
    ['no JSON', '{\n  "prompts": [}\n', ':2: error: not JSON: unexpected "}" in column 15'],
    ['cut off', '{\n  "prompts": [\n', ':3: error: not JSON: it ends too early'],
    ['empty', '', ':1: error: not JSON: it ends too early'],
    ['a comma too many', '{"prompts": [1,]}', ':1: error: not JSON: unexpected "]" in column 16'],
    ['a comment', '{} // no', ':1: error: not JSON: unexpected "/" in column 4'],
    ['a number that is none', '[01]', ':1: error: not JSON: unexpected "0" in column 2'],
    ['a feed in a text', '{"a":"b\n"}', ':1: error: not JSON: unexpected "\\"" in column 6'],
    ['a list', [], ': error: must be of type object'],
    ['a text', '"prompts"', ': error: must be of type object'],
    ['null', 'null', ': error: must be of type object'],
    ['no budget', {}, ': error: has no budget; add one to "prompts" or "usage"'],
    ['empty lists', { prompts: [], usage: [] }, ': error: has no budget; add one to'],
    [
      'an unknown key',
      { ...config(within), promts: [] },
      ':1: error: has an unknown key promts; did you mean prompts?',
    ],
    [
      'one within',
      config({ ...within, limit: {} }),
      ':1: error: prompts[0]: has an unknown key limit; did you mean limits?',
    ],
    [
      'one that belongs elsewhere',
      config({ ...within, varTokens: { name: 5 } }),
      ':1: error: prompts[0]: has an unknown key varTokens; it belongs at the top of the configuration, beside "prompts" and "usage"',
    ],
    [
      'one that belongs deeper',
      config(prompts({ usdPerCall: 1 })),
      ':1: error: prompts[0]: has an unknown key usdPerCall; it belongs in "limits"',
    ],
    [
      'several, each on its line',
      '{ "prompts": [\n{ "name": "a",\n"files": "x", "limits": {\n"usdPerCal": 1,\n"tokensPerFil": 1 } } ] }',
      ':5: error: prompts[0].limits: has an unknown key tokensPerFil; did you mean tokensPerFile?',
    ],
    [
      'a key that is there twice',
      '{ "prompts": [ { "name": "a", "files": "x", "models": "m", "limits": {\n"usdPerCall": 0,\n"usdPerCall": 5 } } ] }',
      ':3: error: prompts[0].limits.usdPerCall: is there twice; remove the one that is not meant',
    ],
    [
      'one that is written in two ways, beside a mistake',
      '{ "vars": { "a": "{\\"", "b": "c",\n"\\u0061": "[" },\n"x": [{}, []] }',
      ':2: error: vars.a: is there twice; remove the one that is not meant\nopenai-cost.json:3: error: has an unknown key x; remove or correct it\n',
    ],
    [
      'one of which a capital letter is part',
      config(prompts({ limits: { usdPerCal: 1 } })),
      ':1: error: prompts[0].limits: has an unknown key usdPerCal; did you mean usdPerCall?',
    ],
    ['a key of JavaScript', '{"__proto__": {}}', ':1: error: has an unknown key __proto__'],
    [
      'a wrong type',
      config({ ...within, files: 5 }),
      ':1: error: prompts[0].files: must be of type string, or must be of type array',
    ],
    [
      'one in a list',
      config({ ...within, models: ['a', 5] }),
      ':1: error: prompts[0].models: [1] must be of type string',
    ],
    ['no name', config({ ...within, name: undefined }), ':1: error: prompts[0].name: is missing'],
    [
      'no files',
      config({ ...within, files: [] }),
      ':1: error: prompts[0].files: must not be empty',
    ],
    [
      'an amount below zero',
      config(prompts({ limits: { usdPerCall: -1 } })),
      ':1: error: prompts[0].limits.usdPerCall: must be an amount in USD such as 12.5 or "0.0005"',
    ],
    [
      'an amount in words',
      config(prompts({ limits: { usdPerRun: '$5' } })),
      ':1: error: prompts[0].limits.usdPerRun: must be an amount in USD',
    ],
    [
      'half a token',
      config(prompts({ limits: { tokensPerFile: 1.5 } })),
      ':1: error: prompts[0].limits.tokensPerFile: must be of type int',
    ],
    [
      'a share above one',
      config(prompts({ cachedShare: 1.1 })),
      ':1: error: prompts[0].cachedShare: must be at most 1',
    ],
    [
      'a share that would be rounded',
      config(prompts({ limits: { contextShare: 0.12345 } })),
      ':1: error: prompts[0].limits.contextShare: must have at most four decimals',
    ],
    [
      'a percentage that would be rounded',
      config(prompts({ increase: { total: { percent: 0.005 } } })),
      ':1: error: prompts[0].increase.total.percent: must have at most two decimals',
    ],
    [
      'a mark above 100',
      config(prompts({ ...within, warnAt: [101] })),
      ':1: error: prompts[0].warnAt[0]: must be at most 100',
    ],
    [
      'no calls',
      config(prompts({ ...within, requests: 0 })),
      ':1: error: prompts[0].requests: must be more than 0',
    ],
    [
      'more calls than there are',
      config(prompts({ ...within, requests: 1e15 })),
      ':1: error: prompts[0].requests: must be at most 1000000000',
    ],
    [
      'an unknown period',
      config(prompts({ ...within, per: 'week' })),
      ':1: error: prompts[0].per: must be "run" or "hour" or "day" or "month"',
    ],
    [
      'another word for the maximum',
      config(prompts({ ...within, outputTokens: 'max' })),
      ':1: error: prompts[0].outputTokens: must be of type number, or must be "maximum"',
    ],
    [
      'an unknown end',
      { ...config(within), assume: 'worst' },
      ':1: error: assume: must be "high" or "mid" or "low"',
    ],
    [
      'the same name twice',
      config(within, within),
      ':1: error: two budgets have the name "prompts"; give each its own',
    ],
    ['no limit', config(prompts()), ':1: error: prompts: has no limit; add "limits" or "increase"'],
    [
      'empty limits',
      config(prompts({ limits: {}, increase: { perFile: {}, total: {} } })),
      ':1: error: prompts: has no limit',
    ],
    [
      'a month of runs',
      config(prompts({ limits: { usdPerMonth: 1 } })),
      ':1: error: prompts: usdPerMonth needs to know how often the files are called; set "requests" and "per"',
    ],
    [
      'a run of a rate',
      config(prompts({ per: 'day', limits: { usdPerRun: 1 } })),
      ':1: error: prompts: usdPerRun is of a run, but the requests are per day; use usdPerMonth',
    ],
    [
      'files that a total would not hold',
      config(
        prompts({ limits: { usdPerRun: 1 }, overrides: [{ files: 'prompts/a.md', per: 'day' }] }),
      ),
      ':1: error: prompts: usdPerRun does not hold files that are called per day; give the override usdPerMonth in its limits',
    ],
    [
      'an unknown tier',
      config(prompts({ ...within, tier: 'cheap' })),
      ':1: error: prompts: unknown service tier "cheap"; known are standard, default, batch',
    ],
    [
      'an unknown region',
      config(prompts({ ...within, region: 'mars' })),
      ':1: error: prompts: unknown region "mars"; known are global, eu, us',
    ],
    [
      'a usage budget without a limit',
      { usage: [{ name: 'u', files: 'x' }] },
      ':1: error: u: has no limit; add "limits", "models"',
    ],
    [
      'an unknown dimension',
      { usage: [{ name: 'u', files: 'x', scope: { projekt: 'a' } }] },
      ':1: error: usage[0].scope: has an unknown key projekt; did you mean project?',
    ],
    [
      'an unknown tier that is forbidden',
      { usage: [{ name: 'u', files: 'x', tiers: { forbid: 'prioritty' } }] },
      ':1: error: u: unknown service tier "prioritty"',
    ],
    [
      'an unknown quality',
      { usage: [{ name: 'u', files: 'x', imageQualities: { forbid: ['hihg'] } }] },
      ':1: error: u: there is no image quality "hihg"; known are low, medium',
    ],
    [
      'rates that are not there',
      { ...config(within), rates: 'mine.json' },
      'mine.json: error: no such file',
    ],
  ])('%s is a mistake that is named', async (_, content, message) => {
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    const { code, out, err } = await outcome({ ...files(), 'openai-cost.json': text });
    expect(err).toContain(message.startsWith(':') ? `openai-cost.json${message}` : message);
    expect({ code, out }).toEqual({ code: 2, out: '' });
  });

  it('tells every mistake, each with the line of its budget', async () => {
    const text = JSON.stringify(
      config(prompts({ name: 'one' }), prompts({ name: 'two' })),
      null,
      1,
    );
    const { err } = await outcome({ ...files(), 'openai-cost.json': text });
    expect(err.split('\n').map((line) => line.slice(0, 30))).toEqual([
      'openai-cost.json:4: error: one',
      'openai-cost.json:10: error: tw',
      '',
    ]);
  });

  it('cannot be read', async () => {
    const folder = folderOf(files(within));
    mkdirSync(join(folder, 'folder.json'));
    const { code, err } = await check(folder, ['--config', 'folder.json']);
    expect({ code, err }).toEqual({
      code: 2,
      err: 'folder.json: error: is a folder, where a file is expected\n',
    });
  });
});

describe('what is asked for', () => {
  it('by a flag comes before the environment, and that before the configuration', async () => {
    // gpt-4 has no published price for cached input: a range of 0 to 30 dollars per million.
    const ranged = prompts({ models: 'gpt-4', cachedShare: 1, outputTokens: 0 });
    const content = (assume?: string) => ({
      ...files(),
      'openai-cost.json': {
        ...(assume ? { assume } : {}),
        ...config({ ...ranged, limits: { usdPerCall: '0.0002' } }),
      },
    });
    const code = async (flag?: string, variable?: string, own?: string) =>
      (
        await outcome(content(own), flag ? ['--assume', flag] : [], {
          env: variable ? { OPENAI_COST_ASSUME: variable } : {},
        })
      ).code;
    expect(await code()).toBe(1);
    expect(await code(undefined, undefined, 'low')).toBe(0);
    expect(await code(undefined, 'low', 'high')).toBe(0);
    expect(await code(undefined, 'high', 'low')).toBe(1);
    expect(await code('low', 'high', 'high')).toBe(0);
    expect(await code('high', 'low', 'low')).toBe(1);
    expect(await code('mid')).toBe(0);
    expect(await outcome(content(), [], { env: { OPENAI_COST_ASSUME: 'worst' } })).toMatchObject({
      code: 2,
      err: 'error: OPENAI_COST_ASSUME must be one of high, mid, low\n',
    });
  });

  it('warnings only: tells what fails, and exits with 0', async () => {
    const content = files(above);
    const { code, out } = await outcome(content, ['--warn-only']);
    expect(code).toBe(0);
    expect(out).toContain('1 of 1 budget exceeded (warnings only)');
    const code2 = async (env: Record<string, string>, own = false) =>
      (
        await outcome({ ...content, 'openai-cost.json': { warnOnly: own, ...config(above) } }, [], {
          env,
        })
      ).code;
    expect(await code2({})).toBe(1);
    expect(await code2({}, true)).toBe(0);
    expect(await code2({ OPENAI_COST_WARN_ONLY: '1' })).toBe(0);
    expect(await code2({ OPENAI_COST_WARN_ONLY: 'false' }, true)).toBe(1);
    expect(await code2({ OPENAI_COST_WARN_ONLY: 'maybe' })).toBe(2);
    // What cannot run is no warning.
    expect((await outcome({ 'openai-cost.json': config(above) }, ['--warn-only'])).code).toBe(2);
  });

  it('another rate table', async () => {
    const folder = folderOf(files(within));
    for (const args of [['--rates', 'mine.json'], []]) {
      const env = { OPENAI_COST_RATES: 'yours.json' };
      const { code, err } = await check(folder, args, { env });
      expect(err).toBe(`${args[1] ?? 'yours.json'}: error: no such file\n`);
      expect(code).toBe(2);
    }
  });

  it('a base of the environment or the configuration, or none', async () => {
    const limited = prompts({ increase: { total: { usd: 0 } } });
    const content = { ...files(), 'openai-cost.json': { base: 'a', ...config(limited) } };
    const base = async (args: string[], env: Record<string, string> = {}) =>
      (await outcome(content, args, { env })).err.split(':')[1]?.trim();
    expect(await base([])).toBe('a');
    expect(await base([], { OPENAI_COST_BASE: 'b' })).toBe('b');
    expect(await base(['--base', 'c'], { OPENAI_COST_BASE: 'b' })).toBe('c');
    const unchecked = await outcome(content, ['--no-base']);
    expect(unchecked.code).toBe(0);
    expect(unchecked.out).toContain('increases were not checked');
  });
});

describe('prompts', () => {
  it.each<[string, Record<string, unknown>, number]>([
    ['a call', { limits: { usdPerCall: CALL } }, 0],
    ['a picodollar less for a call', { limits: { usdPerCall: '0.000061649999' } }, 1],
    ['a run', { requests: 10, limits: { usdPerRun: '0.0006165' } }, 0],
    ['a picodollar less for a run', { requests: 10, limits: { usdPerRun: '0.000616499999' } }, 1],
    ['calls an hour', { requests: 1, per: 'hour', limits: { usdPerMonth: '0.044388' } }, 0],
    ['a picodollar less an hour', { per: 'hour', limits: { usdPerMonth: '0.044387999999' } }, 1],
    ['calls a day', { requests: 2, per: 'day', limits: { usdPerMonth: '0.003699' } }, 0],
    [
      'a picodollar less a day',
      { requests: 2, per: 'day', limits: { usdPerMonth: '0.003698999999' } },
      1,
    ],
    ['calls a month', { requests: 2, per: 'month', limits: { usdPerMonth: '0.0001233' } }, 0],
    [
      'a picodollar less a month',
      { requests: 2, per: 'month', limits: { usdPerMonth: '0.000123299999' } },
      1,
    ],
    ['tokens', { limits: { tokensPerFile: 11 } }, 0],
    ['a token less', { limits: { tokensPerFile: 10 } }, 1],
    ['a share of the context window', { limits: { contextShare: 0.0001 } }, 0],
    ['none of the context window', { limits: { contextShare: 0 } }, 1],
    ['batch, at half the price', { tier: 'batch', limits: { usdPerCall: '0.000030825' } }, 0],
    ['batch, a picodollar less', { tier: 'batch', limits: { usdPerCall: '0.000030824999' } }, 1],
    ['cached input, rounded down', { cachedShare: 0.5, limits: { usdPerCall: '0.000061275' } }, 0],
    [
      'cached input, a picodollar less',
      { cachedShare: 0.5, limits: { usdPerCall: '0.000061274999' } },
      1,
    ],
    ['the longest answer', { outputTokens: 'maximum', limits: { usdPerCall: '0.00983205' } }, 0],
    [
      'a picodollar less for it',
      { outputTokens: 'maximum', limits: { usdPerCall: '0.009832049999' } },
      1,
    ],
    [
      'an answer of unknown length, if the longest fits',
      { outputTokens: undefined, limits: { usdPerCall: '0.00983205' } },
      0,
    ],
    [
      'an answer of unknown length, if the longest does not fit',
      { outputTokens: undefined, limits: { usdPerCall: '0.009832049999' } },
      3,
    ],
    [
      'input that is too much alone',
      { outputTokens: undefined, limits: { usdPerCall: '0.0000001' } },
      1,
    ],
    [
      'an embedding, which has no answer',
      {
        models: 'text-embedding-3-small',
        outputTokens: undefined,
        limits: { usdPerCall: '0.0000001' },
      },
      0,
    ],
    [
      'one of two models too dear',
      { models: ['gpt-4o-mini', 'gpt-4'], limits: { usdPerCall: '0.001' } },
      1,
    ],
    ['an unknown model', { models: 'gpt-9', limits: { usdPerCall: 1000 } }, 3],
    ['an unknown model by tokens', { models: 'gpt-9', limits: { tokensPerFile: 1000 } }, 3],
    ['an unknown model by its window', { models: 'gpt-9', limits: { contextShare: 1 } }, 3],
    [
      'an unknown model beside a known one',
      { models: ['gpt-4o', 'gpt-9'], limits: { usdPerRun: 9 } },
      3,
    ],
    [
      'a tier that the model does not have',
      { models: 'gpt-4o', tier: 'ultrafast', limits: { usdPerCall: 9 } },
      3,
    ],
  ])('%s', async (_, settings, expected) => {
    const { code, out } = await outcome(files(prompts(settings)));
    expect(code, out).toBe(expected);
  });

  it('of one run count together, whichever models they are sent to', async () => {
    const folder = folderOf({ ...files(), 'prompts/b.md': PROMPT });
    const total = async (usdPerRun: string, models: string | string[], own: string) => {
      const overrides = [{ files: 'prompts/b.md', models: own }];
      put(folder, {
        'openai-cost.json': config(prompts({ models, limits: { usdPerRun }, overrides })),
      });
      return verdicts(folder);
    };
    // 0.00006165 with gpt-4o-mini, and 0.0010275 with gpt-4o.
    expect(await total('0.00108915', 'gpt-4o-mini', 'gpt-4o')).toEqual({
      code: 0,
      verdicts: ['usdPerRun all 2 files with gpt-4o-mini and gpt-4o: within'],
    });
    expect((await total('0.001089149999', 'gpt-4o-mini', 'gpt-4o')).code).toBe(1);
    expect(await total('0.00108915', ['gpt-4o-mini', 'gpt-4.1-nano'], 'gpt-4o')).toEqual({
      code: 0,
      verdicts: [
        'usdPerRun all 2 files with gpt-4o-mini and gpt-4o: within',
        'usdPerRun all 2 files with gpt-4.1-nano and gpt-4o: within',
      ],
    });
    expect(await total('1', ['gpt-4o', 'gpt-4o'], 'gpt-4o')).toEqual({
      code: 0,
      verdicts: ['usdPerRun all 2 files with gpt-4o: within'],
    });
  });

  it('have settings and limits of their own, and the last one wins', async () => {
    const folder = folderOf({ ...files(), 'prompts/b.md': PROMPT, 'prompts/c.md': PROMPT });
    const overrides = [
      { files: ['prompts/[bc].md'], outputTokens: 200, limits: { usdPerCall: '0.00012165' } },
      { files: 'prompts/c.md', limits: { tokensPerFile: 10, usdPerRun: 1 } },
    ];
    put(folder, {
      'openai-cost.json': config(prompts({ limits: { usdPerCall: CALL }, overrides })),
    });
    expect(await verdicts(folder)).toEqual({
      code: 1,
      verdicts: [
        'usdPerCall prompts/a.md with gpt-4o-mini: within',
        'usdPerCall prompts/b.md with gpt-4o-mini: within',
        'usdPerCall prompts/c.md with gpt-4o-mini: within',
        'usdPerRun prompts/c.md with gpt-4o-mini: within',
        'tokensPerFile prompts/c.md with gpt-4o-mini: exceeded',
      ],
    });
    put(folder, {
      'openai-cost.json': config(
        prompts({ limits: { usdPerCall: 1 }, overrides: [{ files: 'prompts/z.md', requests: 2 }] }),
      ),
    });
    expect(await check(folder)).toMatchObject({
      code: 2,
      err: 'openai-cost.json: error: prompts/z.md in its overrides matches none of the files of the budget prompts\n',
    });
  });

  it('that are not there are an error, for each name and budget', async () => {
    const two = [
      prompts({ name: 'one', files: ['a.md', 'x/*.md', 'prompts'], limits: { usdPerCall: 1 } }),
      prompts({ name: 'two', files: 'empty', limits: { usdPerCall: 1 } }),
    ];
    const folder = folderOf(files(...two));
    mkdirSync(join(folder, 'empty'));
    expect(await check(folder)).toEqual({
      code: 2,
      out: '',
      err: [
        'a.md: error: no such file (files of the budget one)',
        'x/*.md: error: no file matches this pattern (files of the budget one)',
        'empty: error: no files in this directory (hidden files are left out) (files of the budget two)',
        '',
      ].join('\n'),
    });
  });

  it('that cannot be read leave their budget undecided', async () => {
    for (const more of [{}, { 'prompts/b.md': PROMPT }]) {
      const { code, out } = await outcome({
        ...files(prompts({ limits: { usdPerCall: 1 } })),
        'prompts/a.md': new Uint8Array([0, 1, 2]),
        ...more,
      });
      expect(out).toContain(
        'prompts/a.md: warning: cannot be read: binary, or text that is not UTF-8; convert it to UTF-8 (files of prompts)',
      );
      expect(out).toContain('1 of 1 budget undecided');
      expect(code).toBe(3);
    }
  });

  it.skipIf(process.getuid?.() === 0)('that may not be read neither', async () => {
    const folder = folderOf(files(within));
    chmodSync(join(folder, 'prompts/a.md'), 0);
    const { code, out } = await check(folder);
    expect(out).toContain('cannot be read: you have no permission');
    expect(code).toBe(3);
  });

  it('longer than the context window fail, whatever the limit', async () => {
    const { code, out } = await outcome({
      ...files(prompts({ limits: { usdPerCall: 1000 } })),
      'prompts/a.md': 'word '.repeat(200_000),
    });
    expect(out).toContain('[context-window]');
    expect(code).toBe(1);
  });

  it('fail with an old rate table, where that is asked for', async () => {
    const content = (maxRatesAgeDays: number) => ({
      ...files(),
      'openai-cost.json': { maxRatesAgeDays, ...config(within) },
    });
    const later = (days: number) => ({
      now: new Date((shipped.version + days * 86_400) * 1000).toISOString(),
    });
    expect((await outcome(content(30), [], later(30))).code).toBe(0);
    const { code, out } = await outcome(content(30), [], later(31));
    expect(out).toContain('31 days old, and maxRatesAgeDays is 30; update openai-cost');
    expect(code).toBe(1);
  });

  it('that are too much by what is known of them cost at least that', async () => {
    const folder = folderOf({ ...files(above), 'prompts/a.md': `${PROMPT}{{name}}` });
    const { code, out } = await check(folder);
    expect(out).toMatch(/costs at least \$0\.0000\d+ a call, at least \$0\.0000\d+ above the/);
    expect(code).toBe(1);
    const { budgets } = JSON.parse((await check(folder, ['-f', 'json'])).out);
    expect(budgets[0].checks).toMatchObject([
      { verdict: 'exceeded', foundHigh: null, reason: expect.stringContaining('{{name}}') },
    ]);
  });

  it('an excess wins over what is undecided', async () => {
    const two = [prompts({ name: 'one', models: 'gpt-9', limits: { usdPerCall: 1 } }), above];
    const { code, out } = await outcome(files(...two));
    expect(out).toContain('1 of 2 budgets exceeded, 1 of 2 budgets undecided');
    expect(code).toBe(1);
  });
});

describe('init', () => {
  it('writes what it finds, valid and ready to run, and never over what is there', async () => {
    const folder = folderOf({
      'app/prompts/a.md': PROMPT,
      'app/prompts/b.txt': PROMPT,
      'data/openai-completions_usage_2026-10-01_2026-10-04.csv': await exampleUsage(),
    });
    const first = await run(['init', '-m', 'gpt-4o-mini'], { cwd: folder });
    expect(first.out).toContain('2 prompt files');
    expect(first.out).toContain('1 usage export');
    expect(first.code).toBe(0);
    const { code, out, err } = await check(folder);
    expect({ code, err }, out).toEqual({ code: 0, err: '' });
    expect(await run(['init'], { cwd: folder })).toEqual({
      code: 2,
      out: '',
      err: 'openai-cost.json: error: is already there, and is left as it is; delete it first to start anew\n',
    });
  });

  it('says where it finds nothing', async () => {
    const folder = folderOf();
    const { out } = await run(['init'], { cwd: folder });
    expect(out).toContain('no prompt files were found');
    expect(out).toContain('There is nothing to check yet: put prompts into prompts/**/*.md, or');
    expect((await check(folder)).code).toBe(2);
    put(folder, { 'prompts/a.md': PROMPT });
    expect((await check(folder)).code).toBe(0);
  });

  it('takes no budget for prompts where there is usage alone', async () => {
    const folder = folderOf({ 'usage.csv': await exampleUsage() });
    const { out } = await run(['init'], { cwd: folder });
    expect(out).toContain('no prompt files were found, 1 usage export');
    expect(out).toContain('Set its limits, then run: openai-cost check');
    expect((await check(folder)).code).toBe(0);
  });

  it('takes no model that is not known, and writes nothing then', async () => {
    const folder = folderOf({ 'prompts/a.md': PROMPT });
    expect(await run(['init', '-m', 'gpt-5.4-mimi'], { cwd: folder })).toEqual({
      code: 2,
      out: '',
      err: 'error: --model gpt-5.4-mimi: unknown model; did you mean gpt-5.4-mini?\n',
    });
    expect((await check(folder)).err).toContain('there is no openai-cost.json here');
  });

  it.skipIf(process.getuid?.() === 0)('says where it cannot write', async () => {
    const folder = folderOf();
    chmodSync(folder, 0o500);
    expect(await run(['init'], { cwd: folder })).toMatchObject({
      code: 2,
      err: 'openai-cost.json: error: cannot be written (EACCES)\n',
    });
  });
});

async function exampleUsage(): Promise<string> {
  const { readFileSync } = await import('node:fs');
  return readFileSync(new URL('../example/usage.csv', import.meta.url), 'utf8');
}

describe('files of several calls', () => {
  const request = (content: string, more: object = {}) =>
    JSON.stringify({
      ...{ model: 'gpt-4o-mini', messages: [{ role: 'user', content }], ...more },
    });
  const LONG = 'Answer the question. '.repeat(20);
  const sum = (folder: string, ...args: string[]) =>
    run(['estimate', '-m', 'gpt-4o-mini', '-o', '100', '-f', 'json', ...args], { cwd: folder });

  async function judged(
    content: Readonly<Record<string, unknown>>,
    budget: Readonly<Record<string, unknown>>,
    more: object = {},
  ) {
    const folder = folderOf({
      ...content,
      'openai-cost.json': { ...config(prompts(budget)), ...more },
    });
    const { code, out } = await check(folder, ['-f', 'json']);
    const { budgets } = JSON.parse(out) as {
      budgets: { checks: { limit: string; foundHigh: string }[] }[];
    };
    const found = budgets[0]?.checks.map(({ limit, foundHigh }) => [limit, foundHigh]) ?? [];
    return { folder, code, found: Object.fromEntries(found) as Record<string, string> };
  }

  it('are judged by their longest call, and by the cost of all', async () => {
    const limits = { usdPerCall: 1, usdPerRun: 1, tokensPerFile: 1000, contextShare: 0.0008 };
    const lines = `${request('short')}\n${request(LONG)}\n`;
    const { folder, code, found } = await judged(
      { 'calls.jsonl': lines, 'long.json': request(LONG) },
      { files: 'calls.jsonl', limits },
    );
    const all = JSON.parse((await sum(folder, 'calls.jsonl')).out);
    const one = JSON.parse((await sum(folder, 'long.json')).out);
    expect(code).toBe(0);
    expect(found).toEqual({
      ...{ usdPerCall: one.total.usd, usdPerRun: all.total.usd },
      tokensPerFile: String(one.byFile[0].tokens.input),
      contextShare: String(one.byFile[0].tokens.input),
    });
  });

  it('cost what they ask for, unless the budget names a tier', async () => {
    const content = { 'a.json': request(LONG, { service_tier: 'priority' }) };
    const budget = { files: 'a.json', limits: { usdPerCall: 1 } };
    const { folder, found } = await judged(content, budget);
    const asked = JSON.parse((await sum(folder, 'a.json')).out).total.usd;
    expect(found).toEqual({ usdPerCall: asked });
    const named = await judged(content, { ...budget, tier: 'standard' });
    const standard = JSON.parse((await sum(folder, 'a.json', '--tier', 'standard')).out).total.usd;
    expect(named.found).toEqual({ usdPerCall: standard });
    expect(asked).not.toBe(standard);
  });

  it.each<[string, unknown]>([
    ['a list', [{ name: 'Bo' }, { name: LONG }]],
    ['a file', 'rows.jsonl'],
  ])('each set of values of a template is one: %s', async (_, vars) => {
    const rows = `{"name":"Bo"}\n${JSON.stringify({ name: LONG })}\n`;
    const content = { 'a.md': 'Hello {{name}}', 'b.md': `Hello ${LONG}`, 'rows.jsonl': rows };
    const limits = { usdPerCall: 1, usdPerRun: 1 };
    const { folder, found } = await judged(
      content,
      { files: 'a.md', requests: 3, limits },
      { vars },
    );
    const all = JSON.parse((await sum(folder, 'a.md', '--vars', 'rows.jsonl', '-n', '3')).out);
    const longest = JSON.parse((await sum(folder, 'b.md')).out);
    expect(found).toEqual({ usdPerCall: longest.total.usd, usdPerRun: all.total.usd });
  });

  it('a file of values that is not there is named', async () => {
    const { code, err } = await outcome({
      ...{ 'prompts/a.md': PROMPT, 'openai-cost.json': { ...config(within), vars: 'rows.jsonl' } },
    });
    expect({ code, err }).toEqual({ code: 2, err: 'rows.jsonl: error: no such file\n' });
  });
});

describe('files that are taken out', () => {
  const content = {
    ...{ 'prompts/a.md': PROMPT, 'prompts/old/b.md': PROMPT, 'prompts/old/c.md': PROMPT },
    ...{ '!d.md': PROMPT },
  };
  const filesIn = async (names: unknown, folderIn = '.', more: object = {}) => {
    const budget = prompts({ files: names, limits: { tokensPerFile: 99 }, ...more });
    const folder = folderOf({ ...content, 'openai-cost.json': config(budget) });
    const { code, verdicts: found } = await verdicts(join(folder, folderIn));
    return { code, found: found.map((verdict) => verdict.replace(/^\S+ (\S+) with.*$/, '$1')) };
  };

  it.each<[string, unknown, string[]]>([
    ['a pattern', ['prompts/**/*.md', '!prompts/old/*.md'], ['prompts/a.md']],
    ['a folder', ['prompts', '!prompts/old'], ['prompts/a.md']],
    ['a file', ['prompts', '!prompts/old/b.md'], ['prompts/a.md', 'prompts/old/c.md']],
    ['first, or last', ['!prompts/old/b.md', 'prompts/old'], ['prompts/old/c.md']],
    ['what is not there', ['prompts/a.md', '!prompts/z.md'], ['prompts/a.md']],
    ['nothing: a name may begin so', ['./!d.md'], ['!d.md']],
  ])('%s', async (_, names, found) => {
    expect(await filesIn(names)).toEqual({ code: 0, found });
  });

  it('from the folder of the configuration on', async () => {
    const names = ['prompts/**/*.md', '!prompts/old/*.md'];
    expect(await filesIn(names, 'prompts/old')).toEqual({ code: 0, found: ['../a.md'] });
  });

  it('all of them is a mistake', async () => {
    const { code, found } = await filesIn(['prompts', '!prompts/**']);
    expect(code).toBe(2);
    expect(found[0]).toContain(
      'all of its files are taken out by !prompts/** (files of the budget prompts)',
    );
  });

  it('of an override, and of usage', async () => {
    const names = ['prompts', '!prompts/old/b.md'];
    const limits = { tokensPerFile: 0 };
    const { code, found } = await filesIn('prompts', '.', {
      overrides: [{ files: names, limits }],
    });
    expect(code).toBe(1);
    expect(found.length).toBe(3);
    const row = (model: string) =>
      `start_time,end_time,project_id,num_model_requests,model,batch,service_tier,input_tokens,output_tokens,input_cached_tokens\n1790812800,1790899200,proj_a,1,${model},False,default,1000,0,0\n`;
    const folder = folderOf({
      ...{ 'a.csv': row('gpt-4o'), 'b.csv': row('gpt-4o-mini') },
      'openai-cost.json': {
        usage: [{ name: 'u', files: ['*.csv', '!a.csv'], models: { forbid: 'gpt-4o' } }],
      },
    });
    expect((await check(folder)).code).toBe(0);
  });
});
