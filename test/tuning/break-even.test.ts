import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Money } from '../../src/core/money.ts';
import { breakEven, type PlannedCalls } from '../../src/core/tuning/break-even.ts';
import { example, priced, train } from './read.ts';

const cost = (low: bigint, high = low, unpriced: string[] = []) => ({
  low: low as Money,
  high: high as Money,
  unpriced,
});
/** Prices of a token of input and of output. */
const prices = (input: bigint, output: bigint) => (i: number, o: number) =>
  cost(input * BigInt(i) + output * BigInt(o));

const calls = (more: Partial<PlannedCalls> = {}): PlannedCalls => ({
  ...{ calls: 4, promptTokens: 40, answerTokens: 8, saved: 100 },
  ...more,
});

describe('calls until tuning has paid for itself', () => {
  it('are the cost of the training by what a call saves, rounded up', () => {
    // A call: 110 x 2 + 2 x 4 = 228 untuned, 10 x 3 + 2 x 6 = 42 tuned.
    const pays = (training: bigint) =>
      breakEven(cost(training), calls(), prices(2n, 4n), prices(3n, 6n));
    expect(pays(186n)).toEqual({ kind: 'pays', from: 1, to: 1, promptTokens: 10, answerTokens: 2 });
    expect(pays(187n)).toMatchObject({ from: 2, to: 2 });
    expect(pays(0n)).toMatchObject({ from: 0, to: 0 });
  });

  it('are a range where the training or the prices are', () => {
    const [base, tuned] = [prices(2n, 4n), prices(3n, 6n)];
    expect(breakEven(cost(186n, 1860n), calls(), base, tuned)).toMatchObject({ from: 1, to: 10 });
    const open = (i: number, o: number) => cost(tuned(i, o).low, tuned(i, o).low * 10n);
    expect(breakEven(cost(186n), calls(), base, open)).toMatchObject({
      kind: 'pays',
      from: 1,
      to: null,
    });
  });

  it('are those of calls that somebody says to be longer', () => {
    const given = calls({ ofPrompt: 100, ofAnswer: 0 });
    // 200 x 2 untuned, 100 x 3 tuned.
    expect(breakEven(cost(1000n), given, prices(2n, 4n), prices(3n, 6n))).toEqual({
      ...{ kind: 'pays', from: 10, to: 10, promptTokens: 100, answerTokens: 0 },
    });
  });

  it('are never reached where a call saves nothing, and it says what would do', () => {
    const [base, tuned] = [prices(2n, 4n), prices(3n, 6n)];
    // Dearer by 10 x 1 + 2 x 2 = 14, which 7 tokens only make up for.
    const at = (saved: number) => breakEven(cost(1n), calls({ saved }), base, tuned);
    expect(at(7)).toMatchObject({ kind: 'never', neededSaving: 8 });
    expect(at(8)).toMatchObject({ kind: 'pays', from: 1 });
    expect(breakEven(cost(1n), calls(), prices(0n, 4n), tuned)).toMatchObject({
      kind: 'never',
      neededSaving: undefined,
    });
  });

  it('are unknown where a price is, or the numbers are out of hand', () => {
    const [base, tuned] = [prices(2n, 4n), prices(3n, 6n)];
    const unpriced = () => cost(0n, 0n, ['no price is published']);
    expect(breakEven(cost(1n, 1n, ['x']), calls(), base, tuned).kind).toBe('unknown');
    expect(breakEven(cost(1n), calls(), unpriced, tuned).kind).toBe('unknown');
    expect(breakEven(cost(1n), calls(), base, unpriced).kind).toBe('unknown');
    const huge = calls({ saved: Number.MAX_SAFE_INTEGER });
    expect(breakEven(cost(1n), huge, base, tuned).kind).toBe('unknown');
  });

  const small = fc.bigInt(0n, 1_000n);
  const number = fc.nat(10_000);

  it('are never negative, and fewer the more tokens a call saves', () => {
    fc.assert(
      fc.property(
        ...[small, small, small, small, fc.bigInt(0n, 10n ** 12n)],
        ...[number, number, fc.integer({ min: 1, max: 50 }), number, number],
        (a, b, c, d, training, promptTokens, answerTokens, n, saved, more) => {
          const of = (tokens: number) =>
            breakEven(
              cost(training, training * 2n),
              { calls: n, promptTokens, answerTokens, saved: tokens },
              prices(a, b),
              prices(c, d),
            );
          const [fewer, greater] = [of(saved), of(saved + more)];
          if (fewer.kind !== 'pays') return;
          if (greater.kind !== 'pays') throw new Error('saves more and pays less');
          expect(fewer.from).toBeGreaterThanOrEqual(0);
          expect(fewer.to ?? Infinity).toBeGreaterThanOrEqual(fewer.from);
          expect(greater.from).toBeLessThanOrEqual(fewer.from);
          expect(greater.to ?? Infinity).toBeLessThanOrEqual(fewer.to ?? Infinity);
          // So many calls have saved it, and one fewer has not.
          const saving = (of: number) =>
            BigInt(of) *
            (a * BigInt(promptTokens + saved * n) +
              b * BigInt(answerTokens) -
              c * BigInt(promptTokens) -
              d * BigInt(answerTokens));
          expect(saving(fewer.from) >= training * BigInt(n)).toBe(true);
          if (fewer.from > 0) expect(saving(fewer.from - 1) < training * BigInt(n)).toBe(true);
        },
      ),
    );
  });

  it('of a model rest on its prices and on the examples', async () => {
    const trained = await train(Array.from({ length: 10 }, () => example('Say hello.', 'Hello')));
    const { breakEven: found, cost: training } = priced(trained, { promptTokensSaved: 1_000 });
    // 1,010 tokens at $0.40 and 1 at $1.60, against 10 at $0.80 and 1 at $3.20, per 1M.
    const saved = 1_010 * 0.4 + 1.6 - (10 * 0.8 + 3.2);
    const usd = (amount: bigint) => Number(amount) / 3.6e21;
    expect(found).toMatchObject({
      kind: 'pays',
      promptTokens: 10,
      answerTokens: 1,
      from: Math.ceil((usd(training.low) * 1e6) / saved),
      to: Math.ceil((usd(training.high) * 1e6) / saved),
    });
  });
});
