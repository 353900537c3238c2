import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CSV_FORMATS } from '../../src/input/usage/csv-formats.ts';
import { bytesOf, plain, rowsOf } from './rows.ts';

const FILES = readdirSync(new URL('files/', import.meta.url)).filter((file) =>
  file.endsWith('.csv'),
);

/** What each file of the folder says, row by row, stands beside it. */
describe('the formats', () => {
  it.each(FILES)('%s', async (file) => {
    const [head, ...expected] = bytesOf(file.replace('.csv', '.jsonl'))
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const read = await rowsOf(bytesOf(file));
    expect({ format: read.format.id, delimiter: read.delimiter }).toEqual(head);
    expect(plain(read.all)).toEqual(expected);
    expect(read.rows).toBe(expected.length);
  });

  it('have each a file', async () => {
    const read = await Promise.all(FILES.map((file) => rowsOf(bytesOf(file))));
    const covered = new Set(read.map(({ format }) => format.id));
    expect(CSV_FORMATS.map(({ id }) => id).filter((id) => !covered.has(id))).toEqual([]);
    expect(new Set(CSV_FORMATS.map(({ id }) => id)).size).toBe(CSV_FORMATS.length);
  });

  it('explain the file without data', async () => {
    const { format } = await rowsOf(bytesOf('no-data.csv'));
    expect(format.explanation).toMatch(/no usage in the period.*organization.*export again/);
    const withMore = 'start_time,end_time,start_time_iso,end_time_iso,note\n';
    await expect(rowsOf(withMore)).rejects.toThrow('no known format');
  });
});
