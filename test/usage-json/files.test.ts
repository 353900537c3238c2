import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Row } from '../../src/core/audit/entry.ts';
import { readUsage } from '../../src/input/usage/index.ts';
import { nodeIo } from '../../src/io.ts';
import { inPieces } from '../run.ts';
import { sample } from './read.ts';

const LOG = sample('chat_completions_log.jsonl');

/** Reads what lies in a new folder, and on standard input. */
const APART = {
  boundaries: () => ({ inputTokens: [], instants: [] }),
  keep: new Set<never>(),
};

async function audit(
  names: readonly string[],
  contents: Readonly<Record<string, string | Uint8Array>>,
  stdin: string | Uint8Array = '',
) {
  const cwd = mkdtempSync(join(tmpdir(), 'usage-'));
  for (const [name, content] of Object.entries(contents)) {
    mkdirSync(join(cwd, name, '..'), { recursive: true });
    writeFileSync(join(cwd, name), content);
  }
  const io = nodeIo(cwd);
  const stream = (path: string) =>
    path === '-' ? inPieces(Buffer.from(stdin), 3) : io.stream(path);
  const rows: [string, Row][] = [];
  const files = await readUsage(names, { ...io, stream }, { apart: APART }, ({ row }, file) =>
    rows.push([file, row]),
  );
  return { files, kinds: rows.map(([file, { kind }]) => `${file} ${kind}`), rows };
}

describe('files', () => {
  it('are found by name, pattern and folder, and read once', async () => {
    const contents = {
      'a.jsonl': LOG,
      'd/b.json': sample('batch_object.json'),
      'd/notes.md': '# no',
    };
    const { files, kinds } = await audit(['a.jsonl', '*.jsonl', 'd', '-'], contents, LOG);
    expect(files.map(({ file, rows }) => [file, rows])).toEqual([
      ['a.jsonl', 2],
      ['d/b.json', 1],
      ['-', 2],
    ]);
    expect(kinds).toEqual([
      'a.jsonl usage',
      'a.jsonl usage',
      'd/b.json usage',
      '- usage',
      '- usage',
    ]);
  });

  it.each([
    [['none.csv'], 'no such file'],
    [['*.csv'], 'no file matches this pattern'],
    [['d'], 'no .csv, .tsv'],
  ])('that are not there (%s) are named', async (names, message) => {
    await expect(audit(names, { 'd/notes.md': '#' })).rejects.toThrow(message);
  });

  it('that are empty are explained', async () => {
    const { files, rows } = await audit(['a', 'b', 'c'], { a: '', b: '\uFEFF \r\n\t', c: ' [ ]' });
    expect(files.map(({ rows: count, explanation }) => [count, explanation])).toEqual([
      [0, 'the file is empty'],
      [0, 'the file holds nothing but blanks'],
      [0, 'the file is an empty list'],
    ]);
    expect(rows).toEqual([]);
  });

  it('that cannot be read are named', async () => {
    const io = nodeIo();
    const files = {
      ...io,
      stat: () => ({ kind: 'file', size: 9 }) as const,
      stream: async function* (): AsyncGenerator<Uint8Array> {
        yield Buffer.from('{');
        throw Object.assign(new Error('no'), { code: 'EACCES' });
      },
    };
    await expect(readUsage(['a'], files, { apart: APART }, () => {})).rejects.toThrow(
      'cannot be read: you have no permission to; change that, or leave it out',
    );
  });

  it('of pages go on with each other', async () => {
    const first = sample('openai_api_usage_completions_page.json');
    const last = first
      .replaceAll('1790899200', '1790985600')
      .replace('1790812800', '1790985600')
      .replace('"has_more": true', '"has_more": false')
      .replace(
        /"start_time": 1790985600,\s*"end_time": 1790985600/,
        '"start_time": 1790985600, "end_time": 1791072000',
      )
      .replace(
        /"start_time": 1790985600,\s*"end_time": 1790985600/,
        '"start_time": 1791072000, "end_time": 1791158400',
      );
    const alone = await audit(['1.json'], { '1.json': first });
    expect(alone.kinds).toEqual(['1.json usage', '1.json empty', '1.json bad']);
    expect(alone.files[0]?.rows).toBe(3);
    const both = await audit(['1.json', '2.json'], { '1.json': first, '2.json': last });
    expect(both.kinds.filter((kind) => kind.endsWith('bad'))).toEqual([]);
  });
});

describe('bytes', () => {
  it('are unpacked by what they are, and not by their name', async () => {
    const packed = Buffer.concat([gzipSync(LOG), gzipSync(LOG)]);
    const { kinds } = await audit(['a.jsonl', '-'], { 'a.jsonl': packed }, packed);
    expect(kinds).toEqual([...Array(4).fill('a.jsonl usage'), ...Array(4).fill('- usage')]);
  });

  it('of gzip that is cut off or damaged count as far as they go', async () => {
    const packed = gzipSync(
      LOG.repeat(3000) + Array.from({ length: 9999 }, (_, index) => Math.sin(index)).join(' '),
    );
    const cut = await audit(['a'], { a: packed.subarray(0, -20_000) });
    expect(cut.kinds.filter((kind) => kind === 'a usage')).toHaveLength(6000);
    expect(cut.rows.at(-1)?.[1]).toMatchObject({
      kind: 'bad',
      reason: expect.stringContaining('cut off'),
    });
    expect(cut.files[0]?.rows).toBe(cut.rows.length);
    // The checksum of a member is in its last eight bytes.
    const flipped = Buffer.from(packed).map((byte, at) =>
      at === packed.length - 8 ? ~byte : byte,
    );
    const read = await audit(['a'], {
      a: flipped,
    });
    expect(read.kinds.filter((kind) => kind === 'a usage')).toHaveLength(6000);
    expect(read.rows.at(-1)?.[1]).toMatchObject({
      kind: 'bad',
      reason: expect.stringContaining('damaged'),
    });
    const nothing = await audit(['a'], { a: gzipSync(LOG).subarray(0, 12) });
    expect(nothing.kinds).toEqual(['a bad']);
  });

  it('of UTF-16 are decoded, wherever they are cut', async () => {
    const little = Buffer.from(`\uFEFF${LOG.replace('hi', '😀')}`, 'utf16le');
    const big = Buffer.from(little).swap16();
    const { kinds } = await audit(['le', 'be', '-'], { le: little, be: gzipSync(big) }, little);
    expect(kinds).toEqual(['le usage', 'le usage', 'be usage', 'be usage', '- usage', '- usage']);
  });
});
