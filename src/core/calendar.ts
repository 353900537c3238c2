/** Days and months of UTC. */
import { addDays, dayStart, type Instant } from './time.ts';

/** From an instant up to, and without, another. */
export interface Period {
  readonly start: Instant;
  readonly end: Instant;
}

/** The least period that holds both. */
export function around(a: Period | undefined, b: Period): Period {
  if (!a) return b;
  return { start: a.start < b.start ? a.start : b.start, end: a.end > b.end ? a.end : b.end };
}

/** The calendar month in which the instant lies. */
export function monthOf(instant: Instant): Period {
  const date = new Date(instant * 1000);
  const firstDay = (month: number) => (Date.UTC(date.getUTCFullYear(), month) / 1000) as Instant;
  return { start: firstDay(date.getUTCMonth()), end: firstDay(date.getUTCMonth() + 1) };
}

/** Every month that the period touches. */
export function monthsOf({ start, end }: Period): Period[] {
  const months: Period[] = [];
  for (let month = monthOf(start); month.start < end; month = monthOf(month.end)) {
    months.push(month);
  }
  return months;
}

/** The starts of all days that the period touches. */
export function daysOf({ start, end }: Period): Instant[] {
  const days: Instant[] = [];
  for (let day = dayStart(start); day < end; day = addDays(day, 1)) days.push(day);
  return days;
}

/** Saturday and Sunday. */
export function isWeekend(instant: Instant): boolean {
  const weekday = new Date(instant * 1000).getUTCDay();
  return weekday === 0 || weekday === 6;
}
