import { readFileSync } from 'node:fs';
import type { Row } from '../../src/core/audit/entry.ts';
import { type CsvRead, readCsv } from '../../src/input/usage/csv.ts';
import { CSV_FORMATS } from '../../src/input/usage/csv-formats.ts';
import type { CsvFormat } from '../../src/input/usage/format.ts';

export interface ReadRows extends CsvRead {
  readonly all: readonly Row[];
}

/** The bytes of a file of this folder. */
export function bytesOf(name: string): Buffer {
  return readFileSync(new URL(`files/${name}`, import.meta.url));
}

/** What is read from a text or bytes, cut at the given places. */
export async function rowsOf(
  content: string | Uint8Array,
  {
    cuts = [],
    formats = CSV_FORMATS,
  }: { cuts?: readonly number[]; formats?: readonly CsvFormat[] } = {},
): Promise<ReadRows> {
  const all: Row[] = [];
  const bytes = Buffer.from(content);
  const result = await readCsv(pieces(bytes, cuts), 'test.csv', formats, (row) => all.push(row));
  return { ...result, all };
}

/** Each piece is wiped when the next one is asked for, as a file's buffer may be. */
async function* pieces(bytes: Buffer, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  const places = [...cuts.filter((cut) => cut <= bytes.length), bytes.length].sort((a, b) => a - b);
  let from = 0;
  for (const to of places) {
    const piece = Buffer.from(bytes.subarray(from, to));
    yield piece;
    piece.fill('"');
    from = to;
  }
}

/** Rows in a form that can be read and compared: money as text, sources as lines. */
export function plain(rows: readonly Row[]): unknown[] {
  return rows.map((row) => {
    const text = JSON.stringify(
      'entry' in row ? { ...row.entry, kind: row.kind } : row,
      (_, value) => (typeof value === 'bigint' ? `${value}n` : value),
    );
    const { source, ...rest } = JSON.parse(text);
    return { line: source.line, ...rest };
  });
}
