import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../run.ts';
import { check, config, folderOf, prompts, put, verdicts } from './build.ts';

/** A base that is a JSON report of an earlier run. */

const SHORT = 'Answer the question.\n';
const LONG = 'Answer the question, and give your reasons.\n';
const LIMITED = { increase: { perFile: { percent: 0 }, total: { usd: 0 } } };
const AGAINST = ['--base', 'base.json'];

async function withReport(command: readonly string[]): Promise<string> {
  const folder = folderOf({
    'openai-cost.json': config(prompts(LIMITED)),
    'prompts/a.md': SHORT,
    'prompts/b.md': SHORT,
  });
  const { code, err } = await run([...command, '-q', '-f', 'json=base.json'], { cwd: folder });
  expect(err).toBe('');
  expect(code).toBe(0);
  return folder;
}

const ESTIMATE = ['estimate', 'prompts', '-m', 'gpt-4o-mini', '-o', '100'];

describe('the report', () => {
  it.each<[string, string[]]>([
    ['check', ['check', '--no-base']],
    ['estimate', ESTIMATE],
    ['estimate of many calls', [...ESTIMATE, '-n', '1']],
  ])('of %s is a base', async (_, command) => {
    const folder = await withReport(command);
    expect((await check(folder, AGAINST)).code).toBe(0);
    put(folder, { 'prompts/b.md': LONG });
    expect(await verdicts(folder, AGAINST)).toEqual({
      code: 1,
      verdicts: [
        'increase.perFile.percent prompts/a.md with gpt-4o-mini: within',
        'increase.perFile.percent prompts/b.md with gpt-4o-mini: exceeded',
        'increase.total.usd all files with gpt-4o-mini: exceeded',
      ],
    });
  });

  it('of diff is a base, and diff takes one', async () => {
    const folder = await withReport(['check', '--no-base']);
    const args = ['diff', 'base.json', '-f', 'json=next.json', '-f', 'text'];
    const { code, out } = await run(args, { cwd: folder });
    expect(out).toContain('base.json -> the work tree');
    expect(out).toContain('Nothing has changed.');
    expect(code).toBe(0);
    put(folder, { 'prompts/b.md': LONG });
    expect((await check(folder, ['--base', 'next.json'])).code).toBe(1);
  });

  it('knows a file by the same name, from another folder too', async () => {
    const folder = await withReport(['check', '--no-base']);
    const report = join(folder, 'base.json');
    put(folder, { 'base.json': readFileSync(report, 'utf8') });
    expect((await check(folder, ['--base', report])).code).toBe(0);
  });

  it('of an estimate counts for the budgets that have its files, and for no other', async () => {
    const folder = await withReport(ESTIMATE);
    const one = { ...LIMITED, files: 'prompts/a.md' };
    put(folder, {
      'openai-cost.json': config(
        prompts({ ...one, name: 'a' }),
        prompts({ ...LIMITED, name: 'b', files: 'prompts/b.md' }),
      ),
      'prompts/a.md': LONG,
    });
    // What b no longer had to pay would hide what a has to.
    expect((await verdicts(folder, AGAINST)).verdicts).toContain(
      'increase.total.usd all files with gpt-4o-mini: exceeded',
    );
  });

  it('has all calls of a file, or says that it does not tell their cost', async () => {
    const line = (more: object = {}) =>
      JSON.stringify({
        ...{ model: 'gpt-4o-mini', messages: [{ role: 'user', content: SHORT }], ...more },
      });
    const lines = `${line()}\n${line()}\n`;
    const tiers = `${line({ service_tier: 'priority' })}\n${line()}\n`;
    const folder = folderOf({
      'openai-cost.json': config(prompts({ ...LIMITED, files: 'a.jsonl' })),
      'a.jsonl': lines,
    });
    const report = ['check', '--no-base', '-q', '-f', 'json=base.json'];
    await run(report, { cwd: folder });
    expect((await check(folder, AGAINST)).code).toBe(0);
    put(folder, { 'a.jsonl': `${lines}${line()}\n` });
    expect((await check(folder, AGAINST)).code).toBe(1);
    put(folder, { 'a.jsonl': tiers });
    await run(report, { cwd: folder });
    const { code, out } = await check(folder, AGAINST);
    expect(out).toContain('before, its tokens in a report do not tell its cost');
    expect(code).toBe(3);
  });

  it('without any prompt: everything is new, and nothing a percentage', async () => {
    const folder = await withReport(['check', '--no-base']);
    const report = JSON.parse(readFileSync(join(folder, 'base.json'), 'utf8'));
    const percent = prompts({ increase: { total: { percent: 1e6 } } });
    put(folder, {
      'base.json': { ...report, prompts: [] },
      'openai-cost.json': config(percent),
    });
    const { code, out } = await check(folder, AGAINST);
    expect(out).toContain('it cost nothing at the base, so no percentage can be told');
    expect(code).toBe(3);
  });
});

describe('what is no such report', () => {
  type Report = Record<string, unknown> & { prompts: Record<string, unknown>[] };

  it.each<[string, (report: Report) => unknown, string]>([
    ['no JSON', () => '{"a"', ':1: error: not JSON: it ends too early'],
    ['nothing', () => '', ':1: error: not JSON: it ends too early'],
    [
      'a list',
      () => [],
      ': error: schemaVersion: this is no JSON report of openai-cost; write one with -f json=FILE',
    ],
    [
      'of another version',
      (report) => ({ ...report, schemaVersion: 2 }),
      ': error: schemaVersion: this is no JSON report',
    ],
    [
      'of another command',
      (report) => ({ ...report, command: 'audit' }),
      ': error: command: only a report of check, diff or estimate',
    ],
    [
      'without prompts',
      (report) => ({ ...report, prompts: undefined }),
      ': error: command: only a report of',
    ],
    [
      'with what is no prompt',
      (report) => ({ ...report, prompts: [5] }),
      ': error: prompts[0]: must be an object',
    ],
    [
      'with a prompt twice',
      (report) => ({ ...report, prompts: [...report.prompts, ...report.prompts] }),
      ': error: prompts[2]: is in this report twice',
    ],
    ...(
      [
        ['file', 5],
        ['model', null],
        ['budget', undefined],
        ['inputTokens', 1.5],
        ['inputTokens', -1],
        ['inputTokens', '4'],
        ['calls', 2],
        ['calls', { calls: 0 }],
        ['outputTokens', 'many'],
        ['requests', 0],
        ['requests', 1.5],
        ['per', 'week'],
        ['tier', 'cheap'],
        ['region', 'mars'],
        ['cachedShare', 2],
        ['cachedShare', '1'],
      ] as const
    ).map(([name, value]): [string, (report: Report) => unknown, string] => [
      `with the ${name} ${value}`,
      (report) => ({ ...report, prompts: [{ ...report.prompts[0], [name]: value }] }),
      `: error: prompts[0].${name}: is not as this version can compare it; write the report anew`,
    ]),
  ])('%s', async (_, change, message) => {
    const folder = await withReport(['check', '--no-base']);
    const report = JSON.parse(readFileSync(join(folder, 'base.json'), 'utf8'));
    put(folder, { 'base.json': change(report) });
    const { code, out, err } = await check(folder, AGAINST);
    expect(err).toContain(`base.json${message}`);
    expect({ code, out }).toEqual({ code: 2, out: '' });
  });

  it.each<[string, Record<string, unknown>]>([
    ['requests', { requests: 0 }],
    ['tokens.input', { requests: 3 }],
  ])('an estimate with wrong %s', async (name, more) => {
    const folder = await withReport(ESTIMATE);
    const report = JSON.parse(readFileSync(join(folder, 'base.json'), 'utf8'));
    put(folder, { 'base.json': { ...report, ...more } });
    const { code, err } = await check(folder, AGAINST);
    expect(err).toContain(`base.json: error: byFile[0].${name}: is not as this version can`);
    expect(code).toBe(2);
  });
});
