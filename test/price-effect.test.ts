import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { priceCell, sumOf } from '../src/core/audit/audit.ts';
import { ANY_TIER, type UsageEntry } from '../src/core/audit/entry.ts';
import { Ledger } from '../src/core/audit/ledger.ts';
import { effectOf, priceEffects } from '../src/core/audit/price-effect.ts';
import { exactUsd, NOTHING } from '../src/core/money.ts';
import { type Instant, parseInstant } from '../src/core/time.ts';
import { formatChange, formatSigned } from '../src/output/amount.ts';
import { shipped as TABLE } from './table.ts';

const at = (text: string) => parseInstant(text) as Instant;

function entry(more: Partial<UsageEntry>): UsageEntry {
  const start = more.start ?? at('2026-10-01');
  return {
    source: { file: 'usage.csv', line: 2 },
    start,
    end: (start + 86_400) as Instant,
    endpoint: 'completions',
    model: 'gpt-5.6-luna',
    tiers: ['standard'],
    free: false,
    project: undefined,
    apiKey: undefined,
    user: undefined,
    requests: 100,
    tokens: { text: { input: 1_000_000, output: 100_000 } },
    inputTokensPerRequest: { least: 0, most: 20_000 },
    quantities: [],
    ...more,
  };
}

/** At the prices of the other day. */
function effect(entries: readonly UsageEntry[], day: string) {
  const ledger = new Ledger(TABLE);
  for (const each of entries) ledger.add(each);
  const options = { ratesAsOf: at(day) };
  const cells = ledger.cells().map((cell) => priceCell(TABLE, cell, options));
  const effects = priceEffects(TABLE, cells, options);
  const known = effectOf(cells, effects);
  const isKnown = known.effect !== undefined;
  return { ...known, effect: known.effect ?? NOTHING, isKnown, asOf: sumOf(cells).cost };
}

/** Luna became 80 % cheaper on 2026-07-30. */
const [BEFORE, AFTER] = ['2026-07-29', '2026-07-30'];

describe('the effect of prices', () => {
  it('is nothing where prices are the same, and all of the difference where they are not', () => {
    expect(effect([entry({})], AFTER).effect).toEqual({ low: 0n, high: 0n });
    const { effect: dearer, inForce, asOf } = effect([entry({})], BEFORE);
    expect(exactUsd(inForce.low)).toBe('0.32');
    expect(exactUsd(asOf.low)).toBe('1.6');
    expect(exactUsd(dearer.low)).toBe('1.28');
    expect(dearer.low).toBe(dearer.high);
    const { effect: cheaper } = effect([entry({ start: at(BEFORE) })], AFTER);
    expect(exactUsd(cheaper.low)).toBe('-1.28');
  });

  it('leaves out what has no price at one of the two', () => {
    const nano = entry({ model: 'gpt-5-nano', start: at('2026-10-02') });
    const mixed = effect([entry({ model: 'gpt-5.6-luna' }), nano], '2026-01-01');
    expect(mixed).toMatchObject({ rowsLeftOut: 1, rowsUnpriced: 0, isKnown: true });
    expect(mixed.effect).toEqual({ low: 0n, high: 0n });
    expect(effect([entry({ model: 'gpt-nope' })], BEFORE)).toMatchObject({
      rowsLeftOut: 1,
      rowsUnpriced: 1,
      isKnown: false,
    });
  });

  it('holds, of what is open, what it is once that is known', () => {
    const lengths = [
      { least: 0, most: 272_000 },
      { least: 272_001, most: 1_000_000 },
    ];
    const model = fc.constantFrom('gpt-5.6-luna', 'gpt-5.6-terra', 'gpt-5.6-sol', 'gpt-5.4');
    const day = fc.constantFrom('2026-07-10', BEFORE, AFTER, '2026-09-01', '2026-11-20');
    const tokens = fc.record({
      input: fc.integer({ min: 1, max: 1_000_000 }),
      cachedInput: fc.integer({ min: 0, max: 1_000_000 }),
      output: fc.integer({ min: 0, max: 100_000 }),
    });
    fc.assert(
      fc.property(model, day, day, tokens, (name, used, other, text) => {
        const of = (more: Partial<UsageEntry>) =>
          effect([entry({ model: name, start: at(used), tokens: { text }, ...more })], other);
        const open = of({ tiers: ANY_TIER, inputTokensPerRequest: { least: 0, most: 1_000_000 } });
        if (open.rowsLeftOut > 0) return;
        for (const tier of ANY_TIER) {
          for (const inputTokensPerRequest of lengths) {
            const known = of({ tiers: [tier], inputTokensPerRequest });
            if (known.rowsLeftOut > 0) continue;
            expect(known.effect.low).toBeGreaterThanOrEqual(open.effect.low);
            expect(known.effect.high).toBeLessThanOrEqual(open.effect.high);
          }
        }
      }),
    );
  });

  it('is written with its direction', () => {
    const usd = (amount: number) => (BigInt(amount) * 3600n * 10n ** 18n) as never;
    const range = (low: number, high: number) => ({ low: usd(low), high: usd(high) });
    expect(
      [range(0, 0), range(2, 2), range(-2, -2), range(-1, 2), range(1, 2), range(-2, -1)].map(
        formatChange,
      ),
    ).toEqual([
      'none',
      '$2.00 more',
      '$2.00 less',
      '$1.00 less to $2.00 more',
      '$1.00 to $2.00 more',
      '$1.00 to $2.00 less',
    ]);
    expect([range(0, 0), range(2, 2), range(-1, 2)].map((each) => formatSigned(each, 2))).toEqual([
      '$0.00',
      '+$2.00',
      '-$1.00 to +$2.00',
    ]);
  });
});
