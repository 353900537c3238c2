import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exactUsd } from '../../src/core/money.ts';
import {
  parseCount,
  parseFlag,
  parseMoney,
  parseTime,
  shown,
} from '../../src/input/usage/values.ts';

const problemOf = (parsed: object) => ('problem' in parsed ? parsed.problem : 'none');

describe('counts', () => {
  it('are whole numbers, also as a table writes them that has gaps', () => {
    const counts: [string, number][] = [
      ['0', 0],
      ['4', 4],
      ['4.0', 4],
      ['5560222.000000', 5_560_222],
      ['007', 7],
      [String(Number.MAX_SAFE_INTEGER), Number.MAX_SAFE_INTEGER],
    ];
    for (const [text, value] of counts) expect(parseCount(text), text).toEqual({ value });
    expect(parseCount('4,0', true)).toEqual({ value: 4 });
    expect(parseCount('4.0', true)).toEqual({ value: 4 });
  });

  it.each([
    ['abc', 'is not a whole number: "abc"'],
    ['4.5', 'is not a whole number: "4.5"'],
    ['1e3', 'is not a whole number: "1e3"'],
    ['4,0', 'is not a whole number: "4,0"'],
    ['+4', 'is not a whole number: "+4"'],
    ['NaN', 'is not a whole number: "NaN"'],
    ['-1', 'is negative: "-1"'],
    ['1,000', 'has separators for thousands: "1,000"; write plain digits'],
    ['1.000', 'has separators for thousands: "1.000"; write plain digits'],
    ["1'234'567.0", 'has separators for thousands: "1\'234\'567.0"; write plain digits'],
    ['9007199254740992', 'is too large to be counted exactly: "9007199254740992"'],
  ])('are not %s', (text, problem) => {
    expect(problemOf(parseCount(text))).toBe(problem);
  });

  it('with a decimal comma are no thousands either', () => {
    expect(problemOf(parseCount('1,000', true))).toMatch(/thousands/);
    expect(problemOf(parseCount('4,5', true))).toBe('is not a whole number: "4,5"');
  });

  it('are any safe whole number', () => {
    fc.assert(
      fc.property(fc.nat({ max: Number.MAX_SAFE_INTEGER }), (value) => {
        expect(parseCount(String(value))).toEqual({ value });
        expect(parseCount(`${value}.0`)).toEqual({ value });
      }),
    );
  });
});

describe('flags', () => {
  it('are true or false in any spelling', () => {
    for (const text of ['True', 'TRUE', 'true', '1', '1.0', 'yes']) {
      expect(parseFlag(text), text).toEqual({ value: true });
    }
    for (const text of ['False', 'FALSE', 'false', '0', '0.0', 'no']) {
      expect(parseFlag(text), text).toEqual({ value: false });
    }
    for (const text of ['maybe', '2', 'constructor', '__proto__']) {
      expect(problemOf(parseFlag(text)), text).toMatch(/^is not true or false/);
    }
  });
});

describe('times', () => {
  it('are seconds, milliseconds or ISO 8601, UTC unless they say otherwise', () => {
    const times: [string, number][] = [
      ['1790812800', 1_790_812_800],
      ['1790812800.0', 1_790_812_800],
      ['1790812800.75', 1_790_812_800],
      ['1790812800000', 1_790_812_800],
      ['2026-10-01', 1_790_812_800],
      ['2026-10-01T00:00:00', 1_790_812_800],
      ['2026-10-01T00:00:00+00:00', 1_790_812_800],
      ['2026-10-01 08:00:00+08:00', 1_790_812_800],
      ['2026-10-01 00:00:00.123', 1_790_812_800],
      ['2026-10-01 00:00:00,123', 1_790_812_800],
      ['2026-10-01 00:00:00 UTC', 1_790_812_800],
    ];
    for (const [text, value] of times) expect(parseTime(text), text).toEqual({ value });
  });

  it('are neither rounded by a spreadsheet nor of another century', () => {
    const wrong = [
      '1.79E+09',
      '45000',
      '0',
      '10/01/2026',
      '2026-02-30',
      '1999-12-31',
      '2100-01-01',
    ];
    for (const text of [...wrong, '-1790812800', '17908128000000000', 'today']) {
      expect(problemOf(parseTime(text)), text).toMatch(/^is not a time/);
    }
    expect(parseTime('2000-01-01')).toEqual({ value: 946_684_800 });
    expect(parseTime('4102444799')).toEqual({ value: 4_102_444_799 });
  });
});

describe('amounts', () => {
  const usdOf = (text: string, decimalComma = false) => {
    const parsed = parseMoney(text, decimalComma);
    return 'value' in parsed ? exactUsd(parsed.value) : parsed.problem;
  };

  it('are exact, and have a comma only where the file says so', () => {
    expect(usdOf('0.003400000000000000000000000000000000')).toBe('0.0034');
    expect(usdOf('-1e-05')).toBe('-0.00001');
    expect(usdOf('0,0034', true)).toBe('0.0034');
    expect(usdOf('0,0034')).toBe('is not an amount: "0,0034"');
    expect(usdOf('$1')).toBe('is not an amount: "$1"');
    expect(usdOf('1,234.50')).toMatch(/^has separators for thousands/);
    expect(usdOf('1.234,50', true)).toMatch(/^has separators for thousands/);
  });
});

describe('texts that are shown', () => {
  it('are clipped, and cannot hide control characters', () => {
    expect(shown('a\u001b[31m\n')).toBe('"a\\u001b[31m\\n"');
    expect(shown('x'.repeat(100))).toBe(`"${'x'.repeat(40)}…"`);
  });
});
