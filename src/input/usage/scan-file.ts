/** Scans an ordinary usage export, in which rows that differ in their numbers alone are added up. */
import { type CsvHeader, delimiterOf, readHeader, rowOf } from './csv.ts';
import { MOST_RECORD_BYTES, RecordReader } from './csv-records.ts';
import type { Apart, SumSink } from './csv-sums.ts';
import type { CsvFormat } from './format.ts';
import { openaiCompletions } from './openai-completions.ts';
import { isOrdinary, Scanner } from './scan.ts';

const LF = 10;
const FIRST_ROW = 2;
/** A row that is longer is not ordinary. */
const MOST_ROW_BYTES = 1024 ** 2;

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

/** Rows of an ordinary export, added up where they are alike; csv-parse has the last word. */
export async function scanChunks(
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
