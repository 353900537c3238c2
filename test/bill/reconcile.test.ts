import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ANY_TIER, type BilledEntry, type UsageEntry } from '../../src/core/audit/entry.ts';
import {
  DIFFERENCE_CLASSES,
  type ReconciledLine,
  reconcile,
} from '../../src/core/bill/reconcile.ts';
import { addRanges, exactUsd, NOTHING, ZERO } from '../../src/core/money.ts';
import { addDays, dayOf } from '../../src/core/time.ts';
import type { Tokens } from '../../src/core/usage.ts';
import { instant, shipped } from '../table.ts';
import { billOf, cellsOf, charged, laterDay, linesOf, NOW, reconciled, used } from './build.ts';

const DAY = '2026-10-01';
const LATER = laterDay('2026-10-10');
const MINI = 'gpt-4o-mini-2024-07-18';
const SOL = 'gpt-5.6-sol';

/** Real exports whose list price is the bill to the last digit. */
const GOLDEN = [
  [
    'gpt-5.4-2026-03-05',
    '2026-06-01',
    [1973793, 30833664, 1143269],
    ['2.5', '0.25', '15'],
    '29.7919335',
  ],
  [MINI, '2026-06-15', [5560222, 229120, 106885], ['0.15', '0.075', '0.6'], '0.9153483'],
  ['gpt-5-mini-2025-08-07', '2025-10-07', [80992, 0, 274770], ['0.25', '0.025', '2'], '0.569788'],
  ['gpt-5-mini-2025-08-07', '2025-10-10', [124784, 0, 154852], ['0.25', '0.025', '2'], '0.3409'],
] as const;
const CLASSES = ['input', 'cached input', 'output'] as const;

/** USD for so many tokens at a rate per million with at most three decimals. */
function cost(tokens: number, rate: string): string {
  const digits = BigInt(tokens) * BigInt(Math.round(Number(rate) * 1000));
  const text = digits.toString().padStart(10, '0');
  return `${text.slice(0, -9)}.${text.slice(-9)}`;
}

/** The only line that is no other product. */
function only(
  usage: readonly UsageEntry[],
  bill: readonly BilledEntry[],
  now = NOW,
): ReconciledLine {
  const lines = linesOf(reconciled(usage, bill, now));
  const [line] = lines;
  if (!line || lines.length > 1) throw new TypeError(lines.map((l) => l.explanation).join('\n'));
  return line;
}

describe('the golden pairs', () => {
  it.each(GOLDEN)('%s of %s', (model, day, [input, cachedInput, output], rates, billed) => {
    const tokens = [input, cachedInput, output];
    const bill = CLASSES.flatMap((name, i) => {
      const count = tokens[i] ?? 0;
      return count === 0
        ? []
        : [charged(day, `${model}, ${name}`, cost(count, rates[i] ?? ''), count)];
    });
    const most = { least: 0, most: 200_000 };
    const usage = [
      used(day, model, { input, cachedInput, output }, { inputTokensPerRequest: most }),
    ];
    const result = reconciled(usage, bill);
    expect(result.lines.map(({ class: why }) => why)).toEqual(bill.map(() => 'equal'));
    expect(exactUsd(result.billed)).toBe(billed);
    expect(result.computed).toEqual({ low: result.billed, high: result.billed });
    expect(result.unexplained).toBe(ZERO);
  });

  /** Some whole numbers that add up to a total. */
  const split = (total: number, shares: readonly number[]): number[] => {
    const all = shares.reduce((sum, share) => sum + share, 0) || 1;
    const parts = shares.map((share) => Math.floor((total * share) / all));
    const rest = total - parts.reduce((sum, part) => sum + part, 0);
    return parts.map((part, i) => (i === 0 ? part + rest : part));
  };

  it('come to the same however days, projects and rows split them', () => {
    const shares = fc.array(fc.nat(9), { minLength: 4, maxLength: 4 });
    const pair = fc.constantFrom(...GOLDEN);
    fc.assert(
      fc.property(pair, shares, fc.boolean(), (golden, weights, isByProject) => {
        const [model, first, totals, rates, billed] = golden;
        const placeOf = (i: number) => ({
          day: dayOf(addDays(instant(first), i % 2)),
          project: isByProject ? `proj_${i % 3}` : undefined,
        });
        const parts = totals.map((total) => split(total, weights));
        const usage = weights.map((_, i) => {
          const { day, project } = placeOf(i);
          const [input = 0, cachedInput = 0, output = 0] = parts.map((part) => part[i] ?? 0);
          const bounds = { least: 0, most: 200_000 };
          return used(
            day,
            model,
            { input, cachedInput, output },
            {
              project,
              inputTokensPerRequest: bounds,
            },
          );
        });
        const bill = weights.flatMap((_, i) => {
          const { day, project } = placeOf(i);
          return CLASSES.map((name, k) => {
            const count = parts[k]?.[i] ?? 0;
            return charged(day, `${model}, ${name}`, cost(count, rates[k] ?? ''), count, {
              project,
            });
          });
        });
        const result = reconciled(usage, bill);
        expect(new Set(result.lines.map(({ class: why }) => why))).toEqual(new Set(['equal']));
        expect(exactUsd(result.billed)).toBe(billed);
        expect(result.computed).toEqual({ low: result.billed, high: result.billed });
      }),
      { numRuns: 60 },
    );
  });
});

type Case = readonly [
  title: string,
  expected: string,
  usage: readonly UsageEntry[],
  bill: readonly BilledEntry[],
];

const million = used(DAY, MINI, { input: 1_000_000 });
const batch = used(DAY, MINI, { input: 1_000_000 }, { tiers: ['batch'] });
const free = used(DAY, MINI, { input: 1_000_000 }, { free: true });
const open = used(DAY, SOL, { input: 500_000 }, { requests: 9 });
const anyTier = used(DAY, MINI, { input: 1_000_000 }, { tiers: ANY_TIER });
const unknown = used(DAY, 'gpt-0-unheard', { input: 1_000_000 });
const item = `${MINI}, input`;

/** The class of the only line, and what its explanation has to hold. */
const CASES: readonly Case[] = [
  ['the same', 'equal: $0.15', [million], [charged(DAY, item, '0.15', 1e6)]],
  ['the same without a quantity', 'equal: $0.15', [million], [charged(DAY, item, '0.15')]],
  [
    'batch in the plain line',
    'equal: $0.225',
    [million, batch],
    [charged(DAY, item, '0.225', 2e6)],
  ],
  ['batch in a plain line alone', 'equal: $0.075', [batch], [charged(DAY, item, '0.075', 1e6)]],
  [
    'batch in a line of its own',
    'equal: $0.075',
    [batch],
    [charged(DAY, `batch | ${item}`, '0.075', 1e6)],
  ],
  [
    'beside free tokens',
    'equal: free tokens worth $0.15',
    [million, free],
    [charged(DAY, item, '0.15', 1e6)],
  ],
  [
    'projects on the bill alone',
    'equal: $0.15',
    [million],
    [
      charged(DAY, item, '0.05', 1, { project: 'a' }),
      charged(DAY, item, '0.10', 1, { project: 'b' }),
    ],
  ],
  [
    'projects in usage alone',
    'equal: $0.30',
    [
      { ...million, project: 'a' },
      { ...million, project: 'b' },
    ],
    [charged(DAY, item, '0.30', 2e6)],
  ],
  [
    'an alias in the usage',
    'equal: $0.15',
    [{ ...million, model: 'gpt-4o-mini' }],
    [charged(DAY, item, '0.15', 1e6)],
  ],
  [
    'evals within the usage',
    'equal: $0.15',
    [million],
    [charged(DAY, item, '0.1', 1), charged(DAY, `evals | ${item}`, '0.05', 1)],
  ],
  [
    'a fine-tuned model',
    'equal: $3.75',
    [used(DAY, 'ft:gpt-4o-2024-08-06:acme::abc', { input: 1_000_000 })],
    [charged(DAY, 'ft-gpt-4o-2024-08-06, input', '3.75', 1e6)],
  ],
  [
    'a range that turns out short',
    'equal: settles $2.00 to $4.00 at $2.00',
    [open],
    [charged(DAY, `${SOL}, input`, '2', 500_000)],
  ],
  [
    'minutes of audio',
    'equal: $0.06',
    [
      used(
        DAY,
        'whisper-1',
        {},
        { endpoint: 'transcription', quantities: [{ unit: 'second', amount: 600 }] },
      ),
    ],
    [charged(DAY, 'whisper-1, audio', '0.06', 10, { quantityUnit: 'duration_minutes' })],
  ],
  [
    'calls of a tool',
    'equal: $0.02',
    [
      used(
        DAY,
        'web_search',
        {},
        { endpoint: 'web_search', quantities: [{ unit: 'call', amount: 2 }] },
      ),
    ],
    [charged(DAY, 'web search tool calls', '0.02', 2, { quantityUnit: undefined })],
  ],
  [
    'calls that may be of several tools',
    'equal: the bill settles $0.02 to $0.05 at $0.035',
    [
      used(
        DAY,
        'web_search_calls',
        {},
        { endpoint: 'web_search', quantities: [{ unit: 'call', amount: 2 }] },
      ),
    ],
    [charged(DAY, 'web search tool calls', '0.035', 2, { quantityUnit: undefined })],
  ],
  [
    'float noise',
    'rounding: $0.00000000000000002 more',
    [million],
    [charged(DAY, item, '0.15000000000000002', 1e6)],
  ],
  [
    'just rounding',
    'rounding: $0.0000000009 more',
    [million],
    [charged(DAY, item, '0.1500000009', 9)],
  ],
  [
    'just not rounding',
    'unexplained: $0.000000001 more',
    [million],
    [charged(DAY, item, '0.150000001', 9), charged('2026-10-10', 'x', '0.0000000001')],
  ],
  [
    'six decimals',
    'rounding: less',
    [{ ...million, tokens: { text: { input: 3 } } }],
    [charged(DAY, item, '0', 3)],
  ],
  [
    'no line items',
    'not-by-line-item: grouped by line item',
    [million, open],
    [charged(DAY, undefined, '2.5')],
  ],
  [
    'no line items, off',
    'not-by-line-item: $1.00 less than computed',
    [million, open],
    [charged(DAY, undefined, '1.15')],
  ],
  ['no line items, equal', 'equal: $0.225', [million, batch], [charged(DAY, undefined, '0.225')]],
  ['free and not billed', 'free-tokens: $0.15', [free], []],
  [
    'free, and partly billed',
    'free-tokens: $0.03 more than computed',
    [million, free],
    [charged(DAY, item, '0.18', 1_200_000)],
  ],
  [
    'more than was free',
    'unexplained: 2,000,001 tokens',
    [million, free],
    [charged(DAY, item, '0.18', 2_000_001)],
  ],
  [
    'split by context',
    'long-context: 200,000 tokens short at $4.00 per 1M tokens, 300,000 tokens with long context at $8.00',
    [open],
    [
      charged(DAY, `${SOL}, input`, '0.8', 200_000),
      charged(DAY, `${SOL}, input, long context`, '2.4', 300_000),
    ],
  ],
  [
    'split by context where we say short',
    'long-context: $1.20 more',
    [{ ...open, inputTokensPerRequest: { least: 0, most: 272_000 } }],
    [
      charged(DAY, `${SOL}, input`, '0.8', 200_000),
      charged(DAY, `${SOL}, input, long context`, '2.4', 300_000),
    ],
  ],
  [
    'an open tier that is batch',
    'open-tier: rate of batch',
    [anyTier],
    [charged(DAY, item, '0.075', 1e6)],
  ],
  [
    'an open tier that is standard',
    'open-tier: rate of standard',
    [anyTier],
    [charged(DAY, item, '0.15', 1e6)],
  ],
  [
    'a mix of open tiers',
    'open-tier: between the rates',
    [anyTier],
    [charged(DAY, item, '0.1', 1e6)],
  ],
  [
    'another tier than the usage says',
    'open-tier: the usage says standard processing, the bill batch',
    [million],
    [charged(DAY, `batch | ${item}`, '0.075', 1e6)],
  ],
  [
    'within the range, without a quantity',
    'in-range: more than 272,000 input tokens',
    [open],
    [charged(DAY, `${SOL}, input`, '3')],
  ],
  [
    'another rate',
    'rate-differs: billed at $0.20 per 1M tokens; ours is $0.15 per 1M tokens, which is $0.05 less',
    [million],
    [charged(DAY, item, '0.20', 1e6)],
  ],
  [
    'a regional rate',
    'rate-differs: 1.1 of regional processing',
    [million],
    [charged(DAY, item, '0.165', 1e6)],
  ],
  [
    'cost alone',
    'cost-without-usage: 1,000,000 tokens, at our rate; the usage has nothing of this day',
    [],
    [charged(DAY, item, '0.15', 1e6)],
  ],
  [
    'cost of evals alone',
    'cost-without-usage: evals',
    [],
    [charged(DAY, `evals | ${item}`, '0.15', 1e6)],
  ],
  ['usage alone', 'usage-without-cost: 1,000,000 tokens used, computed as $0.15', [million], []],
  [
    'a rate between those of both bands, in one line',
    'rate-differs: billed at $5.00 per 1M tokens; ours is $4.00 per 1M tokens',
    [open],
    [charged(DAY, `${SOL}, input`, '2.5', 500_000)],
  ],
  [
    'batch and other requests of open length in one line',
    'in-range: 272,000 input tokens',
    [open, { ...open, tiers: ['batch'] }],
    [charged(DAY, `${SOL}, input`, '4', 1_000_000)],
  ],
  [
    'within the range by chance',
    'in-range: but the bill counts 450,000 tokens, the usage 500,000 tokens',
    [open],
    [charged(DAY, `${SOL}, input`, '3', 450_000)],
  ],
  [
    'a line for all tokens of a model in a tier',
    'equal: $0.18',
    [used(DAY, 'gpt-5-mini-2025-08-07', { input: 640_000, output: 100_000 }, { tiers: ['flex'] })],
    [charged(DAY, 'flex | gpt-5-mini', '0.18')],
  ],
  [
    'a name of the legacy export',
    'equal: $0.225',
    [million, batch],
    [charged(DAY, 'GPT-4o mini', '0.225')],
  ],
  [
    'cost of a model by another name alone',
    'cost-without-usage: $0.225',
    [],
    [charged(DAY, 'GPT-4o mini', '0.225')],
  ],
  [
    'a range that turns out short, but for float noise',
    'equal: settles $2.00 to $4.00 at $2.00',
    [open],
    [charged(DAY, `${SOL}, input`, '1.99999999999999999', 500_000)],
  ],
  [
    'a tier that is not on the bill',
    'usage-without-cost: without the 1,000,000 tokens of batch processing, computed as $0.075',
    [{ ...million, tokens: { text: { input: 2_000_000 } } }, batch],
    [charged(DAY, item, '0.30', 2e6)],
  ],
  [
    'fewer tokens at another rate',
    'unexplained: the usage 1,000,000 tokens, at $0.20 per 1M tokens where ours is $0.15',
    [million],
    [charged(DAY, item, '0.18', 900_000)],
  ],
  [
    'an open tier of which two cost the same',
    'open-tier: the rate of batch or flex processing',
    [used(DAY, 'gpt-5-mini-2025-08-07', { input: 1_000_000 }, { tiers: ANY_TIER })],
    [charged(DAY, 'gpt-5-mini-2025-08-07, input', '0.125', 1e6)],
  ],
  [
    'no price',
    'unpriced: implies $3.00 per 1M tokens',
    [unknown],
    [charged(DAY, 'gpt-0-unheard, input', '3', 1e6)],
  ],
  ['no price and no bill', 'unpriced: 1,000,000 tokens are not on the bill', [unknown], []],
  [
    'fewer tokens',
    'unexplained: the bill counts 900,000 tokens, the usage 1,000,000 tokens',
    [million],
    [charged(DAY, item, '0.135', 900_000)],
  ],
];

describe('a difference', () => {
  it.each(CASES)('%s is %s', (_, expected, usage, bill) => {
    const line = only(usage, [...bill, LATER]);
    const [why = '', ...text] = expected.split(': ');
    expect(line.class, line.explanation).toBe(why);
    expect(line.explanation).toContain(text.join(': '));
    expect(line.explanation).not.toMatch(/undefined|NaN|\$ |\.$|\n/);
  });

  it('has a case for each class', () => {
    const seen = new Set(CASES.map(([, expected]) => expected.split(':')[0]));
    const elsewhere = ['provisional', 'other-product'];
    expect([...seen, ...elsewhere].sort()).toEqual([...DIFFERENCE_CLASSES].sort());
  });

  it('of another product has no usage', () => {
    const result = reconciled([million], [charged(DAY, item, '0.15', 1e6), LATER]);
    expect(result.lines.map((line) => [line.class, line.lineItem, line.computed])).toEqual([
      ['equal', item, { low: result.computed.low, high: result.computed.low }],
      ['other-product', 'Vector storage', undefined],
    ]);
  });

  it('is provisional in the last 48 hours of the bill', () => {
    const bill = (last: string) => [charged(DAY, item, '0.1', 9), laterDay(last)];
    expect(only([million], bill('2026-10-02'))).toMatchObject({
      class: 'provisional',
      explanation: 'so young a day may still grow on either side: billed $0.10, computed $0.15',
    });
    expect(only([million], bill('2026-10-03')).class).toBe('unexplained');
  });

  it('is provisional in the last 48 hours before now', () => {
    const at = (now: string) =>
      only([million], [charged(DAY, item, '0.1', 9), LATER], instant(now));
    expect(at('2026-10-03T23:59:59Z').class).toBe('provisional');
    expect(at('2026-10-04').class).toBe('unexplained');
  });

  it('is not provisional where both count the same', () => {
    expect(only([million], [charged(DAY, item, '0.2', 1e6)]).class).toBe('rate-differs');
  });

  it('is by project where both have them', () => {
    const usage = ['a', 'b'].map((project) => ({ ...million, project }));
    const bill = [
      charged(DAY, item, '0.15', 1e6, { project: 'a' }),
      charged(DAY, item, '0.2', 1e6, { project: 'b' }),
    ];
    expect(
      linesOf(reconciled(usage, [...bill, LATER])).map((line) => [line.project, line.class]),
    ).toEqual([
      ['a', 'equal'],
      ['b', 'rate-differs'],
    ]);
  });

  it('of evals stands alone where usage does not hold them', () => {
    const bill = [charged(DAY, item, '0.15', 1e6), charged(DAY, `evals | ${item}`, '0.05', 1)];
    const lines = linesOf(reconciled([million], [...bill, LATER]));
    expect(lines.map((line) => [line.lineItem, line.class])).toEqual([
      [`evals | ${item}`, 'cost-without-usage'],
      [item, 'equal'],
    ]);
  });

  it('of an alias is not guessed at where the bill has two names for it', () => {
    const usage = [used(DAY, 'gpt-4', { input: 1000 })];
    const names = ['gpt-4-0613', 'gpt-4-0314'];
    const classes = (bill: readonly string[]) =>
      linesOf(
        reconciled(usage, [...bill.map((name) => charged(DAY, `${name}, input`, '0.03')), LATER]),
      ).map((line) => line.class);
    expect(classes(names.slice(1))).toEqual(['equal']);
    expect(classes(names)).toEqual([
      'usage-without-cost',
      'cost-without-usage',
      'cost-without-usage',
    ]);
  });

  it('of each context band is told apart where both know it', () => {
    const bounds = (size: number) => ({ inputTokensPerRequest: { least: size, most: size } });
    const usage = [
      used(DAY, SOL, { input: 1000 }, bounds(1000)),
      used(DAY, SOL, { input: 300_000 }, bounds(300_000)),
    ];
    const bill = [
      charged(DAY, `${SOL}, input`, '0.004', 1000),
      charged(DAY, `${SOL}, input, long context`, '2.4', 300_000),
    ];
    const lines = linesOf(reconciled(usage, [...bill, LATER]));
    expect(lines.map((line) => [line.lineItem, line.class])).toEqual([
      [`${SOL}, input`, 'equal'],
      [`${SOL}, input, long context`, 'equal'],
    ]);
  });

  it('counts as unexplained by how far it is from the range', () => {
    const off = (amount: string) =>
      exactUsd(reconciled([million, open], [charged(DAY, undefined, amount), LATER]).unexplained);
    expect(off('2.15')).toBe('0');
    expect(off('4.15')).toBe('0');
    expect(off('4.25')).toBe('0.1');
    expect(off('2')).toBe('0.15');
  });
});

describe('laws', () => {
  const model = fc.constantFrom(MINI, SOL, 'gpt-0-unheard', 'whisper-1', 'gpt-5');
  const project = fc.constantFrom(undefined, 'a', 'b');
  const day = fc.constantFrom('2026-10-01', '2026-10-02', '2026-11-21');
  const usage = fc.record({
    day,
    model,
    project,
    tokens: fc.record<NonNullable<Tokens['text']>>({
      input: fc.nat(1_000_000),
      cachedInput: fc.nat(1000),
      output: fc.nat(9),
    }),
    tiers: fc.constantFrom(['standard'] as const, ['batch'] as const, ['flex'] as const, ANY_TIER),
    free: fc.boolean(),
    requests: fc.constantFrom(1, 9, undefined),
  });
  const rest = fc.constantFrom(
    ', input',
    ', cached input',
    ', output',
    ', input, long context',
    '',
  );
  const surface = fc.constantFrom('', 'batch | ', 'flex | ', 'evals | ');
  const bill = fc.record({
    day,
    item: fc.oneof(
      { weight: 9, arbitrary: fc.tuple(surface, model, rest).map((parts) => parts.join('')) },
      { weight: 1, arbitrary: fc.constantFrom(undefined, 'Vector storage') },
    ),
    project,
    amount: fc.nat(999).map((digits) => `0.${String(digits).padStart(3, '0')}`),
    quantity: fc.constantFrom(undefined, 0, 1, 1000, 1_000_000),
  });
  const both = fc.record({
    usage: fc.array(usage, { maxLength: 12 }),
    bill: fc.array(bill, { minLength: 1, maxLength: 12 }),
  });
  const entries = (list: typeof both extends fc.Arbitrary<infer T> ? T : never) => ({
    usage: list.usage.map(({ day: d, model: m, tokens, ...more }) => used(d, m, tokens, more)),
    bill: list.bill.map(({ day: d, item: i, amount, quantity, project: p }) =>
      charged(d, i, amount, quantity, { project: p }),
    ),
  });

  it('the lines hold all of both sides', () => {
    fc.assert(
      fc.property(both, (list) => {
        const { usage: used_, bill: charged_ } = entries(list);
        const cells = cellsOf(used_);
        const whole = billOf(charged_);
        const result = reconcile(cells, whole, shipped, { now: NOW });
        const computed = cells.reduce((sum, { cost: range }) => addRanges(sum, range), NOTHING);
        expect(result.computed).toEqual(computed);
        expect(result.billed).toBe(whole.total);
        const rows = result.lines.flatMap(({ bills }) => bills.map((line) => line.rows));
        expect(rows.reduce((sum, count) => sum + count, 0)).toBe(charged_.length);
        for (const line of result.lines) expect(line.explanation).not.toMatch(/undefined|NaN/);
      }),
      { numRuns: 60 },
    );
  });

  it('the order of rows makes no difference', () => {
    fc.assert(
      fc.property(both, (list) => {
        const { usage: used_, bill: charged_ } = entries(list);
        const forwards = reconciled(used_, charged_);
        const backwards = reconciled(used_.toReversed(), charged_.toReversed());
        expect(backwards).toEqual(forwards);
      }),
      { numRuns: 60 },
    );
  });
});
