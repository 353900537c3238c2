import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/core/input-error.ts';
import { readCsv } from '../../src/input/usage/csv.ts';
import { RecordReader } from '../../src/input/usage/csv-records.ts';
import type { CsvFormat } from '../../src/input/usage/format.ts';
import { bytesOf, plain, rowsOf } from './rows.ts';

/** A format that shows what it is given: each row is bad, and its reason are the cells. */
const ECHO: CsvFormat = {
  id: 'echo',
  title: 'Echo',
  required: ['a', 'b'],
  read: (fields) => ({
    kind: 'bad',
    source: fields.source,
    reason: JSON.stringify(['a', 'b', 'c'].map((column) => fields.text(column) ?? null)),
  }),
};

/** What became of each record, as `line: reason`. */
async function echo(content: string | Uint8Array): Promise<string[]> {
  const { all, rows } = await rowsOf(content, { formats: [ECHO] });
  expect(rows).toBe(all.length);
  return all.map((row) => {
    const { source } = 'entry' in row ? row.entry : row;
    return `${source.line}: ${row.kind === 'bad' ? row.reason : row.kind}`;
  });
}

describe('records', () => {
  it('are found by the names of the columns, wherever these stand', async () => {
    expect(await echo('a,b\n1,2\n')).toEqual(['2: ["1","2",null]']);
    expect(await echo(' C ,"B",A\n 1 ,2,\n')).toEqual(['2: [null,"2","1"]']);
  });

  it('begin in the line that is given, whatever came before', async () => {
    expect(await echo('\n\na,b\r\n\r\n1,2\r\n"x\r\ny",2\n\n  \n3,4\r5,6')).toEqual([
      '5: ["1","2",null]',
      '6: ["x\\r\\ny","2",null]',
      '10: ["3","4",null]',
      '11: ["5","6",null]',
    ]);
  });

  it('may hold the delimiter, quotes and line breaks in quotes', async () => {
    expect(await echo('a,b\n"x,y","say ""hi"""\n')).toEqual(['2: ["x,y","say \\"hi\\"",null]']);
  });

  it('with too few or too many cells are bad', async () => {
    expect(await echo('a,b\n1\n1,2\n1,2,3\n')).toEqual([
      '2: the number of cells is 1, but the header has 2 columns',
      '3: ["1","2",null]',
      '4: the number of cells is 3, but the header has 2 columns',
    ]);
  });

  it('of nothing but delimiters are empty', async () => {
    expect(await echo('a,b\n,\n , \n')).toEqual(['2: empty', '3: empty']);
  });

  it('are separated by what the header has most of, outside of its quotes', async () => {
    expect(await echo('a\tb\n1,5\t2\n')).toEqual(['2: ["1,5","2",null]']);
    expect(await echo('a;b;"x,y,z,w"\n1;2;3\n')).toEqual(['2: ["1","2",null]']);
    expect((await rowsOf('b,a\n', { formats: [ECHO] })).delimiter).toBe(',');
  });
});

describe('a misplaced quote', () => {
  it('that is never closed costs its own record alone', async () => {
    expect(await echo('a,b\n1,2\n3,"4\n5,6\n7,8\n')).toEqual([
      '2: ["1","2",null]',
      '3: the quote that opens in line 3 is never closed',
      '4: ["5","6",null]',
      '5: ["7","8",null]',
    ]);
  });

  it('is named by the line in which it opens, not by that of its record', async () => {
    expect(await echo('a,b\n\n"x\ny","4\n5,6\n')).toEqual([
      '3: the quote that opens in line 4 is never closed',
      '5: ["5","6",null]',
    ]);
  });

  it('within a cell costs its own record alone', async () => {
    const found = await echo('a,b\n1,x"y\n3,"4"5\n"6\n7" 8,9\n10,11\n');
    expect(found.map((each) => each.slice(0, 50))).toEqual([
      '2: there is a quote within a cell in line 2 that has '.slice(0, 50),
      '3: the quote that opens in line 3 is closed in the middle'.slice(0, 50),
      '4: the quote that opens in line 4 is closed in the middle'.slice(0, 50),
      '5: there is a quote within a cell in line 5 that has '.slice(0, 50),
      '6: ["10","11",null]',
    ]);
  });

  it('does not take more memory than a record may have', async () => {
    const line = 'x'.repeat(99);
    const found = await records(['a,b\n1,"2\n', ...Array(6).fill(`${line},1\n`.repeat(1000))]);
    expect(found).toHaveLength(6002);
    expect(found[1]).toBe('2: the quote that opens in line 2 is never closed');
    expect(found[2]).toBe(`3: ${line}|1`);
    expect(found.at(-1)).toBe(`6002: ${line}|1`);
  });

  it('is not what is wrong with a record that has no end', async () => {
    const long = Array(9).fill('x'.repeat(MOST_BYTES / 8));
    expect(await records(['a,b\n3,', ...long, '\r', '\n5,6\n'])).toEqual([
      '1: a|b',
      '2: longer than 0.125 MiB',
      '3: 5|6',
    ]);
    const cells = Array(9).fill('"\n",'.repeat(MOST_BYTES / 32));
    const found = await records(['a,b\n', ...cells, '1\n5,6\n']);
    expect(found[1]).toMatch(/^2: (longer than|the quote)/);
    expect(found.at(-1)).toBe(`${2 + 9 * (MOST_BYTES / 32) + 1}: 5|6`);
  });

  it('in every line is no reason to read the file again and again', async () => {
    const lines = Array(20_000).fill('1,2"3,"4\n').join('');
    const found = await records(['a,b\n', lines]);
    expect(found).toHaveLength(20_001);
  });
});

const MOST_BYTES = 128 * 1024;

/** What a reader of small records makes of these pieces. */
async function records(pieces: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  const reader = new RecordReader(
    ',',
    {
      record: (cells, line) => found.push(`${line}: ${cells.join('|')}`),
      broken: (reason, line) => found.push(`${line}: ${reason}`),
    },
    MOST_BYTES,
  );
  for (const piece of pieces) await reader.write(Buffer.from(piece));
  await reader.end();
  return found;
}

describe('a file', () => {
  const messageOf = async (content: string | Uint8Array, formats = [ECHO]) => {
    const error = await rowsOf(content, { formats }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InputError);
    return error instanceof InputError ? error.problems : [];
  };

  it('of no format is refused with its columns, what is missing, and a remedy', async () => {
    const [problem] = await messageOf('a,"x\u001b[31m\ny"\n1,2\n');
    expect(problem?.source).toEqual({ file: 'test.csv' });
    expect(problem?.message).toBe(
      'no known format; nearest is the Echo, of which b is missing. Its columns are a, x\u{FFFD}[31m\u{FFFD}y. To read it all the same, say which is which: --map model=<column>,input=<column>,output=<column>,time=<column>',
    );
    const many = Array.from({ length: 50 }, (_, index) => `column${index}`).join();
    const [other] = await messageOf(many);
    expect(other?.message).toMatch(
      /^no known format\. Its columns are column0, .*column39 and 10 more\./,
    );
  });

  it('with two columns of one name is refused, by their names', async () => {
    const [problem] = await messageOf('a,b,A,c,c,,\n');
    expect(problem?.message).toBe('more than one column of the name a, c');
  });

  it('without a header is refused', async () => {
    for (const content of ['', '\n\r\n', '\u{FEFF}']) {
      expect((await messageOf(content))[0]?.message).toBe('empty: not even a header');
    }
    const [broken] = await messageOf('a,"b\n1,2\n');
    expect(broken?.source).toEqual({ file: 'test.csv', line: 1 });
    expect(broken?.message).toBe('no header: the quote that opens in line 1 is never closed');
    expect((await messageOf(Buffer.from('\u{FEFF}a,b\n', 'utf16le')))[0]?.message).toMatch(
      /^UTF-16/,
    );
  });

  it('with nothing but a header has no rows', async () => {
    for (const content of ['a,b', 'a,b\n', '\u{FEFF}\na,b\n'])
      expect(await echo(content)).toEqual([]);
  });

  it('is abandoned when the sink fails', async () => {
    const failing = readCsv(
      (async function* () {
        yield Buffer.from('a,b\n1,2\n');
      })(),
      'test.csv',
      [ECHO],
      () => {
        throw new RangeError('enough');
      },
    );
    await expect(failing).rejects.toThrow(RangeError);
  });
});

describe('the same rows', () => {
  const original = bytesOf('completions.csv').toString();
  const variants: Readonly<Record<string, string>> = {
    'with CRLF': original.replaceAll('\n', '\r\n'),
    'with CR': original.replaceAll('\n', '\r'),
    'with a byte order mark': `\u{FEFF}${original}`,
    'with tabs': original.replaceAll(',', '\t'),
    'with semicolons': original.replaceAll(',', ';'),
    'with semicolons and decimal commas': original
      .replaceAll(',', ';')
      .replace(/(?<=;\d+)\.0(?=;|\n)/g, ',0'),
    'with every cell quoted': original.replace(/[^,\n]+/g, '"$&"'),
    'with the booleans of Excel': original.replaceAll('True', 'TRUE').replaceAll('False', 'FALSE'),
    'without a last line break': original.trimEnd(),
    'with upper-case columns': original.replace(/^.*/, (header) => header.toUpperCase()),
  };

  it.each(Object.keys(variants))('%s', async (name) => {
    expect(variants[name]).not.toBe(original);
    const expected = plain((await rowsOf(original)).all);
    expect(plain((await rowsOf(variants[name] ?? '')).all)).toEqual(expected);
  });
});
