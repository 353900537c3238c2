import { describe, expect, it } from 'vitest';
import { run } from '../run.ts';
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

const BILL_HEAD = 'start_time,end_time,amount_value,amount_currency,line_item,project_id';

function billed(amount: string, day = 0, project = 'proj_a', model = 'gpt-4o-mini-2024-07-18') {
  const start = OCTOBER + day * DAY;
  return `${start},${start + DAY},${amount},usd,"${model}, input",${project}`;
}

function billOf(...lines: readonly string[]): string {
  return `${[BILL_HEAD, ...lines].join('\n')}\n`;
}

describe('usage and a bill', () => {
  // A day more, so that the days before it are settled.
  const LATER: Cells = { start_time: OCTOBER + 9 * DAY, end_time: OCTOBER + 10 * DAY };
  const later = billed('0', 9);

  async function beside(
    used: string,
    bill: string,
    budget: Readonly<Record<string, unknown>>,
    now = '2026-11-22T12:00:00Z',
  ) {
    const folder = folderOf({
      ...{ 'usage.csv': used, 'bill.csv': bill },
      'openai-cost.json': { usage: [{ name: 'u', files: '*.csv', ...budget }] },
    });
    const { code, out } = await check(folder, ['-f', 'json'], { now });
    const { budgets, findings } = JSON.parse(out);
    return {
      code,
      found: budgets[0].checks.map((each: { foundHigh: string }) => each.foundHigh),
      said: findings.map(({ message }: { message: string }) => message),
    };
  }
  const usd = { limits: { usd: 5 } };

  it.each<[string, string, string, string[]]>([
    ['more was billed', usage(A), billOf(billed('2'), later), ['2']],
    ['less was billed', usage(A), billOf(billed('0.1'), later), ['0.1']],
    ['a day is not on the bill', usage(A, NEXT), billOf(billed('2'), later), ['2.15']],
    ['a day is in no usage', usage(A), billOf(billed('2'), billed('3', 1), later), ['5']],
    ['a project is not on the bill', usage(A, B), billOf(billed('2'), later), ['2.15']],
    ['the bill tells no project', usage(A, B), billOf(billed('2', 0, ''), later), ['2']],
    ['the price is not known', usage({ model: 'gpt-9' }), billOf(billed('2'), later), ['2']],
    ['a day may still grow, and more was used', usage(LATER), billOf(billed('0.1', 9)), ['0.15']],
    ['a day may still grow, and more was billed', usage(LATER), billOf(billed('0.2', 9)), ['0.2']],
  ])('%s', async (_, used, bill, found) => {
    expect(await beside(used, bill, usd)).toMatchObject({ code: 0, found });
  });

  it('what was billed is too much, and the usage is not', async () => {
    expect(await beside(usage(A), billOf(billed('6'), later), usd)).toMatchObject({ code: 1 });
  });

  it('a model that only the bill has', async () => {
    const bill = billOf(billed('2'), billed('1', 0, 'proj_a', 'gpt-4o'), later);
    const models = { models: { forbid: 'gpt-4o' } };
    expect(await beside(usage(A), bill, models)).toMatchObject({ code: 1, found: ['gpt-4o'] });
  });

  it('tokens of requests are told by the usage alone', async () => {
    const limits = { tokensPerRequest: MILLION };
    const found = await beside(usage(A), billOf(billed('2'), later), { limits });
    expect(found).toMatchObject({ code: 0, found: [String(MILLION)] });
  });

  it('what a bill does not tell leaves it out, and that is said', async () => {
    const { code, found, said } = await beside(usage(A), billOf(billed('6'), later), {
      ...{ ...usd, scope: { key: 'key_a' } },
    });
    expect({ code, found }).toEqual({ code: 0, found: ['0.15'] });
    expect(said).toContain(
      'u: the bill does not tell its key, so that the usage counts and the bill does not',
    );
  });

  it('replay counts both, and says so', async () => {
    const folder = folderOf({
      'usage.csv': usage(A, NEXT),
      'bill.csv': billOf(billed('2'), later),
    });
    const { out } = await run(['replay', 'usage.csv', 'bill.csv', '--spend-limit', '2.1'], {
      cwd: folder,
    });
    expect(out).toContain('would have stopped on 2026-10-02, and $0.05 beyond it');
    expect(out).toContain('of usage and bill, the bill counts for');
  });

  it('the month is that of both', async () => {
    const folder = folderOf({
      ...{ 'usage.csv': usage(A, LATER), 'bill.csv': billOf(billed('2'), billed('0.1', 9)) },
      'openai-cost.json': { usage: [{ name: 'u', files: '*.csv', limits: { usdPerMonth: 9 } }] },
    });
    const { out } = await check(folder, [], { now: '2026-10-12T12:00:00Z' });
    expect(out).toContain('2026-10 (UTC): $2.15 to date');
    expect(out).toContain(
      'of usage and bill, the bill counts for 1 day, the last of them 2026-10-01',
    );
  });
});

describe("OpenAI's own limits, and credits", () => {
  const limit = (more: object = {}) => ({
    object: 'organization.spend_limit',
    ...{ threshold_amount: 10, currency: 'USD', interval: 'month', ...more },
  });
  const credits = [{ name: 'grant', usd: 9, start: '2026-10-01', expires: '2027-10-01' }];
  const UNKNOWN: Cells = { model: 'gpt-9' };

  async function held(content: string, budget: object, limits: object = limit()) {
    const folder = folderOf({
      ...{ 'usage.csv': content, 'limits.json': limits },
      'openai-cost.json': { usage: [{ name: 'u', files: 'usage.csv', ...budget }] },
    });
    const { code, out, err } = await check(folder);
    return { code, out: out + err, verdicts: (await verdicts(folder)).verdicts };
  }
  const own = { spendLimits: ['limits.json'] };

  it('a limit that is passed fails', async () => {
    const { code, verdicts: found } = await held(usage(A), own);
    const expected = ['spendLimit the organization in 2026-10 (UTC): exceeded'];
    expect({ code, found }).toEqual({ code: 1, found: expected });
  });

  it('one that is inactive does not, and is shown', async () => {
    const {
      code,
      out,
      verdicts: found,
    } = await held(usage(A), own, limit({ enforcement: { status: 'inactive' } }));
    expect({ code, found }).toEqual({ code: 0, found: [] });
    expect(out).toContain(
      'u: the hard limit of $0.10 a month for the organization is inactive, and was not checked',
    );
    expect(out).toContain('(inactive), 2026-10 (UTC): stops nothing, and was passed on 2026-10-01');
    expect(out).toContain('when those of OpenAI begin is not published');
    expect(out).toContain('no budget was checked');
  });

  it('what has no price leaves a limit undecided', async () => {
    const { code, verdicts: found } = await held(usage(UNKNOWN), own);
    const expected = ['spendLimit the organization in 2026-10 (UTC): undecided'];
    expect({ code, found }).toEqual({ code: 3, found: expected });
  });

  it('but not in another month, nor with another project', async () => {
    const other = { ...UNKNOWN, ...NOVEMBER, project_id: 'proj_b' };
    const { verdicts: months } = await held(usage(A, other), own);
    expect(months.map((verdict) => verdict.split(': ')[1])).toEqual(['exceeded', 'undecided']);
    const ofProject = limit({ object: 'project.spend_limit', project_id: 'proj_a' });
    expect(await held(usage(A, { ...other, ...A }, other), own, ofProject)).toMatchObject({
      verdicts: [
        'spendLimit project proj_a in 2026-10 (UTC): exceeded',
        'spendLimit project proj_a in 2026-11 (UTC): within',
      ],
    });
  });

  it('a scope that matches nothing is a mistake with them too', async () => {
    const { code, out } = await held(usage(A), { ...own, scope: { project: 'proj_z' } });
    expect(code).toBe(2);
    expect(out).toContain('u: nothing in its files is in its scope (project proj_z)');
  });

  it('credits alone do not pass what is not in sight', async () => {
    expect(await held(usage(A), { credits })).toMatchObject({
      ...{ code: 0, verdicts: ['credits what credits pay for: within'] },
    });
    const { code, out } = await held(usage(UNKNOWN), { credits });
    expect(code).toBe(3);
    expect(out).toContain('what credits pay for is not known: gpt-9: unknown model');
  });
});

describe('bills without usage', () => {
  const line = (amount: string, currency = 'usd', item = 'gpt-4o-mini-2024-07-18, input') =>
    `${OCTOBER},${OCTOBER + DAY},${amount},${currency},"${item}",proj_a`;

  it.each<[string, string, Record<string, unknown>, number, string]>([
    [
      'are what was spent',
      billOf(line('1.5'), line('0.5')),
      { limits: { usd: 2 } },
      0,
      'usd everything: within',
    ],
    [
      'are held exactly',
      billOf(line('2.000000000001')),
      { limits: { usd: 2 } },
      1,
      'usd everything: exceeded',
    ],
    [
      'by project',
      billOf(line('1')),
      { scope: { project: 'proj_a' }, limits: { usdPerDay: 1 } },
      0,
      'usdPerDay 2026-10-01: within',
    ],
    [
      'by key, which they do not tell',
      billOf(line('1')),
      { scope: { key: 'key_a' }, limits: { usd: 0.5 } },
      3,
      'usd everything: undecided',
    ],
    [
      'in another currency',
      billOf(line('1'), line('1', 'eur')),
      { limits: { usd: 2 } },
      3,
      'usd everything: undecided',
    ],
    [
      'tell no tier',
      billOf(line('1')),
      { tiers: { forbid: 'priority' } },
      3,
      'tiers some of the usage: undecided',
    ],
    [
      'tell no quality',
      billOf(line('1', 'usd', 'dall-e-3')),
      { imageQualities: { forbid: 'hd' } },
      3,
      'imageQualities some of the usage: undecided',
    ],
    [
      'tell no tokens',
      billOf(line('1')),
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
