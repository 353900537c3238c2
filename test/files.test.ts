import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import 'fdir';
import 'picomatch';
import 'tinyglobby';
import { afterEach, describe, expect, it } from 'vitest';
import { nodeIo } from '../src/io.ts';

const NOBODY = 65_534;
const isRoot = process.geteuid?.() === 0;

/** Root may open all folders, and so becomes somebody else for a while; what is imported above is there. */
describe('a folder that cannot be opened', () => {
  afterEach(() => {
    if (isRoot) process.seteuid?.(0);
  });

  it('is named, and not left out', async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'files-'));
    mkdirSync(join(cwd, 'p/closed'), { recursive: true });
    writeFileSync(join(cwd, 'p/a.md'), 'a');
    writeFileSync(join(cwd, 'p/closed/b.md'), 'b');
    chmodSync(cwd, 0o755);
    chmodSync(join(cwd, 'p/closed'), 0);
    const io = nodeIo(cwd);
    if (isRoot) process.seteuid?.(NOBODY);
    const closed = (file: string) => ({
      problems: [{ source: { file }, message: expect.stringContaining('EACCES') }],
    });
    for (const look of [
      () => io.walk('p'),
      () => io.glob('p/**/*.md'),
      () => io.glob('p/*/*.md'),
    ]) {
      await expect(look()).rejects.toMatchObject(closed('p/closed'));
    }
    await expect(io.glob('./p/**')).rejects.toMatchObject(closed('./p/closed'));
    expect(await io.glob('p/*.md')).toEqual(['p/a.md']);
  });
});
