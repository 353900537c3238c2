/** Reads CSV files: finds the delimiter and the format by the header, and makes rows of records. */
import type { Row } from '../../core/audit/entry.ts';
import { InputError } from '../../core/input-error.ts';
import { RecordReader } from './csv-records.ts';
import type { CsvFormat, Fields } from './format.ts';

export interface CsvRead {
  readonly format: CsvFormat;
  /** As the header has them, trimmed. */
  readonly columns: readonly string[];
  /** How many were given to the sink, bad ones included. */
  readonly rows: number;
  readonly delimiter: string;
}

/**
 * Gives every record of a CSV file to the sink as exactly one row, in the order of the file.
 * @throws InputError when the header cannot be read, or is of no format
 */
export async function readCsv(
  chunks: AsyncIterable<Uint8Array>,
  file: string,
  formats: readonly CsvFormat[],
  sink: (row: Row) => void,
): Promise<CsvRead> {
  let head: Buffer | undefined;
  let reading: Reading | undefined;
  for await (const chunk of chunks) {
    // A piece is good until the next one is asked for, and csv-parse keeps the end of it.
    const bytes = Buffer.concat([chunk]);
    if (reading) {
      await reading.records.write(bytes);
      continue;
    }
    head = head ? Buffer.concat([head, bytes]) : bytes;
    if (!hasFirstLine(head)) continue;
    reading = new Reading(head, file, formats, sink);
    await reading.records.write(withoutByteOrderMark(head));
  }
  if (!reading) {
    head ??= Buffer.concat([]);
    reading = new Reading(head, file, formats, sink);
    await reading.records.write(withoutByteOrderMark(head));
  }
  await reading.records.end();
  return reading.result();
}

class Reading {
  readonly records: RecordReader;
  readonly #file: string;
  readonly #formats: readonly CsvFormat[];
  readonly #sink: (row: Row) => void;
  readonly #delimiter: string;
  #header: CsvHeader | undefined;
  #rows = 0;

  /** `head` holds the first line that is not blank. */
  constructor(head: Buffer, file: string, formats: readonly CsvFormat[], sink: (row: Row) => void) {
    this.#file = file;
    this.#formats = formats;
    this.#sink = sink;
    if (isUtf16(head)) throw failure(file, 'UTF-16; save it as UTF-8 (in Excel: "CSV UTF-8")');
    this.#delimiter = delimiterOf(withoutByteOrderMark(head).toString());
    this.records = new RecordReader(this.#delimiter, {
      record: (cells, line) => this.#record(cells, line),
      broken: (reason, line) => this.#broken(reason, line),
    });
  }

  result(): CsvRead {
    if (!this.#header) throw failure(this.#file, 'empty: not even a header');
    const { format, columns } = this.#header;
    return { format, columns, rows: this.#rows, delimiter: this.#delimiter };
  }

  #record(cells: readonly string[], line: number): void {
    if (cells.length === 1 && cells[0]?.trim() === '') return;
    if (!this.#header) {
      this.#header = readHeader(cells, this.#file, this.#formats, this.#delimiter);
      return;
    }
    this.#rows++;
    this.#sink(rowOf(cells, this.#header, { file: this.#file, line }));
  }

  #broken(reason: string, line: number): void {
    const source = { file: this.#file, line };
    if (!this.#header) throw new InputError([{ source, message: `no header: ${reason}` }]);
    this.#rows++;
    this.#sink({ kind: 'bad', source, reason });
  }
}

export interface CsvHeader {
  readonly format: CsvFormat;
  readonly columns: readonly string[];
  /** The place of each column, by its name in lower case. */
  readonly places: ReadonlyMap<string, number>;
  readonly decimalComma: boolean;
}

/** @throws InputError when a column is there twice, or no format has these columns */
export function readHeader(
  cells: readonly string[],
  file: string,
  formats: readonly CsvFormat[],
  delimiter: string,
): CsvHeader {
  const columns = cells.map((cell) => cell.trim());
  const places = new Map<string, number>();
  const repeated = new Set<string>();
  for (const [place, column] of columns.entries()) {
    const name = column.toLowerCase();
    if (name === '') continue;
    if (places.has(name)) repeated.add(name);
    places.set(name, place);
  }
  if (repeated.size > 0) {
    throw failure(file, `more than one column of the name ${listed([...repeated])}`);
  }
  const format = formats.find((each) => matches(each, places));
  if (!format) throw failure(file, unknownFormat(columns, places, formats));
  return { format, columns, places, decimalComma: delimiter === ';' };
}

/** What a record is: read by its format, unless it has no cells or not as many as the header. */
export function rowOf(cells: readonly string[], header: CsvHeader, source: Fields['source']): Row {
  const { format, columns, places, decimalComma } = header;
  if (cells.length !== columns.length) {
    const reason = `the number of cells is ${cells.length}, but the header has ${columns.length} columns`;
    return { kind: 'bad', source, reason };
  }
  const text = (column: string): string | undefined => {
    const place = places.get(column);
    return place === undefined ? undefined : cells[place]?.trim() || undefined;
  };
  // Spreadsheets leave rows of mere delimiters behind.
  if (cells.every((cell) => cell.trim() === '')) return { kind: 'empty', source };
  return format.read({ source, decimalComma, has: (column) => places.has(column), text });
}

function matches(format: CsvFormat, places: ReadonlyMap<string, number>): boolean {
  const { required, without = [], exact = false } = format;
  return (
    required.every((column) => places.has(column)) &&
    !without.some((column) => places.has(column)) &&
    (!exact || places.size === required.length)
  );
}

const MOST_COLUMNS_SHOWN = 40;
const MOST_NAME_SHOWN = 60;

function unknownFormat(
  columns: readonly string[],
  places: ReadonlyMap<string, number>,
  formats: readonly CsvFormat[],
): string {
  const near = nearest(places, formats);
  const missing = near ? `; nearest is the ${near.format.title}, of which ${near.lack}` : '';
  return `no known format${missing}. Its columns are ${listed(columns)}. To read it all the same, say which is which: --map model=<column>,input=<column>,output=<column>,time=<column>`;
}

/** One column in common, such as `model`, makes no format near. */
const NEAR = 0.5;

/** The format of which the largest part is there, and what keeps the file from being of it. */
function nearest(
  places: ReadonlyMap<string, number>,
  formats: readonly CsvFormat[],
): { format: CsvFormat; lack: string } | undefined {
  let best: { format: CsvFormat; lack: string; share: number } | undefined;
  for (const format of formats) {
    const { required, without = [] } = format;
    const missing = required.filter((column) => !places.has(column));
    const surplus = without.filter((column) => places.has(column));
    const share = (required.length - missing.length) / required.length;
    if (format.exact || share < NEAR || share <= (best?.share ?? 0)) continue;
    const lack = [
      ...(missing.length > 0
        ? [`${listed(missing)} ${missing.length > 1 ? 'are' : 'is'} missing`]
        : []),
      ...(surplus.length > 0 ? [`${listed(surplus)} must not be there`] : []),
    ].join(' and ');
    best = { format, lack, share };
  }
  return best;
}

/** Names from a file, made harmless: clipped, and without control characters. */
function listed(names: readonly string[]): string {
  const shown = names.slice(0, MOST_COLUMNS_SHOWN).map((name) => {
    const harmless = name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\u{FFFD}');
    return harmless.length > MOST_NAME_SHOWN ? `${harmless.slice(0, MOST_NAME_SHOWN)}…` : harmless;
  });
  const more = names.length - shown.length;
  return shown.join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function failure(file: string, message: string): InputError {
  return new InputError([{ source: { file }, message }]);
}

/** Tried in this order: the first of those that are most frequent is it. */
const DELIMITERS = [',', '\t', ';'];

/** A header has only names, so that what separates them is the most frequent outside of quotes. */
export function delimiterOf(text: string): string {
  const line = text.split(/[\r\n]/).find((each) => each.trim() !== '') ?? '';
  const bare = line.replace(/"[^"]*"?/g, '');
  let best = ',';
  for (const each of DELIMITERS) {
    if (bare.split(each).length > bare.split(best).length) best = each;
  }
  return best;
}

/** A header is a few hundred bytes: what has no line break for so long is no CSV file. */
const MOST_HEAD_BYTES = 1024 ** 2;

function hasFirstLine(bytes: Buffer): boolean {
  const text = withoutByteOrderMark(bytes).toString('latin1').trimStart();
  return bytes.length >= MOST_HEAD_BYTES || /[\r\n]/.test(text);
}

function withoutByteOrderMark(bytes: Buffer): Buffer {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}

function isUtf16(bytes: Uint8Array): boolean {
  const [first, second] = bytes;
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
}
