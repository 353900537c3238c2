/**
 * The files of the bundled program, run with what V8 compiled of them: the types of
 * bin/openai-cost.cjs, which does it in plain JavaScript.
 */
import { createRequire } from 'node:module';
import type { Script } from 'node:vm';

interface Starter {
  /** `folder` ends with a slash; `onScript` is told of each file that runs. */
  loaderOf(folder: string, onScript?: (name: string, script: Script) => void): Load;
  /**
   * Where this Node keeps what it has compiled. V8 itself checks its version and flags, which builds
   * with other libraries have in common, but not all that its code rests on: hence their size too.
   */
  compiledFolder(folder: string): string;
  /** What is kept of a file: V8's code, and the source that it is of. */
  toKeep(code: Uint8Array, source: string): Buffer;
}

/** Runs a file of the program, unless it has run, and gives what it exports. */
export type Load = (name: string) => unknown;

export const { loaderOf, compiledFolder, toKeep } = createRequire(import.meta.url)(
  '../bin/openai-cost.cjs',
) as Starter;
