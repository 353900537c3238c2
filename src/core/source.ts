/** Where a fact came from. It is part of every record from its first moment on. */
export interface Source {
  /** As the user named it; `-` is standard input. */
  readonly file: string;
  readonly line?: number;
}
