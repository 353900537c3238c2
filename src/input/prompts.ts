import { isUtf8 } from 'node:buffer';
import type { Encoding } from '../core/encodings.ts';
import type { Peculiarity, Prompt, Unreadable } from '../core/estimate.ts';
import type { Files } from '../core/files.ts';
import { InputError, type InputProblem } from '../core/input-error.ts';

export type CountTokens = (text: Uint8Array, encoding: Encoding) => number;

/** Above this a "prompt" is a data file by mistake: no context window holds a tenth of it. */
export const MAX_PROMPT_BYTES = 256 * 1024 * 1024;

/** Bytes looked at to tell text from binary, as git does. */
const SNIFFED_BYTES = 8_000;

/**
 * Reads files, globs, directories (all files below, but no hidden ones) and `-` for standard
 * input. The same file named twice is read once. Files that are no text are returned as
 * unreadable, so that nobody takes the rest for the whole.
 * @throws InputError for a missing file, a pattern without a match, or when no prompt is left
 */
export async function readPrompts(
  names: readonly string[],
  files: Files,
  count: CountTokens,
): Promise<{ prompts: Prompt[]; unreadable: Unreadable[] }> {
  const paths = await expand(names, files);
  const prompts: Prompt[] = [];
  const unreadable: Unreadable[] = [];
  for (const path of paths) {
    const read = await readPrompt(path, files, count);
    if ('reason' in read) unreadable.push(read);
    else prompts.push(read);
  }
  if (prompts.length === 0) {
    throw new InputError(
      unreadable.map(({ source, reason }) => ({
        source,
        message: `${reason}; nothing to estimate`,
      })),
    );
  }
  return { prompts, unreadable };
}

async function expand(names: readonly string[], files: Files): Promise<string[]> {
  const paths: string[] = [];
  const problems: InputProblem[] = [];
  for (const name of names) {
    const found = await expandOne(name, files);
    if (found.length > 0) paths.push(...found);
    else problems.push({ source: { file: name }, message: nothingFound(name, files) });
  }
  if (problems.length > 0) throw new InputError(problems);
  return [...new Set(paths)];
}

async function expandOne(name: string, files: Files): Promise<string[]> {
  if (name === '-') return ['-'];
  const stat = files.stat(name);
  if (stat?.kind === 'directory') {
    const directory = name.replace(/[/\\]+$/, '');
    return files.glob(`${escapeGlob(directory)}/**`);
  }
  if (stat) return [name];
  return isGlob(name) ? files.glob(name) : [];
}

function nothingFound(name: string, files: Files): string {
  if (files.stat(name)) return 'no files in this directory (hidden files are left out)';
  return isGlob(name) ? 'no file matches this pattern' : 'no such file';
}

function isGlob(name: string): boolean {
  return /[*?[\]{}!]/.test(name);
}

function escapeGlob(path: string): string {
  return path.replace(/[*?[\]{}()!\\]/g, '\\$&');
}

async function readPrompt(
  path: string,
  files: Files,
  count: CountTokens,
): Promise<Prompt | Unreadable> {
  const source = { file: path };
  const stat = path === '-' ? undefined : files.stat(path);
  if (stat && stat.size > MAX_PROMPT_BYTES) {
    return { source, reason: `larger than ${MAX_PROMPT_BYTES / 1024 ** 2} MiB; split it` };
  }
  if (stat && stat.kind !== 'file') return { source, reason: 'not a regular file' };
  let bytes: Uint8Array;
  try {
    bytes = path === '-' ? await files.readStdin() : await files.readFile(path);
  } catch (error) {
    return { source, reason: `cannot be read (${errorCode(error)})` };
  }
  if (bytes.subarray(0, SNIFFED_BYTES).includes(0)) {
    return { source, reason: 'binary, or text that is not UTF-8; convert it to UTF-8' };
  }
  return promptOf(bytes, path, count);
}

/** A prompt of bytes already at hand. The count of each encoding is made once. */
export function promptOf(bytes: Uint8Array, file: string, count: CountTokens): Prompt {
  const counts = new Map<Encoding, number>();
  return {
    source: { file },
    bytes: bytes.length,
    peculiarities: peculiaritiesOf(bytes),
    countTokens: (encoding) => {
      const known = counts.get(encoding) ?? count(bytes, encoding);
      counts.set(encoding, known);
      return known;
    },
  };
}

function peculiaritiesOf(bytes: Uint8Array): Peculiarity[] {
  const found: Peculiarity[] = [];
  if (bytes.length === 0) found.push('empty');
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) found.push('byte-order-mark');
  if (!isUtf8(bytes)) found.push('invalid-utf-8');
  return found;
}

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
