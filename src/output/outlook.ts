import type { BilledDays } from '../core/budget/usage-spends.ts';
import { monthName } from '../core/calendar.ts';
import { exactUsd, type Range } from '../core/money.ts';
import { CREDIT_ASSUMPTIONS, type CreditNote, type Credits } from '../core/spending/credits.ts';
import type { DailyRates, NoRates } from '../core/spending/daily-rate.ts';
import type { Forecast, ForecastNote, LimitDays } from '../core/spending/forecast.ts';
import { limitText, type MonthOutlook, type Outlook } from '../core/spending/outlook.ts';
import type { Replay, ReplayedMonth, ReplayNote } from '../core/spending/replay.ts';
import { isInactive } from '../core/spending/spend-limit.ts';
import type { Crossing } from '../core/spending/spending.ts';
import { addDays, dayOf, formatInstant, type Instant } from '../core/time.ts';
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
    ...new Set(replays.flatMap(({ months: of }) => of.flatMap(sinceLines))),
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
  const { month, toDate, atLeast, projection, notes } = forecast;
  const name = `${subject ? `${subject}, ` : ''}${monthText(month.start)}`;
  const fall =
    limit === undefined || !limitDays
      ? ''
      : `; ${limitFallText(usd(limit), toDate.low > limit, atLeast, limitDays)}`;
  const known = notes.map(noteText);
  return [
    `${name}: ${amountText(toDate, atLeast)} to date${projectionText(projection, atLeast)}${fall}`,
    ...(known.length > 0 ? [`  ${known.join('; ')}`] : []),
  ];
}

/** Of what is at least, the high end says nothing. */
function amountText(amount: Range, atLeast: boolean): string {
  return atLeast ? `at least ${usd(amount.low)}` : usdRange(amount);
}

/** Of what is left of an amount, where more may have been used. */
function amountLeftText(amount: Range, atLeast: boolean): string {
  return atLeast ? `at most ${usd(amount.high)}` : usdRange(amount);
}

/** The month whose days all others are compared with. */
function monthText(start: Instant): string {
  return `${monthName(start)} (UTC)`;
}

function projectionText(projection: Forecast['projection'], atLeast: boolean): string {
  switch (projection.kind) {
    case 'actual':
      return ', and it is over';
    case 'projected': {
      const { expected, range, rates } = projection;
      if (atLeast) return `, at least ${usd(range.low)} at its end (${basisText(rates)})`;
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

function limitFallText(
  limit: string,
  isPassed: boolean,
  atLeast: boolean,
  falls: LimitDays,
): string {
  if (isPassed) return `the limit of ${limit} is passed`;
  if (!atLeast) return `the limit of ${limit} ${fallText(falls)}`;
  return falls.latest === undefined
    ? `it cannot be told whether the limit of ${limit} holds`
    : `the limit of ${limit} falls on ${dayOf(falls.latest)} at the latest`;
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
  if (months.length === 0) {
    return [`${name}: ${['there is no usage to replay it over', ...reasonsIn(notes)].join('; ')}`];
  }
  return [
    ...months.flatMap((month) => monthReplayLines(name, month, kind)),
    ...notes.flatMap((note) =>
      note.kind === 'unknown project'
        ? [`  ${usdRange(note.cost)} does not tell its project, and may count`]
        : [],
    ),
  ];
}

/** The same of every limit, and so said once. */
function sinceLines({ month, since }: ReplayedMonth): string[] {
  if (since === undefined) return [];
  const name = monthName(month.start);
  return [`the data begins on ${dayOf(since)}: what was spent in ${name} before is not counted`];
}

/** The same of all of OpenAI's limits, and so said once. */
const MONTHS = 'months are taken as those of UTC: when those of OpenAI begin is not published';

/** The same of every hard limit, and so said once. */
const OVERSHOOT =
  'OpenAI stops some time after a limit is reached: part of what is beyond it would still be spent';

function isOvershoot({ kind }: ReplayNote): boolean {
  return kind === 'not instantaneous';
}

function monthReplayLines(
  name: string,
  { month, spent, crossing, beyond, marks, missing, until }: ReplayedMonth,
  kind: 'hard' | 'alert' | 'inactive',
): string[] {
  const at = `${name}, ${monthText(month.start)}`;
  const atLeast = missing.length > 0;
  const why = atLeast ? [`  at least, as ${missing.join('; ')}`] : [];
  const isTold = (of: Crossing | undefined): of is Crossing =>
    of !== undefined && (!atLeast || of.latest !== undefined);
  const reached = marks.flatMap(({ mark, crossing: when }) =>
    mark.threshold && isTold(when) ? [`${usd(mark.at)} ${crossingText(when, atLeast)}`] : [],
  );
  const alerts = reached.length > 0 ? `; alerts: ${reached.join(', ')}` : '';
  if (!isTold(crossing)) {
    const end = until === undefined ? '' : ` by the end of ${dayOf((until - 1) as Instant)}`;
    const so = atLeast ? `it cannot be told whether it was reached${end}` : `was not reached${end}`;
    return [`${at}: ${so} (${amountText(spent, atLeast)})${alerts}`, ...why];
  }
  const would = WOULD[kind];
  const more =
    kind === 'hard'
      ? `, and ${amountText(beyond, atLeast)} beyond it would not have been spent`
      : '';
  return [`${at}: ${would} ${crossingText(crossing, atLeast)}${more}${alerts}`, ...why];
}

const WOULD = {
  hard: 'would have stopped',
  alert: 'would have told',
  inactive: 'stops nothing, and was passed',
} as const;

function crossingText({ earliest, latest }: Crossing, atLeast: boolean): string {
  const from = dayOf(earliest.start);
  if (latest === undefined) return `perhaps on ${from}`;
  const until = dayOf((latest.end - 1) as Instant);
  if (atLeast) return `on ${until} at the latest`;
  return from === until ? `on ${from}` : `between ${from} and ${until}`;
}

function creditLines(credits: Credits): string[] {
  const { asOf, grants, left, used, beyond, outlook, notes, months } = credits;
  const atLeast = notes.some(({ kind }) => kind === 'missing');
  const lines = [
    `credits, as of ${formatInstant(asOf)}: ${amountLeftText(left, atLeast)} left, ${amountText(used, atLeast)} used`,
    ...grants.map(
      ({ grant, state, used: usedOf, left: leftOf, expired }) =>
        `  ${grant.name} (${usd(grant.amount)}, ${dayOf(grant.start)} to ${dayOf(grant.expiry)}): ${state}, ${amountText(usedOf, atLeast)} used, ${
          state === 'expired'
            ? `${amountLeftText(expired, atLeast)} expired unused`
            : `${amountLeftText(leftOf, atLeast)} left`
        }`,
    ),
  ];
  if (beyond.high > 0n) {
    const by = months
      .filter(({ beyond: of }) => of.high > 0n)
      .map(({ month, beyond: of }) => `${monthName(month.start)} ${amountText(of, atLeast)}`);
    lines.push(`beyond credits: ${amountText(beyond, atLeast)} (${by.join(', ')})`);
  }
  if (outlook.kind === 'projected') {
    const { rates, unusedTotal } = outlook;
    const pace = rates.weekday.expected;
    const weekend =
      rates.method === 'all days'
        ? ''
        : ` on weekdays and ${amountText(rates.weekend.expected, atLeast)} on weekends`;
    lines.push(
      `credits: ${amountText(pace, atLeast)} a day${weekend} (${basisText(rates)}): ${runsOutText(outlook.runsOut, atLeast)}`,
    );
    if (unusedTotal.high > 0n && !atLeast)
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

function runsOutText(
  {
    earliest,
    expected,
    latest,
  }: {
    readonly earliest: Instant | undefined;
    readonly expected: Instant | undefined;
    readonly latest: Instant | undefined;
  },
  atLeast: boolean,
): string {
  if (atLeast) {
    return latest === undefined
      ? 'it cannot be told whether they last until they expire'
      : `they run out on ${dayOf(latest)} at the latest`;
  }
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
  const { month, toDate, atLeast, projection, notes } = forecast;
  return {
    subject,
    month: monthName(month.start),
    limit: limit === undefined ? null : exactUsd(limit),
    ...ends('toDate', toDate, atLeast),
    missing: reasonsIn(notes),
    projection:
      projection.kind === 'projected'
        ? {
            ...ends('expected', projection.expected, atLeast),
            ...ends('range', projection.range, atLeast),
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
          holds: holds(limitDays, atLeast),
          earliest: atLeast ? null : dayOrNull(limitDays.earliest),
          expected: atLeast ? null : dayOrNull(limitDays.expected),
          latest: dayOrNull(limitDays.latest),
        }
      : null,
    notes: notes.map(noteText),
  };
}

/** Whether a limit is not passed, by what is known or expected; null where that cannot be told. */
function holds(
  { earliest, latest }: { readonly earliest: unknown; readonly latest: unknown },
  atLeast: boolean,
): boolean | null {
  if (latest !== undefined) return false;
  return atLeast || earliest !== undefined ? null : true;
}

function reasonsIn(notes: readonly (ForecastNote | ReplayNote | CreditNote)[]): string[] {
  return notes.flatMap((note) => (note.kind === 'missing' ? [note.reason] : []));
}

function replayEntry({ limit, months, notes }: Replay) {
  return {
    name: limit.name,
    kind: limit.kind,
    enforcement: limit.enforcement ?? null,
    scope: limit.scope.kind,
    project: limit.scope.kind === 'project' ? limit.scope.id : null,
    limit: exactUsd(limit.limit),
    months: months.map(({ month, spent, crossing, beyond, marks, missing, since, until }) => {
      const atLeast = missing.length > 0;
      return {
        month: monthName(month.start),
        ...ends('spent', spent, atLeast),
        atLeast: atLeast || since !== undefined,
        missing,
        since: dayOrNull(since),
        ended: until === undefined,
        crossed: crossingEntry(crossing, atLeast),
        ...ends('beyond', beyond, atLeast),
        alerts: marks
          .filter(({ mark }) => mark.threshold !== undefined)
          .map(({ mark, crossing: when }) => ({
            at: exactUsd(mark.at),
            crossed: crossingEntry(when, atLeast),
          })),
      };
    }),
    notes: notes.map(({ kind }) => kind),
  };
}

/** Null where it was surely not passed. */
function crossingEntry(crossing: Crossing | undefined, atLeast: boolean) {
  if (!crossing && !atLeast) return null;
  return {
    earliest: crossing && !atLeast ? dayOf(crossing.earliest.start) : null,
    latest: crossing?.latest ? dayOf((crossing.latest.end - 1) as Instant) : null,
  };
}

function creditsEntry({
  asOf,
  grants,
  left,
  used,
  beyond,
  spent,
  months,
  outlook,
  notes,
}: Credits) {
  const missing = reasonsIn(notes);
  const more = missing.length > 0;
  return {
    asOf: formatInstant(asOf),
    ...{ ...endsOfLeft('left', left, more), ...ends('used', used, more) },
    ...{ ...ends('spent', spent, more), ...ends('beyond', beyond, more) },
    missing,
    grants: grants.map(({ grant, state, used: usedOf, left: leftOf, expired }) => ({
      name: grant.name,
      amount: exactUsd(grant.amount),
      start: dayOf(grant.start),
      expires: dayOf(grant.expiry),
      state,
      ...ends('used', usedOf, more),
      ...{ ...endsOfLeft('left', leftOf, more), ...endsOfLeft('expired', expired, more) },
    })),
    months: months.map(({ month, spent: of, beyond: rest }) => ({
      month: monthName(month.start),
      ...{ ...ends('spent', of, more), ...ends('beyond', rest, more) },
    })),
    runsOut:
      outlook.kind === 'projected'
        ? {
            earliest: more ? null : dayOrNull(outlook.runsOut.earliest),
            expected: more ? null : dayOrNull(outlook.runsOut.expected),
            latest: dayOrNull(outlook.runsOut.latest),
            ...endsOfLeft('unused', outlook.unusedTotal, more),
          }
        : null,
  };
}

/** `toDateLow` and `toDateHigh`, which is null for what is at least. */
function ends<Name extends string>(name: Name, { low, high }: Range, atLeast = false) {
  return { [`${name}Low`]: exactUsd(low), [`${name}High`]: atLeast ? null : exactUsd(high) };
}

/** `leftLow`, which is null where more may have been used, and `leftHigh`. */
function endsOfLeft<Name extends string>(name: Name, { low, high }: Range, more: boolean) {
  return { [`${name}Low`]: more ? null : exactUsd(low), [`${name}High`]: exactUsd(high) };
}

function dayOrNull(day: Instant | undefined): string | null {
  return day === undefined ? null : dayOf(day);
}
