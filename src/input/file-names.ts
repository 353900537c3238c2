import type { Files } from '../core/files.ts';
import { InputError, type InputProblem } from '../core/input-error.ts';

/** Which files below a directory are meant, where somebody names the directory alone. */
export interface Wanted {
  readonly test: (file: string) => boolean;
  /** What is said where there is none. */
  readonly none: string;
}

const ANY_FILE: Wanted = {
  test: () => true,
  none: 'no files in this directory (hidden files are left out)',
};

/**
 * The paths that names stand for: files, globs, directories and `-` for standard input, each once.
 * @throws InputError for each name that stands for no file
 */
export async function pathsOf(
  names: readonly string[],
  files: Files,
  wanted: Wanted = ANY_FILE,
): Promise<string[]> {
  const { paths, problems } = await matchedBy(names, files, wanted);
  if (problems.length > 0) throw new InputError(problems);
  return paths;
}

/** The same, with a problem for each name that stands for no file. */
export async function matchedBy(
  names: readonly string[],
  files: Files,
  wanted: Wanted = ANY_FILE,
): Promise<{ paths: string[]; problems: InputProblem[] }> {
  const paths = new Set<string>();
  const problems: InputProblem[] = [];
  for (const name of names) {
    const found = await pathsOfOne(name, files, wanted);
    for (const path of found) paths.add(path);
    if (found.length > 0) continue;
    problems.push({ source: { file: name }, message: nothingFound(name, files, wanted) });
  }
  return { paths: [...paths], problems };
}

async function pathsOfOne(name: string, files: Files, wanted: Wanted): Promise<string[]> {
  if (name === '-') return ['-'];
  const stat = files.stat(name);
  if (stat?.kind === 'directory') return (await files.walk(name)).filter(wanted.test);
  if (stat) return [name];
  return isGlob(name) ? files.glob(name) : [];
}

function nothingFound(name: string, files: Files, wanted: Wanted): string {
  if (files.stat(name)) return wanted.none;
  return isGlob(name) ? 'no file matches this pattern' : 'no such file';
}

export function isGlob(name: string): boolean {
  return /[*?[\]{}!]/.test(name);
}

/** Why a file cannot be read, in words where there are any. */
export function unreadable(error: unknown): string {
  const code = errorCode(error);
  return UNREADABLE[code] ?? `cannot be read (${code})`;
}

const NO_PERMISSION = 'cannot be read: you have no permission to; change that, or leave it out';

const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EISDIR: 'is a folder, where a file is expected',
  EACCES: NO_PERMISSION,
  EPERM: NO_PERMISSION,
};

export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
