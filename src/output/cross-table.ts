/** Two dimensions as a table: the first down, the second across, and what both come to. */
import { type Group, type PricedCell, sumOf } from '../core/audit/audit.ts';
import { isAllRead } from '../core/audit/in-sight.ts';
import { compare, exactUsd } from '../core/money.ts';
import type { AuditReport } from '../core/report.ts';
import { counted } from '../core/wording.ts';
import type { Amount } from './amount.ts';
import { amountOf, nameOfGroup, TITLES } from './audit-table.ts';
import { csvRow } from './csv-row.ts';
import { type Column, fits, renderTable, type TableData } from './table.ts';
import type { Terminal } from './terminal.ts';

interface CrossRow {
  readonly name: string;
  /** One for each column, the total last; undefined where nothing was used. */
  readonly amounts: readonly (Amount | undefined)[];
}

/** More columns than this are looked up, and no longer compared. */
const MOST_COLUMNS = 12;

/** As many columns as the terminal has room for: the largest, and the others as one. */
export function renderCross(report: AuditReport, terminal: Terminal): string {
  let most = Math.min(report.columns.length, topOf(report), MOST_COLUMNS);
  const whole = crossTable(report, most, false);
  if (fits(whole, terminal)) return renderTable(whole, terminal);
  while (most > 1 && !fits(crossTable(report, most), terminal)) most--;
  return renderTable(crossTable(report, most), terminal);
}

/** At most so many columns beside those of the others and of the total, their titles in lines. */
export function crossTable(
  report: AuditReport,
  most = topOf(report),
  isBroken = true,
): TableData<CrossRow> {
  const { shown, others } = split(report.columns, most);
  const titles = shown.map((group) => nameOfGroup(group, report));
  if (others.length > 0) titles.push(counted(others.length, 'other'));
  titles.push('Total');
  const [down, across] = report.request.by.map((dimension) => TITLES[dimension]);
  return {
    rows: crossRows(report, shown, others),
    columns: [
      { title: `${down} / ${across}`, kind: 'name', value: ({ name }) => name },
      ...titles.map(
        (title, index): Column<CrossRow> => ({
          title,
          kind: 'cost',
          scale: 'cross',
          isBroken,
          value: ({ amounts }) => amounts[index],
        }),
      ),
    ],
  };
}

function topOf({ request, columns }: AuditReport): number {
  return request.top ?? columns.length;
}

/** The largest, in the order that they have, and the others; one alone is no others. */
function split(
  columns: readonly Group[],
  most: number,
): { shown: readonly Group[]; others: readonly Group[] } {
  if (columns.length <= most) return { shown: columns, others: [] };
  const largest = new Set(
    [...columns].sort((a, b) => compare(b.sum.cost.high, a.sum.cost.high)).slice(0, most),
  );
  return {
    shown: columns.filter((group) => largest.has(group)),
    others: columns.filter((group) => !largest.has(group)),
  };
}

function crossRows(
  report: AuditReport,
  shown: readonly Group[],
  others: readonly Group[],
): CrossRow[] {
  const { groups, request, columns } = report;
  const amountsIn = (within: readonly Group[]): (Amount | undefined)[] => {
    const inside = (wanted: readonly Group[]) =>
      amountIn(
        within
          .filter(({ value }) => wanted.some((each) => each.value === value))
          .flatMap(({ cells }) => cells),
      );
    const single = shown.map((group) => inside([group]));
    return others.length > 0 ? [...single, inside(others)] : single;
  };
  const rowOf = (name: string, row: readonly Group[]): CrossRow => ({
    name,
    amounts: [
      ...amountsIn(row.flatMap((group) => group.groups)),
      amountIn(row.flatMap(({ cells }) => cells)),
    ],
  });
  const first = groups.slice(0, request.top);
  const rest = groups.slice(first.length);
  return [
    ...first.map((group) => rowOf(nameOfGroup(group, report), [group])),
    ...(rest.length > 0 ? [rowOf(counted(rest.length, 'other'), rest)] : []),
    {
      name: 'Total',
      amounts: [...amountsIn(columns), amountOf(report.total, isAllRead(report))],
    },
  ];
}

function amountIn(cells: readonly PricedCell[]): Amount | undefined {
  return cells.length === 0 ? undefined : amountOf(sumOf(cells));
}

/** For spreadsheets: two columns for each value, as any of them may be a range. */
export function crossCsv(report: AuditReport): string {
  const { columns, rows } = crossTable(report, report.columns.length);
  const [first, ...others] = columns.map(({ title }) => title);
  const header = others.flatMap((title) => [`${title} usd_low`, `${title} usd_high`]);
  return [
    csvRow([first ?? '', ...header]),
    ...rows.map(({ name, amounts }) => csvRow([name, ...amounts.flatMap(csvCells)])),
  ].join('');
}

function csvCells(amount: Amount | undefined): [string, string] {
  if (!amount) return ['', ''];
  const isComplete = amount.unpriced.length === 0;
  return [
    isComplete || amount.low > 0n ? exactUsd(amount.low) : '',
    isComplete ? exactUsd(amount.high) : '',
  ];
}
