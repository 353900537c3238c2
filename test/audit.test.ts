import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aliasOf, withoutAddresses } from '../src/core/audit/alias.ts';
import {
  DIMENSIONS,
  type Dimension,
  groupBy,
  itemsOf,
  type PricedCell,
  priceCell,
  sumOf,
} from '../src/core/audit/audit.ts';
import { ANY_TIER, type UsageEntry } from '../src/core/audit/entry.ts';
import { entryOf, Ledger } from '../src/core/audit/ledger.ts';
import { withoutOverlaps } from '../src/core/audit/overlap.ts';
import { allPriceChanges } from '../src/core/lookup.ts';
import { exactUsd } from '../src/core/money.ts';
import { type Instant, isoWeekOf, parseInstant } from '../src/core/time.ts';
import { shipped as TABLE } from './table.ts';

const DAY = 86_400;
const at = (text: string) => parseInstant(text) as Instant;

function entry(more: Partial<UsageEntry> = {}): UsageEntry {
  const start = more.start ?? at('2026-10-01');
  return {
    source: { file: 'usage.csv', line: 2 },
    start,
    end: (start + DAY) as Instant,
    endpoint: 'completions',
    model: 'gpt-4o-mini-2024-07-18',
    tiers: ['standard'],
    free: false,
    project: 'proj_a',
    apiKey: 'key_a',
    user: 'user-a',
    requests: 10,
    tokens: { text: { input: 1000, output: 100 } },
    quantities: [],
    ...more,
  };
}

function price(entries: readonly UsageEntry[]): PricedCell[] {
  const ledger = new Ledger(TABLE);
  for (const each of entries) ledger.add(each);
  return ledger.cells().map((cell) => priceCell(TABLE, cell));
}

/** As people write it: an amount, a range, or the first reason why there is none. */
function cost(entries: readonly UsageEntry[]): string {
  const cells = price(entries);
  const { cost: range } = sumOf(cells);
  for (const item of cells.flatMap(({ line }) => itemsOf(line))) {
    if (item.cost.kind === 'unpriced') return item.cost.reason;
  }
  return range.low === range.high
    ? exactUsd(range.low)
    : `${exactUsd(range.low)}..${exactUsd(range.high)}`;
}

describe('real usage costs what was really billed', () => {
  it.each([
    ['gpt-5.4-2026-03-05', '2026-06-01', 1_973_793, 30_833_664, 1_143_269, 1256, '29.7919335'],
    ['gpt-4o-mini-2024-07-18', '2026-07-01', 5_560_222, 229_120, 106_885, 4228, '0.9153483'],
    ['gpt-5-mini-2025-08-07', '2025-10-07', 80_992, 0, 274_770, 21, '0.569788'],
    ['gpt-5-mini-2025-08-07', '2025-10-10', 124_784, 0, 154_852, 11, '0.3409'],
  ])('%s of %s', (model, day, input, cachedInput, output, requests, usd) => {
    const tokens = { text: { input, cachedInput, output } };
    const cells = price([entry({ model, start: at(day), requests, tokens })]);
    expect(exactUsd(sumOf(cells).cost.low)).toBe(usd);
  });
});

describe('long context', () => {
  const long = (requests: number | undefined, input: number) =>
    cost([entry({ model: 'gpt-5.4', requests, tokens: { text: { input } } })]);

  it('is exact where the row can have no long request, or is one', () => {
    expect(long(1000, 272_000)).toBe('0.68');
    expect(long(1, 272_000)).toBe('0.68');
    expect(long(1, 272_001)).toBe('1.360005');
  });

  it('is a range where the row does not tell', () => {
    expect(long(2, 272_001)).toBe('0.6800025..1.360005');
    expect(long(undefined, 272_001)).toBe('0.6800025..1.360005');
  });

  it('is decided row by row, however many there are', () => {
    const rows = [272_000, 272_000, 3_000].map((input) =>
      entry({ model: 'gpt-5.4', tokens: { text: { input } } }),
    );
    expect(cost(rows)).toBe('1.3675');
    expect(price(rows)).toHaveLength(1);
  });

  it('cannot be where the tier does not offer it', () => {
    const tokens = { text: { input: 1_000_000 } };
    expect(cost([entry({ model: 'gpt-5.5', tiers: ['priority'], tokens })])).toBe('12.5');
  });
});

describe('the price of a bucket', () => {
  const terra = (start: string, seconds = DAY) => {
    const from = at(start);
    const tokens = { text: { input: 1_000_000 } };
    return entry({
      model: 'gpt-5.6-terra',
      start: from,
      end: (from + seconds) as Instant,
      requests: 100,
      tokens,
      inputTokensPerRequest: { least: 0, most: 20_000 },
    });
  };

  it('is that of its day, on both sides of a change', () => {
    expect(cost([terra('2026-07-29')])).toBe('2.5');
    expect(cost([terra('2026-07-30')])).toBe('2');
  });

  it('is a range where a price changes within it', () => {
    expect(cost([terra('2026-07-29', 2 * DAY)])).toBe('2..2.5');
  });

  it('is kept apart from that of the next hour', () => {
    expect(cost([terra('2026-07-29T23:00', 3600), terra('2026-07-30T00:00', 3600)])).toBe('4.5');
  });
});

describe('what the data does not tell', () => {
  const million = { text: { input: 1_000_000, output: 0 } };

  it('makes a range over every tier that the model has', () => {
    expect(cost([entry({ tiers: ANY_TIER, tokens: million })])).toBe('0.075..0.25');
    expect(cost([entry({ tiers: ['standard', 'batch'], tokens: million })])).toBe('0.075..0.15');
    expect(
      cost([entry({ model: 'gpt-3.5-turbo-0125', tiers: ['standard', 'flex'], tokens: million })]),
    ).toBe('0.5');
  });

  it('is never a price of zero', () => {
    expect(cost([entry({ model: undefined })])).toBe('the data does not tell the model');
    expect(cost([entry({ model: 'gpt-nope' })])).toMatch(/^unknown model/);
    const [cell] = price([entry({ model: 'gpt-nope' })]);
    expect(cell?.state).toBe('unpriced');
  });
});

describe('complimentary use', () => {
  it('is billed at nothing, and shown with its list value', () => {
    const { cost: billed, freeValue, rows } = sumOf(price([entry({ free: true })]));
    expect([billed.high, exactUsd(freeValue.high), rows.free]).toEqual([0n, '0.00021', 1]);
  });
});

describe('what is not billed by the token', () => {
  it.each([
    ['whisper-1', 'second', 90, {}, '0.009'],
    ['tts-1', 'character', 1_000_000, {}, '15'],
    ['dall-e-3', 'image', 2, { size: '1024x1024' }, '0.08..0.16'],
    ['dall-e-3', 'image', 2, { size: '1024x1024', quality: 'hd' }, '0.16'],
    ['dall-e-3', 'image', 1, { size: '17x17' }, 'no price is published for 17x17'],
    ['gpt-image-1', 'image', 1, {}, 'billed by the token, which usage by the image does not tell'],
    ['file_search_storage', 'gibibyteDay', 2 ** 31, { per: 2 ** 30 }, '0.1..0.2'],
    ['file_search_storage', 'gibibyteDay', 2 ** 29, { per: 2 ** 30 }, '0..0.05'],
    ['container', 'session20Minutes', 3, { size: '1GB' }, '0.09'],
    ['web_search', 'call', 1000, {}, '10'],
    ['web_search_calls', 'call', 1000, {}, '10..25'],
    ['web_search_preview_calls', 'call', 1000, {}, '10..25'],
    ['whisper-1', 'second', 500_000, { per: 1_000_000 }, '0.00005'],
  ] as const)('%s by the %s', (model, unit, amount, more, expected) => {
    const quantities = [{ unit, amount, ...more }];
    expect(cost([entry({ model, tokens: {}, quantities })])).toBe(expected);
  });
});

const anyEntry: fc.Arbitrary<UsageEntry> = fc
  .record({
    model: fc.constantFrom('gpt-5.4', 'gpt-4o-mini', 'gpt-5.6-terra', 'gpt-nope', undefined),
    day: fc.integer({ min: 0, max: 40 }),
    tiers: fc.constantFrom(['standard'] as const, ['batch'] as const, ANY_TIER),
    free: fc.boolean(),
    project: fc.constantFrom('proj_a', 'proj_b', undefined),
    apiKey: fc.constantFrom('key_a', 'key_b', undefined),
    user: fc.constantFrom('user-a', undefined),
    requests: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
    input: fc.integer({ min: 0, max: 400_000 }),
    cachedInput: fc.integer({ min: 0, max: 1000 }),
    output: fc.integer({ min: 0, max: 1000 }),
  })
  .map(({ day, input, cachedInput, output, ...more }) =>
    entry({
      ...more,
      start: (at('2026-07-10') + day * DAY) as Instant,
      tokens: { text: { input, cachedInput, output } },
    }),
  );

describe('the total', () => {
  const entries = fc.array(anyEntry, { maxLength: 40 });

  it('does not depend on the grouping', () => {
    const dimensions = Object.keys(DIMENSIONS) as Dimension[];
    const by = fc.uniqueArray(fc.constantFrom(...dimensions), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(entries, by, (all, dims) => {
        const cells = price(all);
        const groups = groupBy(cells, dims);
        const innermost = (group: (typeof groups)[number]): PricedCell[] =>
          group.groups.length > 0 ? group.groups.flatMap(innermost) : [...group.cells];
        expect(sumOf(groups.flatMap(innermost))).toEqual(sumOf(cells));
      }),
    );
  });

  it('does not depend on the order of rows, nor on what is kept apart', () => {
    fc.assert(
      fc.property(entries, fc.func(fc.integer()), (all, rank) => {
        const mixed = [...all].sort((a, b) => rank(a) - rank(b));
        const merged = new Ledger(TABLE, { keep: new Set() });
        for (const each of all) merged.add(each);
        const cells = merged.cells().map((cell) => priceCell(TABLE, cell));
        expect(sumOf(price(mixed))).toEqual(sumOf(price(all)));
        expect(sumOf(cells)).toEqual(sumOf(price(all)));
      }),
    );
  });

  it('is the same row by row', () => {
    fc.assert(
      fc.property(entries, (all) => {
        const alone = all.flatMap((each) => price([each]));
        expect(sumOf(alone)).toEqual(sumOf(price(all)));
      }),
    );
  });
});

describe('files that overlap', () => {
  const keep = new Set(['project', 'apiKey', 'user', 'file', 'bucket'] as const);
  const inFile = (file: string, entries: readonly UsageEntry[]) =>
    entries.map((each, index) => ({ ...each, source: { file, line: index + 2 } }));

  function counted(entries: readonly UsageEntry[]) {
    const ledger = new Ledger(TABLE, { keep });
    for (const each of entries) ledger.add(each);
    const { kept, overlaps } = withoutOverlaps(ledger.cells());
    const merged = new Ledger(TABLE, { keep: new Set() });
    for (const cell of kept) merged.add(entryOf(cell), cell.rows);
    return { sum: sumOf(merged.cells().map((cell) => priceCell(TABLE, cell))), overlaps };
  }

  it('count once what they share, and all of what one file says twice', () => {
    fc.assert(
      fc.property(fc.array(anyEntry, { minLength: 1, maxLength: 20 }), (some) => {
        const twiceInOne = [...some, ...some];
        const { sum, overlaps } = counted([
          ...inFile('a.csv', twiceInOne),
          ...inFile('b.csv', twiceInOne),
        ]);
        expect(sum).toEqual(counted(inFile('a.csv', twiceInOne)).sum);
        expect(overlaps).toEqual([
          { file: 'b.csv', keptFile: 'a.csv', rows: twiceInOne.length, differing: 0 },
        ]);
      }),
    );
  });

  it('take the fuller of two states of a bucket, in whatever order', () => {
    const early = inFile('early.csv', [entry({ requests: 5 })]);
    const late = inFile('late.csv', [entry({ requests: 9 })]);
    for (const files of [
      [...early, ...late],
      [...late, ...early],
    ]) {
      const { sum, overlaps } = counted(files);
      expect(sum.requests).toBe(9);
      expect(overlaps).toEqual([
        { file: 'early.csv', keptFile: 'late.csv', rows: 1, differing: 1 },
      ]);
    }
  });

  it('of two organizations share nothing; who is not named is the only one', () => {
    const day = (file: string, organization?: string) =>
      inFile(file, [entry({ organization, requests: 1 })]);
    const requests = (...entries: UsageEntry[][]) => counted(entries.flat()).sum.requests;
    expect(requests(day('a', 'org-A'), day('b', 'org-B'))).toBe(2);
    expect(requests(day('a', 'org-A'), day('b', 'org-A'))).toBe(1);
    expect(requests(day('a', 'org-A'), day('b'))).toBe(1);
  });

  it('know a request by its id, and requests of one second apart', () => {
    const request = (file: string, id: string) => inFile(file, [entry({ id, requests: 1 })]);
    const all = [...request('a', '1'), ...request('a', '2'), ...request('b', '2')];
    expect(counted(all).sum.requests).toBe(2);
  });
});

describe('the rate table', () => {
  it('knows every change of a price, without reading the prices', () => {
    const each = TABLE.models.flatMap((model) => allPriceChanges(model));
    expect(TABLE.priceChanges).toEqual([...new Set(each)].sort((a, b) => a - b));
    expect(TABLE.priceChanges.length).toBeGreaterThan(20);
  });
});

describe('the ledger', () => {
  it('has a limit that names what there is too much of', () => {
    const ledger = new Ledger(TABLE, { mostCells: 3 });
    const add = () => {
      for (let key = 0; key < 5; key++) ledger.add(entry({ apiKey: `key_${key}` }));
    };
    expect(add).toThrow(/more than 3 groups .*3 of apiKey/);
  });

  it('refuses a sum that is not exact', () => {
    const ledger = new Ledger(TABLE);
    const huge = entry({ tokens: { text: { input: Number.MAX_SAFE_INTEGER } } });
    ledger.add(huge);
    expect(() => ledger.add(huge)).toThrow(/more digits/);
  });
});

describe('names', () => {
  it('of keys and users are aliases that stay the same', () => {
    expect(aliasOf('key', 'key_secret')).toMatch(/^key-[0-9a-f]{8}$/);
    expect(aliasOf('key', 'key_secret')).toBe(aliasOf('key', 'key_secret'));
    expect(aliasOf('key', 'key_secret')).not.toBe(aliasOf('key', 'key_other'));
    expect(aliasOf('project', 'proj_a')).toBe('proj_a');
    expect(withoutAddresses('of jo.b@example.com, twice')).toMatch(/^of user-[0-9a-f]{8}, twice$/);
  });

  it('of weeks are those of ISO 8601', () => {
    const weeks = ['2026-01-01', '2026-11-22', '2026-11-23', '2027-01-03', '2027-01-04'];
    expect(weeks.map((day) => isoWeekOf(at(day)))).toEqual([
      ...['2026-W01', '2026-W47', '2026-W48', '2026-W53', '2027-W01'],
    ]);
  });
});
