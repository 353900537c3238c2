/** What reading input needs of the world. Paths are relative to the working directory. */
export interface Files {
  readStdin(): Promise<Uint8Array>;
  /** @throws the error of the file system */
  readFile(path: string): Promise<Uint8Array>;
  /** Undefined when there is nothing at that path. */
  stat(path: string): FileStat | undefined;
  /** The files that a pattern matches, sorted by name. */
  glob(pattern: string): Promise<string[]>;
}

export interface FileStat {
  readonly kind: 'file' | 'directory' | 'other';
  /** In bytes. */
  readonly size: number;
}
