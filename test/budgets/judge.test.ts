import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ASSUMPTIONS,
  assumed,
  judgeIncrease,
  judgeTokens,
  judgeUsd,
  type Verdict,
} from '../../src/core/budget/check.ts';
import { add, type Money, type Range } from '../../src/core/money.ts';
import { matches } from '../../src/core/wildcard.ts';
import { usd } from '../bill/build.ts';
import { costs } from '../limits/build.ts';

const ONE_UNIT = 1n as Money;
const PICODOLLAR = usd('0.000000000001');

function money(amount: Money): Range {
  return { low: amount, high: amount };
}

function shown(verdict: Verdict): string {
  if (verdict.kind === 'near') return `near ${verdict.percent}`;
  if (verdict.kind === 'exceeded') return verdict.sure ? 'exceeded' : 'perhaps exceeded';
  return verdict.kind;
}

describe('an amount and its limit', () => {
  it.each<[string, Money, string]>([
    ['nothing', usd('0'), 'within'],
    ['one unit of money below', (usd('0.3') - ONE_UNIT) as Money, 'within'],
    ['exactly at it', add(usd('0.1'), usd('0.2')), 'within'],
    ['one unit of money above', add(usd('0.3'), ONE_UNIT), 'exceeded'],
    ['a picodollar above', add(usd('0.3'), PICODOLLAR), 'exceeded'],
  ])('%s', (_, amount, verdict) => {
    expect(shown(judgeUsd(money(amount), usd('0.3')))).toBe(verdict);
  });

  it.each<[string, string, string, string]>([
    ['1', '3', 'high', 'perhaps exceeded'],
    ['1', '2', 'high', 'within'],
    ['1', '3', 'mid', 'within'],
    ['1', '3.000000000001', 'mid', 'perhaps exceeded'],
    ['2', '9', 'low', 'within'],
    ['2.000000000001', '9', 'low', 'exceeded'],
    ['2.000000000001', '9', 'high', 'exceeded'],
  ])('%s to %s of 2, at the %s end: %s', (low, high, assume, verdict) => {
    const strictness = { assume: assume as 'high', warnAt: [] };
    const range = { low: usd(low), high: usd(high) };
    expect(shown(judgeUsd(range, usd('2'), strictness))).toBe(verdict);
  });

  it('is undecided where something is missing, unless what is known is too much', () => {
    const lacking = (low: string, high: string) =>
      judgeUsd({ low: usd(low), high: usd(high) }, usd('2'), undefined, 'no price');
    expect(lacking('0', '0')).toEqual({ kind: 'undecided', reason: 'no price' });
    expect(lacking('2', '2')).toEqual({ kind: 'undecided', reason: 'no price' });
    expect(lacking('0', '3')).toEqual({ kind: 'undecided', reason: 'no price' });
    expect(shown(lacking('2.000000000001', '3'))).toBe('exceeded');
  });

  it.each<[number[], string, string]>([
    [[50, 80], '0.499999999999', 'within'],
    [[50, 80], '0.5', 'near 50'],
    [[50, 80], '0.799999999999', 'near 50'],
    [[80, 50], '0.8', 'near 80'],
    [[100], '1', 'near 100'],
    [[100], '0.999999999999', 'within'],
    // 0.07 x 100 is 7.000000000000001 as floats.
    [[7], '0.07', 'near 7'],
    [[0.29], '0.0029', 'near 0.29'],
    [[0.29], '0.002899999999', 'within'],
  ])('warns at %s of 1 for %s: %s', (warnAt, amount, verdict) => {
    const strictness = { assume: 'high' as const, warnAt };
    expect(shown(judgeUsd(money(usd(amount)), usd('1'), strictness))).toBe(verdict);
  });

  it('is never near a limit with nothing', () => {
    expect(shown(judgeUsd(money(usd('0')), usd('0'), { assume: 'high', warnAt: [50] }))).toBe(
      'within',
    );
    expect(shown(judgeUsd(money(ONE_UNIT), usd('0')))).toBe('exceeded');
  });

  it('counts tokens whole', () => {
    const tokens = (found: number, limit: number) =>
      shown(judgeTokens({ low: found, high: found }, limit));
    expect(tokens(8000, 8000)).toBe('within');
    expect(tokens(8001, 8000)).toBe('exceeded');
    expect(tokens(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER - 1)).toBe('exceeded');
  });
});

describe('an increase in percent', () => {
  it.each<[string, string, number, string]>([
    ['1', '1', 0, 'within'],
    ['1', '0.5', 0, 'within'],
    ['1', '1.000000000001', 0, 'exceeded'],
    ['1', '1.1', 10, 'within'],
    ['1', '1.100000000001', 10, 'exceeded'],
    // As floats, (3.3 - 3) / 3 is 0.09999999999999994 and (0.33 - 0.3) / 0.3 is 0.10000000000000009.
    ['3', '3.3', 10, 'within'],
    ['0.3', '0.33', 10, 'within'],
    ['0.3', '0.330000000001', 10, 'exceeded'],
    ['0.7', '0.77', 10, 'within'],
    ['100', '100.29', 0.29, 'within'],
    ['100', '100.290000000001', 0.29, 'exceeded'],
    ['1', '101', 10_000, 'within'],
    ['0', '0', 10, 'within'],
    ['0', '0.000000000001', 10, 'undecided'],
    ['0', '0.000000000001', 1_000_000, 'undecided'],
  ])('from %s to %s, with %d%% allowed: %s', (before, after, percent, verdict) => {
    expect(shown(judgeIncrease(usd(before), usd(after), percent))).toBe(verdict);
  });

  it('warns before it is too much', () => {
    const near = (after: string) => shown(judgeIncrease(usd('1'), usd(after), 10, [80]));
    expect(near('1.0799')).toBe('within');
    expect(near('1.08')).toBe('near 80');
    expect(near('1.11')).toBe('exceeded');
  });
});

describe('laws', () => {
  const limits = fc.bigInt({ min: 0n, max: 10n ** 24n }).map((units) => units as Money);
  const passes = ({ kind }: Verdict) => kind === 'within' || kind === 'near';
  const strictness = fc.record({
    assume: fc.constantFrom(...ASSUMPTIONS),
    warnAt: fc.array(fc.integer({ min: 1, max: 100 }), { maxLength: 3 }),
  });
  const missing = fc.option(fc.constant('something'), { nil: undefined });

  it('a higher limit never turns a pass into a failure', () => {
    fc.assert(
      fc.property(
        costs,
        limits,
        limits,
        strictness,
        missing,
        (cost, limit, more, strict, lacks) => {
          const before = judgeUsd(cost, limit, strict, lacks);
          const after = judgeUsd(cost, add(limit, more), strict, lacks);
          return !passes(before) || passes(after);
        },
      ),
    );
  });

  it('more cost never turns a failure into a pass', () => {
    fc.assert(
      fc.property(costs, costs, limits, strictness, missing, (cost, more, limit, strict, lacks) => {
        const sum = { low: add(cost.low, more.low), high: add(cost.high, more.high) };
        const before = judgeUsd(cost, limit, strict, lacks);
        const after = judgeUsd(sum, limit, strict, lacks);
        return passes(before) || !passes(after);
      }),
    );
  });

  it('the high end is the strictest, and the low end the mildest', () => {
    fc.assert(
      fc.property(costs, limits, (cost, limit) => {
        const [high, mid, low] = ASSUMPTIONS.map((assume) =>
          passes(judgeUsd(cost, limit, { assume, warnAt: [] })),
        );
        return (!high || mid === true) && (!mid || low === true);
      }),
    );
  });

  it('the end that is assumed is the one that is judged', () => {
    fc.assert(
      fc.property(costs, limits, fc.constantFrom(...ASSUMPTIONS), (cost, limit, assume) => {
        const verdict = judgeUsd(cost, limit, { assume, warnAt: [] });
        return passes(verdict) === assumed(cost, assume) <= limit;
      }),
    );
  });

  it('a percentage is what the definition says, in whole numbers', () => {
    const hundredths = fc.integer({ min: 0, max: 100_000 });
    fc.assert(
      fc.property(limits, limits, hundredths, (before, after, of) => {
        fc.pre(before > 0n && after > before);
        const isWithin = 10_000n * after <= before * (10_000n + BigInt(of));
        return passes(judgeIncrease(before, after, of / 100)) === isWithin;
      }),
    );
  });
});

describe('wildcards', () => {
  it('match as the regular expression does that says the same', () => {
    const letters = fc.string({
      unit: fc.constantFrom('a', 'b', '*', '.', '\n', '\\'),
      maxLength: 8,
    });
    const oracle = (pattern: string) =>
      new RegExp(
        `^${pattern
          .split('*')
          .map((part) => part.replace(/[.\\]/g, '\\$&'))
          .join('[\\s\\S]*')}$`,
      );
    fc.assert(
      fc.property(letters, letters, (pattern, name) => {
        return matches(pattern, name) === oracle(pattern).test(name);
      }),
      { numRuns: 2000 },
    );
  });

  it.each<[string, string, boolean]>([
    ['gpt-5*', 'gpt-5.4', true],
    ['gpt-5*', 'xgpt-5', false],
    ['*', '', true],
    ['', '', true],
    ['', 'a', false],
    ['a*a', 'a', false],
    ['a*a', 'aa', true],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'acb', false],
  ])('%s and %s: %s', (pattern, name, expected) => {
    expect(matches(pattern, name)).toBe(expected);
  });
});
