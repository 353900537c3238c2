import Table from 'cli-table3';
import stringWidth from 'string-width';
import type { Total } from '../core/price.ts';
import { count } from '../core/wording.ts';
import { formatCell, placesFor } from './amount.ts';
import { markdownText } from './markdown-text.ts';
import { safeText } from './safe.ts';
import type { Terminal } from './terminal.ts';

/** A column: what a row has to say in it. Undefined where it has nothing to say. */
export type Column<Row> = { readonly title: string } & (
  | { readonly kind: 'name'; value(row: Row): string }
  | { readonly kind: 'count'; value(row: Row): number | undefined }
  /** Costs that share a scale have as many decimals as one another, so that sums can be seen. */
  | { readonly kind: 'cost'; readonly scale?: string; value(row: Row): Total | undefined }
  /** A price as the table prints it, in USD. */
  | { readonly kind: 'price'; value(row: Row): string }
);

/** What a table shows, for the formats that people read. */
export interface TableData<Row> {
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
}

/** Cells as text: amounts rounded to what their column needs. */
function tableCells<Row>({ columns, rows }: TableData<Row>): string[][] {
  const scales = scalesOf(columns, rows);
  const byColumn = columns.map((column) => columnCells(column, rows, scales));
  return rows.map((_, index) => byColumn.map((cells) => cells[index] ?? ''));
}

/** Decimal places by scale; a column without one is a scale of its own. */
function scalesOf<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  for (const column of columns) {
    if (column.kind !== 'cost') continue;
    const totals = rows.map((row) => column.value(row)).filter((total) => total !== undefined);
    const needed = placesFor(totals.flatMap(({ low, high }) => [low, high]));
    const scale = column.scale ?? column.title;
    places.set(scale, Math.max(places.get(scale) ?? 0, needed));
  }
  return places;
}

function columnCells<Row>(
  column: Column<Row>,
  rows: readonly Row[],
  scales: ReadonlyMap<string, number>,
): string[] {
  switch (column.kind) {
    case 'name':
    case 'price':
      return rows.map((row) => safeText(column.value(row)));
    case 'count':
      return rows.map((row) => {
        const value = column.value(row);
        return value === undefined ? 'unknown' : count(value);
      });
    case 'cost':
      return rows.map((row) => {
        const total = column.value(row);
        return total ? formatCell(total, scales.get(column.scale ?? column.title) ?? 2) : '';
      });
  }
}

/** The table as it fits: in columns, or on a narrow terminal as one paragraph a row. */
export function renderTable<Row>(data: TableData<Row>, terminal: Terminal): string {
  const titles = data.columns.map(({ title }) => title);
  const cells = tableCells(data);
  const { paint } = terminal;
  const table = new Table({
    head: titles.map((title) => paint.heading(title)),
    colAligns: data.columns.map(({ kind }) => (kind === 'name' ? 'left' : 'right')),
    chars: NO_BORDERS,
    // Nothing is ever cut off here, but to measure the default, which is no ASCII, takes 5 ms.
    truncate: '.',
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  table.push(...cells.map((row) => row.map((cell, i) => (i === 0 ? paint.name(cell) : cell))));
  const lines = table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
  const width = Math.max(...lines.map((line) => stringWidth(line)));
  if (width <= terminal.width) return lines.join('\n');
  return cells.map((row) => paragraph(titles, row, terminal)).join('\n');
}

const GAP = '  ';
const NO_BORDERS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: GAP,
};

function paragraph(titles: readonly string[], row: readonly string[], { paint }: Terminal): string {
  const [name = '', ...values] = row;
  const widest = Math.max(...titles.slice(1).map((title) => title.length));
  const lines = values.map((value, index) => {
    const title = (titles[index + 1] ?? '').padEnd(widest);
    return value === '' ? '' : `${GAP}${paint.heading(title)} ${value}`;
  });
  return [paint.name(name), ...lines.filter((line) => line !== '')].join('\n');
}

export function markdownTable<Row>(data: TableData<Row>): string {
  const rows = [
    data.columns.map(({ title }) => title),
    data.columns.map(({ kind }) => (kind === 'name' ? '---' : '---:')),
    ...tableCells(data).map((row) => row.map(markdownText)),
  ];
  return rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
