import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { github } from '../../src/output/github.ts';
import { githubFiles } from '../../src/output/github-files.ts';
import { check, config, folderOf, prompts, put } from '../budgets/build.ts';
import { run } from '../run.ts';
import { checkReport, diffReport, HOSTILE, hostileReport, MIXED, over, WELL } from './reports.ts';
import { commandsIn, outputsIn } from './runner.ts';

describe('github', () => {
  it('annotates each finding, what fails the build first', () => {
    expect(github(MIXED).split('\n')).toEqual([
      '::error file=prompts/a.md,title=openai-cost%3A budget::gpt-5.4 costs $2 a call, above $1',
      '::error title=openai-cost%3A incomplete::not everything could be read, priced or judged; search: unknown model',
      '::warning file=prompts/e.md,line=3,title=openai-cost%3A unreadable::binary, or text that is not UTF-8',
      '::warning file=prompts/c.md,title=openai-cost%3A budget::gpt-nope cannot be judged: unknown model',
      '::notice title=openai-cost%3A stale-rates::the rate table is 40 days old',
      'openai-cost check failed; 1 budget exceeded; 1 budget undecided; 1 budget kept',
      '',
    ]);
  });

  it('is one line when all is well', () => {
    expect(github(WELL)).toBe('openai-cost check passed; 1 budget kept\n');
    expect(github(diffReport([]))).toBe('openai-cost diff passed\n');
  });

  it('has no errors where failures are only told', () => {
    const log = github({ ...MIXED, warnOnly: true });
    expect(log).not.toContain('::error');
    expect(log).toContain('::warning file=prompts/a.md');
    expect(log).toContain('openai-cost check would fail, and is only told; 1 budget exceeded');
  });

  it('lets no text start a command', () => {
    for (const text of HOSTILE) expectOnlyAnnotations(text);
    fc.assert(fc.property(fc.string({ unit: 'binary' }), expectOnlyAnnotations));
    const parts = fc.constantFrom('\n', '\r', '::', '##[', ']', 'error', ' ', '%0A', ',', '=', 'x');
    fc.assert(fc.property(fc.array(parts), (list) => expectOnlyAnnotations(list.join(''))));
  });

  function expectOnlyAnnotations(text: string): void {
    const log = github(hostileReport(text));
    const commands = commandsIn(log);
    expect(commands.map(({ name }) => name)).toEqual(['error', 'error', 'warning', 'notice']);
    for (const { properties } of commands) {
      const known = ['file', 'line', 'title'];
      expect(Object.keys(properties).filter((name) => !known.includes(name))).toEqual([]);
    }
    expect(log.split('\n').length).toBe(6);
  }

  it('says what it was given, when that does no harm', () => {
    const text = '50% of a:b, c=d (e::f) “é”';
    const [command] = commandsIn(github(hostileReport(text)));
    expect(command).toMatchObject({ properties: { file: text }, data: text });
  });
});

describe('what a runner reads', () => {
  const names = ['::error::x', '  ::stop-commands::x', '##[error]x', 'a ##[add-mask]x'];

  it.each(names)('has no command in text or errors: %s', async (name) => {
    const cwd = mkdtempSync(join(tmpdir(), 'step-'));
    writeFileSync(join(cwd, name), '');
    const printed = async (args: readonly string[], env: Record<string, string>) => {
      const { out, err } = await run(args, { cwd, env });
      return commandsIn(args.includes('csv') ? err : `${out}\n${err}`);
    };
    const text = ['estimate', name, '-m', 'gpt-5.4', '-o', '1'];
    expect(await printed(text, {})).not.toEqual([]);
    for (const args of [text, [...text, '-f', 'csv'], ['estimate', `${name}!`], [name]]) {
      expect(await printed(args, { GITHUB_ACTIONS: 'true' })).toEqual([]);
    }
    rmSync(cwd, { recursive: true });
  });
});

describe('the files that GitHub names', () => {
  const ESTIMATE = ['estimate', 'a.txt', '-m', 'gpt-5.4', '-o', '10', '-f', 'github'];

  async function inStep(args: readonly string[], env: Record<string, string> = {}) {
    const cwd = mkdtempSync(join(tmpdir(), 'step-'));
    writeFileSync(join(cwd, 'a.txt'), 'Hello world');
    for (const file of ['summary', 'output']) appendFileSync(join(cwd, file), 'before\n');
    const result = await run(args, { cwd, env });
    const [summary, output] = ['summary', 'output'].map((name) =>
      readFileSync(join(cwd, name), 'utf8'),
    );
    rmSync(cwd, { recursive: true });
    return { ...result, summary, output };
  }

  it('get a summary and outputs after what they have', async () => {
    const env = { GITHUB_STEP_SUMMARY: 'summary', GITHUB_OUTPUT: 'output' };
    const { code, out, summary, output } = await inStep([...ESTIMATE, '--budget', '0.0001'], env);
    expect(code).toBe(1);
    expect(out).toMatch(/^::error title=openai-cost%3A budget::gpt-5.4 costs \$0.00017, above/);
    const markdown = (await inStep([...ESTIMATE.slice(0, -1), 'markdown', '--budget', '0.0001']))
      .out;
    expect(summary).toBe(`before\n${markdown}\n`);
    expect(outputsIn(String(output).replace('before\n', ''))).toEqual({
      'exit-code': '1',
      complete: 'true',
      failed: 'budget',
      'total-usd': '0.00017',
      'total-usd-low': '0.00017',
      'total-usd-high': '0.00017',
    });
  });

  it('are left alone where it names none, and by other formats', async () => {
    const before = { summary: 'before\n', output: 'before\n' };
    expect(await inStep(ESTIMATE)).toMatchObject(before);
    expect(await inStep(ESTIMATE, { GITHUB_STEP_SUMMARY: '', GITHUB_OUTPUT: '' })).toMatchObject(
      before,
    );
    const env = { GITHUB_STEP_SUMMARY: 'summary', GITHUB_OUTPUT: 'output' };
    expect(await inStep([...ESTIMATE.slice(0, -1), 'text'], env)).toMatchObject(before);
  });

  it('get their part once, however often the format is asked for', async () => {
    const args = [...ESTIMATE, '-f', 'github=a.log,text=b.log'];
    const { output } = await inStep(args, { GITHUB_OUTPUT: 'output' });
    expect(output?.match(/exit-code/g)?.length).toBe(1);
  });

  it('that cannot be written are an error', async () => {
    const env = { GITHUB_OUTPUT: 'nowhere/output' };
    const { code, out, err } = await inStep(ESTIMATE, env);
    expect({ code, err }).toEqual({
      code: 2,
      err: 'nowhere/output: error: cannot be written: there is no such directory\n',
    });
    expect(out).toContain('openai-cost estimate passed');
  });

  it('have no total where none is known', async () => {
    const unknown = ['estimate', 'a.txt', '-m', 'gpt-nope', '-o', '1', '-f', 'github'];
    const { code, output } = await inStep(unknown, { GITHUB_OUTPUT: 'output' });
    expect(code).toBe(3);
    expect(outputsIn(String(output).replace('before\n', ''))).toMatchObject({
      ...{ 'exit-code': '3', complete: 'false' },
      ...{ 'total-usd': '', 'total-usd-low': '0', 'total-usd-high': '' },
    });
  });

  const outputOf = (text: string) =>
    githubFiles(hostileReport(text), '', { GITHUB_OUTPUT: 'o' })[0]?.text ?? '';

  it('cannot be given an output by a text', () => {
    for (const text of HOSTILE) expectKnownOutputs(text);
    fc.assert(fc.property(fc.string({ unit: 'binary' }), expectKnownOutputs));
    const lines = fc.constantFrom('END', 'END_', '\n', '\r\n', 'x=1', 'x<<END', ' ');
    fc.assert(fc.property(fc.array(lines), (list) => expectKnownOutputs(list.join(''))));
  });

  function expectKnownOutputs(text: string): void {
    const outputs = outputsIn(outputOf(text));
    expect(Object.keys(outputs)).toEqual(['exit-code', 'complete', 'failed']);
    expect(outputs.failed?.split('\n').length).toBe(2);
  }

  it('name each budget that failed, also one that is called like their delimiter', () => {
    const report = checkReport(
      { END: MIXED.budgets[0]?.checks ?? [], END_: MIXED.budgets[1]?.checks ?? [] },
      { findings: [over('END', 'a')] },
    );
    const [file] = githubFiles(report, '', { GITHUB_OUTPUT: 'o' });
    expect(outputsIn(file?.text ?? '').failed).toBe('END\nEND_');
  });
});

describe('files are called from the root of the repository on', () => {
  const FORMATS = 'github=g,sarif=s,gitlab=l';
  const files = {
    'app/openai-cost.json': config(prompts({ limits: { usdPerCall: 0 } })),
    'app/prompts/a.md': 'Answer the question.',
  };

  async function placesIn(folder: string, cwd: string, env: Record<string, string> = {}) {
    const { code } = await check(join(folder, cwd), ['-f', FORMATS, '-f', 'csv'], { env });
    expect(code).toBe(1);
    const read = (name: string) => readFileSync(join(folder, cwd, name), 'utf8');
    const [annotation] = commandsIn(read('g'));
    const [result] = JSON.parse(read('s')).runs[0].results;
    const { uri } = result.locations[0].physicalLocation.artifactLocation;
    return [annotation?.properties.file, uri, JSON.parse(read('l'))[0].location.path];
  }
  const three = (path: string) => [path, path, path];

  it('that git has, here or in a folder above', async () => {
    const folder = folderOf({ ...files, '.git/HEAD': '' });
    expect(await placesIn(folder, 'app')).toEqual(three('app/prompts/a.md'));
    expect(await placesIn(folder, 'app/prompts')).toEqual(three('app/prompts/a.md'));
  });

  it('that CI has checked out, without git, or with a submodule', async () => {
    const folder = folderOf(files);
    expect(await placesIn(folder, 'app')).toEqual(three('prompts/a.md'));
    for (const name of ['GITHUB_WORKSPACE', 'CI_PROJECT_DIR']) {
      const env = { [name]: `${folder}/` };
      expect(await placesIn(folder, 'app', env)).toEqual(three('app/prompts/a.md'));
      expect(await placesIn(folder, 'app', { [name]: '/elsewhere' })).toEqual(
        three('prompts/a.md'),
      );
    }
    const env = { GITHUB_WORKSPACE: folder };
    put(folder, { '.git/HEAD': '', 'app/.git': 'gitdir: ../.git/modules/app' });
    expect(await placesIn(folder, 'app', env)).toEqual(three('app/prompts/a.md'));
  });

  it('that is checked out in a folder of the workspace', async () => {
    const folder = folderOf({ ...files, 'app/.git/HEAD': '' });
    const env = { GITHUB_WORKSPACE: folder };
    expect(await placesIn(folder, 'app', env)).toEqual(three('prompts/a.md'));
  });

  it('and by their own names outside of it', async () => {
    const budget = prompts({ files: '../app/prompts/a.md', limits: { usdPerCall: 0 } });
    const folder = folderOf({
      ...files,
      'other/.git/HEAD': '',
      'other/openai-cost.json': config(budget),
    });
    expect(await placesIn(folder, 'other')).toEqual(three('../app/prompts/a.md'));
  });
});
