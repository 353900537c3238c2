import { posix } from 'node:path';
import picomatch from 'picomatch';
import { splitPattern } from '../core/files.ts';

/** Whether a file, absolute or named from a folder on, is one that is meant. */
export type Matcher = (file: string) => boolean;

/** By names as a configuration has them: files, globs or directories, from a folder on. */
export function matcherOf(names: readonly string[], folder: string): Matcher {
  const tests = names.map((name) => matcherOfOne(name, folder));
  return (file) => {
    const path = posix.resolve(folder, file);
    return tests.some((test) => test(path));
  };
}

function matcherOfOne(name: string, folder: string): Matcher {
  const exact = posix.resolve(folder, name);
  const below = exact === '/' ? '/' : `${exact}/`;
  const { start, rest } = splitPattern(name);
  const from = posix.resolve(folder, start);
  const isMatch = rest === '' ? () => false : picomatch(rest);
  return (path) => {
    if (path === exact) return true;
    const file = posix.relative(from, path);
    if (file.split('/').includes('node_modules')) return false;
    return path.startsWith(below) || isMatch(file);
  };
}
