import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Row } from '../../src/core/audit/entry.ts';
import { InputError } from '../../src/core/input-error.ts';
import { RecordReader } from '../../src/input/usage/csv-records.ts';
import type { Fields } from '../../src/input/usage/format.ts';
import { bytesOf, plain, rowsOf } from './rows.ts';

const FILES = [
  'completions.csv',
  'costs.csv',
  'litellm.csv',
  'openrouter.csv',
  'activity-2025.csv',
];
const ORIGINALS = FILES.map((file) => bytesOf(file));
const original = fc.constantFrom(...ORIGINALS);

/** Cells in quotes, whatever they hold. */
const quote = (cell: string) => `"${cell.replaceAll('"', '""')}"`;

it('the order of the columns makes no difference', async () => {
  const [header = '', ...lines] = bytesOf('completions.csv').toString().trimEnd().split('\n');
  const columns = header.split(',');
  const expected = plain((await rowsOf(bytesOf('completions.csv'))).all);
  const order = fc.shuffledSubarray([...columns.keys()], { minLength: columns.length });
  await fc.assert(
    fc.asyncProperty(order, async (places) => {
      const permuted = [header, ...lines].map((line) => {
        const cells = line.split(',');
        return places.map((place) => cells[place]).join();
      });
      expect(plain((await rowsOf(permuted.join('\n'))).all)).toEqual(expected);
    }),
    { numRuns: 30 },
  );
});

it('where a file is cut into pieces makes no difference, not even to a broken one', async () => {
  const broken = bytesOf('costs.csv')
    .toString()
    .replace(', cached input"', '')
    .replaceAll('\n', '\r\n');
  const contents = [...ORIGINALS, Buffer.from(`\u{FEFF}${broken}`)];
  const cuts = fc.array(fc.nat({ max: 3000 }), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...contents), cuts, async (content, places) => {
      const [whole, cut] = [await rowsOf(content), await rowsOf(content, { cuts: places })];
      expect(plain(cut.all)).toEqual(plain(whole.all));
    }),
    { numRuns: 60 },
  );
  const bytes = Buffer.from(broken);
  const everywhere = await rowsOf(bytes, { cuts: [...bytes.keys()] });
  expect(plain(everywhere.all)).toEqual(plain((await rowsOf(bytes)).all));
});

it('any text in quotes comes out as it was, in the line where its record begins', async () => {
  const cell = fc.string({
    unit: fc.constantFrom('a', '"', ',', '\n', '\r\n', ';', '\t', 'é', ' '),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(cell, { minLength: 1, maxLength: 8 }), async (cells) => {
      const found: [number | undefined, string | undefined][] = [];
      const format = {
        id: 'echo',
        title: 'Echo',
        required: ['a', 'b'],
        read: (fields: Fields): Row => {
          found.push([fields.source.line, fields.text('a')]);
          return { kind: 'empty', source: fields.source };
        },
      };
      const records = cells.map((each) => `${quote(each)},x\n`);
      await rowsOf(`a,b\n${records.join('')}`, { formats: [format] });
      let line = 2;
      const expected = cells.map((each, index) => {
        const begin = line;
        line += (records[index]?.split('\n').length ?? 1) - 1;
        return [begin, each.trim() || undefined];
      });
      expect(found).toEqual(expected);
    }),
  );
});

/** Changes to a file that people and programs make by accident. */
const mutation = fc.record({
  at: fc.nat({ max: 4000 }),
  drop: fc.nat({ max: 6 }),
  put: fc.oneof(
    fc.constantFrom('"', '""', ',', '\n', '\r', '\r\n', ';', '\t', '\0', '-', '9'.repeat(30), 'é'),
    fc.uint8Array({ maxLength: 4 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  ),
});

it('a damaged file loses no row: every line that is whole is read, and every record is one row', async () => {
  await fc.assert(
    fc.asyncProperty(original, fc.array(mutation, { maxLength: 12 }), async (bytes, mutations) => {
      const headerEnd = bytes.indexOf('\n') + 1;
      let body = bytes.subarray(headerEnd).toString('latin1');
      for (const { at, drop, put } of mutations) {
        const place = at % (body.length + 1);
        body = body.slice(0, place) + put + body.slice(place + drop);
      }
      const content = Buffer.concat([bytes.subarray(0, headerEnd), Buffer.from(body, 'latin1')]);
      const read = await rowsOf(content);
      expect(read.rows).toBe(read.all.length);
      for (const row of read.all) {
        if (row.kind === 'bad') expect(row.reason).not.toBe('');
      }
      const lines = read.all.map((row) => ('entry' in row ? row.entry : row).source.line ?? 0);
      expect(lines).toEqual([...new Set(lines)].sort((a, b) => a - b));
      // Without a quote anywhere, there is nothing that could join two lines.
      if (!body.includes('"')) {
        const records = body.split(/\r\n|\n|\r/).filter((line) => line.trim() !== '');
        expect(read.rows).toBe(records.length);
      }
    }),
    { numRuns: 150 },
  );
});

it('a quote that is put anywhere damages no record that begins after its line', async () => {
  const content = bytesOf('completions.csv').toString();
  const intact = new Map(plain((await rowsOf(content)).all).map((row) => [lineOf(row), row]));
  const last = content.trimEnd().split('\n').length;
  const place = fc.integer({ min: content.indexOf('\n') + 1, max: content.length - 1 });
  await fc.assert(
    fc.asyncProperty(place, async (at) => {
      const line = content.slice(0, at).split('\n').length;
      const { all } = await rowsOf(`${content.slice(0, at)}"${content.slice(at)}`);
      const rows = new Map(plain(all).map((row) => [lineOf(row), row]));
      for (let each = 2; each <= last; each++) {
        if (each === line) expect(rows.get(each)).toHaveProperty('kind', 'bad');
        else expect(rows.get(each)).toEqual(intact.get(each));
      }
    }),
    { numRuns: 60 },
  );
});

it('bytes of any kind are read or refused', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (bytes) => {
      await rowsOf(bytes).catch((error: unknown) => expect(error).toBeInstanceOf(InputError));
    }),
  );
});

function lineOf(row: unknown): unknown {
  return typeof row === 'object' && row !== null && 'line' in row ? row.line : undefined;
}

it('lines without quotes are what csv-parse makes of them, wherever the file is cut', async () => {
  async function records(bytes: Buffer, cuts: readonly number[], line: number) {
    const found: [line: number, ...cells: string[]][] = [];
    const sink = {
      record: (cells: readonly string[], at: number) => found.push([at, ...cells]),
      broken: (reason: string) => expect.fail(reason),
    };
    const reader = new RecordReader(',', sink, undefined, line);
    const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b)];
    for (const [index, from] of places.entries()) {
      await reader.write(bytes.subarray(from, places[index + 1]));
    }
    await reader.end();
    return found;
  }

  // Also bytes that are no UTF-8: csv-parse decodes each cell by itself.
  const texts = ['a', 'a', ',', ',', '\n', '\r', '\r\n', ' ', 'é', '\u{FEFF}', '\0', ';'];
  const pieces = fc.constantFrom(
    ...texts.map((text) => Buffer.from(text)),
    ...[0xc3, 0xe2, 0x82, 0xff].map((byte) => Buffer.from([byte])),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(pieces, { maxLength: 60 }),
      fc.array(fc.nat({ max: 80 }), { maxLength: 6 }),
      async (all, cuts) => {
        const bytes = Buffer.concat(all);
        const plainly = await records(bytes, cuts, 1);
        // From the first quote on, csv-parse reads.
        const quoted = Buffer.concat([Buffer.from('"q"\n'), bytes]);
        expect(await records(quoted, [], 0)).toEqual([[0, 'q'], ...plainly]);
      },
    ),
    { numRuns: 300 },
  );
});
