import { describe, expect, it } from 'vitest';
import { addDays, dayOf, daysBetween, formatInstant, parseInstant } from '../src/core/time.ts';
import { instant } from './table.ts';

describe('time', () => {
  it('takes days and times as UTC', () => {
    expect(instant('1970-01-02')).toBe(86_400);
    expect(instant('1970-01-01T00:00:01')).toBe(1);
    expect(instant('1970-01-01T00:00:01Z')).toBe(1);
    expect(instant('1970-01-01T02:00:00+02:00')).toBe(0);
    expect(instant('1969-12-31T19:30:00-04:30')).toBe(0);
    expect(instant('2026-08-31 10:20')).toBe(instant('2026-08-31T10:20:00Z'));
  });

  it('refuses what is no day or time', () => {
    const wrong = ['', '2026-2-3', '2026-02-30', '2025-02-29', '2026-13-01', '2026-00-10'];
    const more = ['2026-01-01T24:30:00', '2026-01-01T10:60:00', '2026-01-01T10:00:61', 'today'];
    for (const text of [...wrong, ...more]) expect(parseInstant(text), text).toBeUndefined();
  });

  it('shows days, and times only where there are any', () => {
    expect(dayOf(instant('2026-07-30T23:59:59'))).toBe('2026-07-30');
    expect(formatInstant(instant('2026-07-30'))).toBe('2026-07-30');
    expect(formatInstant(instant('2026-07-30T12:00:00'))).toBe('2026-07-30T12:00:00Z');
  });

  it('counts whole days', () => {
    expect(daysBetween(instant('2026-02-28'), instant('2026-03-01'))).toBe(1);
    expect(daysBetween(instant('2026-03-01'), instant('2026-02-28T12:00:00'))).toBe(-1);
    expect(daysBetween(instant('2026-03-01T23:59:59'), instant('2026-03-02'))).toBe(1);
    expect(daysBetween(instant('2026-03-01'), instant('2026-03-01T23:59:59'))).toBe(0);
    expect(addDays(instant('2028-02-28'), 2)).toBe(instant('2028-03-01'));
  });
});
