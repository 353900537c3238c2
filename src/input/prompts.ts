import type { Encoding } from '../core/encodings.ts';
import type { Peculiarity, Prompt, Unreadable } from '../core/estimate/estimate.ts';
import type { Files } from '../core/files.ts';
import { InputError } from '../core/input-error.ts';
import { isJsonText } from '../core/json.ts';
import type { Beginnings } from '../core/prefix/beginnings.ts';
import { type CountInput, textCount } from '../core/request/input-count.ts';
import type { SentContent } from '../core/request/online-body.ts';
import type { Filling } from '../core/request/template.ts';
import { messageOf } from '../core/request/text-input.ts';
import { pathsOf, unreadable } from './file-names.ts';
import { Peekable } from './peekable.ts';
import { HEAD_BYTES, type Head, headOf } from './sendables/head.ts';
import { kindOf } from './sendables/index.ts';
import type { Counting } from './sendables/kind.ts';

const asItIs: InputOf = (countText) => (model) =>
  textCount(model?.encoding ? countText(model.encoding) : null);

/** Counts the tokens of one text after another, each of which comes in pieces. */
export interface TokenCounter {
  write(chunk: Uint8Array): void;
  /** The number of tokens in all that was written; the next piece begins another text. */
  end(): number;
  /** Whether the text that ended last was not all UTF-8. */
  readonly isRepaired: boolean;
}
export type TokenCounters = ReadonlyMap<Encoding, TokenCounter>;
/** What becomes of the tokens of a text: with a message around it, or as they are. */
export type InputOf = (countText: (encoding: Encoding) => number) => CountInput;

/** What is needed to read prompts. */
export interface PromptReading {
  /** Asked for when the first text is met: what else is sent may name its models itself. */
  counters(): TokenCounters;
  /** As it is, where left out. */
  readonly inputOf?: InputOf | undefined;
  /** Whether texts are kept, and not only counted. */
  readonly keepsContent?: boolean | undefined;
  /** Left out, nothing is a template. */
  readonly filling?: Filling | undefined;
  /**
   * Asked for when the first template with several runs is met: their messages are compared there.
   * Left out, nobody wants to know.
   */
  beginnings?(): Promise<Pick<Beginnings, 'add'>>;
  /** Left out, everything is text. */
  readonly sendables?: SendableReading | undefined;
}

export interface SendableReading {
  /** The id of the kind that every file is of; by default, what each of them looks like. */
  readonly forced?: string | undefined;
  /** Files are texts to embed: of CSV and JSON Lines each record is one, from this column. */
  readonly texts?: { readonly column: string | undefined } | undefined;
  /** Asked for when the first of them is met. */
  counting(): Promise<Counting>;
}

/** A thousand times what the largest context window holds: this is no prompt but a mistake. */
export const MAX_PROMPT_BYTES = 4 * 1024 ** 3;

/** Bytes looked at to tell text from binary, as git does. */
const SNIFFED_BYTES = 8_000;

/**
 * Reads files, globs, directories (all files below, but no hidden ones) and `-` for standard
 * input, and counts their tokens on the way: no file is ever in memory as a whole. The same file
 * named twice is read once. Files that are no text are returned as unreadable, so that nobody
 * takes the rest for the whole.
 * @throws InputError for a missing file, a pattern without a match, or when no prompt is left
 */
export async function readPrompts(
  names: readonly string[],
  files: Files,
  reading: PromptReading,
): Promise<ReadPrompts> {
  const read = await readEach(await pathsOf(names, files), files, reading);
  if (read.prompts.length === 0) {
    throw new InputError(
      read.unreadable.map(({ source, reason }) => ({
        source,
        message: `${reason}; nothing to estimate`,
      })),
    );
  }
  return read;
}

export interface ReadPrompts {
  readonly prompts: Prompt[];
  readonly unreadable: Unreadable[];
}

/** The same for files that are known to be there; none of them may be readable. */
export async function readEach(
  paths: readonly string[],
  files: Files,
  reading: PromptReading,
): Promise<ReadPrompts> {
  const prompts: Prompt[] = [];
  const unreadable: Unreadable[] = [];
  for (const path of paths) {
    const read = await readPrompt(path, files, reading);
    if ('reason' in read) unreadable.push(read);
    else prompts.push(...read);
  }
  return { prompts, unreadable };
}

async function readPrompt(
  path: string,
  files: Files,
  reading: PromptReading,
): Promise<readonly Prompt[] | Unreadable> {
  const source = { file: path };
  const stat = path === '-' ? undefined : files.stat(path);
  if (stat && stat.size > MAX_PROMPT_BYTES) {
    return { source, reason: `larger than ${MAX_PROMPT_BYTES / 1024 ** 3} GiB; split it` };
  }
  if (stat && stat.kind !== 'file') return { source, reason: 'not a regular file' };
  let content: Peekable | undefined;
  try {
    content = new Peekable(files.stream(path));
    const read = await readSendable(path, content, reading.sendables);
    if (typeof read === 'object') return 'countInput' in read ? [read] : read;
    const text = await readText(path, content, reading, read);
    return 'reason' in text ? text : [text];
  } catch (error) {
    if (error instanceof Error && 'code' in error) {
      return { source, reason: unreadable(error) };
    }
    throw error;
  } finally {
    await content?.close();
  }
}

/** Where it is a text, undefined or what is peculiar about it. */
async function readSendable(
  file: string,
  content: Peekable,
  sendables: SendableReading | undefined,
): Promise<Prompt | readonly Prompt[] | Unreadable | Peculiarity | undefined> {
  if (!sendables) return undefined;
  const bytes = await content.peek(HEAD_BYTES);
  const head = headOf(bytes, content.isWhole);
  const { texts } = sendables;
  if (texts) {
    if (texts.column === undefined && !isRecords(file, head)) return undefined;
    const { readTexts } = await import('./sendables/texts.ts');
    const sendable = { file, head, content, isForced: true };
    return readTexts(sendable, await sendables.counting(), texts.column);
  }
  const kind = kindOf(head, sendables.forced);
  if (!kind) {
    return head.json && head.isWhole && isJsonText(head.text) ? 'no-request' : undefined;
  }
  const read = await kind.load();
  const isForced = sendables.forced !== undefined;
  return read({ file, head, content, isForced }, await sendables.counting());
}

/** A text may look like CSV: only its name tells, or that somebody names a column. */
function isRecords(file: string, { isLines, text }: Head): boolean {
  return isLines || /\.(?:csv|tsv|jsonl)$/i.test(file) || /^\s*"[^"\n]*"\r?\n\s*"/.test(text);
}

async function readText(
  file: string,
  content: Peekable,
  reading: PromptReading,
  peculiarity: Peculiarity | undefined,
): Promise<Prompt | Unreadable> {
  const { counters, inputOf = asItIs } = reading;
  const start = await content.peek(GZIP.length);
  if (GZIP.every((byte, index) => start[index] === byte))
    return { source: { file }, reason: PACKED };
  const template = await templateIn(file, content, reading);
  const kept = reading.keepsContent ? await keptFrom(content) : undefined;
  const builder = new PromptBuilder(counters());
  for await (const chunk of content) {
    if (!builder.add(chunk)) {
      const reason = 'binary, or text that is not UTF-8; convert it to UTF-8';
      return { source: { file }, reason };
    }
  }
  const prompt = builder.finish(file, inputOf);
  const notices = [peculiarity, template].filter((notice) => typeof notice === 'string');
  return {
    ...prompt,
    ...(typeof template === 'function' ? { countInput: template } : {}),
    peculiarities: [...prompt.peculiarities, ...notices],
    ...(kept !== undefined && typeof template !== 'function' ? { content: kept } : {}),
  };
}

const GZIP = [0x1f, 0x8b];
const PACKED = 'is compressed; unpack it: gunzip -c FILE | openai-cost estimate -';

/** Undefined where it is longer than any model takes. */
async function keptFrom(content: Peekable): Promise<SentContent | undefined> {
  const bytes = await content.peek(MAX_TEMPLATE_BYTES + 1);
  if (bytes.length > MAX_TEMPLATE_BYTES) return undefined;
  return { kind: 'text', text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes) };
}

/** Where the text is no template, as without a brace it cannot be: what is peculiar about it. */
async function templateIn(
  file: string,
  content: Peekable,
  { counters, inputOf = asItIs, filling, beginnings }: PromptReading,
): Promise<CountInput | Peculiarity | undefined> {
  if (!filling) return undefined;
  const bytes = await content.peek(MAX_TEMPLATE_BYTES + 1);
  if (bytes.length > MAX_TEMPLATE_BYTES || !bytes.includes(BRACE)) return undefined;
  const { textTemplate } = await import('./templates.ts');
  const compared = filling.runs.length > 1 ? await beginnings?.() : undefined;
  return textTemplate(
    new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes),
    filling,
    (text) =>
      inputOf((encoding) => {
        const counter = counters().get(encoding);
        if (!counter) throw new RangeError(`not counted with ${encoding}`);
        counter.write(new TextEncoder().encode(text));
        return counter.end();
      }),
    compared && ((text) => compared.add(messageOf(text), SENT_TO, { file })),
  );
}

/** A text names neither. */
const SENT_TO = { model: undefined, tier: 'standard' } as const;

const BRACE = 0x7b;
/** As much as the largest context window holds: what is longer is no template. */
const MAX_TEMPLATE_BYTES = 4 * 1024 ** 2;

/** Everything that is to be known of a text, found out in one pass over it. */
class PromptBuilder {
  readonly #counters: TokenCounters;
  readonly #start: number[] = [];
  #bytes = 0;

  constructor(counters: TokenCounters) {
    this.#counters = counters;
    // What an unreadable file may have left behind.
    for (const counter of counters.values()) counter.end();
  }

  /** False when the bytes are no text; then there is no use in adding more. */
  add(chunk: Uint8Array): boolean {
    if (this.#bytes < BYTE_ORDER_MARK.length) {
      this.#start.push(...chunk.subarray(0, BYTE_ORDER_MARK.length));
    }
    const sniffed = chunk.subarray(0, Math.max(0, SNIFFED_BYTES - this.#bytes));
    if (sniffed.includes(0)) return false;
    this.#bytes += chunk.length;
    for (const counter of this.#counters.values()) counter.write(chunk);
    return true;
  }

  finish(file: string, inputOf: InputOf): Prompt {
    const counts = new Map<Encoding, number>();
    for (const [encoding, counter] of this.#counters) counts.set(encoding, counter.end());
    return {
      source: { file },
      bytes: this.#bytes,
      peculiarities: this.#peculiarities(),
      countInput: inputOf((encoding) => {
        const count = counts.get(encoding);
        if (count === undefined) throw new RangeError(`not counted with ${encoding}`);
        return count;
      }),
    };
  }

  #peculiarities(): Peculiarity[] {
    const found: Peculiarity[] = [];
    if (this.#bytes === 0) found.push('empty');
    if (BYTE_ORDER_MARK.every((byte, index) => this.#start[index] === byte)) {
      found.push('byte-order-mark');
    }
    if ([...this.#counters.values()].some(({ isRepaired }) => isRepaired)) {
      found.push('invalid-utf-8');
    }
    return found;
  }
}

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];
