import { posix } from 'node:path';
import picomatch from 'picomatch';
import type { Renames } from '../core/change.ts';
import type { FileStat, Files, Git, GitAnswer } from '../core/files.ts';
import { InputError } from '../core/input-error.ts';

/** A commit, and where in its tree the working directory lies. */
export interface Commit {
  readonly id: string;
  /** As it was asked for. */
  readonly ref: string;
  /** Such as `packages/app/`; empty at the root. */
  readonly prefix: string;
}

/**
 * The commit that a ref means.
 * @throws InputError with the remedy: an unknown ref is never "no change"
 */
export async function commitOf(git: Git, ref: string): Promise<Commit> {
  const prefix = await run(git, ['rev-parse', '--show-prefix']);
  if (prefix.code !== 0) {
    throw new InputError(
      `${ref}: this is no git repository (${firstLine(prefix.err)}); compare with a report instead: --base report.json`,
    );
  }
  const found = await run(git, ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`]);
  if (found.code !== 0 || ref.startsWith('-')) {
    const isShallow = await isShallowClone(git);
    throw new InputError(
      `${ref}: there is no such commit, branch or tag here${isShallow ? `; the clone is shallow: ${DEEPEN}` : `; fetch it first, as in: git fetch origin ${branchOf(ref)}`}`,
    );
  }
  return { id: textOf(found), ref, prefix: textOf(prefix) };
}

/**
 * Where some work, by default what is checked out, began: the last commit that it shares with the
 * base. What was done on the base since then is no change of this work.
 * @throws InputError where that cannot be told, as in a shallow clone
 */
export async function forkPoint(git: Git, base: Commit, head?: Commit): Promise<Commit> {
  const found = await run(git, ['merge-base', base.id, head?.id ?? 'HEAD']);
  if (found.code === 0) return { ...base, id: textOf(found) };
  const why = (await isShallowClone(git))
    ? `the clone is shallow, so where this work and ${base.ref} parted is not in it: ${DEEPEN}`
    : `this work and ${base.ref} have no commit in common; name a base that it began from`;
  throw new InputError(`${base.ref}: ${why}`);
}

const DEEPEN = 'fetch the history with "git fetch --unshallow", or check out with "fetch-depth: 0"';

/** `main` of `origin/main`. */
function branchOf(ref: string): string {
  return ref.replace(/^origin\//, '');
}

async function isShallowClone(git: Git): Promise<boolean> {
  return textOf(await run(git, ['rev-parse', '--is-shallow-repository'])) === 'true';
}

/**
 * Files that git sees as renamed since a commit, from the name now to the name then. Untracked
 * files are none of them.
 */
export async function renamesSince(git: Git, before: Commit, after?: Commit): Promise<Renames> {
  const answer = await run(git, [
    ...['diff', '--no-ext-diff', '--no-textconv', '--find-renames', '--diff-filter=R'],
    ...['--name-status', '-z', before.id, ...(after ? [after.id] : []), '--'],
  ]);
  if (answer.code !== 0) throw failed('diff', answer);
  const renames = new Map<string, string>();
  const fields = textOf(answer).split('\0');
  for (let at = 0; at + 2 < fields.length; at += 3) {
    const [then, now] = [fields[at + 1], fields[at + 2]];
    if (then !== undefined && now !== undefined) {
      renames.set(posix.relative(before.prefix, now), posix.relative(before.prefix, then));
    }
  }
  return renames;
}

interface Blob {
  readonly id: string;
  readonly size: number;
}

/** Fetched together: to start git for each file takes longer than to count it. */
const MOST_BYTES_TOGETHER = 64 * 1024 ** 2;

/** The files of a commit, named from the working directory on, as if it were checked out. */
export async function filesAt(git: Git, commit: Commit): Promise<Files> {
  const answer = await run(git, ['ls-tree', '-r', '-z', '--long', '--full-tree', commit.id]);
  if (answer.code !== 0) throw failed('ls-tree', answer);
  const blobs = new Map<string, Blob>();
  for (const line of textOf(answer).split('\0')) {
    const match = /^100\d{3} blob ([0-9a-f]+) +(\d+)\t([\s\S]+)$/.exec(line);
    if (!match) continue;
    const [, id = '', size, path = ''] = match;
    blobs.set(posix.relative(commit.prefix, path), { id, size: Number(size) });
  }
  /** What somebody has asked about, and is about to read. */
  const asked = new Set<string>();
  const read = new Map<string, Uint8Array>();

  async function contentOf(path: string): Promise<Uint8Array> {
    const name = normalized(path);
    const found = read.get(name);
    if (found) return found;
    const wanted = new Map([[name, blobs.get(name)]]);
    let bytes = 0;
    for (const other of asked) {
      const blob = blobs.get(other);
      if (!blob || read.has(other) || bytes + blob.size > MOST_BYTES_TOGETHER) continue;
      bytes += blob.size;
      wanted.set(other, blob);
    }
    for (const [each, content] of await contents(git, wanted)) read.set(each, content);
    const content = read.get(name);
    if (!content) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    return content;
  }

  return {
    readFile: contentOf,
    stream: async function* (path) {
      yield await contentOf(path);
    },
    stat: (path): FileStat | undefined => {
      const name = normalized(path);
      const blob = blobs.get(name);
      if (blob) {
        asked.add(name);
        return { kind: 'file', size: blob.size };
      }
      const folder = name === '.' ? '' : `${name}/`;
      return [...blobs.keys()].some((file) => file.startsWith(folder))
        ? { kind: 'directory', size: 0 }
        : undefined;
    },
    glob: async (pattern) => {
      const isMatch = matcherOf([pattern]);
      const found = [...blobs.keys()].filter((file) => isMatch(file)).sort();
      for (const file of found) asked.add(file);
      return found;
    },
    walk: async (folder) => {
      const start = normalized(folder) === '.' ? '' : `${normalized(folder)}/`;
      const found = [...blobs.keys()]
        .filter((file) => file.startsWith(start) && !isHidden(file.slice(start.length)))
        .sort();
      for (const file of found) asked.add(file);
      return found;
    },
  };
}

/** Whether a file is one of those that names, globs or directories stand for. */
export function matcherOf(names: readonly string[]): (file: string) => boolean {
  const tests = names.map((name) => {
    const normal = normalized(name);
    const isMatch = picomatch(normal);
    return (file: string) => isMatch(file) || file === normal || file.startsWith(`${normal}/`);
  });
  return (file) => {
    const normal = normalized(file);
    return !normal.split('/').includes('node_modules') && tests.some((test) => test(normal));
  };
}

function isHidden(path: string): boolean {
  return path.split('/').some((part) => part.startsWith('.') || part === 'node_modules');
}

/** `a/b` of `./a//c/../b/`. */
function normalized(path: string): string {
  return posix.normalize(path.replaceAll('\\', '/')).replace(/(.)\/$/, '$1');
}

/** As a checkout would write them: with the line ends that the repository asks for. */
async function contents(
  git: Git,
  wanted: ReadonlyMap<string, Blob | undefined>,
): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  const files = [...wanted].flatMap(([path, blob]) => (blob ? [{ path, id: blob.id }] : []));
  const lines = files.map(({ id, path }) => `${id} ${path.replaceAll('\n', '?')}\n`);
  if (lines.length === 0) return found;
  const answer = await run(git, ['cat-file', '--batch', '--filters'], lines.join(''));
  if (answer.code !== 0) throw failed('cat-file', answer);
  let at = 0;
  for (const { path } of files) {
    const end = answer.out.indexOf(LINE_FEED, at);
    const size = Number(new TextDecoder().decode(answer.out.subarray(at, end)).split(' ')[2]);
    if (end < 0 || !Number.isSafeInteger(size)) throw failed('cat-file', answer);
    found.set(path, answer.out.subarray(end + 1, end + 1 + size));
    at = end + 1 + size + 1;
  }
  return found;
}

const LINE_FEED = 10;

async function run(git: Git, args: readonly string[], stdin?: string): Promise<GitAnswer> {
  try {
    return await git(args, stdin);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'ENOENT') throw error;
    throw new InputError('git is not installed; compare with a report instead: --base report.json');
  }
}

function failed(command: string, { code, err }: GitAnswer): InputError {
  return new InputError(`git ${command} failed (${code}): ${firstLine(err)}`);
}

function textOf({ out }: GitAnswer): string {
  return new TextDecoder().decode(out).replace(/\n$/, '');
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0] ?? '';
}
