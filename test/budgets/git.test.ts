import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { run } from '../run.ts';
import {
  check,
  commit,
  config,
  folderOf,
  git,
  prompts,
  put,
  repositoryOf,
  verdicts,
} from './build.ts';

/** What is compared with a git ref, in real repositories. */

const SHORT = 'Answer the question.\n';
const LONG = 'Answer the question, and give your reasons, one by one, with examples.\n';
const INCREASE = { increase: { perFile: { percent: 1 }, total: { usd: 0 } } };
const NO_INCREASE = config(prompts(INCREASE));

interface Change {
  readonly kind: string;
  readonly file: string;
  readonly fileBefore: string | null;
}

/** `kind file` of each prompt of a comparison, and `kind file <- fileBefore`. */
async function changes(folder: string, ...args: readonly string[]): Promise<string[]> {
  const { out, err } = await run(['diff', ...args, '-f', 'json'], { cwd: folder });
  if (out === '') return [err];
  const { comparison } = JSON.parse(out) as { comparison: { changes: { prompts: Change[] }[] } };
  return comparison.changes.flatMap((change) =>
    change.prompts.map(
      ({ kind, file, fileBefore }) =>
        `${kind} ${JSON.stringify(file)}${fileBefore === null ? '' : ` <- ${JSON.stringify(fileBefore)}`}`,
    ),
  );
}

describe('a change on a branch', () => {
  let repository: string;

  beforeAll(() => {
    repository = repositoryOf({
      'openai-cost.json': NO_INCREASE,
      'prompts/a.md': SHORT,
      'prompts/b.md': SHORT,
    });
    git(repository, 'tag', 'v1');
    put(repository, { 'prompts/a.md': LONG });
    commit(repository);
    git(repository, 'checkout', '-q', 'main');
    put(repository, { 'prompts/b.md': `${LONG}${LONG}` });
    commit(repository, 'main went on');
    git(repository, 'checkout', '-q', 'work');
    git(repository, 'update-ref', 'refs/remotes/origin/main', 'main');
  });

  it.each(['main', 'origin/main', 'refs/heads/main', 'v1', 'HEAD~1'])(
    'fails against %s, where the work began',
    async (base) => {
      const { code, verdicts: found } = await verdicts(repository, ['--base', base]);
      expect(found).toEqual([
        'increase.perFile.percent prompts/a.md with gpt-4o-mini: exceeded',
        'increase.perFile.percent prompts/b.md with gpt-4o-mini: within',
        'increase.total.usd all files with gpt-4o-mini: exceeded',
      ]);
      expect(code).toBe(1);
    },
  );

  it('takes a commit by its id, whole or short', async () => {
    const id = git(repository, 'rev-parse', 'v1').trim();
    expect((await check(repository, ['--base', id])).code).toBe(1);
    expect((await check(repository, ['--base', id.slice(0, 8)])).code).toBe(1);
  });

  it('passes against itself, and says what is the base', async () => {
    const { code, out } = await check(repository, ['--base', 'HEAD']);
    expect(code).toBe(0);
    expect(out).toContain('1 budget holds');
    expect(out).toContain('; nothing was committed since HEAD)');
  });

  it('says which prompt, by how much, and what to do', async () => {
    const { code, out } = await check(repository, ['--base', 'main']);
    expect(code).toBe(1);
    expect(out).toContain(
      'prompts/a.md: error: a call of gpt-4o-mini costs 2.92% more than before, above the allowed 1%',
    );
  });

  it('tells the same with diff, of the work tree and of commits', async () => {
    const expected = ['changed "prompts/a.md"', 'same "prompts/b.md"'];
    expect(await changes(repository, 'main')).toEqual(expected);
    expect(await changes(repository, 'main', 'work')).toEqual(expected);
    // Since the fork, main has changed the other one.
    expect(await changes(repository, 'work', 'main')).toEqual([
      'same "prompts/a.md"',
      'changed "prompts/b.md"',
    ]);
  });

  it('has nothing to tell of what is the same', async () => {
    const { code, out } = await run(['diff', 'HEAD', 'work'], { cwd: repository });
    expect(out).toContain('Nothing has changed.');
    expect(out).not.toContain('nothing was committed');
    expect(code).toBe(0);
    const uncommitted = await run(['diff', 'work'], { cwd: repository });
    expect(uncommitted.out).toContain('; nothing was committed since work');
  });

  it('is told with its period', async () => {
    const folder = repositoryOf({
      'openai-cost.json': config(prompts({ ...INCREASE, requests: 5000, per: 'day' })),
      'prompts/a.md': SHORT,
    });
    put(folder, { 'prompts/a.md': LONG });
    const { out } = await check(folder, ['--base', 'main']);
    expect(out).toContain('all files with gpt-4o-mini: a month costs $0.27 more than before');
    expect((await run(['check', '--base', 'main'], { cwd: repository })).out).toContain(
      'all files with gpt-4o-mini: a run costs $',
    );
  });

  it('of what is at least has no percentage, and no price is no amount', async () => {
    const folder = repositoryOf({ 'prompts/a.md': `${SHORT}{{name}}` });
    put(folder, { 'prompts/a.md': `${LONG}{{name}}` });
    const of = async (model: string, ...more: readonly string[]) => {
      const args = ['diff', 'main', '--files', 'prompts', '-m', model, '-o', '1', ...more];
      return run(args, { cwd: folder, now: '2026-11-26T12:00:00Z' });
    };
    const { code, out } = await of('gpt-4o,gpt-4o-mimi');
    expect(code).toBe(3);
    expect(out).toMatch(/prompts with gpt-4o: a run costs at least \S+, before at least \S+$/m);
    expect(out).toContain(
      'prompts with gpt-4o-mimi: a run costs an unknown amount, before an unknown amount\n',
    );
    expect(out).toContain('gpt-4o is not known: {{name}} is not filled in (vars, varTokens');
    expect(out).toContain('gpt-4o-mimi is not known: unknown model; did you mean gpt-4o-mini?');
    // The day at which prices are in force, as estimate says it.
    expect(out).toContain('both at the prices of 2026-11-26');
    const github = await of('gpt-4o-mimi', '-f', 'github');
    expect(github.out).toMatch(/^::error title=openai-cost%3A incomplete::.*unknown model/m);
  });

  it('needs no configuration where files and models are named', async () => {
    const args = ['main', '--files', 'prompts', '-m', 'gpt-4o', '-o', '1'];
    expect(await changes(repository, ...args)).toEqual([
      'changed "prompts/a.md"',
      'same "prompts/b.md"',
    ]);
    const named = await run(['diff', 'main', '--files', 'prompts'], { cwd: repository });
    expect(named).toMatchObject({ code: 2, err: 'error: --files and --model go together\n' });
  });

  it('does not take files that are nowhere for files that are the same', async () => {
    const args = ['diff', 'main', 'work', '--files', 'promts/*.md', '-m', 'gpt-4o'];
    expect(await run(args, { cwd: repository })).toMatchObject({
      code: 2,
      err: 'error: none of the files is there, neither now nor at the base\n',
    });
  });

  it('is the same from folders below, from above, and from a work tree of its own', async () => {
    const count = async (folder: string, ...args: string[]) =>
      (await verdicts(folder, ['--base', 'main', ...args])).verdicts.map((verdict) =>
        verdict.replace(/ with.*:/, ''),
      );
    // A pattern may come back down from above the repository.
    const [, name = ''] = /([^/]+)$/.exec(repository) ?? [];
    put(repository, {
      'above.json': config(prompts({ ...INCREASE, files: `../${name}/prompts/*.md` })),
    });
    expect(await count(repository, '--config', 'above.json')).toEqual([
      'increase.perFile.percent prompts/a.md exceeded',
      'increase.perFile.percent prompts/b.md within',
      'increase.total.usd all files exceeded',
    ]);
    rmSync(join(repository, 'above.json'));
    mkdirSync(join(repository, 'deep/er'), { recursive: true });
    expect(await count(join(repository, 'prompts'))).toEqual([
      'increase.perFile.percent a.md exceeded',
      'increase.perFile.percent b.md within',
      'increase.total.usd all files exceeded',
    ]);
    expect(await count(join(repository, 'deep/er'))).toEqual([
      'increase.perFile.percent ../../prompts/a.md exceeded',
      'increase.perFile.percent ../../prompts/b.md within',
      'increase.total.usd all files exceeded',
    ]);
    expect(await count(repository, '--config', join(repository, 'openai-cost.json'))).toEqual([
      'increase.perFile.percent prompts/a.md exceeded',
      'increase.perFile.percent prompts/b.md within',
      'increase.total.usd all files exceeded',
    ]);
    const other = join(folderOf(), 'tree');
    git(repository, 'worktree', 'add', '-q', '--detach', other, 'work');
    expect(await count(other)).toEqual([
      'increase.perFile.percent prompts/a.md exceeded',
      'increase.perFile.percent prompts/b.md within',
      'increase.total.usd all files exceeded',
    ]);
  });

  it('leaves the work tree and the index as they are', async () => {
    put(repository, { 'prompts/untracked.md': SHORT });
    const state = () => [
      git(repository, 'status', '--porcelain'),
      readFileSync(join(repository, '.git/index')).toString('base64'),
    ];
    const before = state();
    const index = before[1];
    await check(repository, ['--base', 'main']);
    await run(['diff', 'main', 'work'], { cwd: repository });
    expect(readFileSync(join(repository, '.git/index')).toString('base64')).toBe(index);
    expect(state()[0]).toBe(before[0]);
    rmSync(join(repository, 'prompts/untracked.md'));
  });

  it.each<[string, string[], string]>([
    [
      'a ref that is not there',
      ['nosuch'],
      'nosuch: there is no such commit, branch or tag here; fetch it first, as in: git fetch origin nosuch',
    ],
    ['one of another repository', ['origin/nosuch'], 'as in: git fetch origin nosuch'],
    ['a file of a commit', ['HEAD:prompts'], 'HEAD:prompts: there is no such commit'],
    [
      'a report that is not there',
      ['base.json'],
      'base.json: there is no such file, and no such branch, tag or commit',
    ],
    ['an empty name', [''], 'the base has no name (perhaps a variable that is not set)'],
    [
      'what git takes for an option',
      ['--output=/tmp/x'],
      '--output=/tmp/x: there is no such commit',
    ],
    ['another', ['--git-dir=/'], '--git-dir=/: there is no such commit'],
  ])('fails for %s', async (_, [base = ''], message) => {
    const { code, err, out } = await check(repository, [`--base=${base}`]);
    expect(err).toContain(message);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    if (base.startsWith('-')) return;
    expect((await run(['diff', '--', base], { cwd: repository })).code).toBe(2);
  });
});

describe('a clone that is shallow', () => {
  let origin: string;

  beforeAll(() => {
    origin = repositoryOf({ 'openai-cost.json': NO_INCREASE, 'prompts/a.md': SHORT });
    put(origin, { 'prompts/a.md': LONG });
    commit(origin);
    git(origin, 'checkout', '-q', 'main');
    put(origin, { 'other.txt': 'main went on' });
    commit(origin);
    git(origin, 'checkout', '-q', 'work');
  });

  function clone(...args: readonly string[]): string {
    const folder = join(folderOf(), 'clone');
    git('/', 'clone', '-q', ...args, `file://${origin}`, folder);
    return folder;
  }

  it('fails where the base is not in it', async () => {
    const { code, err } = await check(clone('--depth', '1'), ['--base', 'origin/main']);
    expect(err).toContain('the clone is shallow: fetch the history with "git fetch --unshallow"');
    expect(code).toBe(2);
  });

  it('fails where the base is in it, but not where the work began', async () => {
    const folder = clone('--depth', '1', '--no-single-branch');
    const { code, err } = await check(folder, ['--base', 'origin/main']);
    expect(err).toContain('the clone is shallow, so where this work and origin/main parted is not');
    expect(code).toBe(2);
  });

  it('is judged as any other once it has its history', async () => {
    const folder = clone('--depth', '1', '--no-single-branch');
    git(folder, 'fetch', '-q', '--unshallow');
    const { verdicts: found } = await verdicts(folder, ['--base', 'origin/main']);
    expect(found).toEqual([
      'increase.perFile.percent prompts/a.md with gpt-4o-mini: exceeded',
      'increase.total.usd all files with gpt-4o-mini: exceeded',
    ]);
  });

  it('reads what a clone without blobs has to fetch', async () => {
    git(origin, 'config', 'uploadpack.allowFilter', 'true');
    git(origin, 'config', 'uploadpack.allowAnySHA1InWant', 'true');
    const folder = clone('--filter=blob:none');
    expect((await check(folder, ['--base', 'origin/main'])).code).toBe(1);
  });
});

describe('where there is nothing to compare with', () => {
  const files = { 'openai-cost.json': NO_INCREASE, 'prompts/a.md': SHORT };

  it('fails outside of a repository', async () => {
    const { code, err } = await check(folderOf(files), ['--base', 'main']);
    expect(err).toContain('main: there is no git work tree here');
    expect(err).toContain('compare with a JSON report instead');
    expect(code).toBe(2);
  });

  it('fails in a repository without a commit', async () => {
    const folder = folderOf(files);
    git(folder, 'init', '-q', '-b', 'main');
    const { code, err } = await check(folder, ['--base', 'main']);
    expect(err).toContain('main: there is no such commit, branch or tag here');
    expect(code).toBe(2);
  });

  it('fails where histories have nothing in common', async () => {
    const folder = repositoryOf(files);
    git(folder, 'checkout', '-q', '--orphan', 'other');
    commit(folder);
    const { code, err } = await check(folder, ['--base', 'main']);
    expect(err).toContain('main: this work and main have no commit in common');
    expect(code).toBe(2);
  });

  it('fails where git is not installed', () => {
    const entry = new URL('../../bin/openai-cost.cjs', import.meta.url).pathname;
    const found = execFileSync(
      '/bin/sh',
      ['-c', `"${process.execPath}" "${entry}" check --base main 2>&1; echo "exit $?"`],
      { cwd: folderOf(files), env: { PATH: '/nonexistent' }, encoding: 'utf8' },
    );
    expect(found).toContain('error: git is not installed; compare with a JSON report instead');
    expect(found).toContain('exit 2');
  });

  it('fails where an increase is limited and no base is given', async () => {
    const { code, err } = await check(folderOf(files));
    expect(err).toBe(
      'openai-cost.json:1: error: prompts limits an increase, and there is nothing to compare with; set --base REF, or --no-base to leave it unchecked\n',
    );
    expect(code).toBe(2);
  });
});

describe('what may have happened to a prompt', () => {
  async function changed(
    change: (folder: string) => void,
    files: Readonly<Record<string, unknown>> = {},
  ): Promise<string> {
    const folder = repositoryOf({
      'openai-cost.json': NO_INCREASE,
      'prompts/a.md': SHORT,
      ...files,
    });
    change(folder);
    return folder;
  }

  it('new, untracked or not, and counted in full', async () => {
    const folder = await changed((at) => put(at, { 'prompts/new.md': SHORT }));
    expect(await changes(folder, 'main')).toEqual(['same "prompts/a.md"', 'new "prompts/new.md"']);
    expect((await verdicts(folder, ['--base', 'main'])).verdicts).toContain(
      'increase.total.usd all files with gpt-4o-mini: exceeded',
    );
  });

  it('new, with nothing to be a percentage of: undecided unless another limit holds it', async () => {
    const folder = await changed((at) => {
      put(at, {
        'prompts/new.md': SHORT,
        'openai-cost.json': config(prompts({ increase: { perFile: { percent: 10 } } })),
      });
    });
    const { code, out } = await check(folder, ['--base', 'main']);
    expect(out).toContain('it is not at the base, so no percentage can be told');
    expect(code).toBe(3);
  });

  it('removed, which is no increase', async () => {
    const folder = await changed((at) => rmSync(join(at, 'prompts/b.md')), {
      'prompts/b.md': LONG,
    });
    expect(await changes(folder, 'main')).toEqual([
      'same "prompts/a.md"',
      'removed "prompts/b.md"',
    ]);
    expect((await check(folder, ['--base', 'main'])).code).toBe(0);
  });

  it('renamed, and held against what it was', async () => {
    const folder = await changed(
      (at) => {
        git(at, 'mv', 'prompts/a.md', 'prompts/z.md');
        put(at, { 'prompts/z.md': `${LONG.repeat(10)}more\n` });
      },
      { 'prompts/a.md': LONG.repeat(10) },
    );
    expect(await changes(folder, 'main')).toEqual(['renamed "prompts/z.md" <- "prompts/a.md"']);
    git(folder, 'config', 'diff.relative', 'true');
    git(folder, 'config', 'diff.renames', 'false');
    expect(await changes(join(folder, 'prompts'), 'main')).toEqual(['renamed "z.md" <- "a.md"']);
  });

  it('sent to another model', async () => {
    const folder = await changed((at) =>
      put(at, { 'openai-cost.json': config(prompts({ ...INCREASE, models: 'gpt-4o' })) }),
    );
    const { code, out } = await check(folder, ['--base', 'main']);
    expect(out).toContain('gpt-4o-mini -> gpt-4o');
    expect(code).toBe(1);
  });

  it('sent to another model by an override, while the others stay', async () => {
    const budget = (model: string) =>
      config(prompts({ ...INCREASE, overrides: [{ files: 'prompts/b.md', models: model }] }));
    const folder = await changed((at) => put(at, { 'openai-cost.json': budget('gpt-4o') }), {
      'prompts/b.md': SHORT,
      'openai-cost.json': budget('gpt-4.1-nano'),
    });
    const { code, verdicts: found } = await verdicts(folder, ['--base', 'main']);
    expect(found).toEqual([
      'increase.perFile.percent prompts/a.md with gpt-4o-mini: within',
      'increase.perFile.percent prompts/b.md with gpt-4o: exceeded',
      'increase.total.usd all files with gpt-4o-mini and gpt-4o: exceeded',
    ]);
    expect(code).toBe(1);
  });

  it('under a budget that the base did not have: as if it had', async () => {
    const folder = await changed((at) => put(at, { 'openai-cost.json': NO_INCREASE }), {
      'openai-cost.json': 'x',
    });
    git(folder, 'checkout', '-q', 'main');
    git(folder, 'rm', '-q', '--cached', 'openai-cost.json');
    git(folder, 'commit', '-q', '-m', 'without');
    git(folder, 'checkout', '-q', '-b', 'later');
    expect((await check(folder, ['--base', 'main'])).code).toBe(0);
    put(folder, { 'prompts/a.md': LONG });
    expect((await check(folder, ['--base', 'main'])).code).toBe(1);
  });

  it('under a configuration that was broken: which one, and what to do', async () => {
    const folder = await changed((at) => put(at, { 'openai-cost.json': NO_INCREASE }), {
      'openai-cost.json': '{"prompts": [\n  oops',
    });
    const { code, err } = await check(folder, ['--base', 'main']);
    expect(err).toBe(
      'openai-cost.json:2: error: not JSON: unexpected "o" in column 3 (as it is at main; name another base, or set --no-base until it is mended there)\n',
    );
    expect(code).toBe(2);
  });

  it('unreadable at the base: it counts as new', async () => {
    const folder = await changed((at) => put(at, { 'prompts/a.md': SHORT }), {
      'prompts/a.md': new Uint8Array([0, 1, 2]),
    });
    expect((await verdicts(folder, ['--base', 'main'])).verdicts).toContain(
      'increase.total.usd all files with gpt-4o-mini: exceeded',
    );
    const { code, out } = await run(['diff', 'main'], { cwd: folder });
    expect(out).toContain('not counted at main, and so shown as new: binary');
    expect(code).toBe(3);
  });

  it('empty at the base: no percentage is told of nothing', async () => {
    const embedding = config(
      prompts({
        models: 'text-embedding-3-small',
        outputTokens: undefined,
        increase: { total: { percent: 1000 } },
      }),
    );
    const folder = await changed((at) => put(at, { 'prompts/a.md': SHORT }), {
      'prompts/a.md': '',
      'openai-cost.json': embedding,
    });
    const { code, out } = await check(folder, ['--base', 'main']);
    expect(out).toContain('it cost nothing at the base, so no percentage can be told');
    expect(code).toBe(3);
  });

  it('longer, without a word on its output: which is the same as before', async () => {
    const limits = { increase: { total: { usd: 0.01 } } };
    const open = config(prompts({ ...limits, outputTokens: undefined }));
    const folder = await changed((at) => put(at, { 'prompts/a.md': LONG }), {
      'openai-cost.json': open,
    });
    expect((await check(folder, ['--base', 'main'])).code).toBe(0);
    // More calls have more output, and another model another price for it.
    for (const more of [{ requests: 2 }, { models: 'gpt-4o' }, { tier: 'priority' }]) {
      put(folder, {
        'openai-cost.json': config(prompts({ ...limits, outputTokens: undefined, ...more })),
      });
      const { code, out } = await check(folder, ['--base', 'main']);
      expect(out).toContain('the output is not known, and it costs another amount than before');
      expect(code, JSON.stringify(more)).toBe(3);
    }
  });

  it('called by the month, and before by the run', async () => {
    const total = { increase: { total: { usd: 100 } } };
    const folder = await changed(
      (at) =>
        put(at, { 'openai-cost.json': config(prompts({ ...total, requests: 9, per: 'run' })) }),
      { 'openai-cost.json': config(prompts({ ...total, requests: 9, per: 'day' })) },
    );
    const { code, out } = await check(folder, ['--base', 'main']);
    expect(out).toContain('some calls are counted by the run and others by the month');
    expect(code).toBe(3);
  });
});

describe('names and contents of files', () => {
  const NAMES = [
    'with space.md',
    'quote".md',
    "apostrophe'.md",
    'ünïcödé 提示.md',
    'line\nfeed.md',
    '-dash.md',
    'back\\slash.md',
    '[draft].md',
    '\u001b[31mred.md',
  ];
  let repository: string;

  beforeAll(() => {
    repository = repositoryOf({
      'openai-cost.json': NO_INCREASE,
      '.gitattributes': '* text=auto eol=crlf\n',
      ...Object.fromEntries(NAMES.map((name) => [`prompts/${name}`, `${SHORT}${SHORT}`])),
    });
    rmSync(join(repository, 'prompts'), { recursive: true });
    git(repository, 'checkout', '-q', '--', 'prompts');
  });

  it('are the same, with the line ends of a checkout', async () => {
    expect(readFileSync(join(repository, 'prompts/with space.md'), 'utf8')).toContain('\r\n');
    const found = await changes(repository, 'main');
    expect(found.sort()).toEqual(
      NAMES.map((name) => `same ${JSON.stringify(`prompts/${name}`)}`).sort(),
    );
    expect((await check(repository, ['--base', 'main'])).code).toBe(0);
  });

  it('never reach the terminal as they are', async () => {
    put(repository, { 'prompts/\u001b[31mred.md': LONG });
    for (const format of ['text', 'markdown', 'csv']) {
      for (const command of [
        ['check', '--base', 'main'],
        ['diff', 'main'],
      ]) {
        const { out } = await run([...command, '-f', format], { cwd: repository });
        expect(out).toContain('red.md');
        expect(out).not.toContain('\u001b');
      }
    }
    git(repository, 'checkout', '-q', '--', 'prompts');
  });

  it('symbolic links lead where they lead', async () => {
    const folder = repositoryOf({ 'openai-cost.json': NO_INCREASE, 'shared/a.md': SHORT });
    mkdirSync(join(folder, 'prompts'));
    symlinkSync('../shared/a.md', join(folder, 'prompts/linked.md'));
    symlinkSync('linked.md', join(folder, 'prompts/twice.md'));
    symlinkSync('nowhere.md', join(folder, 'dangling.md'));
    symlinkSync('loop.md', join(folder, 'loop.md'));
    symlinkSync('prompts', join(folder, 'again'));
    commit(folder);
    git(folder, 'branch', '-f', 'main');
    expect(await changes(folder, 'main')).toEqual([
      'same "prompts/linked.md"',
      'same "prompts/twice.md"',
    ]);
    put(folder, {
      'openai-cost.json': config(prompts({ ...INCREASE, files: ['again/linked.md', 'prompts'] })),
    });
    expect(await changes(folder, 'main')).toEqual([
      'new "again/linked.md"',
      'same "prompts/linked.md"',
      'same "prompts/twice.md"',
    ]);
    commit(folder);
    git(folder, 'branch', '-f', 'main');
    const links = config(prompts({ ...INCREASE, files: ['shared/a.md', 'again/linked.md'] }));
    put(folder, { 'openai-cost.json': links });
    commit(folder);
    git(folder, 'branch', '-f', 'main');
    expect(await changes(folder, 'main')).toEqual(['same "again/linked.md"', 'same "shared/a.md"']);
  });

  it('files of a submodule are in no tree: that is said, and not taken for new', async () => {
    const library = repositoryOf({ 'a.md': SHORT });
    const folder = repositoryOf({ 'openai-cost.json': NO_INCREASE, 'prompts/a.md': SHORT });
    git(
      ...([folder, '-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', library] as const),
      'prompts/library',
    );
    put(folder, { 'openai-cost.json': config(prompts({ ...INCREASE, files: 'prompts/**/*.md' })) });
    commit(folder);
    git(folder, 'branch', '-f', 'main');
    const { code, err } = await check(folder, ['--base', 'main']);
    expect(err).toContain(
      'prompts/library/a.md: error: is in the submodule prompts/library, whose files are not in main',
    );
    expect(code).toBe(2);
  });

  it('a configuration in a folder of its own goes by that folder, whatever it is called', async () => {
    for (const name of ['app', '[id]']) {
      const folder = repositoryOf({
        [`${name}/openai-cost.json`]: NO_INCREASE,
        [`${name}/prompts/a.md`]: SHORT,
        'prompts/other.md': SHORT,
      });
      const file = `${name}/prompts/a.md`;
      expect(await changes(folder, 'main', '--config', `${name}/openai-cost.json`)).toEqual([
        `same ${JSON.stringify(file)}`,
      ]);
      expect(await changes(join(folder, name), 'main')).toEqual(['same "prompts/a.md"']);
    }
  });

  it('more of them than are fetched together are all read', async () => {
    const text = 'word '.repeat(5 * 1024 ** 2);
    const folder = repositoryOf({
      'openai-cost.json': NO_INCREASE,
      ...Object.fromEntries([1, 2, 3].map((n) => [`prompts/${n}.md`, `${n} ${text}`])),
    });
    put(folder, { 'prompts/1.md': 'short' });
    renameSync(join(folder, 'prompts/2.md'), join(folder, 'prompts/2b.md'));
    expect(await changes(folder, 'main')).toEqual([
      'changed "prompts/1.md"',
      'removed "prompts/2.md"',
      'new "prompts/2b.md"',
      'same "prompts/3.md"',
    ]);
  });
});

it('diff says what it cannot tell, and not that nothing has changed', async () => {
  const folder = repositoryOf({
    'openai-cost.json': config(prompts({ models: 'gpt-9', limits: { usdPerCall: 1 } })),
    'prompts/a.md': 'Hi',
  });
  const diff = async (...args: string[]) => run(['diff', 'main', ...args], { cwd: folder });
  for (const args of [[], ['-q']]) {
    const { code, out } = await diff(...args);
    expect(code).toBe(3);
    expect(out).toContain('Nothing has changed, as far as can be told.');
    expect(out).toContain('warning: the cost of prompts with gpt-9 is not known: unknown model');
  }
  put(folder, { 'prompts/a.md': 'Hello' });
  const { code, out } = await diff();
  expect(code).toBe(3);
  expect(out).toMatch(/prompts\/a\.md {2}changed/);
});
