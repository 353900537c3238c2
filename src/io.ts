import * as fs from 'node:fs';
import {
  accessSync,
  appendFileSync,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { type FileStat, type Files, type Git, splitPattern } from './core/files.ts';
import type { Send } from './core/http.ts';
import { InputError } from './core/input-error.ts';
import { packageFile } from './root.ts';
import type { ThreadedFile } from './threads.ts';

/** All that the program may touch of the world. Tests pass another one. */
export interface Io extends Files {
  /** The working directory, absolute. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Columns of the terminal, or undefined when standard output is no terminal. */
  readonly columns: number | undefined;
  readonly now: () => Date;
  /** The result, and nothing else. */
  out(text: string): void;
  /** Everything else. */
  err(text: string): void;
  /** Shows how far it is, in place of what it showed before; nothing unless somebody is watching. */
  progress(text: string): void;
  /**
   * Writes a file whole, or leaves what was there before. What is no regular file, such as a device
   * or a pipe, is written to. @throws the error of the file system
   */
  writeFile(path: string, text: string): void;
  /** A file that is not there yet. @throws the error of the file system, EEXIST where it is */
  createFile(path: string, text: string): void;
  /** @throws the error of the file system */
  appendFile(path: string, text: string): void;
  /** A large regular file, to be read by several threads. @throws the error of the file system */
  openInThreads(path: string): Promise<ThreadedFile>;
  readonly git: Git;
  /** Over the network: nothing but what somebody has asked to be sent. */
  readonly send: Send;
  wait(milliseconds: number): Promise<void>;
  /** A file that the package ships, by its path below the package's root. */
  packageFile(path: string): string;
}

export function nodeIo(cwd = process.cwd()): Io {
  const at = (path: string) => resolve(cwd, path);
  return {
    cwd: resolve(cwd),
    env: process.env,
    columns: columnsOf(STDOUT),
    now: () => new Date(),
    out: writerTo(STDOUT, () => process.stdout),
    err: writerTo(STDERR, () => process.stderr),
    progress: progressOn(STDERR),
    readFile: async (path) => readFileSync(at(path)),
    stream: (path) => (path === '-' ? process.stdin : chunksOf(at(path))),
    stat: (path) => statOf(at(path)),
    glob: async (pattern) => {
      // From where it begins, as tinyglobby does not come back down from a folder above.
      const { start, rest } = splitPattern(pattern);
      return await findFiles(rest, at(start), (file) => start + file);
    },
    walk: async (folder) => {
      return await findFiles(ALL_BELOW, at(folder), (file) => join(folder, file));
    },
    writeFile: (path, text) => replaceFile(at(path), text),
    createFile: (path, text) => writeFileSync(at(path), text, { flag: 'wx' }),
    appendFile: (path, text) => appendFileSync(at(path), text),
    // Most files are small, and need no threads.
    openInThreads: async (path) => (await import('./threads.ts')).openInThreads(at(path)),
    // Few calls compare with anything.
    git: async (args, stdin) => (await import('./git.ts')).runGit(cwd, args, stdin),
    // Hardly any call sends anything.
    send: async (url, request) => (await import('./http.ts')).send(url, request),
    wait: (milliseconds) => new Promise((done) => setTimeout(done, milliseconds)),
    packageFile,
  };
}

const STDOUT = 1;
const STDERR = 2;

function progressOn(file: number): Io['progress'] {
  if (!mayBeTerminal(file) || !process.stderr.isTTY) return () => {};
  return (text) => void process.stderr.write(`\r\u001b[K${text}`);
}

function columnsOf(file: number): number | undefined {
  if (!mayBeTerminal(file) || !process.stdout.isTTY) return undefined;
  // A terminal that nobody has told its size says 0.
  return process.stdout.columns || USUAL_COLUMNS;
}

const USUAL_COLUMNS = 80;

/** What is no device is none. To ask Node for more loads its sockets, which takes 7 ms. */
function mayBeTerminal(file: number): boolean {
  try {
    const stats = fstatSync(file);
    return stats.isCharacterDevice() && stats.rdev !== nullDevice();
  } catch {
    return false; // It is closed.
  }
}

/** Undefined where there is none of that name. */
function nullDevice(): number | undefined {
  return statSync('/dev/null', { throwIfNoEntry: false })?.rdev;
}

/**
 * Writes to the file descriptor, as Node's own stream would; but to load the streams takes a tenth
 * of our time, so that is left to whoever has a pipe that does not block and is full.
 */
function writerTo(file: number, stream: () => NodeJS.WriteStream): (text: string) => void {
  let slow: NodeJS.WriteStream | undefined;
  return (text) => {
    let left = Buffer.from(text);
    try {
      while (left.length > 0 && !slow) left = left.subarray(writeSync(file, left));
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      // `openai-cost ... | head` closes the pipe early; that is no error of ours.
      if (code === 'EPIPE') return;
      if (code !== 'EAGAIN') throw new InputError(`cannot write the result (${String(code)})`);
      slow = stream().on('error', (late: NodeJS.ErrnoException) => {
        if (late.code !== 'EPIPE') throw late;
      });
    }
    if (left.length > 0) slow?.write(left);
  };
}

/** Nobody ever sees half a file: it is written beside the old one, and takes its place at once. */
function replaceFile(path: string, text: string): void {
  const old = statSync(path, { throwIfNoEntry: false });
  if (old && !old.isFile()) {
    writeFileSync(path, text);
    return;
  }
  // A link stays one: what it points to is replaced. To take its place asks nothing of a file that
  // may only be read, so that is asked first.
  const target = old ? realpathSync(path) : path;
  if (old) accessSync(target, constants.W_OK);
  const temporary = `${target}.${process.pid}.tmp`;
  // `x`: what lies at that path already is not ours.
  const file = openSync(temporary, 'wx');
  try {
    writeFileSync(file, text);
    if (old) fchmodSync(file, old.mode);
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
}

/** Large enough that a call costs nothing, small enough to stay in the processor's cache. */
const CHUNK_BYTES = 256 * 1024;

// Synchronous reads: a worker thread for each chunk takes longer than a chunk.
async function* chunksOf(path: string): AsyncGenerator<Uint8Array> {
  const file = openSync(path, 'r');
  try {
    // A file that grows while it is read is still read to its end; a pipe has no size.
    const { size } = fstatSync(file);
    const buffer = new Uint8Array(size > 0 ? Math.min(size, CHUNK_BYTES) : CHUNK_BYTES);
    for (;;) {
      const length = readSync(file, buffer);
      if (length === 0) return;
      yield buffer.subarray(0, length);
    }
  } finally {
    closeSync(file);
  }
}

const ALL_BELOW = '**';

/**
 * @param named a path below `cwd` as the user would write it
 * @throws InputError for a folder that cannot be opened: what is in it would be left out in silence
 */
async function findFiles(
  pattern: string,
  cwd: string,
  named: (path: string) => string,
): Promise<string[]> {
  const closed = new Map<string, unknown>();
  const watched = {
    ...fs,
    readdir(path: string, options: { withFileTypes: true }, done: ReaddirCallback) {
      fs.readdir(path, options, (error, entries) => {
        if (error && error.code !== 'ENOENT') closed.set(path, error.code);
        done(error, entries);
      });
    },
  };
  const files = pattern.includes('**')
    ? await filesBelow(pattern, cwd, watched as unknown as typeof fs)
    : await filesAt(pattern, cwd, watched as unknown as typeof fs);
  if (closed.size === 0) return files.sort().map(named);
  throw new InputError(
    [...closed].sort().map(([path, code]) => ({
      source: { file: named(relative(cwd, path)) },
      message: `this folder cannot be opened (${code}), and what is in it would be left out; change that, or name files beside it`,
    })),
  );
}

type ReaddirCallback = (error: NodeJS.ErrnoException | null, entries: fs.Dirent[]) => void;

async function filesAt(pattern: string, cwd: string, watched: typeof fs): Promise<string[]> {
  // Most calls name their files, and need no glob.
  const { glob } = await import('tinyglobby');
  const ignore = [`${PACKAGES}/**`];
  return await glob(pattern, { cwd, ignore, expandDirectories: false, fs: watched });
}

const PACKAGES = 'node_modules';
const NAMES_HIDDEN = /(?:^|[/{,(|])\./;

/** To tinyglobby, `**` is no folder with a line break in its name; hence its parts, one by one. */
async function filesBelow(pattern: string, cwd: string, watched: typeof fs): Promise<string[]> {
  const { fdir: Crawler } = await import('fdir');
  const { default: picomatch } = await import('picomatch');
  const isMeant = picomatch(pattern, { flags: 's' });
  const hidden = NAMES_HIDDEN.test(pattern);
  return await new Crawler({ fs: watched })
    .withRelativePaths()
    .withPathSeparator('/')
    .withSymlinks({ resolvePaths: false })
    .exclude((name) => name === PACKAGES || (name.startsWith('.') && !hidden))
    .filter((file) => isMeant(file))
    .crawl(cwd)
    .withPromise();
}

/** Names that no file can have. */
const NO_NAMES: ReadonlySet<unknown> = new Set([
  'ENOTDIR',
  'ENAMETOOLONG',
  'ERR_INVALID_ARG_VALUE',
]);

function statOf(path: string): FileStat | undefined {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats && { kind: kindOf(stats), size: stats.size };
  } catch (error) {
    if (NO_NAMES.has((error as NodeJS.ErrnoException).code)) return undefined;
    // It is there, or may be: whoever reads it is told what is in the way.
    return { kind: 'file', size: 0 };
  }
}

function kindOf(stats: Stats): FileStat['kind'] {
  if (stats.isFile() || stats.isFIFO()) return 'file';
  return stats.isDirectory() ? 'directory' : 'other';
}
