import { readFileSync } from 'node:fs';
import type { BilledEntry, Row, UsageEntry } from '../../src/core/audit/entry.ts';
import { readJson } from '../../src/input/usage/json.ts';
import { JSON_FORMATS } from '../../src/input/usage/json-formats.ts';
import { inPieces } from '../run.ts';

export interface Read {
  readonly rows: readonly Row[];
  readonly formats: readonly string[];
}

export async function readText(text: string | Uint8Array, pieces = 64, maxBytes?: number) {
  const rows: Row[] = [];
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  const sink = (row: Row) => rows.push(row);
  const read = await readJson(reused(bytes, pieces), 'log', JSON_FORMATS, sink, maxBytes);
  return { ...read, rows: [...rows], read: read.rows, formats: read.formats.map(({ id }) => id) };
}

/** One buffer for all pieces, as io.ts hands them over: who keeps one without a copy loses it. */
async function* reused(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(length);
  for await (const piece of inPieces(bytes, length)) {
    buffer.set(piece);
    yield buffer.subarray(0, piece.length);
  }
}

export async function readValues(...values: unknown[]): Promise<readonly Row[]> {
  return (await readText(values.map((value) => JSON.stringify(value)).join('\n'))).rows;
}

export async function usageOf(value: unknown): Promise<UsageEntry> {
  const [row, more] = await readValues(value);
  if (row?.kind !== 'usage' || more) throw new Error(JSON.stringify(row));
  return row.entry;
}

export async function billedOf(value: unknown): Promise<BilledEntry> {
  const [row] = await readValues(value);
  if (row?.kind !== 'billed') throw new Error(JSON.stringify(row));
  return row.entry;
}

/** The reason of the one bad row. */
export async function reasonOf(value: unknown): Promise<string> {
  const rows = await readValues(value);
  return rows.map((row) => (row.kind === 'bad' ? row.reason : row.kind)).join(' | ');
}

export function sample(name: string): string {
  return readFileSync(new URL(`files/${name}`, import.meta.url), 'utf8');
}
