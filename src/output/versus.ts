/** Beside an audit, why it costs more or less than an earlier period. */
import type { BridgeLine, BridgeSide, Change } from '../core/audit/bridge.ts';
import { isAllRead } from '../core/audit/in-sight.ts';
import type { Period } from '../core/calendar.ts';
import { exactUsd, type Range } from '../core/money.ts';
import type { VersusReport } from '../core/report.ts';
import { dayOf, formatInstant } from '../core/time.ts';
import { counted } from '../core/wording.ts';
import { formatChange, formatSigned, formatTotal, placesFor } from './amount.ts';
import { csvRows } from './audit-csv.ts';
import { jsonWith, reconciliationEntry, sumEntry } from './audit-json.ts';
import { markdownWith } from './audit-markdown.ts';
import { amountOf, nameOfGroup, TITLES } from './audit-table.ts';
import { answerText, auditText, billLines, rowsLine } from './audit-text.ts';
import { amounts } from './json.ts';
import { markdownText } from './markdown-text.ts';
import { safeText } from './safe.ts';
import { type Column, markdownTable, renderTable, type TableData } from './table.ts';
import type { Terminal } from './terminal.ts';
import { wrap } from './wrap.ts';

export function versusText(report: VersusReport, terminal: Terminal): Promise<string> {
  const blocks = [
    answerText(answerOf(report), terminal),
    report.bridge.lines.length > 0 ? renderTable(tableOf(report), terminal) : '',
    notesOn(report)
      .map((note) => wrap(safeText(note), terminal.width))
      .join('\n'),
  ];
  return auditText(report, terminal, blocks.filter((block) => block !== '').join('\n\n'));
}

export function versusMarkdown(report: VersusReport): string {
  return markdownWith(report, [
    answerOf(report)
      .map(({ label, value }) => `- ${label}: **${markdownText(value)}**`)
      .join('\n'),
    report.bridge.lines.length > 0 ? markdownTable(tableOf(report)) : '',
    notesOn(report)
      .map((note) => `- ${markdownText(note)}`)
      .join('\n'),
  ]);
}

function answerOf(report: VersusReport) {
  const { before, total, bridge } = report;
  const [isReadBefore, isRead] = [before, report].map(isAllRead);
  const { difference, byPrices, byUse } = bridge.change;
  const unknown = bridge.lines.filter(({ change }) => change === undefined).length;
  const without = [
    ...(unknown > 0
      ? [
          `${counted(unknown, bridge.by === 'model' ? 'model' : 'group')} with use that has no price`,
        ]
      : []),
    ...(report.rows.bad > 0 ? ['rows that could not be read'] : []),
    ...(before.unattributed.usage + report.unattributed.usage > 0
      ? ['rows that may be of what was asked for']
      : []),
  ];
  const isNothing = bridge.lines.length === unknown;
  const parts =
    isNothing && without.length > 0
      ? 'unknown'
      : `${formatChange(difference)}: by prices ${formatChange(byPrices)}, by use ${formatChange(byUse)}`;
  const lines = [
    {
      label: 'Before',
      value: `${formatTotal(amountOf(before.total, isReadBefore))}, ${periodText(bridge.before)}`,
    },
    ...billLines(before).map(({ label, value }) => ({ label: `${label} before`, value })),
    {
      label: 'Change',
      value: without.length > 0 ? `${parts}; not in it: ${without.join(', ')}` : parts,
    },
  ];
  if (lengthOf(bridge.before) === lengthOf(bridge.now)) return lines;
  const perDay = (side: BridgeSide, of: typeof total, isWhole: boolean | undefined) =>
    formatTotal({ ...amountOf(of, isWhole), ...side.perDay });
  return [
    ...lines,
    {
      label: 'Per day',
      value: `${perDay(bridge.before, before.total, isReadBefore)} before (${daysText(bridge.before.data)}), ${perDay(bridge.now, total, isRead)} now (${daysText(bridge.now.data)}): the periods differ in length`,
    },
  ];
}

function lengthOf({ data: { start, end } }: BridgeSide): number {
  return end - start;
}

function periodText({ asked }: BridgeSide): string {
  return `from ${formatInstant(asked.start)} to ${formatInstant(asked.end)} (${daysText(asked)})`;
}

const DAY_SECONDS = 86_400;

/** To a tenth, as a day that is still going on is none yet. */
function daysText({ start, end }: Period): string {
  const days = Math.round((10 * (end - start)) / DAY_SECONDS) / 10;
  return days === 1 ? '1 day' : `${days} days`;
}

/** The changes, and beside them what they are from and to. */
function tableOf(report: VersusReport): TableData<BridgeLine> {
  const { bridge, request } = report;
  const rows = bridge.lines.slice(0, request.top);
  const ranges = rows.flatMap(({ change }) => (change ? rangesOf(change) : []));
  const places = placesFor(ranges.flatMap(({ low, high }) => [low, high]));
  const part = (title: string, name: keyof Change): Column<BridgeLine> => ({
    title,
    kind: 'price',
    value: ({ change }) => (change ? formatSigned(change[name], places) : 'unknown'),
  });
  return {
    columns: [
      {
        title: TITLES[bridge.by],
        kind: 'name',
        value: (line) => `${nameIn(line, report)}${statusText(line, report)}`,
      },
      {
        title: 'Before',
        kind: 'cost',
        scale: 'cost',
        optional: true,
        value: ({ status, before }) => (status === 'new' ? undefined : amountOf(before)),
      },
      {
        title: 'Now',
        kind: 'cost',
        scale: 'cost',
        optional: 'last',
        value: ({ status, now }) => (status === 'gone' ? undefined : amountOf(now)),
      },
      part('Change', 'difference'),
      part('By prices', 'byPrices'),
      part('By use', 'byUse'),
    ],
    rows,
  };
}

/** What is in one of the periods alone, unless something of the other is not known. */
function statusText({ status }: BridgeLine, report: VersusReport): string {
  if (status === 'new') return isAllRead(report.before) ? ' (new)' : '';
  return status === 'gone' && isAllRead(report) ? ' (no longer used)' : '';
}

function nameIn({ value }: BridgeLine, report: VersusReport): string {
  return nameOfGroup({ dimension: report.bridge.by, value }, report);
}

/** What a reader has to know not to read too much into it. */
function notesOn(report: VersusReport): string[] {
  const { bridge, before, request } = report;
  const { lines, priceChangeBefore, change } = bridge;
  const notes = [
    `By prices: what is used now at its own prices, less the same at those of the end of ${dayOf(bridge.pricesOf)}; by use: the rest`,
  ];
  const isOpen = rangesOf(change).some(({ low, high }) => low !== high);
  if (isOpen) {
    notes.push('Each range holds what is true, so that the ends of the parts need not add up');
  }
  if (priceChangeBefore.low !== 0n || priceChangeBefore.high !== 0n) {
    notes.push(
      `Prices changed within the earlier period, too: at its last ones it would have cost ${formatChange(priceChangeBefore)}, which is part of the use`,
    );
  }
  const unpriced = lines.filter(({ rowsWithoutEarlierPrice }) => rowsWithoutEarlierPrice > 0);
  if (unpriced.length > 0) {
    const rows = unpriced.reduce((sum, line) => sum + line.rowsWithoutEarlierPrice, 0);
    const names = unpriced.map((line) => nameIn(line, report)).join(', ');
    notes.push(
      `Without a price then, so that all of their cost is by use: ${names} (${counted(rows, 'row')})`,
    );
  }
  for (const [name, side] of [
    ['earlier', bridge.before] as const,
    ['later', bridge.now] as const,
  ]) {
    if (daysText(side.data) === daysText(side.asked)) continue;
    notes.push(
      `Of the ${name} period, the data has ${daysText(side.data)}, not ${daysText(side.asked)}: ${formatInstant(side.data.start)} to ${formatInstant(side.data.end)}`,
    );
  }
  notes.push(`Of the earlier period: ${rowsLine(before.rows)}`);
  const others = lines.length - (request.top ?? lines.length);
  if (others > 0) notes.push(`--top leaves out ${counted(others, 'change')}, which the sums hold`);
  return notes;
}

/** For spreadsheets: what is not known is an empty cell, never a zero. */
export function versusCsv(report: VersusReport): string {
  const { bridge } = report;
  return csvRows(
    [bridge.by, ...CSV_COLUMNS],
    bridge.lines.map((line) => [
      line.value === undefined ? '' : nameIn(line, report),
      line.status,
      ...[line.before, line.now].flatMap((sum) => [
        sum.rows.unpriced === 0 || sum.cost.low > 0n ? exactUsd(sum.cost.low) : '',
        sum.rows.unpriced === 0 ? exactUsd(sum.cost.high) : '',
      ]),
      ...PARTS.flatMap((part) =>
        line.change
          ? [exactUsd(line.change[part].low), exactUsd(line.change[part].high)]
          : ['', ''],
      ),
      String(line.rowsWithoutEarlierPrice),
    ]),
  );
}

function rangesOf(change: Change): Range[] {
  return PARTS.map((part) => change[part]);
}

const PARTS = ['difference', 'byPrices', 'byUse'] as const satisfies (keyof Change)[];

const CSV_COLUMNS = [
  ...['status', 'before_usd_low', 'before_usd_high', 'now_usd_low', 'now_usd_high'],
  ...['change_usd_low', 'change_usd_high', 'by_prices_usd_low', 'by_prices_usd_high'],
  ...['by_use_usd_low', 'by_use_usd_high', 'rows_without_earlier_price'],
];

export function versusJson(report: VersusReport): string {
  const { bridge, before } = report;
  const [isReadBefore = false, isRead = false] = [before, report].map(isAllRead);
  const versus = {
    by: bridge.by,
    pricesOf: formatInstant(bridge.pricesOf),
    before: {
      ...sideEntry(bridge.before, before.total.rows.unpriced === 0 && isReadBefore),
      total: sumEntry(before.total, isReadBefore),
      rows: before.rows,
      billed: before.bill ? exactUsd(before.bill.total) : null,
      reconciliation: reconciliationEntry(before.reconciliation),
    },
    now: sideEntry(bridge.now, report.total.rows.unpriced === 0 && isRead),
    change: {
      ...changeEntry(bridge.change),
      complete: isRead && isReadBefore && bridge.lines.every(({ change }) => change !== undefined),
    },
    priceChangeBefore: amounts({ ...bridge.priceChangeBefore, unpriced: [] }),
    groups: bridge.lines.map((line) => ({
      [bridge.by]: line.value === undefined ? null : nameIn(line, report),
      status: line.status,
      before: sumEntry(line.before),
      now: sumEntry(line.now),
      change: line.change ? changeEntry(line.change) : null,
      rowsWithoutEarlierPrice: line.rowsWithoutEarlierPrice,
    })),
  };
  return jsonWith(report, { versus });
}

function sideEntry({ asked, data, perDay }: BridgeSide, isWhole: boolean) {
  return {
    period: periodEntry(asked),
    data: periodEntry(data),
    perDay: amounts({ ...perDay, unpriced: [] }, isWhole),
  };
}

function periodEntry({ start, end }: Period) {
  return { start: formatInstant(start), end: formatInstant(end) };
}

function changeEntry({ difference, byPrices, byUse }: Change) {
  return {
    differenceLow: exactUsd(difference.low),
    differenceHigh: exactUsd(difference.high),
    byPricesLow: exactUsd(byPrices.low),
    byPricesHigh: exactUsd(byPrices.high),
    byUseLow: exactUsd(byUse.low),
    byUseHigh: exactUsd(byUse.high),
  };
}
