import { describe, expect, it } from 'vitest';
import type { UsageEntry } from '../src/core/audit/entry.ts';
import { Ledger } from '../src/core/audit/ledger.ts';
import {
  BatchesBeside,
  cutDifferently,
  perhapsTwice,
  withoutCountedBatches,
} from '../src/core/audit/same-use.ts';
import type { Instant } from '../src/core/time.ts';
import { shipped as TABLE } from './table.ts';

const [START, HOUR] = [1_790_812_800, 3600];
const MODEL = 'gpt-5-mini-2025-08-07';

function entry(file: string, start: number, end: number, more: Partial<UsageEntry>): UsageEntry {
  return {
    source: { file, line: 1 },
    start: start as Instant,
    end: end as Instant,
    endpoint: 'completions',
    model: MODEL,
    tiers: ['batch'],
    free: false,
    project: undefined,
    apiKey: undefined,
    user: undefined,
    requests: 1,
    tokens: { text: { input: 100, output: 10 } },
    quantities: [],
    ...more,
  };
}

const request = (at: number, id: string, more: Partial<UsageEntry> = {}) =>
  entry('output.jsonl', at, at + 1, { id, ...more });
const batch = (id: string, requests: number, more: Partial<UsageEntry> = {}) =>
  entry('batches.jsonl', START, START + HOUR, {
    id,
    requests,
    tokens: { text: { input: 100 * requests, output: 10 * requests } },
    ...more,
  });

function cells(entries: readonly UsageEntry[]) {
  const ledger = new Ledger(TABLE, { keep: new Set(['file', 'bucket']) });
  for (const each of entries) ledger.add(each);
  return ledger.cells();
}

describe('a batch and its requests', () => {
  const two = [request(START, 'a'), request(START + HOUR, 'b')];
  const kept = (entries: readonly UsageEntry[]) =>
    withoutCountedBatches(cells(entries)).kept.map(({ id }) => id);

  it('count once, from the first to the last moment of the batch', () => {
    expect(kept([batch('batch_1', 2), ...two])).toEqual(['a', 'b']);
    expect(withoutCountedBatches(cells([batch('batch_1', 2), ...two])).overlaps).toEqual([
      { file: 'batches.jsonl', keptFile: 'output.jsonl', rows: 1, differing: 0 },
    ]);
  });

  it.each([
    ['one request more', batch('batch_1', 3), two],
    ['other tokens', batch('batch_1', 2, { tokens: { text: { input: 201, output: 20 } } }), two],
    ['another model', batch('batch_1', 2, { model: 'gpt-5-nano-2025-08-07' }), two],
    ['a request before it', batch('batch_1', 2), [request(START - 1, 'a'), request(START, 'b')]],
    [
      'requests that were no batch',
      batch('batch_1', 2),
      two.map((each) => ({ ...each, tiers: ['standard' as const] })),
    ],
  ])('with %s both count', (_, object, requests) => {
    expect(kept([object, ...requests])).toHaveLength(3);
  });

  it('of a batch that does not name its model are found, too', () => {
    expect(kept([batch('batch_1', 2, { model: undefined }), ...two])).toEqual(['a', 'b']);
  });

  it('are no batch of their own when only the line has an id', () => {
    expect(kept([request(START, 'batch_req_1'), batch('batch_1', 1)])).toEqual(['batch_req_1']);
  });
});

describe('batches beside requests in one file', () => {
  const found = (entries: readonly UsageEntry[]) => {
    const beside = new BatchesBeside();
    for (const each of entries) beside.see(each, 1);
    return beside.found('all.jsonl');
  };

  it('may be the same use, if there are both', () => {
    const requests = [request(START, 'a'), request(START, 'batch_req_2')];
    expect(found([batch('batch_1', 2), ...requests])).toEqual([
      { of: 'requests', file: 'all.jsonl', otherFile: 'all.jsonl', models: [MODEL], rows: 2 },
    ]);
    expect(found([batch('batch_1', 2)])).toEqual([]);
    expect(found(requests)).toEqual([]);
    expect(found([batch('batch_1', 2), request(START, 'a', { tiers: ['standard'] })])).toEqual([]);
  });
});

describe('requests and sums of the same model', () => {
  const day = (file: string, start: number, more: Partial<UsageEntry> = {}) =>
    entry(file, start, start + 24 * HOUR, { tiers: ['standard'], requests: 5, ...more });

  it('may be the same use where the request is in the time of the sum', () => {
    const at = [START - 1, START, START + 24 * HOUR - 1, START + 24 * HOUR];
    const log = at.map((each, index) => request(each, `r${index}`, { tiers: ['standard'] }));
    expect(perhapsTwice(cells([day('usage.csv', START), ...log]))).toEqual([
      { of: 'requests', file: 'output.jsonl', otherFile: 'usage.csv', models: [MODEL], rows: 2 },
    ]);
    const days = [2, 0].map((n) => day('usage.csv', START + n * 24 * HOUR));
    expect(perhapsTwice(cells([...days, ...log]))).toMatchObject([{ rows: 2 }]);
  });

  it('are not where the model or the file is another, or both are sums', () => {
    const log = request(START, 'r', { tiers: ['standard'] });
    expect(perhapsTwice(cells([day('usage.csv', START, { model: 'gpt-4o' }), log]))).toEqual([]);
    expect(perhapsTwice(cells([day('output.jsonl', START), log]))).toEqual([]);
    expect(perhapsTwice(cells([day('a.csv', START), day('b.csv', START)]))).toEqual([]);
  });
});

describe('exports of the same days that are cut differently', () => {
  const DAY = 24 * HOUR;
  const KEEP = ['file', 'bucket', 'project', 'apiKey', 'user'] as const;
  const found = (entries: readonly UsageEntry[]) => {
    const ledger = new Ledger(TABLE, { keep: new Set(KEEP) });
    for (const each of entries) ledger.add(each);
    return cutDifferently(ledger.cells());
  };
  const ofDay = (file: string, more: Partial<UsageEntry> = {}) =>
    entry(file, START, START + DAY, { requests: 24, ...more });
  const byHour = (file: string, more: Partial<UsageEntry> = {}) =>
    [0, 1, 2].map((hour) =>
      entry(file, START + hour * HOUR, START + (hour + 1) * HOUR, { requests: 8, ...more }),
    );

  it('may be the same use', () => {
    const told = (rows: number) => [
      { of: 'sums', file: 'b.csv', otherFile: 'a.csv', models: [MODEL], rows },
    ];
    expect(found([ofDay('a.csv'), ...byHour('b.csv')])).toEqual(told(3));
    expect(found([...byHour('a.csv'), ofDay('b.csv')])).toEqual(told(1));
    expect(found([ofDay('a.csv', { project: 'p' }), ofDay('b.csv')])).toEqual(told(1));
    const open = ofDay('a.csv', { tiers: ['standard', 'batch'] });
    expect(found([open, ...byHour('b.csv')])).toEqual(told(3));
  });

  it.each<[string, UsageEntry[]]>([
    ['in one file', [ofDay('b.csv'), ...byHour('b.csv')]],
    ['cut alike', [ofDay('a.csv', { apiKey: 'x' }), ofDay('b.csv', { apiKey: 'y' })]],
    ['of other projects', [ofDay('a.csv', { project: 'p' }), ...byHour('b.csv', { project: 'q' })]],
    [
      'of other organizations',
      [ofDay('a.csv', { organization: 'x' }), ...byHour('b.csv', { organization: 'y' })],
    ],
    ['of other tiers', [ofDay('a.csv'), ...byHour('b.csv', { tiers: ['standard'] })]],
    ['of other models', [ofDay('a.csv'), ...byHour('b.csv', { model: 'gpt-4o' })]],
    ['of other endpoints', [ofDay('a.csv'), ...byHour('b.csv', { endpoint: 'images' })]],
    ['of other days', [entry('a.csv', START - DAY, START, {}), ...byHour('b.csv')]],
  ])('are not, %s', (_, entries) => {
    expect(found(entries)).toEqual([]);
  });
});
