import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Result, run, type World } from '../run.ts';

/** A folder with files, given by path; what is no text or bytes is written as JSON. */
export function folderOf(files: Readonly<Record<string, unknown>> = {}): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'budget-')));
  put(folder, files);
  return folder;
}

export function put(folder: string, files: Readonly<Record<string, unknown>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    const isText = typeof content === 'string' || content instanceof Uint8Array;
    writeFileSync(join(folder, path), isText ? content : JSON.stringify(content));
  }
}

/** Nobody's own configuration of git takes part. */
const GIT_ENV = {
  ...{ PATH: process.env.PATH, HOME: '/nonexistent', GIT_CONFIG_NOSYSTEM: '1' },
  ...{
    GIT_AUTHOR_NAME: 'a',
    GIT_AUTHOR_EMAIL: 'a@example.com',
    GIT_AUTHOR_DATE: '2026-11-01T00:00:00Z',
  },
  ...{ GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@example.com' },
};

export function git(folder: string, ...args: readonly string[]): string {
  return execFileSync('git', args, {
    cwd: folder,
    env: { ...GIT_ENV, GIT_COMMITTER_DATE: '2026-11-01T00:00:00Z' },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

export function commit(folder: string, message = 'a change'): void {
  git(folder, 'add', '-A');
  git(folder, 'commit', '-q', '--allow-empty', '-m', message);
}

/** A repository with one commit on `main`, and `work` checked out. */
export function repositoryOf(files: Readonly<Record<string, unknown>>): string {
  const folder = folderOf();
  git(folder, 'init', '-q', '-b', 'main');
  put(folder, files);
  commit(folder, 'the base');
  git(folder, 'checkout', '-q', '-b', 'work');
  return folder;
}

/** A budget for prompts, with what is of interest. */
export function prompts(more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    ...{ name: 'prompts', files: 'prompts/*.md', models: 'gpt-4o-mini', outputTokens: 100 },
    ...more,
  };
}

export function config(...budgets: readonly object[]): object {
  return { prompts: budgets };
}

export async function check(
  folder: string,
  args: readonly string[] = [],
  world: World = {},
): Promise<Result> {
  return run(['check', ...args], { cwd: folder, ...world });
}

/** The checks of a report: `limit subject: verdict`. */
export async function verdicts(
  folder: string,
  args: readonly string[] = [],
  world: World = {},
): Promise<{ code: number; verdicts: string[] }> {
  const { code, out, err } = await check(folder, [...args, '-f', 'json'], world);
  if (out === '') return { code, verdicts: [err] };
  const { budgets } = JSON.parse(out) as { budgets: Budget[] };
  return {
    code,
    verdicts: budgets.flatMap(({ checks }) =>
      checks.map(({ limit, subject, verdict }) => `${limit} ${subject}: ${verdict}`),
    ),
  };
}

interface Budget {
  readonly checks: readonly { limit: string; subject: string; verdict: string }[];
}
