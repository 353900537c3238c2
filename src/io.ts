import { type Stats, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FileStat, Files } from './core/files.ts';

/** All that the program may touch of the world. Tests pass another one. */
export interface Io extends Files {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Columns of the terminal, or undefined when standard output is no terminal. */
  readonly columns: number | undefined;
  readonly now: () => Date;
  /** The result, and nothing else. */
  out(text: string): void;
  /** Everything else. */
  err(text: string): void;
  /** A file that the package ships, by its path below the package's root. */
  packageFile(path: string): string;
}

/** The package's root: `src/` and `dist/` both lie one level below it. */
const PACKAGE_ROOT = new URL('../', import.meta.url);

export function nodeIo(cwd = process.cwd()): Io {
  const at = (path: string) => resolve(cwd, path);
  return {
    env: process.env,
    columns: process.stdout.isTTY ? process.stdout.columns : undefined,
    now: () => new Date(),
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    readStdin: async () => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array);
      return Buffer.concat(chunks);
    },
    readFile: (path) => readFile(at(path)),
    stat: (path) => {
      const stats = statSync(at(path), { throwIfNoEntry: false });
      return stats && { kind: kindOf(stats), size: stats.size };
    },
    glob: async (pattern) => {
      // Most calls name their files, and need no glob.
      const { glob } = await import('tinyglobby');
      const files = await glob(pattern, {
        cwd,
        absolute: false,
        ignore: ['**/node_modules/**'],
        expandDirectories: false,
      });
      return files.sort();
    },
    packageFile: (path) => fileURLToPath(new URL(path, PACKAGE_ROOT)),
  };
}

function kindOf(stats: Stats): FileStat['kind'] {
  if (stats.isFile()) return 'file';
  return stats.isDirectory() ? 'directory' : 'other';
}
