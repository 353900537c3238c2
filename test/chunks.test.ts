import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { compiledFolder, loaderOf, toKeep } from '../src/chunks.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

describe('the files of a program', () => {
  let folder = '';
  beforeEach(() => {
    folder = `${mkdtempSync(join(tmpdir(), 'chunks-'))}/`;
    writeFileSync(
      `${folder}main.cjs`,
      'const { sep } = require("node:path");\nexports.two = require("./two.cjs");\nexports.fail = () => { throw new Error(sep); };\n',
    );
    writeFileSync(`${folder}two.cjs`, 'module.exports = [__filename, __dirname];\n');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('run once, and know where they are', () => {
    const load = loaderOf(folder);
    const { two } = load('main.cjs') as { two: unknown };
    expect(two).toEqual([`${folder}two.cjs`, folder]);
    expect(load('two.cjs')).toBe(two);
  });

  it('are named in stack traces, with line and column', () => {
    const { fail } = loaderOf(folder)('main.cjs') as { fail: () => never };
    let stack = '';
    try {
      fail();
    } catch (error) {
      stack = (error as Error).stack ?? '';
    }
    expect(stack).toContain(`${folder}main.cjs:3:30`);
    writeFileSync(`${folder}throws.cjs`, 'throw new Error("at once");\n');
    try {
      loaderOf(folder)('throws.cjs');
    } catch (error) {
      stack = (error as Error).stack ?? '';
    }
    expect(stack).toContain(`${folder}throws.cjs:1:7`);
  });
});

/** Runs in processes of their own, as a process remembers what it has compiled. */
describe('the compiled code of the program', () => {
  let copy = '';
  let dist = '';
  let compiled = '';
  let watch = '';

  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), 'compiled-'));
    watch = join(copy, 'watch.cjs');
    // Tells of each file whether V8 has taken the code that it was given.
    writeFileSync(
      watch,
      `const vm = require('node:vm');
       vm.Script = class extends vm.Script {
         constructor(source, options) {
           super(source, options);
           const use = !options.cachedData ? 'none' : this.cachedDataRejected ? 'rejected' : 'taken';
           process.stderr.write(use + ' ' + require('node:path').basename(options.filename) + '\\n');
         }
       };`,
    );
  });
  beforeEach(() => {
    for (const part of ['bin', 'dist', 'rates']) {
      rmSync(join(copy, part), { recursive: true, force: true });
      cpSync(join(ROOT, part), join(copy, part), {
        recursive: true,
        filter: (file) => !file.includes('vocabulary'),
      });
    }
    dist = `${join(copy, 'dist')}/`;
    compiled = compiledFolder(dist);
  });
  afterAll(() => rmSync(copy, { recursive: true }));

  function run(flags: readonly string[] = []) {
    const args = [join(copy, 'bin/openai-cost.cjs'), 'rates', 'show', 'gpt-5.4'];
    const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, ...args], {
      encoding: 'utf8',
      env: {},
    });
    return { status, stdout, stderr };
  }

  /** What became of the code of each file; each is the first word of a line. */
  function uses(flags: readonly string[] = []): string[] {
    const lines = run(['--require', watch, ...flags])
      .stderr.trimEnd()
      .split('\n');
    return [...new Set(lines.map((line) => line.split(' ')[0] ?? ''))];
  }

  it('is that of all files, and taken', () => {
    expect(uses()).toEqual(['taken']);
    expect(run()).toMatchObject({ status: 0, stderr: '' });
  });

  it('is left alone when it is not of this Node, or not whole', () => {
    const whole = run();
    const files = readdirSync(compiled);
    expect(files.length).toBeGreaterThan(5);
    const eachFile = (change: (bytes: Buffer, path: string) => void) => () => {
      for (const name of files) change(readFileSync(compiled + name), compiled + name);
    };
    const withCode = (change: (code: Buffer) => Buffer) =>
      eachFile((bytes, path) => {
        const code = bytes.subarray(0, bytes.readDoubleLE(bytes.length - 8));
        const source = readFileSync(dist + basename(path), 'utf8');
        writeFileSync(path, toKeep(change(code), source));
      });
    const damages: readonly [string, () => void][] = [
      ['taken', () => {}],
      ['taken', withCode((code) => code)],
      ['none', eachFile((_, path) => truncateSync(path, 0))],
      ['none', eachFile((bytes, path) => truncateSync(path, bytes.length >> 1))],
      ['none', eachFile((bytes, path) => truncateSync(path, bytes.length - 1))],
      ['none', eachFile((bytes, path) => writeFileSync(path, bytes.subarray(1)))],
      ['rejected', withCode(() => Buffer.alloc(0))],
      ['rejected', withCode(() => Buffer.from('no code'))],
      ['rejected', withCode((code) => code.subarray(0, -8))],
      ['none', eachFile((_, path) => rmSync(path))],
      ['none', () => renameSync(compiled, compiled.replace(/v[\d.]+/, 'v20.0.0'))],
    ];
    for (const [use, damage] of damages) {
      cpSync(join(ROOT, 'dist/compiled'), join(dist, 'compiled'), { recursive: true });
      damage();
      expect(uses()).toEqual([use]);
      expect(run()).toEqual(whole);
    }
  });

  it('is left alone when Node has other flags', () => {
    const flags = ['--max-old-space-size=300'];
    expect(uses(flags)).toEqual(['rejected']);
    expect(run(flags)).toEqual(run());
  });

  it('is of the files that are there', () => {
    for (const name of readdirSync(compiled)) {
      const kept = readFileSync(compiled + name);
      const source = readFileSync(dist + name, 'utf8');
      const code = kept.subarray(0, kept.readDoubleLE(kept.length - 8));
      expect(kept.equals(toKeep(code, source))).toBe(true);
    }
  });
});
