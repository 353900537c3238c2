import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  add,
  exactUsd,
  floorTimes,
  type Money,
  parseUsd,
  roundUsd,
  span,
  times,
  unitPrice,
} from '../src/core/money.ts';

function usd(text: string): Money {
  const amount = parseUsd(text);
  if (amount === undefined) throw new TypeError(text);
  return amount;
}

/** Plain decimals with up to 18 places, which the money unit holds exactly. */
const decimals = fc
  .tuple(fc.bigInt({ min: 0n, max: 10n ** 12n }), fc.bigInt({ min: 0n, max: 10n ** 18n - 1n }))
  .map(([whole, fraction]) => `${whole}.${fraction.toString().padStart(18, '0')}`);

describe('money', () => {
  it('reads plain decimals and nothing else', () => {
    for (const text of ['', '-1', '+1', '1e3', '.5', '1.', '1,000', ' 1', '0x1', 'NaN']) {
      expect(parseUsd(text), text).toBeUndefined();
    }
    expect(exactUsd(usd('12.50'))).toBe('12.5');
    expect(exactUsd(usd('0'))).toBe('0');
    expect(exactUsd(usd('100'))).toBe('100');
  });

  it('keeps every decimal exact', () => {
    fc.assert(
      fc.property(decimals, (text) => {
        expect(exactUsd(usd(text))).toBe(text.replace(/\.?0+$/, ''));
      }),
    );
  });

  it('adds without error, in any order', () => {
    fc.assert(
      fc.property(fc.array(decimals), (texts) => {
        const amounts = texts.map(usd);
        const sum = (list: readonly Money[]) => list.reduce(add, usd('0'));
        expect(sum(amounts)).toBe(sum([...amounts].reverse()));
        const scale = 10n ** 18n;
        const expected = texts.reduce((total, text) => total + BigInt(text.replace('.', '')), 0n);
        expect(sum(amounts)).toBe((expected * 3600n * 10n ** 18n) / scale);
      }),
    );
  });

  it('rounds half to even, once', () => {
    const cases: [string, number, string][] = [
      ['0.005', 2, '0.00'],
      ['0.015', 2, '0.02'],
      ['0.025', 2, '0.02'],
      ['0.0250000001', 2, '0.03'],
      ['0.995', 2, '1.00'],
      ['1.5', 0, '2'],
      ['2.5', 0, '2'],
      ['0', 3, '0.000'],
    ];
    for (const [text, places, rounded] of cases) expect(roundUsd(usd(text), places)).toBe(rounded);
  });

  it('divides prices into units without a remainder, or says that it cannot', () => {
    expect(unitPrice('0.0025', 1_000_000)).toBe(9_000_000_000_000n);
    expect(unitPrice('0.0025', 1_000_000, ['1.1'])).toBe(9_900_000_000_000n);
    expect(unitPrice('0.017', 60)).toBe(1_020_000_000_000_000_000n);
    expect(unitPrice('1', 7)).toBeUndefined();
    expect(unitPrice('x', 1)).toBeUndefined();
  });

  it('multiplies by counts and by decimal factors', () => {
    expect(exactUsd(times(usd('0.000002'), 1_234_567))).toBe('2.469134');
    expect(exactUsd(floorTimes(usd('5'), '1.1'))).toBe('5.5');
    expect(() => floorTimes(usd('5'), 'much')).toThrow(RangeError);
  });

  it('spans ranges from the lowest to the highest end', () => {
    const range = (low: string, high: string) => ({ low: usd(low), high: usd(high) });
    expect(span(range('2', '5'), range('1', '3'))).toEqual(range('1', '5'));
    expect(span(range('1', '1'), range('9', '10'))).toEqual(range('1', '10'));
  });
});
