import { describe, expect, it } from 'vitest';
import type { Bill } from '../../src/core/bill/bill.ts';
import type { DifferenceClass, ReconciledLine } from '../../src/core/bill/reconcile.ts';
import { judgeSpent } from '../../src/core/budget/spent.ts';
import type { Money } from '../../src/core/money.ts';
import type { AuditFacts, Finding } from '../../src/core/report.ts';
import { addDays } from '../../src/core/time.ts';
import { counted, percent, usd, usdRange } from '../../src/core/wording.ts';
import { instant } from '../table.ts';
import { daily, dollars, factsOf, found, row, said, TODAY } from './facts.ts';

const by = (rule: string, facts: AuditFacts) => found(facts).filter((each) => each.rule === rule);
const lines = (findings: readonly Finding[]) =>
  findings.map(({ severity, message }) => `${severity}: ${message}`);
const ANY = ['standard', 'batch', 'flex', 'priority'] as const;

describe('bad-rows', () => {
  const bad = (given: number, all: number) => {
    const facts = factsOf([]);
    const rows = Array.from({ length: given }, (_, index) => ({
      source: { file: 'a.csv', line: index + 2 },
      reason: 'input_tokens is not a number',
    }));
    return by('bad-rows', { ...facts, bad: rows, rows: { ...facts.rows, bad: all } });
  };

  it('names each, with its place', () => {
    const [only] = bad(1, 1);
    expect(only?.source).toEqual({ file: 'a.csv', line: 2 });
    expect(lines(bad(1, 1))).toEqual(['warning: not counted: input_tokens is not a number']);
  });

  it('names twenty, and counts the others', () => {
    expect(bad(20, 20)).toHaveLength(20);
    expect(lines(bad(21, 21)).at(-1)).toBe('warning: and 1 more row not counted');
    expect(bad(30, 1500)).toHaveLength(21);
    expect(lines(bad(30, 1500)).at(-1)).toBe('warning: and 1,480 more rows not counted');
  });
});

describe('overlap', () => {
  it('is a note, and a warning where the files differ', () => {
    const overlaps = [
      { file: 'b.csv', keptFile: 'a.csv', rows: 3, differing: 0 },
      { file: 'c.csv', keptFile: 'a.csv', rows: 2, differing: 1 },
    ];
    expect(lines(by('overlap', factsOf([], { overlaps })))).toEqual([
      'warning: a.csv has the same buckets or requests as 2 rows of this file; they are counted once, and as 1 of them differ, the fuller file counts: export the period again',
      'note: a.csv has the same buckets or requests as 3 rows of this file; they are counted once',
    ]);
  });
});

describe('unpriced', () => {
  it('names each model with its rows, tokens, reason and the names nearest to it', () => {
    const unknown = { model: 'gpt-5.44', text: { input: 700, output: 300 } };
    const rows = [
      row(unknown),
      row({ ...unknown, project: 'b' }),
      row({ model: undefined, text: { input: 5 } }),
      row({ model: 'gpt-image-1', quantities: [{ unit: 'image', amount: 7 }] }),
      row({ ...unknown, free: true }),
    ];
    expect(lines(said('unpriced', rows))).toEqual([
      'warning: gpt-5.44: 2,000 tokens in 2 rows without a price, not in the total: unknown model; did you mean gpt-5.4?; --rates takes a table that has it',
      'warning: completions: 5 tokens in 1 row without a price, not in the total: the data does not tell the model',
      'warning: gpt-image-1: 7 by the image in 1 row without a price, not in the total: billed by the token, which usage by the image does not tell; --rates takes a table that has it',
    ]);
  });
});

describe('open-price', () => {
  it('tells what would settle each doubt, and how much hangs on it, the most first', () => {
    const rows = [
      row({ model: 'gpt-4.1', tiers: ANY, text: { input: 1_000_000 } }),
      row({ model: 'gpt-4.1', tiers: ANY, project: 'b', text: { input: 1_000_000 } }),
      row({ requests: 1000, text: { input: 4_000_000 } }),
    ];
    const findings = said('open-price', rows);
    expect(lines(findings)).toEqual([
      'warning: up to $10.00 in 1 row is open: which requests had more than 272,000 input tokens is not in the data (they had 4,000 on average); one row per request, or narrower buckets would settle it',
      'warning: up to $5.00 in 2 rows is open: the data does not tell the service tier; it may be standard, batch, priority; an export with the columns service_tier and batch, or --tier would settle it',
    ]);
    expect(findings[0]?.saving).toEqual({ low: 0n, high: dollars('10') });
    expect(said('open-price', [row({ model: 'gpt-4.1', text: { input: 1_000_000 } })])).toEqual([]);
  });
});

describe('budget', () => {
  const settled = [row({ model: 'gpt-4.1', text: { input: 5_000_000 } })];
  const open = [row({ model: 'gpt-4.1', tiers: ANY, text: { input: 2_000_000 } })];
  const held = (budget: string, entries = settled, more: Partial<AuditFacts> = {}) => {
    const facts = factsOf(entries, { request: { by: [], budget: dollars(budget) } });
    return lines(by('budget', { ...facts, ...more }));
  };

  it('passes at the limit and fails above it', () => {
    expect(held('10')).toEqual([]);
    expect(held('9.999999')).toEqual(['error: the usage cost $10, above the budget of $9.999999']);
  });

  it('judges a range at its high end', () => {
    // 2 in Batch, 7 with priority.
    expect(held('7', open)).toEqual([]);
    expect(held('6.99', open)).toEqual([
      'error: the usage cost $2 to $7, above the budget of $6.99',
    ]);
  });

  it('is undecided where a part has no price or cannot be read, unless the rest is too much', () => {
    const unknown = [...settled, row({ model: 'unheard-of', text: { input: 1 } })];
    expect(held('10', unknown)).toEqual([
      'warning: the usage cannot be held against the budget of $10: part of the cost has no price',
    ]);
    expect(held('9', unknown)[0]).toMatch(/^error/);
    const { rows } = factsOf(settled);
    expect(held('10', settled, { rows: { ...rows, bad: 1 } })).toEqual([
      'warning: the usage cannot be held against the budget of $10: some rows could not be read',
    ]);
  });

  it('is of the bill where that is all there is', () => {
    const bill: Bill = {
      total: dollars('12'),
      currency: 'usd',
      lines: [],
      end: TODAY,
      isByLineItem: true,
      otherCurrencies: [],
      overlaps: [],
      ofNobody: [],
      places: 6,
    };
    expect(held('11', [], { bill })).toEqual([
      'error: the usage cost $12, above the budget of $11',
    ]);
    expect(held('12', [], { bill })).toEqual([]);
    expect(held('9', settled, { bill })).toEqual([
      'error: the usage cost $10, above the budget of $9',
    ]);
  });

  it('is judged in this order', () => {
    const range = { low: dollars('1'), high: dollars('3') };
    const kind = (limit: string, missing?: string) =>
      judgeSpent(range, dollars(limit), missing).kind;
    expect([kind('0.99'), kind('1'), kind('3')]).toEqual(['exceeded', 'exceeded', 'within']);
    expect([kind('0.99', 'x'), kind('1', 'x'), kind('3', 'x')]).toEqual([
      'exceeded',
      'undecided',
      'undecided',
    ]);
  });
});

describe('reconciliation', () => {
  const line = (kind: DifferenceClass, low: string, high = low, isLess = false): ReconciledLine => {
    const sign = isLess ? -1n : 1n;
    const ends = [dollars(low) * sign, dollars(high) * sign] as Money[];
    const [a = dollars(low), b = dollars(high)] = isLess ? ends.reverse() : ends;
    return {
      day: instant('2026-11-10'),
      lineItem: 'gpt-5.4, input',
      project: undefined,
      computed: { low: dollars('1'), high: dollars('1') },
      billed: dollars('2'),
      difference: { low: a, high: b },
      class: kind,
      explanation: `why ${kind}`,
      bills: [],
    };
  };
  const compared = (differences: readonly ReconciledLine[], tolerance?: string) =>
    lines(
      by(
        'reconciliation',
        factsOf([], {
          request: { by: [], tolerance: tolerance === undefined ? undefined : dollars(tolerance) },
          reconciliation: {
            lines: differences,
            computed: { low: dollars('1'), high: dollars('1') },
            billed: dollars('2'),
            unexplained: dollars('0'),
          },
        }),
      ),
    );
  const told = 'error: 2026-11-10, gpt-5.4, input: why unexplained';

  it('fails above a cent, or the tolerance, whichever way', () => {
    expect(compared([line('unexplained', '0.010001')])).toEqual([told]);
    expect(compared([line('unexplained', '0.010001', '0.02', true)])).toEqual([told]);
    expect(compared([line('unexplained', '0.01')])).toEqual([
      'warning: unexplained: $0.01 of difference in 1 line of the bill: why unexplained',
    ]);
    expect(compared([line('unexplained', '5')], '5')[0]).toMatch(/^warning/);
    expect(compared([line('unexplained', '5')], '4.99')).toEqual([told]);
    expect(compared([line('unexplained', '0.001')], '0')).toEqual([told]);
  });

  it('fails on the classes that nothing explains, and only on them', () => {
    const severity = (kind: DifferenceClass) => compared([line(kind, '100')])[0]?.split(':')[0];
    expect(
      ['unexplained', 'rate-differs', 'cost-without-usage'].map((kind) =>
        severity(kind as DifferenceClass),
      ),
    ).toEqual(['error', 'error', 'error']);
    const open = ['not-by-line-item', 'usage-without-cost', 'unpriced'] as const;
    for (const kind of open) expect(severity(kind), kind).toBe('warning');
    const explained: DifferenceClass[] = [
      ...(['provisional', 'free-tokens', 'long-context', 'open-tier', 'in-range'] as const),
      'other-product',
    ];
    for (const kind of explained) expect(severity(kind), kind).toBeUndefined();
    expect(compared([line('equal', '0'), line('rounding', '0.000001')])).toEqual([]);
  });

  it('sums up what is small by class, and fails where many make much', () => {
    const small = (times: number) =>
      Array.from({ length: times }, () => line('unexplained', '0.005'));
    expect(compared(small(2))).toEqual([
      'warning: unexplained: $0.01 of difference in 2 lines of the bill: why unexplained',
    ]);
    expect(compared(small(3))).toEqual([
      'error: unexplained: $0.02 of difference in 3 lines of the bill: why unexplained',
    ]);
  });

  it('takes a range that holds zero as no difference', () => {
    const within = { ...line('unexplained', '1'), difference: { low: -5n, high: 5n } as never };
    expect(compared([within])[0]).toMatch(/^warning/);
  });

  it('names twenty, and counts the others', () => {
    const many = Array.from({ length: 23 }, () => line('rate-differs', '1'));
    expect(compared(many)).toHaveLength(21);
    expect(compared(many).at(-1)).toBe('error: and 3 more differences above $0.01');
  });
});

describe('unpriced', () => {
  it('names what is not billed by the model by its endpoint', () => {
    const calls = row({
      model: undefined,
      endpoint: 'code_interpreter',
      quantities: [{ unit: 'session20Minutes', amount: 3 }],
    });
    expect(said('unpriced', [calls])[0]?.message).toMatch(
      /^code_interpreter: 3 by the 20-minute session in 1 row .* how many sessions of a container/,
    );
  });
});

describe('shut-down', () => {
  // gpt-5 ends on 2026-12-11.
  const used = (day: string, now: string) => {
    const facts = factsOf([
      row({ model: 'gpt-5', day: '2026-01-01', text: { input: 1_000_000 } }),
      row({ model: 'gpt-5', day, text: { input: 1_000_000 } }),
      row({ model: 'gpt-5.4', day, text: { input: 1000 } }),
    ]);
    return lines(by('shut-down', { ...facts, now: instant(now) }));
  };

  it('is urgent from 90 days before the end on', () => {
    const told = 'gpt-5 (used until 2026-08-01 for $2.50) will be shut down on 2026-12-11, in';
    expect(used('2026-08-01', '2026-09-11')).toEqual([
      `note: ${told} 91 days: move to another model`,
    ]);
    expect(used('2026-08-01', '2026-09-12')).toEqual([
      `warning: ${told} 90 days: move to another model`,
    ]);
    expect(used('2026-08-01', '2026-12-10')).toEqual([
      `warning: ${told} 1 day: move to another model`,
    ]);
  });

  it('is told once for all models that end on one day, the next end first', () => {
    const models = ['gpt-4o-mini', 'gpt-5-mini', 'gpt-5', 'gpt-5-nano', 'gpt-4.1'];
    const facts = factsOf(
      models.map((model) =>
        row({ model, day: '2026-08-01', text: { input: 1_000_000 }, free: model === 'gpt-5' }),
      ),
    );
    expect(lines(by('shut-down', { ...facts, now: instant('2026-11-22') }))).toEqual([
      'warning: gpt-5-mini (used until 2026-08-01 for $0.25), gpt-5 (used until 2026-08-01 for nothing) and gpt-5-nano (used until 2026-08-01 for $0.05) will be shut down on 2026-12-11, in 19 days: move to another model',
      'warning: gpt-4o-mini (used until 2026-08-01 for $0.15) and gpt-4.1 (used until 2026-08-01 for $2.00) will be shut down on 2027-01-14, in 53 days: move to another model',
    ]);
  });

  it('is past from that day on, and strange if the model was used after it', () => {
    expect(used('2026-12-10', '2026-12-11')).toEqual([
      'note: gpt-5 (used until 2026-12-10 for $2.50) was shut down on 2026-12-11: calls of today would be refused',
    ]);
    expect(used('2026-12-11', '2026-12-12')).toEqual([
      'warning: gpt-5 was used on 2026-12-11, although the rate table has it shut down on 2026-12-11: its price of $2.50 may be out of date',
    ]);
  });
});

describe('jump', () => {
  it('names the model, project and key that made most of it', () => {
    const web = { project: 'web', apiKey: 'key_1', text: { input: 400_000 } };
    const rows = [
      ...daily(8, () => ({ ...web, inputTokensPerRequest: { least: 0, most: 9000 } })),
      row({
        day: '2026-11-05',
        model: 'gpt-4.1',
        project: 'lab',
        apiKey: 'key_2',
        text: { input: 5_000_000 },
      }),
    ];
    expect(lines(said('jump', rows))).toEqual([
      'warning: 2026-11-05 cost $11.00, against $1.00 on the median of the other days, most of it by gpt-4.1, project lab, key key-66bdb9a1; look at what ran that day',
    ]);
  });

  it('is told of a project whose day is nothing much in all', () => {
    const rows = daily(9, () => ({
      project: 'web',
      model: 'gpt-4.1',
      text: { input: 20_000_000 },
    }));
    const lab = daily(9, (index) => ({
      project: 'lab',
      model: 'gpt-4.1',
      text: { input: index === 4 ? 2_000_000 : 200_000 },
    }));
    expect(lines(said('jump', [...rows, ...lab]))).toEqual([
      'warning: project lab: 2026-11-05 cost $4.00, against $0.40 on the median of the other days; look at what ran that day',
    ]);
  });

  it('is no doubt about prices', () => {
    const rows = daily(9, (index) => ({
      model: 'gpt-4.1',
      tiers: index === 4 ? ANY : (['batch'] as const),
      text: { input: 1_000_000 },
    }));
    expect(said('jump', rows)).toEqual([]);
  });

  it('is no price that other days lack', () => {
    const lacking = (days: number) =>
      daily(9, (index) => ({
        model: index < days ? 'gpt-nope' : 'gpt-4.1',
        text: { input: index === 8 ? 10_000_000 : 500_000 },
      }));
    expect(said('jump', lacking(3))).toHaveLength(1);
    expect(said('jump', lacking(4))).toHaveLength(0);
  });
});

describe('fine-tuning', () => {
  it('tells the cost of training', () => {
    const training = row({
      model: 'ft:gpt-4.1-2025-04-14',
      endpoint: 'fine_tuning',
      quantities: [{ unit: 'trainingToken', amount: 1_000_000 }],
    });
    expect(lines(said('fine-tuning', [training]))).toEqual([
      'note: training of ft:gpt-4.1-2025-04-14 cost $25.00',
    ]);
  });
});

describe('stale-rates', () => {
  it('speaks after 30 days', () => {
    const facts = factsOf([]);
    const inDays = (days: number) =>
      by('stale-rates', { ...facts, now: addDays(facts.rates.version, days) });
    expect(inDays(31)).toHaveLength(1);
    expect(inDays(30)).toEqual([]);
  });
});

describe('amounts in sentences', () => {
  it('are to the cent, and below one to four digits', () => {
    const AMOUNTS = {
      '0': '$0.00',
      '1234567.891': '$1,234,567.89',
      '0.01': '$0.01',
      '0.015': '$0.02',
      '0.009': '$0.009',
      '0.0012345': '$0.001234',
      '0.00000012345': '$0.0000001234',
    };
    for (const [amount, text] of Object.entries(AMOUNTS)) expect(usd(dollars(amount))).toBe(text);
    expect(usd(-dollars('12.5') as Money)).toBe('-$12.50');
    expect(usdRange({ low: dollars('1'), high: dollars('1.001') })).toBe('$1.00');
    expect(usdRange({ low: dollars('1'), high: dollars('2') })).toBe('$1.00 to $2.00');
    expect([counted(1, 'row'), counted(1200, 'row'), percent(0.254)]).toEqual([
      '1 row',
      '1,200 rows',
      '25%',
    ]);
  });
});
