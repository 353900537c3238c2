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
 * @returns else the files, of which that one is still to be read from its beginning
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
  try {
    if (isMeant || (await looksLikeTraining(content, file))) return { training: { file, content } };
  } catch {
    // Whoever opens it next says why it cannot be read.
    return { files };
  }
  return { files: readingOn(file, content, files) };
}

/** What has been looked at is read from its beginning: of a pipe there is no other. */
function readingOn(file: string, content: Peekable, files: Files): Files {
  let begun: Peekable | undefined = content;
  return {
    ...files,
    stream: (path) => {
      const found = path === file ? begun : undefined;
      if (found) begun = undefined;
      return found ?? files.stream(path);
    },
  };
}

/** An example with images in it may well be so long. */
const LONG_LINE_BYTES = 16 * 1024 ** 2;

/** @throws the error of the file system */
async function looksLikeTraining(content: Peekable, file: string): Promise<boolean> {
  const areLines = /\.(?:jsonl|ndjson)$/i.test(file);
  const [first] = await content.peek(1);
  if (!FIRST_BYTES.includes(first)) return false;
  const head = headOf(await content.peek(HEAD_BYTES), content.isWhole);
  if (isTraining(head, areLines)) return true;
  if (head.hasEnd || !areLines) return false;
  const more = await content.peek(LONG_LINE_BYTES);
  return isTraining({ ...head, text: new TextDecoder().decode(more) }, areLines);
}
