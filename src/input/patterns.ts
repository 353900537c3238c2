import { posix } from 'node:path';
import picomatch from 'picomatch';
import { splitPattern } from '../core/files.ts';

/** Whether a file, absolute or named from a folder on, is one that is meant. */
export type Matcher = (file: string) => boolean;

/** Names that stand for files, and those that take some of them out again. */
export interface FileNames {
  readonly names: readonly string[];
  readonly except: readonly string[];
}

/** By names as a configuration has them: files, globs or directories, from a folder on. */
export function matcherOf({ names, except }: FileNames, folder: string): Matcher {
  const testsOf = (some: readonly string[]) => some.map((name) => matcherOfOne(name, folder));
  const [tests, exceptions] = [testsOf(names), testsOf(except)];
  return (file) => {
    const path = posix.resolve(folder, file);
    return tests.some((test) => test(path)) && !exceptions.some((test) => test(path));
  };
}

function matcherOfOne(name: string, folder: string): Matcher {
  const exact = posix.resolve(folder, name);
  const below = exact === '/' ? '/' : `${exact}/`;
  const { start, rest } = splitPattern(name);
  const from = posix.resolve(folder, start);
  const isMatch = restMatcher(rest);
  return (path) => {
    if (path === exact) return true;
    const file = posix.relative(from, path);
    return path.startsWith(below) ? !isOfPackages(file) : isMatch(file);
  };
}

/** What a pattern matches from where it begins: nothing of the packages that are installed there. */
export function restMatcher(rest: string): Matcher {
  // `s`: there are names with line breaks in them.
  const isMatch = rest === '' ? () => false : picomatch(rest, { flags: 's' });
  return (file) => isMatch(file) && !isOfPackages(file);
}

function isOfPackages(file: string): boolean {
  return file.split('/').includes('node_modules');
}
