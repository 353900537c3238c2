/** Days and months of UTC. */
import { addDays, dayOf, dayStart, type Instant } from './time.ts';

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

/** Such as `2026-11`. */
export function monthName(instant: Instant): string {
  return dayOf(instant).slice(0, 'YYYY-MM'.length);
}

/** Every month that the period touches. */
export function monthsOf({ start, end }: Period): Period[] {
  const months: Period[] = [];
  for (let month = monthOf(start); month.start < end; month = monthOf(month.end)) {
    months.push(month);
  }
  return months;
}

export function touches(a: Period, b: Period): boolean {
  return a.start < b.end && b.start < a.end;
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

/** How long a day may still grow after its end, in usage and on the bill. */
export const PROVISIONAL_SECONDS = 48 * 3600;

/** When a bill was exported, nobody tells, but not before its last day began. */
export function isProvisional(day: Instant, billEnd: Instant, now: Instant): boolean {
  const end = addDays(day, 1);
  const isLastOfBill = day < billEnd && end > billEnd - PROVISIONAL_SECONDS;
  return isLastOfBill || end > now - PROVISIONAL_SECONDS;
}
