import type { Row } from '../../core/audit/entry.ts';
import type { Files } from '../../core/files.ts';
import { InputError, type InputProblem } from '../../core/input-error.ts';
import type { AuditedFile } from '../../core/report.ts';
import { pathsOf, unreadable, type Wanted } from '../file-names.ts';
import { encodingOf, firstByte, gunzip, isGzip, peek, toUtf8 } from './bytes.ts';
import type { CsvRead } from './csv.ts';
import { CSV_FORMATS } from './csv-formats.ts';
import { type Apart, LEAST_BYTES_FOR_RANGES, readCsvSums, type SumSink } from './csv-sums.ts';
import type { CsvFormat } from './format.ts';
import type { FoundPage } from './json.ts';
import type { RowSum } from './scan.ts';
import type { ThreadedFile } from './scan-ranges.ts';

export interface UsageOptions {
  /** The columns of a CSV of the user's own; it goes before all formats that are known. */
  readonly map?: CsvFormat | undefined;
  /** What rows must differ in not to be added up while they are read. */
  readonly apart: Apart;
  /** Opens a large file for several threads; without it, one reads. */
  readonly openInThreads?: ((path: string) => Promise<ThreadedFile>) | undefined;
}

/** Takes a row, or the sum of several that are alike; and the name of their file. */
export type UsageSink = (sum: RowSum, file: string) => void;

export const USAGE_FILES: Wanted = {
  test: (file) => /\.(csv|tsv|json|jsonl|ndjson|gz)$/i.test(file),
  none: 'no .csv, .tsv, .json, .jsonl, .ndjson or .gz files in this directory (hidden files are left out)',
};

/**
 * Reads files, globs, directories and `-` for standard input, one after another; each row goes to
 * the sink as soon as it is read, with the name of its file. What a file is, its bytes tell. One that
 * cannot be read among others that can is a bad row, so that these are not lost.
 * @throws InputError for a missing file, a pattern without a match, and where no file can be read
 */
export async function readUsage(
  names: readonly string[],
  files: Files,
  options: UsageOptions,
  sink: UsageSink,
): Promise<AuditedFile[]> {
  const paths = await pathsOf(names, files, USAGE_FILES);
  const audited: AuditedFile[] = [];
  const pages: FoundPage[] = [];
  const problems: InputProblem[] = [];
  const unread: AuditedFile[] = [];
  for (const path of paths) {
    let rows = 0;
    try {
      const read = await readOne(path, files, options, (sum) => {
        rows += sum.rows;
        sink(sum, path);
      });
      audited.push(read.file);
      pages.push(...read.pages);
    } catch (error) {
      if (!(error instanceof InputError) || error.problems.some(({ source }) => !source))
        throw error;
      problems.push(...error.problems);
      // Each of its rows may have told already that it is of no kind that is known.
      const reason = error.problems.map(({ message }) => message).join('; ');
      if (rows === 0) sink({ row: { kind: 'bad', source: { file: path }, reason }, rows: 1 }, path);
      unread.push({ file: path, format: 'not read', rows: Math.max(rows, 1) });
    }
  }
  if (audited.every(({ rows }) => rows === 0) && unread.length > 0) throw new InputError(problems);
  audited.push(...unread);
  const missing = pages.length === 0 ? [] : (await import('./json.ts')).missingPages(pages);
  for (const row of missing) sink({ row, rows: 1 }, row.source.file);
  return audited.map((each) => ({
    ...each,
    rows: each.rows + missing.filter(({ source }) => source.file === each.file).length,
  }));
}

interface ReadFile {
  readonly file: AuditedFile;
  readonly pages: readonly FoundPage[];
}

async function readOne(
  file: string,
  files: Files,
  options: UsageOptions,
  sink: SumSink,
): Promise<ReadFile> {
  if (file !== '-' && files.stat(file)?.kind !== 'file') {
    throw new InputError([{ source: { file }, message: 'not a regular file' }]);
  }
  const inThreads = await readInThreads(file, files, options, sink);
  if (inThreads) return inThreads;
  const each = (row: Row) => sink({ row, rows: 1 });
  let damage: string | undefined;
  const chunks = await textChunks(readable(files, file), (reason) => {
    damage = reason;
  });
  const text = await peek(chunks, (head) => head.length > 3 && firstByte(head) !== undefined);
  const first = firstByte(text.head);
  if (text.head.includes(0)) {
    throw new InputError([{ source: { file }, message: 'a binary file, neither CSV nor JSON' }]);
  }
  if (first === undefined) return { file: nothingIn(file, text.head, damage, each), pages: [] };
  try {
    const read = JSON_STARTS.has(first)
      ? await readJsonFile(text.all, file, each)
      : csvRead(file, await readCsvSums(text.all, file, formatsOf(options), options.apart, sink));
    if (damage === undefined) return read;
    each({ kind: 'bad', source: { file }, reason: damage });
    return { ...read, file: { ...read.file, rows: read.file.rows + 1 } };
  } catch (error) {
    if (damage === undefined || !(error instanceof InputError)) throw error;
    throw new InputError([{ source: { file }, message: damage }, ...error.problems]);
  }
}

/** { and [ */
const JSON_STARTS: ReadonlySet<number> = new Set([0x7b, 0x5b]);

async function readJsonFile(
  chunks: AsyncIterable<Uint8Array>,
  file: string,
  sink: (row: Row) => void,
): Promise<ReadFile> {
  // Most files are CSV, and need none of these.
  const { readJson } = await import('./json.ts');
  const { JSON_FORMATS } = await import('./json-formats.ts');
  const { formats, rows, pages } = await readJson(chunks, file, JSON_FORMATS, sink);
  const format = formats.map(({ title }) => title).join(', ') || 'JSON';
  const explanation = rows === 0 ? 'the file is an empty list' : undefined;
  return { file: { file, format, rows, explanation }, pages };
}

/** Undefined if the file is small, or no ordinary usage export: then one thread reads it. */
async function readInThreads(
  file: string,
  files: Files,
  options: UsageOptions,
  sink: SumSink,
): Promise<ReadFile | undefined> {
  const size = file === '-' ? 0 : (files.stat(file)?.size ?? 0);
  if (size < LEAST_BYTES_FOR_RANGES) return undefined;
  const opened = await options.openInThreads?.(file);
  if (!opened) return undefined;
  try {
    const formats = formatsOf(options);
    const { file: ranges, threads } = opened;
    const { readCsvRanges } = await import('./scan-ranges.ts');
    const read = await readCsvRanges(ranges, file, formats, options.apart, sink, threads);
    return read && csvRead(file, read);
  } finally {
    opened.close();
  }
}

function formatsOf({ map }: UsageOptions): readonly CsvFormat[] {
  return map ? [map, ...CSV_FORMATS] : CSV_FORMATS;
}

function csvRead(file: string, { format, rows }: CsvRead): ReadFile {
  const { title, explanation = rows === 0 ? NO_ROWS : undefined } = format;
  return { file: { file, format: title, rows, explanation }, pages: [] };
}

const NO_ROWS =
  'a header and no rows: no usage in the period, or of another organization; export again';

function nothingIn(
  file: string,
  head: Uint8Array,
  damage: string | undefined,
  sink: (row: Row) => void,
): AuditedFile {
  if (damage !== undefined) {
    sink({ kind: 'bad', source: { file }, reason: damage });
    return { file, format: 'gzip', rows: 1 };
  }
  const explanation = head.length === 0 ? 'the file is empty' : 'the file holds nothing but blanks';
  return { file, format: 'empty file', rows: 0, explanation };
}

/** Unpacked and in UTF-8. */
async function textChunks(
  bytes: AsyncIterable<Uint8Array>,
  onDamage: (reason: string) => void,
): Promise<AsyncIterable<Uint8Array>> {
  const isEnough = (head: Uint8Array) => head.length >= 2;
  const packed = await peek(bytes, isEnough);
  const unpacked = isGzip(packed.head) ? gunzip(packed.all, onDamage) : packed.all;
  const text = await peek(unpacked, isEnough);
  const encoding = encodingOf(text.head);
  return encoding ? toUtf8(text.all, encoding) : text.all;
}

async function* readable(files: Files, file: string): AsyncGenerator<Uint8Array> {
  try {
    yield* files.stream(file);
  } catch (error) {
    throw new InputError([{ source: { file }, message: unreadable(error) }]);
  }
}
