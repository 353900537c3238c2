/**
 * Reads a CSV file as `readCsv` does, but adds up the rows of an ordinary usage export as it goes.
 * What both give to a ledger is the same to the last digit; csv-parse has the last word.
 */
import type { Row } from '../../core/audit/entry.ts';
import type { Boundaries } from '../../core/audit/ledger.ts';
import { type CsvHeader, type CsvRead, delimiterOf, readCsv, readHeader, rowOf } from './csv.ts';
import { MOST_RECORD_BYTES, RecordReader } from './csv-records.ts';
import type { CsvFormat } from './format.ts';
import { openaiCompletions } from './openai-completions.ts';
import { isOrdinary, type RowSum, Scanner, type ScanOptions } from './scan.ts';

export type SumSink = (sum: RowSum) => void;
export interface Apart extends Pick<ScanOptions, 'keep'> {
  /** Not asked for unless a file is scanned: it takes 20 ms to look at all prices. */
  readonly boundaries: () => Boundaries;
}

const LF = 10;
const FIRST_ROW = 2;
/** A header or a row that is longer is not ordinary. */
const MOST_ROW_BYTES = 1024 ** 2;

/** Smaller files are read sooner than it is known what may be added up. */
const LEAST_BYTES = 128 * 1024;

/**
 * Gives all rows of a CSV file to the sink, added up where they are alike; bad ones in the order of
 * the file.
 * @throws InputError when the header cannot be read, or is of no format
 */
export async function readCsvSums(
  chunks: AsyncIterable<Uint8Array>,
  file: string,
  formats: readonly CsvFormat[],
  apart: Apart,
  sink: SumSink,
  leastBytes = LEAST_BYTES,
): Promise<CsvRead> {
  const iterator = chunks[Symbol.asyncIterator]();
  let head = Buffer.concat([]);
  while (head.length < leastBytes || (!head.includes(LF) && head.length < MOST_ROW_BYTES)) {
    const { done, value } = await iterator.next();
    if (done) break;
    head = Buffer.concat([head, value]);
  }
  const found = head.length < leastBytes ? undefined : ordinaryHeader(head, file, formats);
  if (!found) {
    const each = (row: Row) => sink({ row, rows: 1 });
    return await readCsv(joined(head, iterator), file, formats, each);
  }
  const { header, rowsAt } = found;
  let rows = 0;
  const counted = (sum: RowSum) => {
    rows += sum.rows;
    sink(sum);
  };
  await scanChunks(joined(head.subarray(rowsAt), iterator), file, header, apart, counted);
  return { format: header.format, columns: header.columns, rows, delimiter: ',' };
}

/** The header, if the first line is that of a file that can be scanned; and where its rows begin. */
export function ordinaryHeader(
  head: Buffer,
  file: string,
  formats: readonly CsvFormat[],
): { header: CsvHeader; rowsAt: number } | undefined {
  const end = head.indexOf(LF);
  if (end < 0) return undefined;
  const line = head
    .toString('utf8', 0, end)
    .replace(/^\ufeff/, '')
    .replace(/\r$/, '');
  const cells = line.split(',');
  const columns = cells.map((cell) => cell.trim().toLowerCase());
  if (/["\r]/.test(line) || delimiterOf(line) !== ',' || !isOrdinary(columns)) return undefined;
  const header = readHeader(cells, file, formats, ',');
  return header.format === openaiCompletions ? { header, rowsAt: end + 1 } : undefined;
}

async function scanChunks(
  chunks: AsyncIterable<Uint8Array>,
  file: string,
  header: CsvHeader,
  apart: Apart,
  sink: SumSink,
): Promise<void> {
  const scanner = new Scanner(
    { file, header, keep: apart.keep, boundaries: apart.boundaries() },
    sink,
    FIRST_ROW,
  );
  let rest: RecordReader | undefined;
  /** The beginning of a row whose end has not come yet. */
  let begun = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    if (rest) {
      await rest.write(Buffer.from(bytes));
      continue;
    }
    const split = begun.length > 0 ? bytes.indexOf(LF) + 1 : 0;
    const first = Buffer.concat([begun, bytes.subarray(0, split)]);
    const whole = bytes.subarray(split, Math.max(split, bytes.lastIndexOf(LF) + 1));
    const isFirstWhole = begun.length === 0 || split > 0;
    begun = isFirstWhole
      ? Buffer.from(bytes.subarray(split + whole.length))
      : Buffer.concat([begun, bytes]);
    const left = isFirstWhole ? unscanned(scanner, [first, whole]) : undefined;
    if (left || begun.length > MOST_ROW_BYTES) {
      rest = recordsFrom(scanner.line, file, header, sink);
      await rest.write(Buffer.concat([...(left ?? []), begun]));
    }
  }
  if (!rest && begun.length > 0) {
    const last = Buffer.concat([begun, Buffer.from('\n')]);
    const left = unscanned(scanner, [last]);
    if (left) {
      rest = recordsFrom(scanner.line, file, header, sink);
      await rest.write(begun.subarray(last.length - Buffer.concat(left).length));
    }
  }
  scanner.flush();
  await rest?.end();
}

/** Scans the pieces; what is left when one cannot be scanned to its end. */
function unscanned(scanner: Scanner, pieces: readonly Buffer[]): Buffer[] | undefined {
  for (const [index, piece] of pieces.entries()) {
    const taken = scanner.scan(piece);
    if (taken < piece.length) return [piece.subarray(taken), ...pieces.slice(index + 1)];
  }
  return undefined;
}

/** Has csv-parse read on from that line. */
export function recordsFrom(
  line: number,
  file: string,
  header: CsvHeader,
  sink: SumSink,
): RecordReader {
  return new RecordReader(
    ',',
    {
      record: (cells, at) => {
        if (cells.length === 1 && cells[0]?.trim() === '') return;
        sink({ row: rowOf(cells, header, { file, line: at }), rows: 1 });
      },
      broken: (reason, at) =>
        sink({ row: { kind: 'bad', source: { file, line: at }, reason }, rows: 1 }),
    },
    MOST_RECORD_BYTES,
    line,
  );
}

async function* joined(
  head: Uint8Array,
  iterator: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  if (head.length > 0) yield head;
  for (;;) {
    const { done, value } = await iterator.next();
    if (done) return;
    yield value;
  }
}
