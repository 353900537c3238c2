import { aliasOf, withoutAddresses } from '../core/audit/alias.ts';
import { type Group, itemsOf, type PricedCell } from '../core/audit/audit.ts';
import { isAllRead } from '../core/audit/in-sight.ts';
import { effectOf } from '../core/audit/price-effect.ts';
import type { Bill } from '../core/bill/bill.ts';
import type { ReconciledLine } from '../core/bill/reconcile.ts';
import type { AuditFacts, AuditReport, BadRow, RowCounts } from '../core/report.ts';
import { addDays, dayOf, dayStart, daysBetween, formatInstant } from '../core/time.ts';
import { count, counted } from '../core/wording.ts';
import { formatCell, formatChange, formatTotal, placesFor } from './amount.ts';
import {
  amountOf,
  auditTable,
  billTable,
  isTimed,
  leftOut,
  reconciliationTable,
  requestsOf,
  settled,
  shareOf,
} from './audit-table.ts';
import { renderCross } from './cross-table.ts';
import { explainItem } from './explain.ts';
import { nameOf, paintFinding } from './finding.ts';
import { safeText } from './safe.ts';
import { bar, renderTable } from './table.ts';
import type { Terminal } from './terminal.ts';
import { wrap } from './wrap.ts';

/**
 * For people: the answer first, then where it comes from, then what needs attention. `versus` comes
 * after the answer.
 */
export async function auditText(
  report: AuditReport,
  terminal: Terminal,
  versus = '',
): Promise<string> {
  const { width } = terminal;
  const blocks = [
    wrap(auditHeading(report), width),
    answerText(answerLines(report), terminal),
    versus,
    groupsBlock(report, terminal),
    leftOutLine(report),
    dayChart(report, terminal),
    await outlookBlock(report, width),
    report.explain ? explanation(report, width) : '',
    billBlock(report, terminal),
    reconciliationBlock(report, terminal),
    wrap(rowsLine(report.rows), width),
    ...report.files.flatMap(({ file, explanation: text }) =>
      text === undefined ? [] : [wrap(safeText(`${nameOf(file)}: ${text}`), width)],
    ),
    report.findings.map((finding) => paintFinding(finding, terminal)).join('\n'),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

/** What was audited: the files, the period and how many requests. */
export function auditHeading(report: AuditReport): string {
  const { files, total, bill } = report;
  const period = report.period ?? (bill && periodOfBill(bill));
  const [first] = files;
  const what = files.length === 1 && first ? nameOf(first.file) : `${files.length} files`;
  return [
    safeText(what),
    period ? periodOf(period) : '',
    total.requests > 0
      ? `${requestsOf(total)} ${total.requests === 1 ? 'request' : 'requests'}`
      : '',
  ]
    .filter((part) => part !== '')
    .join(' · ');
}

function periodOfBill({ lines, end }: Bill): AuditReport['period'] {
  const [first] = lines;
  return first && { start: first.day, end };
}

/** In whole days: a log may end at any second. */
function periodOf({ start, end: last }: NonNullable<AuditReport['period']>): string {
  const end = dayStart(last) === last ? last : addDays(dayStart(last), 1);
  const days = daysBetween(start, end);
  return `${formatInstant(start)} to ${formatInstant(end)} (${count(days)} ${days === 1 ? 'day' : 'days'}, UTC, end not included)`;
}

export interface AnswerLine {
  readonly label: string;
  readonly value: string;
}

/** The answer, as label and value. */
export function answerLines(report: AuditReport): AnswerLine[] {
  const { total, bill, rows, cells, request } = report;
  const lines: AnswerLine[] = [];
  const isUsageBad = badInBill(report).length < report.bad.length;
  if (cells.length > 0 || !bill || isUsageBad) {
    const amount = formatTotal(amountOf(total, isAllRead(report)));
    const label =
      request.ratesAsOf === undefined
        ? 'Total'
        : `At the prices of ${formatInstant(request.ratesAsOf)}`;
    const nothing = isUsageBad
      ? 'unknown, as no usage could be read'
      : rows.outside > 0
        ? 'no usage that was asked for'
        : 'no usage in the data';
    lines.push({ label, value: cells.length > 0 ? amount : nothing });
    lines.push(...effectLines(report));
  }
  if (total.freeValue.high > 0n) {
    const value = formatTotal({ ...total.freeValue, unpriced: [] });
    lines.push({ label: 'Complimentary', value: `not billed, at list prices ${value}` });
  }
  lines.push(...billLines(report));
  return lines;
}

/** What was billed, and what of it nothing explains. */
export function billLines(facts: AuditFacts): AnswerLine[] {
  const { bill, reconciliation, unattributed } = facts;
  if (!bill) return [];
  const left = [
    ...bill.otherCurrencies,
    ...badInBill(facts),
    ...(unattributed.billed > 0 ? [bill] : []),
  ];
  const billed = formatTotal({ ...settled(bill.total), unpriced: left });
  const lines = [{ label: 'Billed', value: billed }];
  if (!reconciliation) return lines;
  const { unexplained } = reconciliation;
  const value = unexplained === 0n ? 'nothing' : formatTotal(settled(unexplained));
  return [...lines, { label: 'Unexplained', value }];
}

function badInBill({ bill, bad }: AuditFacts): readonly BadRow[] {
  const files = new Set(bill?.lines.map(({ source }) => source.file));
  return bad.filter(({ source }) => files.has(source.file));
}

function effectLines(report: AuditReport): AnswerLine[] {
  const { cells, effects } = report;
  if (!effects || cells.length === 0) return [];
  const { inForce, rowsUnpriced, effect, rowsLeftOut } = effectOf(cells, effects);
  const isWhole = rowsUnpriced === 0 && isAllRead(report);
  const without =
    rowsLeftOut === 0
      ? ''
      : ` (without ${counted(rowsLeftOut, 'row')} that had no price at one of the two)`;
  return [
    {
      label: 'At those in force',
      value: formatTotal({ ...inForce, unpriced: isWhole ? [] : [1] }),
    },
    { label: 'Effect of prices', value: `${effect ? formatChange(effect) : 'unknown'}${without}` },
  ];
}

export function answerText(lines: readonly AnswerLine[], { paint, width }: Terminal): string {
  return lines
    .map(({ label, value }) => {
      const head = `${label}: `;
      return head + paint.total(wrap(head + value, width).slice(head.length));
    })
    .join('\n');
}

function groupsBlock(report: AuditReport, terminal: Terminal): string {
  if (report.groups.length === 0) return '';
  return report.request.cross
    ? renderCross(report, terminal)
    : renderTable(auditTable(report), terminal);
}

/** What `--top` keeps from the table is said, as the rows no longer add up to the total. */
export function leftOutLine({ groups, request }: AuditReport): string {
  // A cross table has the others as a row and a column.
  const others = request.cross ? 0 : leftOut(groups, request.top);
  return others === 0 ? '' : `--top leaves out ${counted(others, 'group')}, which the total holds.`;
}

const WIDEST_CHART = 40;
const MOST_DAYS = 62;

/** Cost per day, unless the table shows time already, or there is but one day. */
function dayChart({ days, request }: AuditReport, { width }: Terminal): string {
  if (days.length < 2 || isTimed(request.by)) return '';
  const shown = days.slice(-MOST_DAYS);
  const amounts = shown.map(({ sum }) => amountOf(sum));
  const places = placesFor(amounts.flatMap(({ low, high }) => [low, high]));
  const cells = amounts.map((amount) => formatCell(amount, places));
  const widest = Math.max(...cells.map((cell) => cell.length));
  const most = amounts.reduce((a, b) => (a.high > b.high ? a : b)).high;
  const room = Math.min(WIDEST_CHART, width - 14 - widest);
  const lines = shown.flatMap(({ value = '', sum }, index) => {
    const drawn = room < 4 ? '' : bar(shareOf(sum.cost.high, most), room);
    const line = `${value}  ${(cells[index] ?? '').padStart(widest)}  ${drawn}`.trimEnd();
    return [...gapBefore(shown[index - 1], shown[index]), line];
  });
  const earlier = days.length - shown.length;
  const head =
    earlier > 0 ? `Cost per day, the last ${MOST_DAYS} of ${days.length}` : 'Cost per day';
  return [head, ...lines].join('\n');
}

const LONGEST_GAP = 3;

/** Days without use between two others, one by one if they are few. */
function gapBefore(previous: Group | undefined, next: Group | undefined): string[] {
  const [from, to] = [previous, next].map((group) => group?.cells[0]?.cell.day);
  if (from === undefined || to === undefined) return [];
  const days = daysBetween(from, to) - 1;
  if (days > LONGEST_GAP) return [`(${count(days)} days without use)`];
  return Array.from({ length: days }, (_, index) => dayOf(addDays(from, index + 1)));
}

/** Few audits look ahead. */
async function outlookBlock({ outlook }: AuditReport, width: number): Promise<string> {
  return outlook ? (await import('./outlook.ts')).outlookText(outlook, width) : '';
}

function explanation(report: AuditReport, width: number): string {
  return report.groups.flatMap((group) => explainGroup(group, report, width)).join('\n\n');
}

/** A group down to its cells; the name of a personal group is its alias here too. */
function explainGroup(group: Group, report: AuditReport, width: number): string[] {
  if (group.groups.length > 0) {
    return group.groups.flatMap((inner) => explainGroup(inner, report, width));
  }
  return group.cells.map((priced) =>
    [
      cellHead(priced, report),
      ...itemsOf(priced.line).flatMap((item) => explainItem(item, report.rates)),
    ]
      .map((line) => wrap(line, width))
      .join('\n'),
  );
}

function cellHead({ cell, state }: PricedCell, { request }: AuditReport): string {
  const personal = (dimension: 'key' | 'user', value: string | undefined) =>
    value === undefined ? [] : [request.showIds ? value : aliasOf(dimension, value)];
  const parts = [
    cell.model ?? 'model not in the data',
    formatInstant(cell.day),
    cell.tiers.join(' or '),
    ...(cell.project === undefined ? [] : [cell.project]),
    ...personal('key', cell.apiKey),
    ...personal('user', cell.user),
    `${count(cell.rows)} ${cell.rows === 1 ? 'row' : 'rows'} from ${nameOf(cell.source.file)}:${cell.source.line ?? 1}`,
    ...(state === 'free' ? ['free: not billed'] : []),
  ];
  return safeText(parts.join(', '));
}

const MOST_BILL_LINES = 20;

function billBlock(report: AuditReport, terminal: Terminal): string {
  const { bill, reconciliation } = report;
  if (!bill || reconciliation) return '';
  const data = billTable(report);
  const most = report.request.top ?? MOST_BILL_LINES;
  const table = renderTable({ ...data, rows: data.rows.slice(0, most) }, terminal);
  const more = data.rows.length - most;
  return more > 0 ? `${table}\n${count(more)} more: --top shows them, --format csv has all` : table;
}

function reconciliationBlock({ reconciliation }: AuditReport, terminal: Terminal): string {
  if (!reconciliation) return '';
  const { lines } = reconciliation;
  const equal = lines.filter((line) => line.class === 'equal' || line.class === 'rounding');
  const others = lines.filter((line) => !equal.includes(line));
  const head = `Bill and usage: ${count(equal.length)} of ${count(lines.length)} lines are equal.`;
  if (others.length === 0) return head;
  const largest = new Set([...others].sort(byWeight).slice(0, MOST_BILL_LINES));
  const shown = others.filter((line) => largest.has(line));
  const reasons = [...new Set(shown.map(explanationOf))];
  const reasonOf = (line: ReconciledLine) => `[${reasons.indexOf(explanationOf(line)) + 1}]`;
  return [
    head,
    renderTable(reconciliationTable(shown, reasonOf), terminal),
    ...reasons.map((reason, index) => wrap(`[${index + 1}] ${reason}`, terminal.width)),
    ...(others.length > shown.length
      ? [`${count(others.length - shown.length)} smaller differences: --format json has all`]
      : []),
  ].join('\n');
}

/** What nothing explains first, then the largest difference. */
function byWeight(a: ReconciledLine, b: ReconciledLine): number {
  const isExplained = (line: ReconciledLine) => Number(line.class !== 'unexplained');
  const size = ({ difference: { low, high } }: ReconciledLine) => (-low > high ? -low : high);
  return isExplained(a) - isExplained(b) || Number(size(b) > size(a)) - Number(size(b) < size(a));
}

/** Of a young day, all that its lines say beside the table is that it is one. */
function explanationOf({ class: name, explanation: text }: ReconciledLine): string {
  const [reason = text] = name === 'provisional' ? text.split(': ') : [text];
  return `${name}: ${safeText(withoutAddresses(reason))}`;
}

const ROW_WORDS: Readonly<Record<Exclude<keyof RowCounts, 'read'>, string>> = {
  priced: 'priced',
  ranged: 'priced as a range',
  free: 'free',
  unpriced: 'without a price',
  billed: 'of the bill',
  empty: 'without use',
  duplicate: 'in another file too',
  outside: 'not asked for',
  bad: 'unreadable',
};

/** What became of every row: the parts are the whole. */
export function rowsLine(rows: RowCounts): string {
  const parts = Object.entries(ROW_WORDS).flatMap(([key, words]) => {
    const number = rows[key as keyof typeof ROW_WORDS];
    return number > 0 ? [`${count(number)} ${words}`] : [];
  });
  const all = `${count(rows.read)} ${rows.read === 1 ? 'row' : 'rows'}`;
  return parts.length === 0 ? all : `${all}: ${parts.join(', ')}`;
}
