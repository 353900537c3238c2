import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { UsageEntry } from '../../src/core/audit/entry.ts';
import { costIf, priceGroups } from '../../src/core/audit/savings.ts';
import { addRanges, exactUsd, NOTHING, type Range } from '../../src/core/money.ts';
import type { AuditFacts, Finding } from '../../src/core/report.ts';
import { smallerOnes } from '../../src/rules/audit/dear-models.ts';
import { combinedSaving } from '../../src/rules/audit/savings-together.ts';
import { AUDIT_RULES } from '../../src/rules/audit-rules.ts';
import { findings } from '../../src/rules/index.ts';
import { DEFAULT_LIMITS } from '../../src/rules/limits.ts';
import { shipped } from '../table.ts';
import { daily, factsOf, found, row, said } from './facts.ts';

const text = ({ low, high }: Range) =>
  low === high ? exactUsd(low) : `${exactUsd(low)}..${exactUsd(high)}`;
const short = { inputTokensPerRequest: { least: 0, most: 50_000 } };

function savingBy(rule: string, entries: readonly UsageEntry[]): string {
  return said(rule, entries)
    .map(({ saving }) => (saving ? text(saving) : ''))
    .join(' ');
}

describe('a saving alone', () => {
  // gpt-5.4: 2.50 in, 0.25 cached, 15 out; long 5, 0.50, 22.50; batch and flex half.
  const CASES: readonly [string, string, UsageEntry, string][] = [
    [
      'of a long request is what the long band adds',
      'long-context',
      row({ text: { input: 1_000_000, output: 100_000 } }),
      '3.25',
    ],
    [
      'of requests that may be long begins at nothing',
      'long-context',
      row({ requests: 2, text: { input: 1_000_000, output: 100_000 } }),
      '0..3.25',
    ],
    [
      'of caching leaves the first request of the day uncached: 999 x 10,000 x 2.25',
      'cacheable',
      row({ ...short, requests: 1000, text: { input: 10_000_000 } }),
      '0..22.4775',
    ],
    [
      'of caching counts the price of writing: 999 x 10,000 x 1.90 - 10,000 x 0.50',
      'cacheable',
      row({ ...short, model: 'gpt-6.1-sol', requests: 1000, text: { input: 10_000_000 } }),
      '0..18.976',
    ],
    [
      'of Batch is half',
      'batch',
      row({ ...short, text: { input: 4_000_000, output: 100_000 } }),
      '5.75',
    ],
    [
      'of Batch is open where it may have been Batch or priority: 1.25 of 1.25, or of 5',
      'batch',
      row({
        ...short,
        tiers: ['standard', 'batch', 'flex', 'priority'],
        text: { input: 1_000_000 },
      }),
      '0..3.75',
    ],
    [
      'of the next smaller model is the difference: 2.50 - 0.75',
      'dear-models',
      row({ ...short, text: { input: 4_000_000 } }),
      '7',
    ],
    [
      'of the base is the difference: 3 - 2',
      'fine-tuning',
      row({
        model: 'ft:gpt-4.1-2025-04-14:acme::abc',
        requests: 500,
        text: { input: 5_000_000 },
      }),
      '5',
    ],
    [
      'of standard images in place of hd: 0.08 - 0.04',
      'image-quality',
      row({
        model: 'dall-e-3',
        day: '2025-11-10',
        endpoint: 'images',
        quantities: [{ unit: 'image', amount: 100, quality: 'hd', size: '1024x1024' }],
      }),
      '4',
    ],
  ];
  for (const [name, rule, entry, saving] of CASES) {
    it(name, () => expect(savingBy(rule, [entry])).toBe(saving));
  }
});

describe('caching', () => {
  it('is nothing to speak of where no price for it is published', () => {
    const repeated = { ...short, requests: 1000, text: { input: 10_000_000 } };
    expect(said('cacheable', [row({ ...repeated, model: 'gpt-5.2' })])).toHaveLength(1);
    for (const model of ['gpt-5.2-pro', 'gpt-5.5-pro', 'text-embedding-3-large']) {
      expect(said('cacheable', [row({ ...repeated, model })])).toEqual([]);
    }
  });
});

describe('Batch', () => {
  const pro = { model: 'gpt-5.5-pro', requests: 100 };

  it('is not told of where it may refuse the longest requests', () => {
    const speaks = (input: number) => said('batch', [row({ ...pro, text: { input } })]).length;
    // In Batch, gpt-5.5-pro has no price above 272,000 input tokens.
    expect([speaks(272_000), speaks(272_001)]).toEqual([1, 0]);
  });
});

describe('a smaller model', () => {
  const much = (model: string) => [row({ ...short, model, text: { input: 20_000_000 } })];

  it('is not told of where it goes away before the larger one, or soon', () => {
    // gpt-5.4-nano ends on 2027-04-01, gpt-5.4-mini never.
    expect(said('dear-models', much('gpt-5.4-mini'))).toEqual([]);
    // gpt-4.1 and gpt-4.1-mini end on the same day, in 53 days.
    expect(said('dear-models', much('gpt-4.1'))).toEqual([]);
    const soon = (days: number) => said('dear-models', much('gpt-4.1'), { 'shut-down.days': days });
    expect([soon(53).length, soon(52).length]).toEqual([0, 1]);
  });

  it('is priced at the time of the usage', () => {
    const terra = (day: string) =>
      said('dear-models', [
        row({ ...short, day, model: 'gpt-5.6-sol', text: { input: 10_000_000 } }),
      ]).map(({ message }) => /the same tokens on .*? for \$/.exec(message)?.[0]);
    expect(terra('2026-07-29')).toEqual(['the same tokens on gpt-5.6-terra: $25.00 for $']);
    expect(terra('2026-07-30')).toEqual(['the same tokens on gpt-5.6-terra: $20.00 for $']);
    const both = ['2026-07-29', '2026-07-30'].map((day) =>
      row({ ...short, day, model: 'gpt-5.6-sol', text: { input: 10_000_000 } }),
    );
    expect(said('dear-models', both)[0]?.message).toContain(': $45.00 for ');
  });
});

describe('savings together', () => {
  const entries = [row({ ...short, requests: 1000, text: { input: 10_000_000 } })];

  it('apply one after the other: 10,000 in and 9,990,000 cached, in Batch, on the smaller model', () => {
    const facts = factsOf(entries);
    const { order, saving } = combinedSaving(facts);
    expect(order).toEqual(['cacheable', 'batch', 'dear-models']);
    // 25 - (10,000 x 0.375 + 9,990,000 x 0.0375) / 1,000,000; without caching, 25 - 3.75.
    expect(text(saving)).toBe('21.25..24.621625');
    expect(said('savings-together', entries)).toHaveLength(1);
  });

  it('leave out what is switched off', () => {
    const together = (...off: readonly string[]) =>
      findings(
        AUDIT_RULES,
        factsOf(entries),
        DEFAULT_LIMITS,
        new Map(off.map((id) => [id, 'off' as const])),
      )
        .filter(({ rule }) => rule === 'savings-together')
        .map(({ message }) => /together: (.*), in this order/.exec(message)?.[1]);
    expect(together()).toEqual(['cacheable, batch, dear-models']);
    expect(together('batch')).toEqual(['cacheable, dear-models']);
    expect(together('batch', 'cacheable')).toEqual([]);
  });

  it('are not told where there is only one', () => {
    const batched = [row({ ...short, tiers: ['batch'], text: { input: 4_000_000 } })];
    expect(combinedSaving(factsOf(batched)).order).toEqual(['dear-models']);
    expect(said('savings-together', batched)).toEqual([]);
  });

  const usage = fc
    .record({
      model: fc.constantFrom(
        ...['gpt-5.4', 'gpt-5.5-pro', 'gpt-6.1-sol', 'gpt-5.6-terra', 'gpt-6-sol', 'gpt-6.2-astra'],
        ...['gpt-4.1', 'gpt-5.4-mini', 'ft:gpt-4.1-2025-04-14:a::b', 'gpt-image-1', 'o3'],
      ),
      tiers: fc.constantFrom<UsageEntry['tiers']>(
        ['standard'],
        ['batch'],
        ['priority'],
        ['standard', 'batch', 'flex', 'priority'],
      ),
      day: fc.constantFrom('2026-07-29', '2026-07-30', '2026-11-10', '2026-11-18'),
      free: fc.boolean(),
      project: fc.constantFrom(undefined, 'a', 'b'),
      requests: fc.constantFrom(1, 3, 150, 5000, undefined),
      text: fc.record({
        input: fc.nat({ max: 30_000_000 }),
        cachedInput: fc.nat({ max: 5_000_000 }),
        output: fc.nat({ max: 3_000_000 }),
      }),
    })
    .map(row);
  const known = new WeakMap<AuditFacts, Finding[]>();
  const told = (facts: AuditFacts) => {
    const findings = known.get(facts) ?? found(facts);
    known.set(facts, findings);
    return findings;
  };
  const singles = (facts: AuditFacts, order: readonly string[]) =>
    told(facts)
      .filter(({ rule }) => order.includes(rule))
      .reduce((sum, { saving = NOTHING }) => addRanges(sum, saving), NOTHING);

  it('are never more than their sum, nor than the cost', () => {
    fc.assert(
      fc.property(fc.array(usage, { minLength: 1, maxLength: 8 }), (some) => {
        const facts = factsOf(some);
        const { saving, order } = combinedSaving(facts);
        const sum = singles(facts, order);
        expect(saving.low).toBeLessThanOrEqual(saving.high);
        expect(saving.low).toBeGreaterThanOrEqual(0n);
        expect(saving.high).toBeLessThanOrEqual(facts.total.cost.high);
        expect(saving.low).toBeLessThanOrEqual(facts.total.cost.low);
        expect(saving.high).toBeLessThanOrEqual(sum.high);
        expect(saving.low).toBeLessThanOrEqual(sum.low);
        for (const rule of order) {
          const alone = singles(facts, [rule]);
          expect(saving.high).toBeGreaterThanOrEqual(alone.high);
          expect(saving.low).toBeGreaterThanOrEqual(alone.low);
        }
        if (order.length === 1) expect(saving).toEqual(sum);
      }),
      { numRuns: 120 },
    );
  });

  it('rest on groups that cost what their cells cost, and are priced as they are', () => {
    fc.assert(
      fc.property(fc.array(usage, { minLength: 1, maxLength: 12 }), (some) => {
        const facts = factsOf(some);
        const groups = priceGroups(facts);
        const priced = facts.cells.filter(({ state }) => state === 'priced' || state === 'ranged');
        const sum = (costs: readonly { cost: Range }[]) =>
          costs.map(({ cost }) => cost).reduce(addRanges, NOTHING);
        expect(sum(groups)).toEqual(sum(priced));
        for (const group of groups) expect(costIf(facts, group.cell)).toEqual(group.cost);
      }),
      { numRuns: 50 },
    );
  });

  it('price thousands of cells that are alike once', () => {
    const many = daily(20, () => ({})).flatMap((entry) =>
      Array.from({ length: 100 }, (_, key) => ({
        ...entry,
        ...short,
        apiKey: `key_${key}`,
        tokens: { text: { input: 1000 } },
      })),
    );
    const facts = factsOf(many);
    expect(facts.cells).toHaveLength(2000);
    expect(priceGroups(facts).length).toBeLessThan(5);
  });
});

describe('the next smaller model', () => {
  const next = (id: string) => {
    const model = shipped.models.find((each) => each.id === id);
    return model && smallerOnes(shipped, model).map((each) => each.id);
  };

  it('is of the same family, by the size in the name', () => {
    expect(next('gpt-5.4')).toEqual(['gpt-5.4-mini', 'gpt-5.4-nano']);
    expect(next('gpt-5.4-pro')).toEqual(['gpt-5.4', 'gpt-5.4-mini', 'gpt-5.4-nano']);
    expect(next('gpt-5.6-sol')).toEqual(['gpt-5.6-terra', 'gpt-5.6-luna']);
    expect(next('gpt-6.2-astra')).toEqual(['gpt-6.2-sol']);
    expect(next('gpt-4o-2024-08-06')).toEqual(['gpt-4o-mini']);
    expect(next('text-embedding-3-large')).toEqual(['text-embedding-3-small']);
  });

  it('is nothing where there is none', () => {
    for (const id of ['gpt-5.4-nano', 'gpt-5.6-luna', 'o1-mini', 'whisper-1', 'gpt-5.2']) {
      expect(next(id)).toEqual([]);
    }
  });
});
