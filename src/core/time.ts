/** Seconds since 1970-01-01T00:00:00Z, a whole number. All dates of this program are UTC. */
export type Instant = number & { readonly instant: unique symbol };

const DAY_SECONDS = 86_400;
const FORM =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/;

/**
 * Reads `2026-07-30` (midnight UTC) or an ISO 8601 time; one without an offset is UTC.
 * Undefined when the text is neither or names a day that does not exist.
 */
export function parseInstant(text: string): Instant | undefined {
  const match = FORM.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour = '00', minute = '00', second = '00', offset = 'Z'] = match;
  const civil = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  const milliseconds = Date.parse(`${civil}Z`);
  // Date.parse turns February 30 into March 2; only a time that survives the round trip is real.
  if (Number.isNaN(milliseconds) || !new Date(milliseconds).toISOString().startsWith(civil)) {
    return undefined;
  }
  return (milliseconds / 1000 - offsetSeconds(offset)) as Instant;
}

function offsetSeconds(offset: string): number {
  if (offset === 'Z') return 0;
  const sign = offset.startsWith('-') ? -1 : 1;
  return sign * (Number(offset.slice(1, 3)) * 3600 + Number(offset.slice(-2)) * 60);
}

export function instantOf(date: Date): Instant {
  return Math.floor(date.getTime() / 1000) as Instant;
}

/** The UTC day of an instant, as `YYYY-MM-DD`. */
export function dayOf(instant: Instant): string {
  return new Date(instant * 1000).toISOString().slice(0, 10);
}

/** The instant as people read it: the day alone at midnight, else with its time. */
export function formatInstant(instant: Instant): string {
  const iso = new Date(instant * 1000).toISOString();
  return instant % DAY_SECONDS === 0 ? iso.slice(0, 10) : `${iso.slice(0, 19)}Z`;
}

/** From the UTC day of one instant to that of another; negative when the second is earlier. */
export function daysBetween(from: Instant, to: Instant): number {
  return (dayStart(to) - dayStart(from)) / DAY_SECONDS;
}

export function addDays(instant: Instant, days: number): Instant {
  return (instant + days * DAY_SECONDS) as Instant;
}

/** Midnight UTC of the day in which the instant lies. */
export function dayStart(instant: Instant): Instant {
  return (Math.floor(instant / DAY_SECONDS) * DAY_SECONDS) as Instant;
}

/** The ISO 8601 week of an instant, UTC, such as `2026-W47`: from Monday on, of the year of its Thursday. */
export function isoWeekOf(instant: Instant): string {
  const days = Math.floor(instant / DAY_SECONDS);
  // 1970-01-01 was a Thursday.
  const thursday = days - ((days + 3) % 7) + 3;
  const year = new Date(thursday * DAY_SECONDS * 1000).getUTCFullYear();
  const firstDay = Date.UTC(year, 0, 1) / 1000 / DAY_SECONDS;
  return `${year}-W${String(Math.floor((thursday - firstDay) / 7) + 1).padStart(2, '0')}`;
}
