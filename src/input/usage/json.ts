import type { Row } from '../../core/audit/entry.ts';
import { InputError } from '../../core/input-error.ts';
import type { Source } from '../../core/source.ts';
import { count } from '../../core/wording.ts';
import type { JsonFormat, Page } from './format.ts';
import { duplicateKey, openAtEnd } from './json-keys.ts';

/** What is held at once: V8 has no longer string. A file of JSON Lines can have any size. */
const MAX_DOCUMENT_BYTES = 512 * 1024 ** 2 - 24;

const NEWLINE = 0x0a;
const NOTHING = new Uint8Array(0);

export interface ReadJson {
  /** Those that were recognised, in the order of their first value. */
  readonly formats: readonly JsonFormat[];
  readonly rows: number;
  /** For `missingPages`, once all files are read: the next page can be in a file of its own. */
  readonly pages: readonly FoundPage[];
}

export interface FoundPage {
  readonly page: Page;
  readonly source: Source;
}

/**
 * Reads one JSON document, or JSON Lines in flat memory. Each value, or each item of a list, goes
 * to the first format that matches it; what none matches is a bad row.
 * @throws InputError when a document is too large, or no value at all is recognised
 */
export async function readJson(
  chunks: AsyncIterable<Uint8Array>,
  file: string,
  formats: readonly JsonFormat[],
  sink: (row: Row) => void,
  maxBytes = MAX_DOCUMENT_BYTES,
): Promise<ReadJson> {
  const values = new Values(file, formats, sink);
  const reader = new JsonReader(values, maxBytes);
  for await (const chunk of chunks) reader.write(chunk);
  reader.end();
  return values.end();
}

/** A bad row for each page after which another should come, in the order in which they were read. */
export function missingPages(found: readonly FoundPage[]): (Row & { readonly kind: 'bad' })[] {
  const later = new Map<unknown, Page[]>();
  const rows: (Row & { readonly kind: 'bad' })[] = [];
  for (const { page, source } of found.toReversed()) {
    const goesOn = later
      .get(page.to)
      ?.some(({ kind }) => kind === page.kind || kind === undefined || page.kind === undefined);
    if (page.missing !== undefined && !goesOn) {
      rows.push({ kind: 'bad', source, reason: page.missing });
    }
    const sameStart = later.get(page.from);
    if (sameStart) sameStart.push(page);
    else later.set(page.from, [page]);
  }
  return rows.reverse();
}

/** Cuts bytes into lines, or holds them if they are one document. */
class JsonReader {
  readonly #values: Values;
  readonly #maxBytes: number;
  #line = 1;
  /** The beginning of a line whose end is yet to come; or the document, from its first line on. */
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  /** Undefined until the first line that is not blank has settled it. */
  #mode: 'document' | 'lines' | undefined;

  constructor(values: Values, maxBytes: number) {
    this.#values = values;
    this.#maxBytes = maxBytes;
  }

  write(chunk: Uint8Array): void {
    let from = 0;
    while (this.#mode !== 'document') {
      const end = chunk.indexOf(NEWLINE, from);
      if (end < 0) break;
      this.#endLine(chunk.subarray(from, end + 1));
      from = end + 1;
    }
    this.#hold(chunk.subarray(from));
  }

  end(): void {
    // A first line without an end may be the beginning of a document.
    if (this.#mode !== 'document') this.#endLine(NOTHING);
    if (this.#mode !== 'document') return;
    const parsed = parseJson(textOf(this.#held));
    if ('value' in parsed) {
      this.#values.take(parsed.value, undefined);
      return;
    }
    // A damaged first line looks like one, too.
    this.#readAsLines();
    this.#endLine(NOTHING);
  }

  #hold(piece: Uint8Array): void {
    if (piece.length === 0) return;
    this.#heldBytes += piece.length;
    if (this.#heldBytes <= this.#maxBytes) this.#held.push(piece.slice());
    else if (this.#mode !== 'document') this.#held = [];
    else {
      this.#held.push(piece.slice());
      if (!this.#hasLines()) throw this.#values.tooLarge(this.#maxBytes);
      this.#readAsLines();
    }
  }

  /** Whether the second line of what was taken for a document is a whole value. */
  #hasLines(): boolean {
    const [, second = ''] = textOf(this.#held.slice(0, 2))
      .trim()
      .split(/\s*\n\s*/, 3);
    return second.startsWith('{') && 'value' in parseJson(second);
  }

  #readAsLines(): void {
    const chunks = this.#held;
    this.#held = [];
    this.#heldBytes = 0;
    this.#mode = 'lines';
    for (const chunk of chunks) this.write(chunk);
  }

  #endLine(lastPiece: Uint8Array): void {
    const tooLong = this.#heldBytes + lastPiece.length > this.#maxBytes;
    const text = tooLong ? '' : textOf([...this.#held, lastPiece]);
    const held = this.#held;
    const line = this.#line;
    const isFirst = this.#mode === undefined;
    this.#held = [];
    this.#heldBytes = 0;
    this.#line++;
    if (tooLong) this.#values.bad('the line is too long', line);
    else if (text.trim() !== '') {
      const parsed = parseJson(text);
      if ('value' in parsed) this.#values.take(parsed.value, line);
      else if (isFirst && openAtEnd(text) === 'object') {
        // A string cannot go on in the next line, and an object can.
        this.#mode = 'document';
        this.#line = line;
        for (const piece of [...held, lastPiece]) this.#hold(piece);
        return;
      } else this.#values.bad(parsed.reason, line);
      this.#mode = 'lines';
    }
  }
}

/** What becomes of the values of a file, in whatever way they were written. */
class Values {
  readonly #file: string;
  readonly #formats: readonly JsonFormat[];
  readonly #sink: (row: Row) => void;
  readonly #recognised = new Set<JsonFormat>();
  readonly #pages: FoundPage[] = [];
  #rows = 0;
  #firstReason: string | undefined;

  constructor(file: string, formats: readonly JsonFormat[], sink: (row: Row) => void) {
    this.#file = file;
    this.#formats = formats;
    this.#sink = sink;
  }

  take(value: unknown, line: number | undefined): void {
    if (!Array.isArray(value)) this.#takeOne(value, line, '');
    else {
      for (const [index, item] of value.entries()) this.#takeOne(item, line, `item ${index + 1}: `);
    }
  }

  bad(reason: string, line: number | undefined): void {
    const source = this.#source(line);
    const place = source.line === undefined ? '' : `line ${source.line}: `;
    this.#firstReason ??= place + reason;
    this.#add({ kind: 'bad', source, reason });
  }

  tooLarge(maxBytes: number): InputError {
    return this.#error(
      `one JSON document of more than ${count(Math.round(maxBytes / 1024 ** 2))} MiB; write it as JSON Lines, one value a line, such as with jq -c '.[]'`,
    );
  }

  end(): ReadJson {
    if (this.#rows > 0 && this.#recognised.size === 0) {
      const accepted = this.#formats.map(({ title }) => title).join('; ');
      throw this.#error(
        `no usage or cost data that is known (${this.#firstReason}); of JSON these are read: ${accepted}`,
      );
    }
    return { formats: [...this.#recognised], rows: this.#rows, pages: this.#pages };
  }

  #takeOne(value: unknown, line: number | undefined, place: string): void {
    const format = this.#formats.find((each) => each.matches(value));
    if (!format) {
      this.bad(`${place}not of a known kind${kindOf(value)}`, line);
      return;
    }
    this.#recognised.add(format);
    const source = this.#source(line);
    const before = this.#rows;
    for (const row of format.read(value, source)) {
      this.#add(row.kind === 'bad' ? { ...row, reason: place + row.reason } : row);
    }
    const page = format.page?.(value);
    if (page) this.#pages.push({ page, source });
    // A list without items is a value too, and no row is lost.
    if (this.#rows === before) this.#add({ kind: 'empty', source });
  }

  #add(row: Row): void {
    this.#rows++;
    this.#sink(row);
  }

  #source(line: number | undefined): Source {
    return line === undefined ? { file: this.#file } : { file: this.#file, line };
  }

  #error(message: string): InputError {
    return new InputError([{ source: { file: this.#file }, message }]);
  }
}

const decoder = new TextDecoder();

function textOf(pieces: readonly Uint8Array[]): string {
  const [only] = pieces;
  return decoder.decode(only && pieces.length === 1 ? only : Buffer.concat(pieces));
}

/** Messages of `JSON.parse` quote the text, which may be somebody's prompt: they are not passed on. */
export function parseJson(text: string): { readonly value: unknown } | { readonly reason: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { reason: openAtEnd(text) ? 'not JSON: it is cut off' : 'not JSON' };
  }
  const key = duplicateKey(text, value);
  return key === undefined ? { value } : { reason: `the key ${shown(key)} is given twice` };
}

/** Only what looks like a word of an API is shown, so that no content gets into a message. */
function shown(word: string): string {
  return /^[\w.-]{1,60}$/.test(word) ? `"${word}"` : 'of an object';
}

function kindOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return ': no object';
  for (const key of ['object', 'type']) {
    const kind: unknown = Object.hasOwn(value, key) ? value[key as keyof typeof value] : undefined;
    if (typeof kind === 'string') return `: ${key} ${shown(kind)}`;
  }
  return Object.hasOwn(value, 'messages') ? ': a request without its response' : '';
}
