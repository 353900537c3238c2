/** What reading input needs of the world. Paths are relative to the working directory. */
export interface Files {
  /** Whole, for files of which a program holds one at a time. @throws the error of the file system */
  readFile(path: string): Promise<Uint8Array>;
  /**
   * In pieces of some size, for files of any size; `-` is standard input. A piece is good until the
   * next one is asked for. @throws the error of the file system
   */
  stream(path: string): AsyncIterable<Uint8Array>;
  /** Undefined when there is nothing at that path. */
  stat(path: string): FileStat | undefined;
  /** The files that a pattern matches, named as the pattern is, sorted. */
  glob(pattern: string): Promise<string[]>;
  /** The files at any depth below a folder, without hidden ones, named from that folder on. */
  walk(folder: string): Promise<string[]>;
}

export interface FileStat {
  /** A named pipe is a file: what comes out of it can be read once, like standard input. */
  readonly kind: 'file' | 'directory' | 'other';
  /** In bytes. */
  readonly size: number;
}

/** Runs git in the working directory. It must change nothing: neither the index nor the work tree. */
export type Git = (args: readonly string[], stdin?: string) => Promise<GitAnswer>;

export interface GitAnswer {
  readonly code: number;
  readonly out: Uint8Array;
  readonly err: string;
}

/** Where a pattern begins, and what it matches from there: `../a/` and `*.md` of `../a/*.md`. */
export function splitPattern(pattern: string): { readonly start: string; readonly rest: string } {
  const start = /^(?:[^/*?[\]{}()!+@\\]*\/+)*/.exec(pattern)?.[0] ?? '';
  return { start, rest: pattern.slice(start.length) };
}
