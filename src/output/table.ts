import Table from 'cli-table3';
import stringWidth from 'string-width';
import { count, percent } from '../core/wording.ts';
import { type Amount, formatCell, placesFor } from './amount.ts';
import { markdownText } from './markdown-text.ts';
import { safeText } from './safe.ts';
import type { Terminal } from './terminal.ts';

/** A column: what a row has to say in it. Undefined where it has nothing to say. */
export type Column<Row> = {
  readonly title: string;
  /** Left out where the terminal is too narrow for all columns, or even for all that are not. */
  readonly optional?: boolean | 'last';
  /** The title is a value of the data: it is broken into lines where it is a long one. */
  readonly isBroken?: boolean;
} & (
  | { readonly kind: 'name'; value(row: Row): string }
  | { readonly kind: 'count'; value(row: Row): number | undefined }
  /** Costs that share a scale have as many decimals as one another, so that sums can be seen. */
  | { readonly kind: 'cost'; readonly scale?: string; value(row: Row): Amount | undefined }
  /** A figure that is text already, such as a price as the table prints it. */
  | { readonly kind: 'price'; value(row: Row): string }
  /** A share of the whole, from 0 to 1: a bar, and in Markdown a percentage. */
  | { readonly kind: 'share'; value(row: Row): number | undefined }
);

/** What a table shows, for the formats that people read. */
export interface TableData<Row> {
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
}

/** Cells as text: amounts rounded to what their column needs. */
function tableCells<Row>(
  { columns, rows }: TableData<Row>,
  shareText: (share: number) => string,
): string[][] {
  const scales = scalesOf(columns, rows);
  const byColumn = columns.map((column) => columnCells(column, rows, scales, shareText));
  return rows.map((_, index) => byColumn.map((cells) => cells[index] ?? ''));
}

/** Of `>99%`. */
const PERCENT_WIDTH = 4;
const BAR_WIDTH = 10;
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

function barWithPercent(share: number): string {
  return `${percent(share).padStart(PERCENT_WIDTH)} ${bar(share)}`;
}

/** A bar in eighths of a character. */
export function bar(share: number, width = BAR_WIDTH): string {
  const eighths = Math.round(8 * width * Math.min(1, Math.max(0, share)));
  return '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? '');
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
  shareText: (share: number) => string,
): string[] {
  switch (column.kind) {
    case 'share':
      return rows.map((row) => {
        const share = column.value(row);
        return share === undefined ? '' : shareText(share);
      });
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

/** Whether the table has room as it is. */
export function fits<Row>(data: TableData<Row>, terminal: Terminal): boolean {
  return widthOf(columnLines(data, terminal)) <= terminal.width;
}

function widthOf(lines: readonly string[]): number {
  return Math.max(...lines.map((line) => stringWidth(line)));
}

/**
 * The table as it fits: with long names in several lines, then without optional columns, the last
 * first, where the terminal is too narrow for all; or as one paragraph a row.
 */
export function renderTable<Row>(data: TableData<Row>, terminal: Terminal): string {
  const { table, lines } = fitted(data, terminal);
  if (lines) return lines.join('\n');
  const { columns } = table;
  const titles = columns.map(({ title }) => safeText(title));
  return tableCells(table, percent)
    .map((row) => paragraph(titles, row, terminal))
    .join('\n');
}

/** The titles of the columns that are shown. */
export function shownTitles<Row>(data: TableData<Row>, terminal: Terminal): string[] {
  return fitted(data, terminal).table.columns.map(({ title }) => title);
}

/** Without `lines` where it has no room even with the fewest columns. */
function fitted<Row>(
  table: TableData<Row>,
  terminal: Terminal,
): { readonly table: TableData<Row>; readonly lines?: readonly string[] } {
  const { columns, rows } = table;
  const dropped =
    columns.findLast(({ optional }) => optional === true) ??
    columns.findLast(({ optional }) => optional);
  const widths = dropped ? [WHOLE, NAME_WIDTH] : [WHOLE, NAME_WIDTH, LEAST_WIDTH];
  for (const nameWidth of widths) {
    const lines = columnLines(table, terminal, nameWidth);
    if (widthOf(lines) <= terminal.width) return { table, lines };
  }
  if (!dropped) return { table };
  // Columns of one title say one thing of several others, and half of it would mislead.
  const left = columns.filter(({ title }) => title !== dropped.title);
  return fitted({ columns: left, rows }, terminal);
}

function columnLines<Row>(data: TableData<Row>, { paint }: Terminal, nameWidth = WHOLE): string[] {
  const table = new Table({
    colAligns: data.columns.map(({ kind }) => (LEFT.has(kind) ? 'left' : 'right')),
    chars: NO_BORDERS,
    // Nothing is ever cut off here, but to measure the default, which is no ASCII, takes 5 ms.
    truncate: '.',
    style: { border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  const cells = tableCells(data, barWithPercent);
  const shown = (cell: string, index: number) =>
    data.columns[index]?.kind === 'name' ? brokenName(cell, nameWidth) : cell;
  const rows = [
    data.columns.map((column) => paint.heading(titleOf(column))),
    ...cells.map((row) =>
      row.map(shown).map((cell, index) => (index === 0 ? paint.name(cell) : cell)),
    ),
  ];
  for (let from = 0; from < rows.length; from += BLOCK_ROWS) {
    table.push(asOneRow(rows.slice(from, from + BLOCK_ROWS)));
  }
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
}

/** A cell is much work to cli-table3, however few lines it has; with very many it is slow again. */
const BLOCK_ROWS = 10;

/** Rows as one whose cells have the lines of all of them. */
function asOneRow(rows: readonly (readonly string[])[]): string[] {
  const heights = rows.map((row) => Math.max(...row.map((cell) => cell.split('\n').length)));
  const [first = []] = rows;
  return first.map((_, column) =>
    rows
      .flatMap((row, index) => {
        const lines = (row[column] ?? '').split('\n');
        return [...lines, ...Array<string>((heights[index] ?? 0) - lines.length).fill('')];
      })
      .join('\n'),
  );
}

const WHOLE = Number.POSITIVE_INFINITY;
/** Of names, where not all columns have room otherwise: that of models with a date, and of ids. */
const NAME_WIDTH = 30;
/** The same where the table has no room even with the fewest columns. */
const LEAST_WIDTH = 16;
/** So wide are most amounts. */
const TITLE_WIDTH = 12;

function titleOf<Row>({ title, isBroken }: Column<Row>): string {
  const text = safeText(title);
  return isBroken ? broken(text, TITLE_WIDTH).join('\n') : text;
}

/** What follows the first line of a name is indented by two more. */
function brokenName(name: string, width: number): string {
  if (name.length <= width) return name;
  const indent = /^ */.exec(name)?.[0] ?? '';
  const room = width - indent.length;
  const [first = '', ...others] = broken(name.slice(indent.length), room, room - GAP.length);
  return [indent + first, ...others.map((line) => `${indent}${GAP}${line}`)].join('\n');
}

/** In lines, at spaces; within words that are too long, after what holds their parts together. */
function broken(text: string, width: number, laterWidth = width): string[] {
  const parts = text
    .split(/(?<= )/)
    .flatMap((word) =>
      word.trimEnd().length > laterWidth ? (word.match(/[^-:/]*[-:/]+|[^-:/]+$/g) ?? []) : [word],
    );
  const lines: string[] = [];
  for (const part of parts) {
    const line = lines.at(-1);
    const room = lines.length > 1 ? laterWidth : width;
    if (line === undefined || line.length + part.trimEnd().length > room) lines.push(part);
    else lines[lines.length - 1] = line + part;
  }
  return lines.map((line) => line.trimEnd());
}

const LEFT: ReadonlySet<Column<never>['kind']> = new Set(['name', 'share']);

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
    data.columns.map(({ title }) => markdownText(title)),
    data.columns.map(({ kind }) => (kind === 'name' ? '---' : '---:')),
    ...tableCells(data, percent).map((row) => row.map(markdownText)),
  ];
  return rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
