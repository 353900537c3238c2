/**
 * Reads a large file in ranges of bytes, which threads take one after the other. Every range has
 * the rows that begin in it, and sums of integers do not depend on where a file is cut.
 */
import type { Row } from '../../core/audit/entry.ts';
import type { Boundaries, Kept } from '../../core/audit/ledger.ts';
import type { Source } from '../../core/source.ts';
import { type CsvHeader, type CsvRead, readHeader } from './csv.ts';
import type { Apart, SumSink } from './csv-sums.ts';
import type { CsvFormat } from './format.ts';
import { openaiCompletions } from './openai-completions.ts';
import { type RowSum, Scanner } from './scan.ts';
import { ordinaryHeader, recordsFrom } from './scan-file.ts';

/** A file of which any part can be read at any time. */
export interface RangeFile {
  /** In bytes, when it was opened. It may have grown since. */
  readonly size: number;
  /** Fills the array from that place on. Returns how many bytes there were. */
  readAt(into: Uint8Array, position: number): number;
}

/** All that a thread must know; it can be sent to one. */
export interface ScanJob {
  readonly file: string;
  readonly columns: readonly string[];
  readonly boundaries: Boundaries;
  readonly keep: ReadonlySet<Kept>;
  /** Where the first row begins. */
  readonly rowsAt: number;
  readonly rangeBytes: number;
  readonly ranges: number;
  /** The number of the range that nobody has taken yet. */
  readonly next: Int32Array<SharedArrayBuffer>;
}

export interface RangeResult {
  readonly range: number;
  /** Their lines are counted from the first one of the range, which is 0. */
  readonly sums: readonly RowSum[];
  readonly lines: number;
  /** Where csv-parse has to read on: from there to the end of the file. */
  readonly restAt?: number | undefined;
}

/** Starts another thread that works on the job; done when no range is left. */
export type StartThread = (job: ScanJob, onResult: (result: RangeResult) => void) => Promise<void>;

export interface RangeOptions {
  /** How many threads help this one. */
  readonly helpers: number;
  readonly startThread: StartThread;
  readonly rangeBytes?: number;
}

/** A large file, to be read by several threads. */
export interface ThreadedFile {
  readonly file: RangeFile;
  readonly threads: RangeOptions;
  close(): void;
}

/** Long enough that a second thread is worth its start, short enough that results need no room. */
const RANGE_BYTES = 32 * 1024 ** 2;
const BUFFER_BYTES = 256 * 1024;
const MOST_ROW_BYTES = 1024 ** 2;
const LF = 10;
const FIRST_ROW = 2;

/**
 * As `readCsvSums`, with several threads. Undefined, and nothing given to the sink, if the file is
 * no ordinary usage export.
 */
export async function readCsvRanges(
  file: RangeFile,
  name: string,
  formats: readonly CsvFormat[],
  apart: Apart,
  sink: SumSink,
  { helpers, startThread, rangeBytes = RANGE_BYTES }: RangeOptions,
): Promise<CsvRead | undefined> {
  const head = Buffer.alloc(Math.min(file.size, BUFFER_BYTES));
  const found = ordinaryHeader(head.subarray(0, file.readAt(head, 0)), name, formats);
  if (!found) return undefined;
  const { header, rowsAt } = found;
  const job: ScanJob = {
    keep: apart.keep,
    boundaries: apart.boundaries(),
    file: name,
    columns: header.columns,
    rowsAt,
    rangeBytes,
    ranges: Math.max(1, Math.ceil((file.size - rowsAt) / rangeBytes)),
    next: new Int32Array(new SharedArrayBuffer(4)),
  };
  let rows = 0;
  const counted = (sum: RowSum) => {
    rows += sum.rows;
    sink(sum);
  };
  const merge = createMerge(counted);
  const wanted = Math.min(helpers, job.ranges - 1);
  const threads = Promise.all(Array.from({ length: wanted }, () => startThread(job, take)));
  // What goes wrong there is told when this thread waits for them.
  threads.catch(() => {});
  try {
    for (const result of scanRanges(job, file)) {
      take(result);
      // What the others have found comes in only when this thread pauses.
      if (wanted > 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await threads;
  } finally {
    Atomics.store(job.next, 0, job.ranges);
  }
  const { restAt, line, merged } = merge.end();
  if (restAt === undefined && merged < job.ranges)
    throw new Error(`a thread lost a part of ${name}`);
  if (restAt !== undefined) await readRest(file, restAt, line, name, header, counted);
  return { format: header.format, columns: header.columns, rows, delimiter: ',' };

  function take(result: RangeResult): void {
    // Nobody needs what comes after a place from which csv-parse has to read on.
    if (merge.add(result)) Atomics.store(job.next, 0, job.ranges);
  }
}

/** Scans ranges until none is left. */
export function* scanRanges(job: ScanJob, file: RangeFile): Generator<RangeResult> {
  const header = readHeader(job.columns, job.file, [openaiCompletions], ',');
  let sums: RowSum[] = [];
  const options = { file: job.file, header, boundaries: job.boundaries, keep: job.keep };
  const scanner = new Scanner(options, (sum) => sums.push(sum));
  for (;;) {
    const range = Atomics.add(job.next, 0, 1);
    if (range >= job.ranges) return;
    const from = job.rowsAt + range * job.rangeBytes;
    // A file may have grown: the last range has all the rest.
    const to = range === job.ranges - 1 ? Number.POSITIVE_INFINITY : from + job.rangeBytes;
    sums = [];
    scanner.line = 0;
    const restAt = scanRange(file, scanner, range === 0 ? from : rowAfter(file, from), to);
    scanner.flush();
    yield { range, sums, lines: scanner.line, restAt };
  }
}

/** Scans the rows that begin at `from` and before `to`. Returns where it could not go on, if so. */
function scanRange(
  file: RangeFile,
  scanner: Scanner,
  from: number,
  to: number,
): number | undefined {
  let buffer = Buffer.alloc(BUFFER_BYTES);
  for (let at = from; at < to; ) {
    const length = file.readAt(buffer, at);
    if (length === 0) return undefined;
    let end = buffer.lastIndexOf(LF, length - 1) + 1;
    // The last row may begin just before the end of the range.
    const last = at + end < to ? -1 : buffer.indexOf(LF, to - 1 - at);
    if (last >= 0 && last < end) end = last + 1;
    if (end > 0) {
      const taken = scanner.scan(buffer.subarray(0, end));
      at += taken;
      if (taken < end) return at;
    } else if (length < buffer.length) {
      const row = Buffer.concat([buffer.subarray(0, length), Buffer.from([LF])]);
      return scanner.scan(row) < row.length ? at : undefined;
    } else if (length >= MOST_ROW_BYTES) {
      return at;
    } else {
      buffer = Buffer.alloc(2 * buffer.length);
    }
  }
  return undefined;
}

/** Where the first row begins that does not begin before this place. */
function rowAfter(file: RangeFile, place: number): number {
  const buffer = Buffer.alloc(BUFFER_BYTES);
  for (let at = place - 1; ; at += buffer.length) {
    const length = file.readAt(buffer, at);
    const end = buffer.subarray(0, length).indexOf(LF);
    if (end >= 0) return at + end + 1;
    if (length < buffer.length) return at + length;
  }
}

/** Hands on the results in the order of the file, with the lines as they are in it. */
function createMerge(sink: SumSink) {
  const waiting = new Map<number, RangeResult>();
  let next = 0;
  let line = FIRST_ROW;
  let restAt: number | undefined;
  return { add, end: () => ({ restAt, line, merged: next }) };

  /** Returns whether all that can be merged has been. */
  function add(result: RangeResult): boolean {
    waiting.set(result.range, result);
    for (;;) {
      const ready = waiting.get(next);
      if (!ready || restAt !== undefined) return restAt !== undefined;
      waiting.delete(next);
      for (const sum of ready.sums) sink({ ...sum, row: moved(sum.row, line) });
      line += ready.lines;
      restAt = ready.restAt;
      next++;
    }
  }
}

function moved(row: Row, lines: number): Row {
  const at = (source: Source) => ({ ...source, line: (source.line ?? 0) + lines });
  switch (row.kind) {
    case 'usage':
      return { ...row, entry: { ...row.entry, source: at(row.entry.source) } };
    case 'billed':
      return { ...row, entry: { ...row.entry, source: at(row.entry.source) } };
    default:
      return { ...row, source: at(row.source) };
  }
}

async function readRest(
  file: RangeFile,
  from: number,
  line: number,
  name: string,
  header: CsvHeader,
  sink: SumSink,
): Promise<void> {
  const records = recordsFrom(line, name, header, sink);
  for (let at = from; ; ) {
    // csv-parse keeps what it is given.
    const buffer = Buffer.alloc(BUFFER_BYTES);
    const length = file.readAt(buffer, at);
    if (length === 0) break;
    await records.write(buffer.subarray(0, length));
    at += length;
  }
  await records.end();
}
