import { monthName } from '../core/calendar.ts';
import { CREDIT_ASSUMPTIONS, type Credits } from '../core/credits.ts';
import type { DailyRates, NoRates } from '../core/daily-rate.ts';
import type { Forecast, ForecastNote, LimitDays } from '../core/forecast.ts';
import { exactUsd, type Range } from '../core/money.ts';
import { limitText, type MonthOutlook, type Outlook } from '../core/outlook.ts';
import type { Replay, ReplayedMonth, ReplayNote } from '../core/replay.ts';
import { isInactive } from '../core/spend-limit.ts';
import type { Crossing } from '../core/spending.ts';
import { addDays, dayOf, formatInstant, type Instant } from '../core/time.ts';
import type { BilledDays } from '../core/usage-spends.ts';
import { count, counted, usd, usdRange } from '../core/wording.ts';
import { markdownText } from './markdown-text.ts';
import { safeText } from './safe.ts';
import { wrap } from './wrap.ts';

/** What is to be expected and what would have been, a line for each thing to know. */
function outlookLines({ months, replays, credits, billed }: Outlook): string[] {
  return [
    ...months.flatMap(monthLines),
    ...(billed ? [billedText(billed)] : []),
    ...replays.flatMap(replayLines),
    ...(replays.some(({ notes }) => notes.some(isOvershoot)) ? [OVERSHOOT] : []),
    ...(replays.some(({ limit }) => limit.source) ? [MONTHS] : []),
    ...(credits ? creditLines(credits) : []),
  ];
}

/** The same as text, as wide as there is room. */
export function outlookText(outlook: Outlook, width: number, prefix = ''): string {
  return outlookLines(outlook)
    .map((line) => wrap(safeText(`${prefix}${line}`), width))
    .join('\n');
}

/** The same as a list, in Markdown. */
export function outlookMarkdown(outlook: Outlook | undefined, prefix = ''): string {
  if (!outlook) return '';
  return outlookLines(outlook)
    .map((line) => `- ${markdownText(`${prefix}${line.trim()}`)}`)
    .join('\n');
}

function billedText({ days, last }: BilledDays): string {
  return `of usage and bill, the bill counts for ${counted(days, 'day')}, the last of them ${dayOf(last)}`;
}

function monthLines({ subject, limit, forecast, limitDays }: MonthOutlook): string[] {
  const { month, toDate, projection, notes } = forecast;
  const name = `${subject ? `${subject}, ` : ''}${monthText(month.start)}`;
  const fall =
    limit === undefined || !limitDays
      ? ''
      : `; the limit of ${usd(limit)} ${toDate.low > limit ? 'is passed' : fallText(limitDays)}`;
  const known = notes.map(noteText);
  return [
    `${name}: ${usdRange(toDate)} to date${projectionText(projection)}${fall}`,
    ...(known.length > 0 ? [`  ${known.join('; ')}`] : []),
  ];
}

/** The month whose days all others are compared with. */
function monthText(start: Instant): string {
  return `${monthName(start)} (UTC)`;
}

function projectionText(projection: Forecast['projection']): string {
  switch (projection.kind) {
    case 'actual':
      return ', and it is over';
    case 'projected': {
      const { expected, range, rates } = projection;
      return `, about ${usdRange(expected)} at its end (${usdRange(range)}; ${basisText(rates)})`;
    }
    default:
      return `; ${noRatesText(projection)}`;
  }
}

function basisText({ days, method, period }: DailyRates): string {
  const apart = method === 'all days' ? '' : ', weekdays and weekends apart';
  return `from ${count(days)} complete days to ${dayOf(addDays(period.end, -1))}${apart}`;
}

function noRatesText(reason: NoRates): string {
  return reason.kind === 'too few days'
    ? `no projection: ${counted(reason.days, 'complete day')} of the ${reason.needed} that it takes`
    : 'no projection: buckets of the data go over midnight UTC; export by the day or hour';
}

function fallText({ basis, earliest, expected, latest }: LimitDays): string {
  if (earliest === undefined) {
    return basis === 'projected' ? 'holds this month' : 'has not been passed so far';
  }
  if (basis === 'to date') return `was passed on ${dayOf(earliest)}${latest ? '' : ', perhaps'}`;
  const when = expected === undefined ? 'may fall' : `falls on ${dayOf(expected)}`;
  const ends = [
    expected === earliest ? '' : `${dayOf(earliest)} at the earliest`,
    latest === undefined
      ? 'perhaps not at all'
      : latest === expected
        ? ''
        : `${dayOf(latest)} at the latest`,
  ].filter((end) => end !== '');
  return ends.length > 0 ? `${when} (${ends.join(', ')})` : when;
}

function noteText(note: ForecastNote): string {
  switch (note.kind) {
    case 'provisional':
      return `since ${formatInstant(note.from)} it may still change`;
    case 'unknown days':
      return `${counted(note.days, 'day')} of it not in the data, or not in whole`;
    case 'after now':
      return `the data goes on until ${formatInstant(note.until)}, after today`;
    case 'missing':
      return `at least, as ${note.reason}`;
  }
}

function replayLines({ limit, months, notes }: Replay): string[] {
  const kind = isInactive(limit) ? 'inactive' : limit.kind;
  const name = `${limitText(limit)}${kind === 'inactive' ? ' (inactive)' : ''}`;
  if (months.length === 0) return [`${name}: there is no usage to replay it over`];
  return [
    ...months.flatMap((month) => monthReplayLines(name, month, kind)),
    ...notes.filter((note) => !isOvershoot(note)).map((note) => `  ${replayNoteText(note)}`),
  ];
}

/** The same of all of OpenAI's limits, and so said once. */
const MONTHS = 'months are taken as those of UTC: when those of OpenAI begin is not published';

/** The same of every hard limit, and so said once. */
const OVERSHOOT =
  'OpenAI stops some time after a limit is reached: part of what is beyond it would still be spent';

function isOvershoot({ kind }: ReplayNote): boolean {
  return kind === 'not instantaneous';
}

function replayNoteText(note: ReplayNote): string {
  switch (note.kind) {
    case 'not instantaneous':
      return OVERSHOOT;
    case 'unknown project':
      return `${usdRange(note.cost)} does not tell its project, and may count`;
    case 'missing':
      return `at least, as ${note.reason}`;
  }
}

function monthReplayLines(
  name: string,
  { month, spent, crossing, beyond, marks, ended }: ReplayedMonth,
  kind: 'hard' | 'alert' | 'inactive',
): string[] {
  const at = monthText(month.start);
  const reached = marks.flatMap(({ mark, crossing: when }) =>
    mark.threshold && when ? [`${usd(mark.at)} ${crossingText(when)}`] : [],
  );
  const alerts = reached.length > 0 ? `; alerts: ${reached.join(', ')}` : '';
  if (!crossing) {
    const so = ended ? 'was not reached' : 'is not reached so far';
    return [`${name}, ${at}: ${so} (${usdRange(spent)})${alerts}`];
  }
  const would = WOULD[kind];
  const more =
    kind === 'hard' ? `, and ${usdRange(beyond)} beyond it would not have been spent` : '';
  return [`${name}, ${at}: ${would} ${crossingText(crossing)}${more}${alerts}`];
}

const WOULD = {
  hard: 'would have stopped',
  alert: 'would have told',
  inactive: 'stops nothing, and was passed',
} as const;

function crossingText({ earliest, latest }: Crossing): string {
  const from = dayOf(earliest.start);
  if (latest === undefined) return `perhaps on ${from}`;
  const until = dayOf((latest.end - 1) as Instant);
  return from === until ? `on ${from}` : `between ${from} and ${until}`;
}

function creditLines(credits: Credits): string[] {
  const { asOf, grants, left, used, beyond, outlook, notes, months } = credits;
  const lines = [
    `credits, as of ${formatInstant(asOf)}: ${usdRange(left)} left, ${usdRange(used)} used`,
    ...grants.map(
      ({ grant, state, used: usedOf, left: leftOf, expired }) =>
        `  ${grant.name} (${usd(grant.amount)}, ${dayOf(grant.start)} to ${dayOf(grant.expiry)}): ${state}, ${usdRange(usedOf)} used, ${
          state === 'expired' ? `${usdRange(expired)} expired unused` : `${usdRange(leftOf)} left`
        }`,
    ),
  ];
  if (beyond.high > 0n) {
    const by = months
      .filter(({ beyond: of }) => of.high > 0n)
      .map(({ month, beyond: of }) => `${monthName(month.start)} ${usdRange(of)}`);
    lines.push(`beyond credits: ${usdRange(beyond)} (${by.join(', ')})`);
  }
  if (outlook.kind === 'projected') {
    const { rates, unusedTotal } = outlook;
    const pace = rates.weekday.expected;
    const weekend =
      rates.method === 'all days'
        ? ''
        : ` on weekdays and ${usdRange(rates.weekend.expected)} on weekends`;
    lines.push(
      `credits: ${usdRange(pace)} a day${weekend} (${basisText(rates)}): ${runsOutText(outlook.runsOut)}`,
    );
    if (unusedTotal.high > 0n)
      lines.push(`credits: ${upTo(unusedTotal)} will expire unused at that pace`);
  } else if (outlook.kind !== 'nothing left') lines.push(`credits: ${noRatesText(outlook)}`);
  for (const note of notes) {
    lines.push(
      note.kind === 'missing'
        ? `credits: less is left than this, as ${note.reason}`
        : `credits: what was used from ${dayOf(note.period.start)} to ${dayOf(note.period.end)} is not in the data, so less may be left`,
    );
  }
  return [...lines, `credits: ${CREDIT_ASSUMPTIONS.join('; ')}`];
}

function upTo(range: Range): string {
  return range.low === 0n ? `up to ${usd(range.high)}` : usdRange(range);
}

function runsOutText({
  earliest,
  expected,
  latest,
}: {
  readonly earliest: Instant | undefined;
  readonly expected: Instant | undefined;
  readonly latest: Instant | undefined;
}): string {
  if (earliest === undefined) return 'they last until they expire';
  const ends = `${dayOf(earliest)} at the earliest, ${latest === undefined ? 'or they last until they expire' : `${dayOf(latest)} at the latest`}`;
  return expected === undefined
    ? `they may run out: ${ends}`
    : `they run out on ${dayOf(expected)} (${ends})`;
}

/** The same for scripts. */
export function outlookEntry({ months, replays, credits, billed }: Outlook) {
  return {
    billed: billed ? { days: billed.days, last: dayOf(billed.last) } : null,
    months: months.map(monthEntry),
    replays: replays.map(replayEntry),
    credits: credits ? creditsEntry(credits) : null,
  };
}

function monthEntry({ subject, limit, forecast, limitDays }: MonthOutlook) {
  const { month, toDate, projection, notes } = forecast;
  return {
    subject,
    month: monthName(month.start),
    limit: limit === undefined ? null : exactUsd(limit),
    ...ends('toDate', toDate),
    projection:
      projection.kind === 'projected'
        ? {
            ...ends('expected', projection.expected),
            ...ends('range', projection.range),
            days: projection.rates.days,
            method: projection.rates.method,
            from: dayOf(projection.rates.period.start),
            until: dayOf(projection.rates.period.end),
          }
        : null,
    reason:
      projection.kind === 'projected' || projection.kind === 'actual'
        ? null
        : noRatesText(projection),
    limitFalls: limitDays
      ? {
          basis: limitDays.basis,
          earliest: dayOrNull(limitDays.earliest),
          expected: dayOrNull(limitDays.expected),
          latest: dayOrNull(limitDays.latest),
        }
      : null,
    notes: notes.map(noteText),
  };
}

function replayEntry({ limit, months, notes }: Replay) {
  return {
    name: limit.name,
    kind: limit.kind,
    enforcement: limit.enforcement ?? null,
    scope: limit.scope.kind,
    project: limit.scope.kind === 'project' ? limit.scope.id : null,
    limit: exactUsd(limit.limit),
    months: months.map(({ month, spent, crossing, beyond, marks, atLeast, ended }) => ({
      month: monthName(month.start),
      ...ends('spent', spent),
      atLeast,
      ended,
      crossed: crossingEntry(crossing),
      ...ends('beyond', beyond),
      alerts: marks
        .filter(({ mark }) => mark.threshold !== undefined)
        .map(({ mark, crossing: when }) => ({
          at: exactUsd(mark.at),
          crossed: crossingEntry(when),
        })),
    })),
    notes: notes.map(({ kind }) => kind),
  };
}

function crossingEntry(crossing: Crossing | undefined) {
  return crossing
    ? {
        earliest: dayOf(crossing.earliest.start),
        latest: crossing.latest ? dayOf((crossing.latest.end - 1) as Instant) : null,
      }
    : null;
}

function creditsEntry({ asOf, grants, left, used, beyond, spent, months, outlook }: Credits) {
  return {
    asOf: formatInstant(asOf),
    ...{ ...ends('left', left), ...ends('used', used) },
    ...{ ...ends('spent', spent), ...ends('beyond', beyond) },
    grants: grants.map(({ grant, state, used: usedOf, left: leftOf, expired }) => ({
      name: grant.name,
      amount: exactUsd(grant.amount),
      start: dayOf(grant.start),
      expires: dayOf(grant.expiry),
      state,
      ...{ ...ends('used', usedOf), ...ends('left', leftOf), ...ends('expired', expired) },
    })),
    months: months.map(({ month, spent: of, beyond: more }) => ({
      month: monthName(month.start),
      ...{ ...ends('spent', of), ...ends('beyond', more) },
    })),
    runsOut:
      outlook.kind === 'projected'
        ? {
            earliest: dayOrNull(outlook.runsOut.earliest),
            expected: dayOrNull(outlook.runsOut.expected),
            latest: dayOrNull(outlook.runsOut.latest),
            ...ends('unused', outlook.unusedTotal),
          }
        : null,
  };
}

/** `toDateLow` and `toDateHigh`. */
function ends<Name extends string>(name: Name, { low, high }: Range) {
  return { [`${name}Low`]: exactUsd(low), [`${name}High`]: exactUsd(high) };
}

function dayOrNull(day: Instant | undefined): string | null {
  return day === undefined ? null : dayOf(day);
}
