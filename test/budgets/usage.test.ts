import { describe, expect, it } from 'vitest';
import { check, folderOf, verdicts } from './build.ts';

/** Budgets for what was used and billed, through the command. */

const OCTOBER = 1_790_812_800;
const DAY = 86_400;
const MILLION = 1_000_000;

const COLUMNS = [
  ...['start_time', 'end_time', 'project_id', 'num_model_requests', 'user_id', 'api_key_id'],
  ...['model', 'batch', 'service_tier', 'input_tokens', 'output_tokens', 'input_cached_tokens'],
  ...['input_uncached_tokens', 'input_text_tokens', 'output_text_tokens', 'output_image_tokens'],
] as const;
type Cells = Partial<Record<(typeof COLUMNS)[number], string | number>>;

/** A request of a million input tokens to gpt-4o-mini: $0.15. */
function row({ input_tokens: input = MILLION, output_image_tokens: images = 0, ...more }: Cells) {
  const cells: Cells = {
    ...{ start_time: OCTOBER, end_time: OCTOBER + DAY, project_id: 'proj_a', user_id: 'user-a' },
    ...{ api_key_id: 'key_a', num_model_requests: 1, model: 'gpt-4o-mini', batch: 'False' },
    ...{ service_tier: 'default', input_tokens: input, output_tokens: images },
    ...{ input_cached_tokens: 0, input_uncached_tokens: input, input_text_tokens: input },
    ...{ output_text_tokens: 0, output_image_tokens: images },
    ...more,
  };
  return COLUMNS.map((name) => cells[name] ?? '').join(',');
}

function usage(...rows: readonly Cells[]): string {
  return `${[COLUMNS.join(','), ...rows.map(row)].join('\n')}\n`;
}

function without(column: (typeof COLUMNS)[number], ...rows: readonly Cells[]): string {
  const at = COLUMNS.indexOf(column);
  return usage(...rows)
    .split('\n')
    .map((line) => line.split(',').toSpliced(at, 1).join(','))
    .join('\n');
}

async function judged(
  content: string,
  budget: Readonly<Record<string, unknown>>,
  args: readonly string[] = [],
): Promise<{ code: number; verdicts: string[] }> {
  const folder = folderOf({
    'usage.csv': content,
    'openai-cost.json': { usage: [{ name: 'u', files: 'usage.csv', ...budget }] },
  });
  const found = await verdicts(folder, args);
  return {
    code: found.code,
    verdicts: found.verdicts.map((verdict) => verdict.replace(/-[0-9a-f]{8}/, '-#')),
  };
}

const A: Cells = {};
const B: Cells = { project_id: 'proj_b' };
const NEXT: Cells = { start_time: OCTOBER + DAY, end_time: OCTOBER + 2 * DAY };
const NOVEMBER: Cells = { start_time: OCTOBER + 31 * DAY, end_time: OCTOBER + 32 * DAY };

describe('limits', () => {
  it.each<[string, string, Record<string, unknown>, number, string[]]>([
    ['of all, at it', usage(A, B), { limits: { usd: 0.3 } }, 0, ['usd everything: within']],
    [
      'of all, above',
      usage(A, B),
      { limits: { usd: '0.299999999999' } },
      1,
      ['usd everything: exceeded'],
    ],
    [
      'of a day',
      usage(A, B, NEXT),
      { limits: { usdPerDay: 0.3 } },
      0,
      ['usdPerDay 2026-10-01: within'],
    ],
    [
      'of a day, above',
      usage(A, NEXT, { ...NEXT, ...B }),
      { limits: { usdPerDay: 0.15 } },
      1,
      ['usdPerDay 2026-10-02: exceeded'],
    ],
    [
      'of a month',
      usage(A, NEXT, NOVEMBER),
      { limits: { usdPerMonth: 0.3 } },
      0,
      ['usdPerMonth 2026-10: within'],
    ],
    [
      'of a month, above',
      usage(A, NEXT, NOVEMBER),
      { limits: { usdPerMonth: 0.2 } },
      1,
      ['usdPerMonth 2026-10: exceeded'],
    ],
    [
      'of each project',
      usage(A, B, B),
      { each: 'project', limits: { usd: 0.15 } },
      1,
      ['usd project proj_a: within', 'usd project proj_b: exceeded'],
    ],
    [
      'of each user and day',
      usage(A, NEXT, { user_id: 'user-b' }),
      { each: ['user'], limits: { usdPerDay: 0.15 } },
      0,
      [
        'usdPerDay user user-# in 2026-10-01: within',
        'usdPerDay user user-# in 2026-10-01: within',
      ],
    ],
    ['near', usage(A), { limits: { usd: 0.3 }, warnAt: [50, 80] }, 0, ['usd everything: near']],
    [
      'of free tokens',
      usage({ service_tier: 'incentivized-tier' }),
      { limits: { usd: 0 } },
      0,
      ['usd everything: within'],
    ],
    [
      'of a request, where each row is one',
      usage(A, { input_tokens: 9 }),
      { limits: { tokensPerRequest: MILLION } },
      0,
      ['tokensPerRequest gpt-4o-mini on 2026-10-01: within'],
    ],
    [
      'of a request, above',
      usage(A, { input_tokens: 9 }),
      { limits: { tokensPerRequest: MILLION - 1 } },
      1,
      ['tokensPerRequest gpt-4o-mini on 2026-10-01: exceeded'],
    ],
    [
      'of a request, on average',
      usage({ num_model_requests: 3, input_tokens: 10 }),
      { limits: { tokensPerRequest: 4 } },
      0,
      ['tokensPerRequest gpt-4o-mini on 2026-10-01: within'],
    ],
    [
      'of a request, rounded up',
      usage({ num_model_requests: 3, input_tokens: 10 }),
      { limits: { tokensPerRequest: 3 } },
      1,
      ['tokensPerRequest gpt-4o-mini on 2026-10-01: exceeded'],
    ],
    [
      'of requests that are not counted',
      usage({ num_model_requests: 0 }),
      { limits: { tokensPerRequest: 9 * MILLION } },
      3,
      ['tokensPerRequest gpt-4o-mini on 2026-10-01: undecided'],
    ],
  ])('%s', async (_, content, budget, code, expected) => {
    expect(await judged(content, budget)).toEqual({ code, verdicts: expected });
  });

  it('a bucket of two days may be of either', async () => {
    const content = usage({ end_time: OCTOBER + 2 * DAY });
    const perDay = { limits: { usdPerDay: 0.1 } };
    expect(await judged(content, perDay)).toEqual({
      code: 1,
      verdicts: ['usdPerDay 2026-10-01: exceeded', 'usdPerDay 2026-10-02: exceeded'],
    });
    expect((await judged(content, perDay, ['--assume', 'low'])).code).toBe(0);
    expect((await judged(content, { limits: { usdPerMonth: 0.15 } })).code).toBe(0);
  });

  it('a price that the data leaves open is judged at the end that is assumed', async () => {
    const content = without('service_tier', { model: 'gpt-5-mini' });
    const budget = { limits: { usd: 0.25 } };
    expect((await judged(content, budget)).code).toBe(1);
    expect((await judged(content, budget, ['--assume', 'low'])).code).toBe(0);
  });
});

describe('what does not pass', () => {
  const bad = usage(A, { input_tokens: -5 });

  it.each<[string, string, Record<string, unknown>, string]>([
    [
      'a model without a price',
      usage(A, { model: 'gpt-9' }),
      { limits: { usd: 9 } },
      'usd everything: undecided',
    ],
    ['a row that cannot be read', bad, { limits: { usd: 9 } }, 'usd everything: undecided'],
    [
      'one, of a scope without any use',
      bad,
      { scope: { project: 'proj_z' }, limits: { usd: 9 }, allowEmpty: true },
      'usd everything: undecided',
    ],
    [
      'one, for a list of what is forbidden',
      bad,
      { models: { forbid: 'gpt-4' } },
      'models some of the usage: undecided',
    ],
    [
      'a project that is not told',
      without('project_id', A),
      { scope: { project: 'proj_a' }, limits: { usd: 0.1 } },
      'usd everything: undecided',
    ],
    [
      'one, where nothing is expected',
      without('project_id', A),
      { scope: { project: 'proj_a' }, limits: { usdPerDay: 0.1 }, allowEmpty: true },
      'usdPerDay 2026-10-01: undecided',
    ],
    [
      'one, for a list of what is allowed',
      usage(A, { project_id: '' }),
      { scope: { project: 'proj_a' }, models: { allow: '*' } },
      'models some of the usage: undecided',
    ],
    [
      'one, of each',
      usage(A, { project_id: '' }),
      { each: 'project', limits: { usd: 0.2 } },
      'usd project proj_a: undecided',
    ],
    [
      'a model that is not told',
      usage({ model: '' }),
      { models: { forbid: 'gpt-4' } },
      'models some of the usage: undecided',
    ],
    [
      'images of unknown quality',
      usage({ model: 'gpt-image-1', output_image_tokens: 1056 }),
      { imageQualities: { forbid: 'high' } },
      'imageQualities some of the usage: undecided',
    ],
  ])('%s', async (_, content, budget, expected) => {
    const { code, verdicts: found } = await judged(content, budget);
    expect(found).toContain(expected);
    expect(code).toBe(3);
  });

  it('what is not told passes where all of it fits', async () => {
    const untold = usage(A, { project_id: '' });
    const scope = { scope: { project: 'proj_a' } };
    expect((await judged(untold, { ...scope, limits: { usd: 0.3 } })).code).toBe(0);
    expect((await judged(untold, { ...scope, limits: { usd: '0.299999999999' } })).code).toBe(3);
    expect((await judged(untold, { each: 'project', limits: { usd: 0.3 } })).code).toBe(0);
    expect((await judged(untold, { each: 'project', limits: { usdPerDay: 0.3 } })).code).toBe(0);
  });

  it('an excess wins over what is not in sight', async () => {
    expect((await judged(bad, { limits: { usd: 0.1 } })).code).toBe(1);
    const some = usage(A, { model: 'gpt-9' });
    expect((await judged(some, { limits: { usd: 0.1 } })).code).toBe(1);
  });

  it('a scope that matches nothing is a mistake, unless that is allowed', async () => {
    const scope = { scope: { project: ['proj_z', 'x*'], model: 'gpt-4o*' }, limits: { usd: 1 } };
    const { code, verdicts: said } = await judged(usage(A), scope);
    expect(said).toEqual([
      'openai-cost.json:1: error: u: nothing in its files is in its scope (project proj_z, x*; model gpt-4o*); correct it, or set "allowEmpty"\n',
    ]);
    expect(code).toBe(2);
    expect((await judged(usage(A), { ...scope, allowEmpty: true })).code).toBe(0);
    expect((await judged(usage(), { limits: { usd: 1 } })).code).toBe(2);
  });

  it('files that are not there', async () => {
    const { code, verdicts: said } = await judged(usage(A), {
      files: 'x*.csv',
      limits: { usd: 1 },
    });
    expect(said[0]).toContain('x*.csv: error: no file matches this pattern');
    expect(code).toBe(2);
  });
});

describe('what is permitted', () => {
  it.each<[string, Cells, Record<string, unknown>, string]>([
    ['a model by its name', A, { models: { allow: 'gpt-4o-mini' } }, 'models everything: within'],
    ['by a wildcard', A, { models: { allow: ['gpt-3*', 'gpt-4*'] } }, 'models everything: within'],
    [
      'a snapshot by its model',
      { model: 'gpt-4o-mini-2024-07-18' },
      { models: { allow: 'gpt-4o-mini' } },
      'models everything: within',
    ],
    ['not another', A, { models: { allow: 'gpt-4o' } }, 'models gpt-4o-mini: exceeded'],
    [
      'not what is forbidden',
      A,
      { models: { allow: '*', forbid: '*mini' } },
      'models gpt-4o-mini: exceeded',
    ],
    [
      'nor a snapshot of it',
      { model: 'gpt-4o-mini-2024-07-18' },
      { models: { forbid: 'gpt-4o-mini' } },
      'models gpt-4o-mini-2024-07-18: exceeded',
    ],
    ['a tier', A, { tiers: { allow: 'standard' } }, 'tiers everything: within'],
    ['by the name in the data', A, { tiers: { allow: 'default' } }, 'tiers everything: within'],
    [
      'not what is forbidden by its other name',
      { service_tier: 'priority' },
      { tiers: { forbid: 'fast' } },
      'tiers priority: exceeded',
    ],
    [
      'free tokens',
      { service_tier: 'incentivized-tier' },
      { tiers: { forbid: 'incentivized-tier' } },
      'tiers free: exceeded',
    ],
    [
      'no images at all',
      A,
      { imageQualities: { forbid: 'high' } },
      'imageQualities everything: within',
    ],
  ])('%s', async (_, cells, budget, expected) => {
    const { code, verdicts: found } = await judged(usage(cells), budget);
    expect(found).toEqual([expected]);
    expect(code).toBe(expected.endsWith('exceeded') ? 1 : 0);
  });

  it('a tier that the data leaves open fails, and says that it is not sure', async () => {
    const folder = folderOf({
      'usage.csv': without('service_tier', A),
      'openai-cost.json': {
        usage: [{ name: 'u', files: 'usage.csv', tiers: { forbid: 'priority' } }],
      },
    });
    const { code, out } = await check(folder);
    expect(out).toContain('the tier priority was used, perhaps, as the data does not tell');
    expect(code).toBe(1);
  });
});

describe('bills without usage', () => {
  const head = 'start_time,end_time,amount_value,amount_currency,line_item,project_id';
  const line = (amount: string, currency = 'usd', item = 'gpt-4o-mini-2024-07-18, input') =>
    `${OCTOBER},${OCTOBER + DAY},${amount},${currency},"${item}",proj_a`;
  const bill = (...lines: readonly string[]) => `${[head, ...lines].join('\n')}\n`;

  it.each<[string, string, Record<string, unknown>, number, string]>([
    [
      'are what was spent',
      bill(line('1.5'), line('0.5')),
      { limits: { usd: 2 } },
      0,
      'usd everything: within',
    ],
    [
      'are held exactly',
      bill(line('2.000000000001')),
      { limits: { usd: 2 } },
      1,
      'usd everything: exceeded',
    ],
    [
      'by project',
      bill(line('1')),
      { scope: { project: 'proj_a' }, limits: { usdPerDay: 1 } },
      0,
      'usdPerDay 2026-10-01: within',
    ],
    [
      'by key, which they do not tell',
      bill(line('1')),
      { scope: { key: 'key_a' }, limits: { usd: 0.5 } },
      3,
      'usd everything: undecided',
    ],
    [
      'in another currency',
      bill(line('1'), line('1', 'eur')),
      { limits: { usd: 2 } },
      3,
      'usd everything: undecided',
    ],
    [
      'tell no tier',
      bill(line('1')),
      { tiers: { forbid: 'priority' } },
      3,
      'tiers some of the usage: undecided',
    ],
    [
      'tell no quality',
      bill(line('1', 'usd', 'dall-e-3')),
      { imageQualities: { forbid: 'hd' } },
      3,
      'imageQualities some of the usage: undecided',
    ],
    [
      'tell no tokens',
      bill(line('1')),
      { limits: { tokensPerRequest: 9 } },
      3,
      'tokensPerRequest gpt-4o-mini-2024-07-18 on 2026-10-01: undecided',
    ],
  ])('%s', async (_, content, budget, code, expected) => {
    expect(await judged(content, budget)).toEqual({ code, verdicts: [expected] });
  });
});

it('splitting the files of a budget never lowers what it sums', async () => {
  const folder = folderOf({
    'a.csv': usage(A, NEXT),
    'b.csv': usage(B, { ...B, ...NOVEMBER }),
    'openai-cost.json': {
      usage: [
        { name: 'both', files: '*.csv', limits: { usd: 9 } },
        { name: 'a', files: 'a.csv', limits: { usd: 9 } },
        { name: 'b', files: ['b.csv'], limits: { usd: 9 } },
      ],
    },
  });
  const { out } = await check(folder, ['-f', 'json']);
  const { budgets } = JSON.parse(out) as { budgets: { checks: { foundHigh: string }[] }[] };
  expect(budgets.map(({ checks }) => checks[0]?.foundHigh)).toEqual(['0.6', '0.3', '0.3']);
});
