import { describe, expect, it } from 'vitest';
import { daysOf, isWeekend, monthOf, monthsOf } from '../../src/core/calendar.ts';
import { addDays, type Instant } from '../../src/core/time.ts';
import { instant } from '../table.ts';
import { dayText, period } from './build.ts';

describe('months', () => {
  it.each([
    ['2026-11-22T12:00:00', '2026-11-01', '2026-12-01', 30],
    ['2026-12-31T23:59:59', '2026-12-01', '2027-01-01', 31],
    ['2027-01-01', '2027-01-01', '2027-02-01', 31],
    ['2027-02-28', '2027-02-01', '2027-03-01', 28],
    ['2028-02-29', '2028-02-01', '2028-03-01', 29],
    ['2100-02-28', '2100-02-01', '2100-03-01', 28],
  ])('%s lies in one from %s to %s', (text, start, end, count) => {
    const month = monthOf(instant(text));
    expect(month).toEqual(period(start, end));
    expect(daysOf(month)).toHaveLength(count);
  });

  it('are all that a period touches, and no more', () => {
    const starts = (from: string, to: string) =>
      monthsOf(period(from, to)).map(({ start }) => dayText(start));
    expect(starts('2026-11-30', '2026-12-01')).toEqual(['2026-11-01']);
    expect(starts('2026-11-30', '2026-12-01T00:00:01')).toEqual(['2026-11-01', '2026-12-01']);
    expect(starts('2026-12-15', '2027-02-15')).toEqual(['2026-12-01', '2027-01-01', '2027-02-01']);
  });
});

describe('days', () => {
  it('are all that a period touches', () => {
    const texts = daysOf(period('2028-02-28T23:59:59', '2028-03-01T00:00:01')).map(dayText);
    expect(texts).toEqual(['2028-02-28', '2028-02-29', '2028-03-01']);
  });

  it('are of the weekend on Saturday and Sunday', () => {
    const monday = instant('2026-11-16');
    const week = Array.from({ length: 7 }, (_, index) => addDays(monday, index));
    expect(week.map(isWeekend)).toEqual([false, false, false, false, false, true, true]);
    expect(isWeekend((addDays(monday, 5) - 1) as Instant)).toBe(false);
    expect(isWeekend((addDays(monday, 7) - 1) as Instant)).toBe(true);
  });
});
