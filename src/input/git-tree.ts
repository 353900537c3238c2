import { posix } from 'node:path';
import type { Renames } from '../core/budget/change.ts';
import {
  type FileStat,
  type Files,
  type Git,
  type GitAnswer,
  splitPattern,
} from '../core/files.ts';
import { InputError } from '../core/input-error.ts';
import { restMatcher } from './patterns.ts';

/** A commit, and where in its tree the working directory lies. */
export interface Commit {
  readonly id: string;
  /** As it was asked for. */
  readonly ref: string;
  /** The root of the work tree, absolute. */
  readonly root: string;
  /** Such as `packages/app/`; empty at the root. */
  readonly prefix: string;
}

/**
 * The commit that a ref means.
 * @throws InputError with the remedy: an unknown ref is never "no change"
 */
export async function commitOf(git: Git, ref: string): Promise<Commit> {
  if (ref.trim() === '') {
    throw new InputError(
      'the base has no name (perhaps a variable that is not set); name a branch, tag or commit, or a JSON report',
    );
  }
  const place = await run(git, ['rev-parse', '--show-toplevel', '--show-prefix']);
  if (place.code !== 0) {
    throw new InputError(
      `${ref}: there is no git work tree here (${firstLine(place.err)}); compare with a JSON report instead, as "check -f json=report.json" writes it`,
    );
  }
  const [root = '', prefix = ''] = textOf(place).split('\n');
  // What begins with a dash is an option to git, and no ref.
  const found = ref.startsWith('-')
    ? undefined
    : await run(git, ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`]);
  if (found?.code !== 0) throw new InputError(`${ref}: ${await missingText(git, ref)}`);
  return { id: textOf(found), ref, root, prefix };
}

async function missingText(git: Git, ref: string): Promise<string> {
  if (ref.endsWith('.json')) return 'there is no such file, and no such branch, tag or commit';
  const missing = 'there is no such commit, branch or tag here';
  if (await isShallowClone(git)) return `${missing}; the clone is shallow: ${DEEPEN}`;
  if (ref.startsWith('-')) return missing;
  return `${missing}; fetch it first, as in: git fetch origin ${branchOf(ref)}`;
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

/** Whether a commit is what is checked out, so that all that differs from it is not committed yet. */
export async function isCheckedOut(git: Git, { id }: Commit): Promise<boolean> {
  return textOf(await run(git, ['rev-parse', '--verify', '--quiet', 'HEAD'])) === id;
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
 * Files that git sees as renamed since a commit, from the name now to the name then, both from the
 * working directory on. Untracked files are none of them.
 */
export async function renamesSince(git: Git, before: Commit, after?: Commit): Promise<Renames> {
  const answer = await run(git, [
    ...['diff', '--no-ext-diff', '--no-textconv', '--no-relative', '--find-renames'],
    ...['--diff-filter=R', '--name-status', '-z', before.id, ...(after ? [after.id] : []), '--'],
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

/** The files of a commit, and what is in it without being one. */
export interface CommittedFiles extends Files {
  /** The submodule that a path lies in: its files are in no tree of this repository. */
  submoduleOf(path: string): string | undefined;
}

/** Fetched together: to start git for each file takes longer than to count it. */
const MOST_BYTES_TOGETHER = 64 * 1024 ** 2;

/** The files of a commit, named from the working directory on, as if it were checked out. */
export async function filesAt(git: Git, commit: Commit): Promise<CommittedFiles> {
  const { blobs, submodules } = await treeOf(git, commit.id);
  let folders: Set<string> | undefined;
  const here = posix.join(commit.root, commit.prefix);
  /** As the tree has it: `packages/app/a.md` of `./a.md`. */
  const inTree = (path: string) =>
    posix.relative(commit.root, posix.resolve(here, path)).replace(/\/$/, '');
  /** What somebody has asked about, and is about to read. */
  const asked = new Set<string>();
  const read = new Map<string, Uint8Array>();

  async function contentOf(path: string): Promise<Uint8Array> {
    const name = inTree(path);
    if (!blobs.has(name)) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    if (!read.has(name)) {
      const wanted = new Map<string, string>();
      for (const each of [name, ...asked]) wanted.set(each, blobs.get(each) ?? '');
      for (const [each, content] of await contents(git, commit.id, wanted)) {
        asked.delete(each);
        read.set(each, content);
      }
    }
    const content = read.get(name);
    if (!content) throw new InputError(`git cat-file told nothing of ${path}`);
    // It is read once; what was read need not stay in memory.
    read.delete(name);
    return content;
  }

  function matching(isWanted: (file: string) => boolean, named: (file: string) => string) {
    const found = [...blobs.keys()].filter(isWanted);
    for (const file of found) asked.add(file);
    return found.map(named).sort();
  }
  const fromHere = (file: string) => posix.relative(commit.prefix, file);

  return {
    readFile: contentOf,
    stream: async function* (path) {
      yield await contentOf(path);
    },
    stat: (path): FileStat | undefined => {
      const name = inTree(path);
      if (blobs.has(name)) {
        asked.add(name);
        // How large it is git is asked when it is read: to ask of all takes long in a large tree.
        return { kind: 'file', size: 0 };
      }
      folders ??= foldersOf(blobs.keys());
      return name === '' || folders.has(name) ? { kind: 'directory', size: 0 } : undefined;
    },
    glob: async (pattern) => {
      const { start, rest } = splitPattern(pattern);
      const from = inTree(start);
      const isMatch = restMatcher(rest);
      const named = (file: string) =>
        posix.isAbsolute(pattern) ? posix.join(commit.root, file) : fromHere(file);
      // From above the tree, its own folder is part of the pattern.
      if (from.startsWith('..')) {
        const inAll = (path: string) => posix.join(commit.root, path);
        return matching((file) => isMatch(posix.relative(inAll(from), inAll(file))), named);
      }
      const below = from === '' ? '' : `${from}/`;
      return matching((file) => file.startsWith(below) && isMatch(file.slice(below.length)), named);
    },
    walk: async (folder) => {
      const start = inTree(folder);
      const below = start === '' ? '' : `${start}/`;
      return matching(
        (file) => file.startsWith(below) && !isHidden(file.slice(below.length)),
        (file) => posix.join(folder, file.slice(below.length)),
      );
    },
    submoduleOf: (path) => submodules.find((folder) => inTree(path).startsWith(`${folder}/`)),
  };
}

function isHidden(path: string): boolean {
  return path.split('/').some((part) => part.startsWith('.') || part === 'node_modules');
}

function foldersOf(files: Iterable<string>): Set<string> {
  const folders = new Set<string>();
  for (const file of files) {
    let folder = posix.dirname(file);
    while (folder !== '.' && !folders.has(folder)) {
      folders.add(folder);
      folder = posix.dirname(folder);
    }
  }
  return folders;
}

interface Tree {
  /** By path from the root on: the ids of their contents. What a symbolic link leads to is under its name too. */
  readonly blobs: Map<string, string>;
  readonly submodules: readonly string[];
}

async function treeOf(git: Git, id: string): Promise<Tree> {
  const answer = await run(git, ['ls-tree', '-r', '-z', '--full-tree', id]);
  if (answer.code !== 0) throw failed('ls-tree', answer);
  const blobs = new Map<string, string>();
  const links = new Map<string, string>();
  const submodules: string[] = [];
  for (const line of textOf(answer).split('\0')) {
    const match = /^(\d+) \w+ ([0-9a-f]+)\t([\s\S]+)$/.exec(line);
    if (!match) continue;
    const [, mode = '', blob = '', path = ''] = match;
    if (mode === MODE_LINK) links.set(path, blob);
    else if (mode === MODE_SUBMODULE) submodules.push(path);
    else blobs.set(path, blob);
  }
  if (links.size > 0) await followLinks(git, id, blobs, links);
  return { blobs, submodules };
}

const MODE_LINK = '120000';
const MODE_SUBMODULE = '160000';

/** Links that lead to links: more than anybody makes on purpose. */
const MOST_LINKS_IN_A_ROW = 8;

/** Adds what links lead to, files and folders, under the names that they give it. */
async function followLinks(
  git: Git,
  id: string,
  blobs: Map<string, string>,
  links: ReadonlyMap<string, string>,
): Promise<void> {
  const targets = new Map<string, string>();
  for (const [link, content] of await contents(git, id, links)) {
    const path = new TextDecoder().decode(content);
    const target = posix.join(posix.dirname(link), path).replace(/\/$/, '');
    // A folder that it lies in itself has no end.
    if (target !== '.' && !link.startsWith(`${target}/`)) targets.set(link, target);
  }
  for (let row = 0; row < MOST_LINKS_IN_A_ROW; row++) {
    const known = [...blobs];
    for (const [link, target] of targets) {
      for (const [file, blob] of known) {
        if (file === target) blobs.set(link, blob);
        else if (file.startsWith(`${target}/`)) blobs.set(link + file.slice(target.length), blob);
      }
    }
    if (blobs.size === known.length) return;
  }
}

/**
 * As a checkout would write them: with the line ends that the repository asks for. As many of them
 * as are fetched together; the first one always.
 */
async function contents(
  git: Git,
  commit: string,
  wanted: ReadonlyMap<string, string>,
): Promise<Map<string, Uint8Array>> {
  const files = await upToSize(git, [...wanted]);
  // What git says of the size is before line ends are changed, so a name that is none, and that no
  // content can hold, tells where each one ends.
  const end = `${commit}-end`;
  const lines = files.map(([path, id]) => `${id} ${path.replaceAll('\n', '?')}\n${end}\n`);
  const answer = await run(git, ['cat-file', '--batch', '--filters'], lines.join(''));
  if (answer.code !== 0) throw failed('cat-file', answer);
  const found = new Map<string, Uint8Array>();
  const out = Buffer.from(answer.out.buffer, answer.out.byteOffset, answer.out.byteLength);
  const mark = Buffer.from(`\n${end} missing\n`);
  let at = 0;
  for (const [path, id] of files) {
    const start = out.indexOf(LINE_FEED, at) + 1;
    const stop = out.indexOf(mark, start);
    const [told, type] = out.toString('utf8', at, start).split(' ');
    if (start === 0 || stop < 0 || told !== id || type !== 'blob') {
      throw new InputError(`${path}: git has no content of it; fetch it first`);
    }
    found.set(path, out.subarray(start, stop));
    at = stop + mark.length;
  }
  return found;
}

const LINE_FEED = 10;

async function upToSize(git: Git, files: readonly [string, string][]): Promise<[string, string][]> {
  const lines = files.map(([, id]) => `${id}\n`).join('');
  const answer = await run(git, ['cat-file', '--batch-check=%(objectsize)'], lines);
  if (answer.code !== 0) throw failed('cat-file', answer);
  const sizes = textOf(answer).split('\n').map(Number);
  let bytes = 0;
  return files.filter((_, index) => {
    const size = sizes[index] ?? 0;
    if (index > 0 && bytes + size > MOST_BYTES_TOGETHER) return false;
    bytes += size;
    return true;
  });
}

async function run(git: Git, args: readonly string[], stdin?: string): Promise<GitAnswer> {
  try {
    return await git(args, stdin);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'ENOENT') throw error;
    throw new InputError(
      'git is not installed; compare with a JSON report instead, as "check -f json=report.json" writes it',
    );
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
