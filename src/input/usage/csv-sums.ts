/**
 * Reads a CSV file as `readCsv` does, but adds up the rows of an ordinary usage export as it goes.
 * What both give to a ledger is the same to the last digit.
 */
import type { Row } from '../../core/audit/entry.ts';
import type { Boundaries } from '../../core/audit/ledger.ts';
import { type CsvRead, readCsv } from './csv.ts';
import type { CsvFormat } from './format.ts';
import type { RowSum, ScanOptions } from './scan.ts';

export type SumSink = (sum: RowSum) => void;
export interface Apart extends Pick<ScanOptions, 'keep'> {
  /** Not asked for unless a file is scanned: it takes 20 ms to look at all prices. */
  readonly boundaries: () => Boundaries;
}

/** From here on several threads are sooner done than one. */
export const LEAST_BYTES_FOR_RANGES = 64 * 1024 ** 2;
const LF = 10;
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
  const each = (row: Row) => sink({ row, rows: 1 });
  if (head.length < leastBytes) return await readCsv(joined(head, iterator), file, formats, each);
  // Most files are small, and need no scanner.
  const { ordinaryHeader, scanChunks } = await import('./scan-file.ts');
  const found = ordinaryHeader(head, file, formats);
  if (!found) return await readCsv(joined(head, iterator), file, formats, each);
  const { header, rowsAt } = found;
  let rows = 0;
  const counted = (sum: RowSum) => {
    rows += sum.rows;
    sink(sum);
  };
  await scanChunks(joined(head.subarray(rowsAt), iterator), file, header, apart, counted);
  return { format: header.format, columns: header.columns, rows, delimiter: ',' };
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
