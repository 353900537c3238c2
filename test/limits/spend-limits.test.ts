import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/core/input-error.ts';
import { readSpendLimits } from '../../src/input/spend-limits.ts';
import { usd } from './build.ts';

const LIMIT = {
  object: 'organization.spend_limit',
  threshold_amount: 12_345,
  currency: 'USD',
  interval: 'month',
  enforcement: { status: 'enforcing' },
};
const ALERT = {
  id: 'alert_abc123',
  object: 'project.spend_alert',
  threshold_amount: 5,
  currency: 'USD',
  interval: 'month',
  notification_channel: { type: 'email', recipients: ['finance@example.com'] },
};

function read(value: unknown, project?: string) {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return readSpendLimits(new TextEncoder().encode(text), { file: 'limits.json', project });
}

/** What is wrong, as it is told. */
function problems(value: unknown, project?: string): string[] {
  try {
    read(value, project);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    for (const { source } of error.problems) expect(source).toEqual({ file: 'limits.json' });
    return error.problems.map(({ message }) => message);
  }
  throw new TypeError('it was read');
}

describe("OpenAI's spend limits", () => {
  it('are read as they are, from cents', () => {
    expect(read(LIMIT)).toEqual([
      {
        name: 'organization.spend_limit',
        source: { file: 'limits.json' },
        scope: { kind: 'organization' },
        interval: 'month',
        kind: 'hard',
        limit: usd('123.45'),
        thresholds: [],
        enforcement: 'enforcing',
      },
    ]);
    expect(read(ALERT, 'proj_a')).toEqual([
      {
        name: 'alert_abc123',
        source: { file: 'limits.json' },
        scope: { kind: 'project', id: 'proj_a' },
        interval: 'month',
        kind: 'alert',
        limit: usd('0.05'),
        thresholds: [],
        enforcement: undefined,
      },
    ]);
  });

  it('are told apart by their object', () => {
    const kinds = ['organization', 'project'].flatMap((scope) =>
      ['spend_limit', 'spend_alert'].map((kind) => ({ ...LIMIT, object: `${scope}.${kind}` })),
    );
    expect(read(kinds, 'p').map(({ kind, scope }) => `${scope.kind} ${kind}`)).toEqual([
      'organization hard',
      'organization alert',
      'project hard',
      'project alert',
    ]);
  });

  it('may come alone, as an array, or as a page', () => {
    const two = [LIMIT, { ...ALERT, project_id: 'proj_b' }];
    const page = { data: two, first_id: 'alert_abc123', last_id: 'alert_abc123', has_more: false };
    const expected = read(two);
    expect(expected.map(({ name }) => name)).toEqual(['organization.spend_limit', 'alert_abc123']);
    expect(expected[1]?.scope).toEqual({ kind: 'project', id: 'proj_b' });
    expect(read({ object: 'list', ...page })).toEqual(expected);
    expect(read({ object: 'page', ...page })).toEqual(expected);
    expect(read({ object: 'list', data: [], has_more: false })).toEqual([]);
    expect(read(`\ufeff${JSON.stringify(LIMIT)}`)).toEqual(read(LIMIT));
  });

  it('never carry e-mail addresses', () => {
    const text = JSON.stringify(read(ALERT, 'p'), (_, value) =>
      typeof value === 'bigint' ? String(value) : value,
    );
    expect(text).not.toContain('example.com');
  });

  it('are exact for as many cents as a number holds', () => {
    const [most] = read({ ...LIMIT, threshold_amount: Number.MAX_SAFE_INTEGER });
    expect(most?.limit).toBe(usd('90071992547409.91'));
    expect(read({ ...LIMIT, threshold_amount: 1 })[0]?.limit).toBe(usd('0.01'));
    expect(read({ ...ALERT, threshold_amount: 0 }, 'p')[0]?.limit).toBe(0n);
  });

  it('keep a state of enforcement that is new', () => {
    expect(read({ ...LIMIT, enforcement: { status: 'paused' } })[0]?.enforcement).toBe('paused');
    expect(read({ ...LIMIT, enforcement: undefined })[0]?.enforcement).toBeUndefined();
  });
});

describe('what is no spend limit', () => {
  const KNOWN =
    'these are read: organization.spend_limit, project.spend_limit, organization.spend_alert, project.spend_alert';

  it.each<[string, unknown, string]>([
    ['text', 'limits', 'not JSON'],
    ['a part', '{"object": "organization.spend_limit"', 'not JSON: it is cut off'],
    [
      'a field given twice',
      JSON.stringify(LIMIT).replace('{', '{"threshold_amount":1,'),
      'the key "threshold_amount" is given twice',
    ],
    ['a number', 7, 'no object'],
    ['an item', [7], '[0] is no object'],
    ['a page without data', { object: 'list' }, `object is "list"; ${KNOWN}`],
    ['an answer without a limit', { error: { message: '…' } }, `object is missing; ${KNOWN}`],
    [
      'a deletion',
      { object: 'organization.spend_limit.deleted', deleted: true },
      `object is "organization.spend_limit.deleted"; ${KNOWN}`,
    ],
    ['an inherited name', { ...LIMIT, object: 'constructor' }, `object is "constructor"; ${KNOWN}`],
    ['no currency', { ...LIMIT, currency: undefined }, 'currency is missing'],
    ['another currency', { ...LIMIT, currency: 'EUR' }, 'currency is "EUR"; only usd is known'],
    ['no interval', { ...LIMIT, interval: null }, 'interval is missing'],
    ['another interval', { ...LIMIT, interval: 'day' }, 'interval is "day"; only month is known'],
    ['no amount', { ...LIMIT, threshold_amount: null }, 'threshold_amount is missing'],
    ['text', { ...LIMIT, threshold_amount: '5' }, 'threshold_amount is no number'],
    [
      'half a cent',
      { ...LIMIT, threshold_amount: 0.5 },
      'threshold_amount is 0.5, which is no whole number from 0 to 2^53',
    ],
    [
      'less than nothing',
      { ...LIMIT, threshold_amount: -1 },
      'threshold_amount is -1, which is no whole number from 0 to 2^53',
    ],
    [
      'a hard limit of nothing',
      { ...LIMIT, threshold_amount: 0 },
      'threshold_amount is 0, and a hard limit is one cent or more',
    ],
    ['a state as text', { ...LIMIT, enforcement: 'enforcing' }, 'enforcement is no object'],
    [
      'a state as a number',
      { ...LIMIT, enforcement: { status: 1 } },
      'enforcement.status is no text',
    ],
    [
      "nobody's project",
      ALERT,
      'project_id is missing: OpenAI does not write whose limit it is; add it',
    ],
  ])('is named: %s', (_, value, message) => {
    expect(problems(value)).toEqual([message]);
  });

  it('is named with its place, all of it', () => {
    const data = [{ ...LIMIT, currency: 'GBP' }, LIMIT, { ...LIMIT, object: 'invite' }];
    expect(problems({ object: 'list', data, has_more: true })).toEqual([
      'data[0].currency is "GBP"; only usd is known',
      `data[2].object is "invite"; ${KNOWN}`,
      'has_more is true, so limits are missing here; fetch the next page with the parameter after, and put the objects of all pages into one array',
    ]);
    expect(problems([{ ...LIMIT, interval: 'day' }])).toEqual([
      '[0].interval is "day"; only month is known',
    ]);
  });

  it('is a project that contradicts the one it was given for', () => {
    expect(problems({ ...ALERT, project_id: 'a' }, 'b')).toEqual([
      'project_id is "a", but the file was given for "b"',
    ]);
    expect(read({ ...ALERT, project_id: 'a' }, 'a')).toHaveLength(1);
  });
});
