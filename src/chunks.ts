/**
 * The files of the bundled program, run with what V8 compiled of them when they were built: to
 * compile them anew takes longer than an estimate. What was compiled by another Node or from another
 * source is left alone; Node then compiles the file, which is slower and otherwise the same.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Script } from 'node:vm';

/** Runs a file of the program, unless it has run, and gives what it exports. */
export type Load = (name: string) => unknown;

/** What Node puts around a CommonJS module. */
const BEFORE = '(function (exports, require, module, __filename, __dirname) { ';
const AFTER = '\n});';

/** `folder` ends with a slash; `onScript` is told of each file that runs. */
export function loaderOf(
  folder: string,
  onScript: (name: string, script: Script) => void = () => {},
): Load {
  const requireOther = createRequire(folder);
  const compiled = compiledFolder(folder);
  const isCompiled = existsSync(compiled);
  const modules = new Map<string, { exports: unknown }>();

  function load(name: string): unknown {
    const known = modules.get(name);
    if (known) return known.exports;
    const filename = folder + name;
    const source = readFileSync(filename);
    const cachedData = isCompiled ? compiledFrom(source, compiled + name) : undefined;
    const script = new Script(BEFORE + source.toString() + AFTER, {
      filename,
      columnOffset: -BEFORE.length,
      cachedData,
    });
    onScript(name, script);
    const module = { exports: {} };
    modules.set(name, module);
    script.runInThisContext()(module.exports, requireNext, module, filename, folder);
    return module.exports;
  }

  const requireNext = (id: string): unknown =>
    id.startsWith('./') ? load(id.slice('./'.length)) : requireOther(id);
  return load;
}

/**
 * Where this Node keeps what it has compiled. V8 itself checks its version and flags, which builds
 * with other libraries have in common, but not all that its code rests on: hence the size.
 */
export function compiledFolder(folder: string): string {
  const { version, platform, arch, execPath } = process;
  const size = statSync(execPath, { throwIfNoEntry: false })?.size;
  return `${folder}compiled/${version}-${platform}-${arch}-${size}/`;
}

/** V8 compares no more of the source than its length, so the source comes after the code. */
export function withSource(code: Uint8Array, source: Uint8Array): Uint8Array {
  return Buffer.concat([code, source]);
}

/** Undefined if the file is missing, cut off, or of another source. */
function compiledFrom(source: Buffer, file: string): Buffer | undefined {
  try {
    const bytes = readFileSync(file);
    const length = bytes.length - source.length;
    return length > 0 && bytes.subarray(length).equals(source)
      ? bytes.subarray(0, length)
      : undefined;
  } catch {
    return undefined;
  }
}
