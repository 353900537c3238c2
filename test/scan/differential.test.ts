/** The scanner and csv-parse must give a ledger the same cells, and the same bad rows. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Row } from '../../src/core/audit/entry.ts';
import { boundariesOf, type Kept, Ledger } from '../../src/core/audit/ledger.ts';
import type { RateTable } from '../../src/core/rates.ts';
import { loadRates } from '../../src/index.ts';
import { readCsv } from '../../src/input/usage/csv.ts';
import { CSV_FORMATS } from '../../src/input/usage/csv-formats.ts';
import { readCsvSums } from '../../src/input/usage/csv-sums.ts';
import type { RowSum } from '../../src/input/usage/scan.ts';
import { type RangeFile, readCsvRanges, scanRanges } from '../../src/input/usage/scan-ranges.ts';
import { openInThreads } from '../../src/threads.ts';
import { csvOf, type Mutation, mutated } from './exports.ts';

const KEEPS: readonly (readonly Kept[])[] = [
  [],
  ['project', 'apiKey', 'user', 'file'],
  ['project'],
  ['bucket', 'user'],
];

let rates: RateTable;
beforeAll(async () => {
  rates = await loadRates();
});

/** Each piece is wiped when the next one is asked for, as a file's buffer may be. */
async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) {
    const piece = Buffer.from(bytes.subarray(at, at + size));
    yield piece;
    piece.fill('"');
  }
}

interface Outcome {
  readonly error?: string;
  readonly cells: unknown;
  readonly bad: unknown;
  readonly counts: Readonly<Record<Row['kind'], number>>;
  readonly rows?: number;
  /** How many times the sink was called. */
  readonly calls: number;
}

type Reader = (sink: (sum: RowSum) => void) => Promise<{ readonly rows: number }>;

async function outcome(keep: readonly Kept[], read: Reader): Promise<Outcome> {
  const ledger = new Ledger(rates, { keep: new Set(keep) });
  const bad: Row[] = [];
  const counts = { usage: 0, billed: 0, empty: 0, bad: 0 };
  let calls = 0;
  const sink = ({ row, rows, period }: RowSum) => {
    calls++;
    counts[row.kind] += rows;
    if (row.kind === 'usage') ledger.add(row.entry, rows, period?.end);
    if (row.kind === 'bad') bad.push(row);
  };
  try {
    const { rows } = await read(sink);
    // Where buckets are not kept, `end` and `id` are those of the first row: the same in both.
    return { cells: ledger.cells(), bad, counts, rows, calls };
  } catch (error) {
    return { error: String(error), cells: [], bad: [], counts, calls };
  }
}

async function both(
  bytes: Buffer,
  keep: readonly Kept[],
  size = 1 << 16,
): Promise<{ slow: Outcome; quick: Outcome }> {
  const boundaries = () => boundariesOf(rates);
  const slow = await outcome(keep, (sink) =>
    readCsv(pieces(bytes, 1 << 16), 'usage.csv', CSV_FORMATS, (row) => sink({ row, rows: 1 })),
  );
  const quick = await outcome(keep, (sink) =>
    readCsvSums(
      pieces(bytes, size),
      'usage.csv',
      CSV_FORMATS,
      { boundaries, keep: new Set(keep) },
      sink,
      0,
    ),
  );
  return { slow, quick };
}

function fileOf(bytes: Buffer): RangeFile {
  return {
    size: bytes.length,
    readAt: (into, position) => {
      into.subarray(0, bytes.length + 1).fill(34);
      return bytes.copy(into, 0, position);
    },
  };
}

/** With other threads that are none, but whose results come in any order and as copies. */
function inRanges(bytes: Buffer, keep: readonly Kept[], rangeBytes: number, helpers: number) {
  const file = fileOf(bytes);
  return outcome(keep, async (sink) => {
    const apart = { boundaries: () => boundariesOf(rates), keep: new Set(keep) };
    const read = await readCsvRanges(file, 'usage.csv', CSV_FORMATS, apart, sink, {
      helpers,
      rangeBytes,
      startThread: async (job, onResult) => {
        for (const result of scanRanges(job, file)) {
          await new Promise((resolve) => setImmediate(resolve));
          onResult(structuredClone(result));
        }
      },
    });
    return read ?? { rows: -1 };
  });
}

function expectEqual({ slow, quick }: { slow: Outcome; quick: Outcome }): void {
  expect({ ...quick, calls: 0 }).toEqual({ ...slow, calls: 0 });
}

describe('the scanner', () => {
  it('adds up an ordinary export instead of reading every row', async () => {
    const [header = '', ...rows] = csvOf({ rows: 500, seed: 1, width: 3600 }).split(/(?<=\n)/);
    const bytes = Buffer.from(header + rows.join('').repeat(10));
    const { slow, quick } = await both(bytes, []);
    expectEqual({ slow, quick });
    expect(slow.calls).toBe(5000);
    const sums = quick.calls - quick.counts.bad - quick.counts.empty;
    expect(sums).toBeLessThanOrEqual(500);
    expect(quick.counts.usage).toBeGreaterThan(4000);
  });

  it('reads small files row by row, and does not ask for boundaries', async () => {
    const rows = csvOf({ rows: 30, seed: 2, width: 3600 }).split(/(?<=\n)/);
    const calls = async (text: string) => {
      let asked = 0;
      const boundaries = () => {
        asked++;
        return boundariesOf(rates);
      };
      const apart = { boundaries, keep: new Set<Kept>() };
      let sums = 0;
      const bytes = Buffer.from(text);
      const read = await readCsvSums(pieces(bytes, 1 << 16), 'u.csv', CSV_FORMATS, apart, () => {
        sums++;
      });
      return { asked, rows: read.rows, sums };
    };
    expect(await calls(rows.join(''))).toEqual({ asked: 0, rows: 30, sums: 30 });
    const large = await calls((rows[0] ?? '') + rows.slice(1).join('').repeat(50));
    expect(large).toMatchObject({ asked: 1, rows: 1500 });
    expect(large.sums).toBeLessThan(750);
  });

  it.each(['completions', 'completions-ints'])('agrees on %s.csv', async (name) => {
    const path = fileURLToPath(new URL(`files/${name}.csv`, import.meta.url));
    for (const keep of KEEPS) expectEqual(await both(readFileSync(path), keep));
  });

  it('agrees with csv-parse on whatever is done to a file', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          rows: fc.integer({ min: 0, max: 40 }),
          seed: fc.integer(),
          mutations: fc.array(mutated(), { maxLength: 4 }),
          keep: fc.constantFrom(...KEEPS),
          size: fc.oneof(fc.integer({ min: 1, max: 400 }), fc.constant(1 << 16)),
        }),
        async ({ rows, seed, mutations, keep, size }) => {
          const text = mutations.reduce(
            (csv: string, mutate: Mutation) => mutate(csv),
            csvOf({ rows, seed }),
          );
          expectEqual(await both(Buffer.from(text), keep, size));
        },
      ),
      { numRuns: Number(process.env.SCAN_RUNS ?? 150) },
    );
  });

  it('does not depend on where a file is cut into ranges', async () => {
    let ordinary = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.integer(),
        fc.array(mutated(), { maxLength: 2 }),
        fc.integer({ min: 1, max: 3000 }),
        fc.integer({ min: 0, max: 3 }),
        async (seed, mutations, rangeBytes, helpers) => {
          const text = mutations.reduce((csv, mutate) => mutate(csv), csvOf({ rows: 20, seed }));
          const bytes = Buffer.from(text);
          const ranges = await inRanges(bytes, [], rangeBytes, helpers);
          if (ranges.rows === -1) return;
          ordinary++;
          const { slow } = await both(bytes, []);
          expectEqual({ slow, quick: ranges });
        },
      ),
      { numRuns: Number(process.env.SCAN_RUNS ?? 80) },
    );
    expect(ordinary).toBeGreaterThan(50);
  });

  it('fails when a thread fails, or when a result cannot be taken', async () => {
    const bytes = Buffer.from(csvOf({ rows: 100, seed: 3 }));
    const apart = { boundaries: () => boundariesOf(rates), keep: new Set<Kept>() };
    const read = (startThread: () => Promise<void>, sink = () => {}) =>
      readCsvRanges(fileOf(bytes), 'usage.csv', CSV_FORMATS, apart, sink, {
        helpers: 1,
        rangeBytes: 500,
        startThread,
      });
    await expect(read(() => Promise.reject(new Error('no thread')))).rejects.toThrow('no thread');
    const full = () => {
      throw new Error('full');
    };
    await expect(read(() => Promise.resolve(), full)).rejects.toThrow('full');
  });

  it('reads a file in several threads', async () => {
    const text = csvOf({ rows: 4000, seed: 5, width: 3600 });
    const path = join(mkdtempSync(join(tmpdir(), 'scan-')), 'usage.csv');
    for (const content of [text, text.replace('\ngpt', '\n"gpt"').replace('user-A', '"user-A"')]) {
      writeFileSync(path, content);
      const { file, threads, close } = openInThreads(path);
      const apart = { boundaries: () => boundariesOf(rates), keep: new Set<Kept>() };
      const quick = await outcome([], async (sink) => {
        const options = { ...threads, helpers: 2, rangeBytes: 100_000 };
        const read = await readCsvRanges(file, 'usage.csv', CSV_FORMATS, apart, sink, options);
        return read ?? { rows: -1 };
      });
      close();
      expectEqual({ slow: (await both(Buffer.from(content), [])).slow, quick });
    }
  });
});
