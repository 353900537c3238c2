import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeIo } from '../../src/io.ts';
import { run } from '../run.ts';

let cwd: string;
const at = (name: string) => join(cwd, name);
const read = (name: string) => readFileSync(at(name), 'utf8');

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'destinations-'));
  writeFileSync(at('prompt.txt'), 'Hello world');
});
afterEach(() => rmSync(cwd, { recursive: true }));

const ESTIMATE = ['estimate', 'prompt.txt', '--as', 'text', '-m', 'gpt-5.4', '-o', '10'];
const OVER_BUDGET = [...ESTIMATE, '--budget', '0.0001'];
const estimate = (...formats: string[]) => run([...ESTIMATE, ...formats], { cwd });

describe('several formats', () => {
  it('go to files and standard output at once, each as it is alone', async () => {
    const alone = await Promise.all(
      ['text', 'json', 'csv'].map(async (format) => (await estimate('-f', format)).out),
    );
    const { code, out, err } = await estimate('-f', 'text', '-f', 'json=a.json,csv=b.csv');
    expect({ code, err, texts: [out, read('a.json'), read('b.csv')] }).toEqual({
      ...{ code: 0, err: '' },
      texts: alone,
    });
  });

  it('leave standard output to the one without a file, and empty without such', async () => {
    expect((await estimate('-f', 'json=a.json')).out).toBe('');
    expect((await estimate('-f', 'json=a.json', '-f', 'csv')).out).toMatch(/^model,file/);
    expect((await estimate('-f', 'csv=-')).out).toMatch(/^model,file/);
  });

  it('take a file name with = in it', async () => {
    await estimate('-f', 'json=a=b.json');
    expect(JSON.parse(read('a=b.json')).command).toBe('estimate');
  });

  it.each([
    [['-f', 'text,json'], 'Two formats cannot both go to standard output'],
    [['-f', 'text', '-f', 'csv=-'], 'Two formats cannot both go to standard output'],
    [['-f', 'csv=x,json=x'], 'Two formats cannot both go to x'],
    [['-f', 'json='], '"json=" names no file'],
    [['-f', ''], '"" is none of text, json'],
    [['-f', 'json=a,b.json'], '"b.json" is none of text, json'],
  ])('%j is a wrong call', async (formats, message) => {
    const { code, out, err } = await estimate(...formats);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(message);
    expect(readdirSync(cwd)).toEqual(['prompt.txt']);
  });

  it('are there for lists of rates too, as far as they have them', async () => {
    const list = await run(['rates', 'list', '-f', 'csv', '-f', 'json=a.json'], { cwd });
    expect([list.code, list.out.slice(0, 5)]).toEqual([0, 'model']);
    expect(JSON.parse(read('a.json')).models.length).toBeGreaterThan(10);
    const show = await run(['rates', 'show', 'gpt-5.4', '-f', 'text=b.txt'], { cwd });
    expect([show.code, show.out]).toEqual([0, '']);
    expect(read('b.txt')).toContain('gpt-5.4');
    const none = await run(['rates', 'show', 'gpt-5.4', '-f', 'csv'], { cwd });
    expect(none).toMatchObject({ code: 2, out: '' });
    expect(none.err).toContain('"csv" is none of text, json.');
  });
});

describe('what standard output does not show', () => {
  const finding = 'error: gpt-5.4 costs $0.000155, above the budget of $0.0001 [budget]';

  it.each([
    [['text', 'csv=a.csv'], { out: true, err: false }],
    [['csv', 'text=a.txt'], { out: false, err: true }],
    [['json=a.json'], { out: false, err: true }],
  ])('%j', async (formats, shown) => {
    const { code, out, err } = await run([...OVER_BUDGET, '-f', formats.join(',')], { cwd });
    expect(code).toBe(1);
    expect({ out: out.includes(finding), err: err.includes(finding) }).toEqual(shown);
  });
});

describe('text in a file', () => {
  it('has neither colour nor a width', async () => {
    const world = { cwd, columns: 20, env: { FORCE_COLOR: '1', COLUMNS: '20' } };
    const formats = ['--color', '-f', 'text=a.txt'];
    const { out } = await run([...ESTIMATE, '-m', 'gpt-nope', ...formats], world);
    expect(out).toBe('');
    expect(read('a.txt')).not.toContain('\u001b');
    expect(read('a.txt')).toContain('prompt.txt · 2 tokens · 10 output tokens a call · standard');
  });
});

describe('a file that cannot be written', () => {
  it('is an error, when all else has been written', async () => {
    mkdirSync(at('folder'));
    const places = 'text,json=nowhere/a.json,markdown=folder,csv=b.csv';
    const { code, out, err } = await run([...OVER_BUDGET, '-f', places], { cwd });
    expect(code).toBe(2);
    expect(err).toBe(
      [
        'nowhere/a.json: error: cannot be written: there is no such directory',
        'folder: error: cannot be written: it is a directory',
        '',
      ].join('\n'),
    );
    expect(out).toContain('above the budget');
    expect(read('b.csv')).toMatch(/^model,file/);
  });

  it('keeps what was in it, and leaves nothing beside it', () => {
    writeFileSync(at('a.json'), 'old');
    const io = nodeIo(cwd);
    mkdirSync(at(`a.json.${process.pid}.tmp`));
    expect(() => io.writeFile('a.json', 'new')).toThrow('EEXIST');
    rmSync(at(`a.json.${process.pid}.tmp`), { recursive: true });
    expect(read('a.json')).toBe('old');
    io.writeFile('a.json', 'new');
    expect(read('a.json')).toBe('new');
    expect(readdirSync(cwd).sort()).toEqual(['a.json', 'prompt.txt']);
  });
});

describe('a file that is replaced', () => {
  it('keeps its rights, and a link to it stays a link', () => {
    writeFileSync(at('real.json'), 'old');
    chmodSync(at('real.json'), 0o640);
    symlinkSync('real.json', at('link.json'));
    nodeIo(cwd).writeFile('link.json', 'new');
    expect(lstatSync(at('link.json')).isSymbolicLink()).toBe(true);
    expect(read('real.json')).toBe('new');
    expect(statSync(at('real.json')).mode & 0o777).toBe(0o640);
  });

  it('is no device: that is written to', () => {
    nodeIo(cwd).writeFile('/dev/null', 'lost');
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
    expect(existsSync(`/dev/null.${process.pid}.tmp`)).toBe(false);
  });
});
