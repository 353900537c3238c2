import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  add,
  exactUsd,
  floorTimes,
  type Money,
  meanOf,
  parseAmount,
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

  it('reads amounts as files have them', () => {
    const cases: [string, string][] = [
      ['0.019733999999999998', '0.019733999999999998'],
      ['0.003400000000000000000000000000000000', '0.0034'],
      ['-1.5', '-1.5'],
      ['1E-7', '0.0000001'],
      ['1e-05', '0.00001'],
      ['2.5e+3', '2500'],
      ['-0', '0'],
      ['1234567890123456789', '1234567890123456789'],
    ];
    for (const [text, exact] of cases) {
      const amount = parseAmount(text);
      expect(amount === undefined ? undefined : exactUsd(amount), text).toBe(exact);
    }
  });

  it('rounds amounts that the unit does not divide half to even', () => {
    // A unit is 1 / (3600 x 10^18) USD. The last two lie halfway: 4.5 and 13.5 units.
    const cases: [string, bigint][] = [
      ['1.388e-22', 0n],
      ['1.389e-22', 1n],
      ['4.166e-22', 1n],
      ['4.167e-22', 2n],
      ['12.5e-22', 4n],
      ['37.5e-22', 14n],
      ['0.111111111111111111111111111111111111', 400_000_000_000_000_000_000n],
    ];
    for (const [text, units] of cases) {
      expect(parseAmount(text), text).toBe(units);
      expect(parseAmount(`-${text}`), text).toBe(-units);
    }
  });

  it('refuses what is no amount', () => {
    const wrong = ['', '-', '+1', '.5', '5.', '1,5', '1.2.3', '$1', 'NaN', '1e', '1e999', '0x1'];
    for (const text of [...wrong, ' 1', '1 ', '9'.repeat(61)]) {
      expect(parseAmount(text), text).toBeUndefined();
    }
  });

  it('gives a mean as the units around it, one if it is whole', () => {
    const mean = (...units: bigint[]) => {
      const { low, high } = meanOf(units as Money[]);
      return [low, high];
    };
    expect(mean(7n)).toEqual([7n, 7n]);
    expect(mean(1n, 2n, 3n)).toEqual([2n, 2n]);
    expect(mean(1n, 2n)).toEqual([1n, 2n]);
    expect(mean(-1n, -2n)).toEqual([-2n, -1n]);
    expect(mean(-1n, 2n, 0n)).toEqual([0n, 1n]);
  });

  it('keeps every decimal exact', () => {
    fc.assert(
      fc.property(decimals, (text) => {
        expect(exactUsd(usd(text))).toBe(text.replace(/\.?0+$/, ''));
        expect(parseAmount(text)).toBe(usd(text));
        expect(parseAmount(`-${text}`)).toBe(-usd(text));
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
