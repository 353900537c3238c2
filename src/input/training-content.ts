import type { Files } from '../core/files.ts';
import { Peekable } from './peekable.ts';
import { FINE_TUNING, isTraining } from './sendables/fine-tuning.ts';
import { HEAD_BYTES, headOf } from './sendables/head.ts';

export interface OnlyFile {
  readonly file: string;
  readonly content: Peekable;
}

/** A brace, or a byte order mark that may come before it. */
const FIRST_BYTES: readonly (number | undefined)[] = [0x7b, 0xef];

/**
 * The content of the only file that is named, if it is a fine-tuning file.
 * @param as what somebody says that it is
 * @returns else the files, of which standard input is still to be read from its beginning
 */
export async function trainingContent(
  names: readonly string[],
  as: string | undefined,
  files: Files,
): Promise<{ readonly training: OnlyFile } | { readonly files: Files }> {
  const [file, ...others] = names;
  const isMeant = as === FINE_TUNING.id;
  if (file === undefined || others.length > 0 || (as !== undefined && !isMeant)) return { files };
  if (file !== '-' && files.stat(file)?.kind !== 'file') return { files };
  const content = new Peekable(files.stream(file));
  if (isMeant || (await looksLikeTraining(content, file))) return { training: { file, content } };
  if (file === '-')
    return { files: { ...files, stream: (path) => (path === '-' ? content : files.stream(path)) } };
  await content.close();
  return { files };
}

async function looksLikeTraining(content: Peekable, file: string): Promise<boolean> {
  let bytes: Uint8Array;
  try {
    bytes = await content.peek(1);
    if (!FIRST_BYTES.includes(bytes[0])) return false;
    bytes = await content.peek(HEAD_BYTES);
  } catch {
    // Whoever reads it next says why it cannot be read.
    return false;
  }
  return isTraining(headOf(bytes, content.isWhole), /\.(?:jsonl|ndjson)$/i.test(file));
}
