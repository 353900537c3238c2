import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Bridge, bridge, type Change } from '../src/core/audit/bridge.ts';
import { ANY_TIER, type UsageEntry } from '../src/core/audit/entry.ts';
import { allPriceChanges } from '../src/core/lookup.ts';
import { addRanges, exactUsd, type Range, subtract } from '../src/core/money.ts';
import { addDays, type Instant } from '../src/core/time.ts';
import { factsOf, row } from './audit-rules/facts.ts';
import { instant, shipped } from './table.ts';

/** Luna became 80 % cheaper on 2026-07-30. */
const BEFORE = { start: instant('2026-07-10'), end: instant('2026-07-30') };
const NOW = { start: instant('2026-07-30'), end: instant('2026-09-01') };

const MODELS = ['gpt-5.6-luna', 'gpt-5.6-terra', 'gpt-5.4', 'gpt-4o-mini-2024-07-18'];

function bridgeOf(before: readonly UsageEntry[], now: readonly UsageEntry[]): Bridge {
  return bridge({ facts: factsOf(before), period: BEFORE }, { facts: factsOf(now), period: NOW });
}

function used(model: string, day: string, input: number, more: Partial<UsageEntry> = {}) {
  const text = { input, output: Math.floor(input / 7) };
  const inputTokensPerRequest = { least: 0, most: 20_000 };
  return row({ day, model, text, inputTokensPerRequest, ...more });
}

const usd = ({ low, high }: Range) =>
  low === high ? exactUsd(low) : `${exactUsd(low)}..${exactUsd(high)}`;
const told = ({ difference, byPrices, byUse }: Change) => [difference, byPrices, byUse].map(usd);

const model = fc.constantFrom(...MODELS);
const tokens = fc.integer({ min: 0, max: 50_000_000 });
const dayIn = ({ start, end }: typeof BEFORE) =>
  fc
    .integer({ min: 0, max: (end - start) / 86_400 - 1 })
    .map((days) => new Date(1000 * addDays(start, days)).toISOString().slice(0, 10));
const usageIn = (period: typeof BEFORE) =>
  fc.array(
    fc.tuple(model, dayIn(period), tokens).map((use) => used(...use)),
    { minLength: 1, maxLength: 12 },
  );

describe('the bridge from one period to another', () => {
  it('tells prices and use apart', () => {
    const { lines, change } = bridgeOf(
      [used('gpt-5.6-luna', '2026-07-10', 7_000_000)],
      [
        used('gpt-5.6-luna', '2026-08-10', 14_000_000),
        used('gpt-4o-mini-2024-07-18', '2026-08-10', 7_000_000),
      ],
    );
    // 7 + 1 million tokens at $1 and $6, and twice as much at $0.20 and $1.20.
    expect(lines.map(({ value, status }) => [value, status])).toEqual([
      ['gpt-5.6-luna', 'both'],
      ['gpt-4o-mini-2024-07-18', 'new'],
    ]);
    expect(lines.map((line) => line.change && told(line.change))).toEqual([
      ['-7.8', '-20.8', '13'],
      ['1.65', '0', '1.65'],
    ]);
    expect(told(change)).toEqual(['-6.15', '-20.8', '14.65']);
  });

  it('counts as use all that a model costs which had no price yet', () => {
    const { lines } = bridgeOf(
      [used('gpt-5.4', '2026-07-10', 7_000_000)],
      [used('gpt-5.6-cyber', '2026-08-20', 7_000_000)],
    );
    expect(lines.map(({ value, status }) => [value, status])).toEqual([
      ['gpt-5.6-cyber', 'new'],
      ['gpt-5.4', 'gone'],
    ]);
    const [cyber] = lines;
    expect(cyber?.rowsWithoutEarlierPrice).toBe(1);
    expect(cyber?.change?.byUse).toEqual(cyber?.now.cost);
    expect(usd(cyber?.change?.byPrices as Range)).toBe('0');
  });

  it('adds up to the last digit, line by line and in all', () => {
    fc.assert(
      fc.property(usageIn(BEFORE), usageIn(NOW), (before, now) => {
        const { lines, change } = bridgeOf(before, now);
        for (const line of lines) {
          const { difference, byPrices, byUse } = line.change as Change;
          expect(addRanges(byPrices, byUse)).toEqual(difference);
          expect(difference.low).toBe(subtract(line.now.cost.low, line.before.cost.low));
          expect(difference.high).toBe(difference.low);
        }
        const [total, earlier] = [factsOf(now).total.cost, factsOf(before).total.cost];
        expect(change.difference.low).toBe(subtract(total.low, earlier.low));
        expect(addRanges(change.byPrices, change.byUse)).toEqual(change.difference);
        const sizes = lines.map(({ change: each }) => abs((each as Change).difference.low));
        expect(sizes).toEqual([...sizes].sort((a, b) => (a < b ? 1 : -1)));
      }),
    );
  });

  it('is nothing between a period and itself', () => {
    fc.assert(
      fc.property(usageIn(NOW), (use) => {
        const facts = factsOf(use);
        const { change, priceChangeBefore } = bridge(
          { facts, period: NOW },
          { facts, period: NOW },
        );
        expect(told(change)).toEqual(['0', '0', '0']);
        expect(usd(priceChangeBefore)).toBe('0');
      }),
    );
  });

  it('has nothing by prices where none has changed', () => {
    fc.assert(
      fc.property(model, tokens, fc.boolean(), (name, input, isLate) => {
        const day = isLate ? '2026-11-20' : '2026-09-20';
        const period = { start: instant('2026-09-01'), end: instant('2026-09-15') };
        const changes = allPriceChanges(shipped.names.get(name)?.model as never);
        const [from, to] = [(period.end - 1) as Instant, instant(day)];
        fc.pre(changes.every((change) => change <= from || change > to));
        const { change } = bridge(
          { facts: factsOf([used(name, '2026-09-02', 1000)]), period },
          { facts: factsOf([used(name, day, input)]), period: NOW },
        );
        expect(usd(change.byPrices)).toBe('0');
        expect(change.byUse).toEqual(change.difference);
      }),
    );
  });

  it('holds, of what is open, what it is once that is known', () => {
    fc.assert(
      fc.property(model, tokens, tokens, (name, was, is) => {
        const of = (tiers: UsageEntry['tiers']) =>
          bridgeOf(
            [used(name, '2026-07-10', was, { tiers })],
            [used(name, '2026-08-10', is, { tiers })],
          );
        const open = of(ANY_TIER).lines[0]?.change;
        if (!open) return;
        for (const tier of ANY_TIER) {
          const known = of([tier]).lines[0]?.change;
          for (const part of ['difference', 'byPrices', 'byUse'] as const) {
            if (!known) continue;
            expect(known[part].low).toBeGreaterThanOrEqual(open[part].low);
            expect(known[part].high).toBeLessThanOrEqual(open[part].high);
          }
        }
      }),
    );
  });

  it('does not know what has no price, and counts the rest', () => {
    const { lines, change } = bridgeOf(
      [used('gpt-nope', '2026-07-10', 7000), used('gpt-5.4', '2026-07-10', 0)],
      [used('gpt-nope', '2026-08-10', 7000), used('gpt-5.6-luna', '2026-08-10', 7_000_000)],
    );
    expect(lines.at(-1)).toMatchObject({ value: 'gpt-nope', change: undefined });
    expect(usd(change.difference)).toBe('2.6');
  });

  it('tells of prices that changed within the earlier period', () => {
    const period = { start: instant('2026-07-10'), end: instant('2026-08-15') };
    const later = { start: instant('2026-08-15'), end: instant('2026-09-01') };
    const { change, priceChangeBefore } = bridge(
      { facts: factsOf([used('gpt-5.6-luna', '2026-07-10', 7_000_000)]), period },
      { facts: factsOf([used('gpt-5.6-luna', '2026-08-20', 7_000_000)]), period: later },
    );
    expect(told(change)).toEqual(['-10.4', '0', '-10.4']);
    expect(usd(priceChangeBefore)).toBe('-10.4');
  });

  it('divides by the days that the data has', () => {
    const covered = { start: instant('2026-07-10'), end: instant('2026-07-20') };
    const before = factsOf([used('gpt-5.4', '2026-07-10', 7_000_000)], { covered });
    const { before: side } = bridge(
      { facts: before, period: BEFORE },
      { facts: before, period: NOW },
    );
    expect(side.data).toEqual(covered);
    expect(10n * side.perDay.low).toBe(before.total.cost.low);
  });
});

function abs(amount: bigint): bigint {
  return amount < 0n ? -amount : amount;
}
