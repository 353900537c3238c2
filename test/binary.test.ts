import { spawn } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { VERSION } from '../src/version.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const BIN = `${ROOT}bin/openai-cost.cjs`;

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the built program as a shell would; `npm test` builds it first. */
function launch(
  args: readonly string[],
  options: {
    stdin?: string;
    closeEarly?: boolean;
    env?: Record<string, string>;
    bin?: string;
  } = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [options.bin ?? BIN, ...args], {
      cwd: ROOT,
      env: { PATH: process.env.PATH, ...options.env },
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk) => {
      out += chunk;
      if (options.closeEarly) child.stdout.destroy();
    });
    child.stderr.on('data', (chunk) => {
      err += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
    child.stdin.end(options.stdin ?? '');
  });
}

describe('the built program', () => {
  it('has the version of the package', async () => {
    const { version } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8'));
    expect(VERSION).toBe(version);
    expect(await launch(['--version'])).toEqual({ code: 0, out: `${version}\n`, err: '' });
  });

  it('says what to do where it has not been built, and what is broken is a bug', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'unbuilt-'));
    cpSync(`${ROOT}bin`, join(folder, 'bin'), { recursive: true });
    const bin = join(folder, 'bin/openai-cost.cjs');
    const unbuilt = await launch(['--version'], { bin });
    expect(unbuilt).toMatchObject({ code: 2, out: '' });
    expect(unbuilt.err).toMatch(
      /^openai-cost: error: \S+\/dist\/ is not there: npm ci builds it\n$/,
    );
    mkdirSync(join(folder, 'dist'));
    writeFileSync(join(folder, 'dist/main.cjs'), 'throw new Error("broken");');
    const broken = await launch(['--version'], { bin });
    expect(broken).toMatchObject({ code: 70, out: '' });
    expect(broken.err).toContain('Error: broken');
  });

  it('reads standard input and writes its result to standard output', async () => {
    const { code, out, err } = await launch(
      [
        'estimate',
        '-',
        '-m',
        'gpt-5.4',
        '-o',
        '1',
        '--on',
        '2026-11-22',
        '--as',
        'text',
        '-f',
        'json',
      ],
      { stdin: 'Hello world' },
    );
    expect([code, err]).toEqual([0, '']);
    expect(JSON.parse(out).total.usd).toBe('0.00002');
  });

  it('writes no escapes into a pipe, unless asked', async () => {
    const args = ['estimate', 'test/example/review.txt', '-m', 'gpt-5.4'];
    expect((await launch(args)).out).not.toContain('\u001b');
    expect((await launch([...args, '--color'])).out).toContain('\u001b');
    expect((await launch(args, { env: { FORCE_COLOR: '1' } })).out).toContain('\u001b');
    const both = { env: { FORCE_COLOR: '1', NO_COLOR: '1' } };
    expect((await launch(args, both)).out).not.toContain('\u001b');
  });

  it('ends quietly when its reader goes away', async () => {
    const { code, err } = await launch(['rates', 'list', '-f', 'json'], { closeEarly: true });
    expect([code, err]).toEqual([0, '']);
  });

  it('gives its exit codes to the shell', async () => {
    const estimate = ['estimate', 'test/example/review.txt', '-m'];
    expect((await launch([...estimate, 'gpt-5.4', '-o', '9', '--budget', '1'])).code).toBe(0);
    expect((await launch([...estimate, 'gpt-5.4', '-o', '9', '--budget', '0'])).code).toBe(1);
    expect((await launch(['estimate', 'nowhere.txt'])).code).toBe(2);
    expect((await launch([...estimate, 'gpt-nope', '-o', '9'])).code).toBe(3);
  });

  it('reads a large export in threads, as one would', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'large-'));
    const [header = '', ...rows] = readFileSync(`${ROOT}test/example/usage.csv`, 'utf8')
      .trimEnd()
      .split('\n');
    // Above the size from which on threads help; the same rows again and again are all real.
    const copies = Math.ceil((70 * 1024 ** 2) / rows.join('\n').length);
    const file = join(folder, 'usage.csv');
    writeFileSync(file, `${header}\n`);
    for (let copy = 0; copy < copies; copy++) appendFileSync(file, `${rows.join('\n')}\n`);
    const { code, out } = await launch(['audit', file, '-f', 'json', '-q']);
    const once = await launch(['audit', 'test/example/usage.csv', '-f', 'json', '-q']);
    const [many, one] = [JSON.parse(out), JSON.parse(once.out)];
    expect(code).toBe(0);
    expect(many.rows.read).toBe(copies * one.rows.read);
    expect(many.total.requests).toBe(copies * one.total.requests);
    expect(many.total.tokens.output).toBe(copies * one.total.tokens.output);
    expect(Number(many.total.usdLow)).toBeCloseTo(copies * Number(one.total.usdLow), 4);
    const some = await launch(['audit', file, '-f', 'json', '-q', '--project', 'proj_search']);
    const few = ['audit', 'test/example/usage.csv', '-f', 'json', '-q', '--project', 'proj_search'];
    const someOfOne = JSON.parse((await launch(few)).out);
    expect(someOfOne.total.requests).toBeGreaterThan(0);
    expect(JSON.parse(some.out).total.requests).toBe(copies * someOfOne.total.requests);
    rmSync(folder, { recursive: true });
  }, 60_000);
});
