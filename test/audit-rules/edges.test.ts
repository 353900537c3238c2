import { describe, expect, it } from 'vitest';
import type { UsageEntry } from '../../src/core/audit/entry.ts';
import type { Limits } from '../../src/rules/limits.ts';
import { DEFAULT_LIMITS } from '../../src/rules/limits.ts';
import { daily, factsOf, found, row, said } from './facts.ts';

const LONG = { least: 272_001, most: 272_001 };
const SHORT = { least: 272_000, most: 272_000 };
/** Many requests, none of which is long. */
const short = { inputTokensPerRequest: { least: 0, most: 50_000 } };

interface Edge {
  readonly rule: string;
  readonly limit: string;
  /** Speaks of the first, and is silent on the second. */
  readonly above: readonly UsageEntry[];
  readonly below: readonly UsageEntry[];
}

const jumpTo = (input: number, days = 7) =>
  daily(days, (index) => ({
    ...short,
    text: { input: index === 3 ? input : 1_000_000 },
  }));
const perRequest = (requests: number, input: number) =>
  daily(6, (index) => ({
    ...short,
    text: { input: index === 0 ? input : 100_000 },
    requests: index === 0 ? requests : 20,
  }));
const repeated = (requests: number, input: number, cachedInput = 0) =>
  daily(2, () => ({ ...short, requests, text: { input, cachedInput } }));
const images = (amount: number, quality: string) => [
  row({
    model: 'dall-e-3',
    endpoint: 'images',
    day: '2025-11-10',
    requests: amount,
    quantities: [{ unit: 'image', amount, quality, size: '1024x1024' }],
  }),
];
const imageTokens = (output: number) => [
  row({ model: 'gpt-image-1', endpoint: 'images', requests: 100, tokens: { image: { output } } }),
];
const tuned = (requests: number, input = 1000) => [
  row({ model: 'ft:gpt-4.1-2025-04-14:acme::abc', requests, text: { input } }),
];
/** One model beside 20 USD of another. */
const beside = (input: number) => [
  row({ ...short, text: { input } }),
  row({ ...short, model: 'gpt-4.1-nano', text: { input: 200_000_000 } }),
];

const EDGES: readonly Edge[] = [
  {
    rule: 'long-context',
    limit: 'the threshold of a single request',
    above: [row({ requests: 10, inputTokensPerRequest: LONG, text: { input: 2_720_010 } })],
    below: [row({ requests: 10, inputTokensPerRequest: SHORT, text: { input: 2_720_000 } })],
  },
  {
    rule: 'long-context',
    limit: 'a tenth of the threshold on average',
    above: [row({ requests: 100, text: { input: 2_720_000 } })],
    below: [row({ requests: 100, text: { input: 2_719_999 } })],
  },
  {
    rule: 'long-context',
    limit: 'a saving of 1 USD',
    above: [row({ requests: 10, text: { input: 400_000 } })],
    below: [row({ requests: 10, text: { input: 399_999 } })],
  },
  {
    rule: 'tokens-per-request',
    limit: '4 times the median',
    above: perRequest(100, 2_000_000),
    below: perRequest(100, 1_999_999),
  },
  {
    rule: 'tokens-per-request',
    limit: '10,000 tokens',
    above: daily(6, (i) => ({ ...short, requests: 100, text: { input: i ? 1000 : 1_000_000 } })),
    below: daily(6, (i) => ({ ...short, requests: 100, text: { input: i ? 1000 : 999_999 } })),
  },
  {
    rule: 'tokens-per-request',
    limit: '5 days',
    above: perRequest(100, 2_000_000).slice(0, 5),
    below: perRequest(100, 2_000_000).slice(0, 4),
  },
  {
    rule: 'cacheable',
    limit: '100 requests a day',
    above: repeated(101, 1_000_000),
    below: repeated(100, 1_000_000),
  },
  {
    rule: 'cacheable',
    limit: '1,024 tokens a request',
    above: repeated(1000, 1_024_000),
    below: repeated(1000, 1_023_999),
  },
  {
    rule: 'cacheable',
    limit: '30 % cached',
    above: repeated(1000, 1_400_001, 600_000),
    below: repeated(1000, 1_400_000, 600_000),
  },
  {
    rule: 'image-quality',
    limit: 'a saving of 1 USD',
    above: images(25, 'hd'),
    below: images(24, 'hd'),
  },
  {
    rule: 'image-quality',
    limit: 'the lowest quality',
    above: images(1000, 'hd'),
    below: images(1000, 'standard'),
  },
  {
    rule: 'image-quality',
    limit: 'the tokens of an image of medium quality',
    above: imageTokens(105_600),
    below: imageTokens(105_599),
  },
  { rule: 'fine-tuning', limit: '100 requests', above: tuned(99), below: tuned(100) },
  {
    rule: 'fine-tuning',
    limit: 'a saving of 1 USD',
    above: tuned(1000, 1_000_000),
    below: tuned(1000, 999_999),
  },
  {
    rule: 'batch',
    limit: 'a saving of 1 USD',
    above: [row({ ...short, text: { input: 800_000 } })],
    below: [row({ ...short, text: { input: 799_999 } })],
  },
  {
    rule: 'dear-models',
    limit: '20 % of the cost',
    above: beside(2_000_000),
    below: beside(1_999_000),
  },
  {
    rule: 'dear-models',
    limit: 'a saving of 1 USD',
    above: [row({ ...short, text: { input: 571_429 } })],
    below: [row({ ...short, text: { input: 571_428 } })],
  },
  { rule: 'jump', limit: '3 times the median', above: jumpTo(3_000_001), below: jumpTo(3_000_000) },
  { rule: 'jump', limit: '7 days', above: jumpTo(9_000_000), below: jumpTo(9_000_000, 6) },
  {
    rule: 'jump',
    limit: '1 USD',
    above: daily(7, (i) => ({ ...short, text: { input: i ? 1000 : 400_000 } })),
    below: daily(7, (i) => ({ ...short, text: { input: i ? 1000 : 399_999 } })),
  },
];

describe('just above and just below', () => {
  for (const { rule, limit, above, below } of EDGES) {
    it(`${rule}: ${limit}`, () => {
      expect(said(rule, above)).toHaveLength(1);
      expect(said(rule, below)).toEqual([]);
    });
  }
});

describe('limits', () => {
  it('can be set, one by one', () => {
    const SETTINGS: readonly [string, Partial<Limits>, readonly UsageEntry[]][] = [
      ['jump', { 'jump.times': 2.5 }, jumpTo(2_500_001)],
      ['batch', { 'saving.usd': 0.01 }, [row({ text: { input: 8000 } })]],
      ['cacheable', { 'cacheable.requests': 50 }, repeated(51, 1_000_000)],
      ['fine-tuning', { 'fine-tuning.requests': 1000 }, tuned(999)],
    ];
    for (const [rule, limits, entries] of SETTINGS) {
      expect(said(rule, entries, limits), rule).toHaveLength(1);
      expect(said(rule, entries), rule).toEqual([]);
    }
  });

  it('name the rule that they belong to', () => {
    const rules = new Set(Object.keys(DEFAULT_LIMITS).map((name) => name.split('.')[0]));
    expect(rules.size).toBeGreaterThan(5);
    expect(Object.values(DEFAULT_LIMITS).every((value) => value > 0)).toBe(true);
  });
});

describe('silence', () => {
  it('is what an ordinary small file gets', () => {
    const facts = factsOf([
      ...daily(10, (index) => ({
        project: 'proj_1',
        requests: 40,
        text: { input: 20_000 + index * 500, cachedInput: 8000, output: 3000 },
      })),
      ...daily(10, () => ({
        model: 'gpt-5.4-mini',
        tiers: ['batch'],
        requests: 900,
        text: { input: 200_000, output: 10_000 },
      })),
    ]);
    expect(facts.total.cost.low).toBeGreaterThan(0n);
    expect(found(facts)).toEqual([]);
  });

  it('is kept on what was free, has no price, or ran in Batch', () => {
    const much = { ...short, requests: 1000, text: { input: 50_000_000 } };
    const SAVINGS = ['long-context', 'cacheable', 'batch', 'dear-models', 'savings-together'];
    const rulesOn = (more: Partial<UsageEntry>) =>
      found(factsOf([row({ ...much, ...more })]))
        .map(({ rule }) => rule)
        .filter((rule) => SAVINGS.includes(rule));
    expect(rulesOn({})).toEqual(['cacheable', 'batch', 'dear-models', 'savings-together']);
    expect(rulesOn({ free: true })).toEqual([]);
    expect(rulesOn({ model: 'unheard-of' })).toEqual([]);
    expect(rulesOn({ tiers: ['batch'] })).not.toContain('batch');
    expect(rulesOn({ tiers: ['flex'] })).not.toContain('batch');
    expect(rulesOn({ tiers: ['priority'] })).not.toContain('batch');
  });
});
