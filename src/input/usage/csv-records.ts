/** The bytes of a CSV file as records, each with the line where it begins. */
import type { CsvError, Parser } from 'csv-parse';

/** More than any record has, also one that holds a whole prompt: beyond it a quote was left open. */
export const MOST_RECORD_BYTES = 8 * 1024 ** 2;
/** After a broken record the rest is parsed again: piecewise, so that it is copied piecewise. */
const PIECE_BYTES = 64 * 1024;

const [LF, CR, QUOTE] = [10, 13, 34];
const LINE_BREAK = /\r\n|\n|\r/;
const EMPTY = Buffer.alloc(0);

export interface RecordSink {
  /** `line` is where the record begins; the first line is 1. */
  record(cells: readonly string[], line: number): void;
  /** A record that cannot be taken apart. What comes after it is read all the same. */
  broken(reason: string, line: number): void;
}

/**
 * Up to the first quote of a file, a line is a record and its cells are what lies between the
 * delimiters. From there on csv-parse takes records apart; it needs 12 ms to begin, which most files
 * can do without. It ends at the first misplaced quote. What a broken record has swallowed is
 * therefore kept until it ends: the file is read on after the line in which the misplaced quote
 * stands.
 */
export class RecordReader {
  readonly #delimiter: string;
  readonly #sink: RecordSink;
  readonly #mostBytes: number;
  /** Undefined up to the first quote. */
  #parser: Parser | undefined;
  /** Up to the first quote: a line of which the end has not come yet. */
  #begun: Buffer = EMPTY;
  /** What csv-parse has of the record that it is in, and its place in what was given to it. */
  #held: Buffer[] = [];
  #heldFrom = 0;
  #fed = 0;
  /** Given back by a broken record, to be parsed again; in order. */
  #waiting: Buffer[] = [];
  /** The line at which the held bytes begin, and whether the byte before them was a CR. */
  #line: number;
  #isAfterCr = false;
  /** In a line that is too long, up to its end. */
  #isSkipping = false;

  /** `line` is that at which the bytes begin. */
  constructor(delimiter: string, sink: RecordSink, mostBytes = MOST_RECORD_BYTES, line = 1) {
    this.#delimiter = delimiter;
    this.#sink = sink;
    this.#mostBytes = mostBytes;
    this.#line = line;
  }

  /** The bytes must stay as they are. */
  async write(bytes: Buffer): Promise<void> {
    this.#waiting.push(bytes);
    await this.#drain();
  }

  async end(): Promise<void> {
    if (!this.#parser) this.#lines(this.#begun.toString());
    while (this.#parser) {
      const parser = this.#parser;
      const error = await done((callback) => parser.end(callback));
      if (error === undefined) return;
      if (!isBroken(error)) throw error;
      await this.#recover();
      await this.#drain();
    }
  }

  async #drain(): Promise<void> {
    for (let bytes = this.#waiting.shift(); bytes; bytes = this.#waiting.shift()) {
      const next = this.#afterSkipped(bytes.subarray(0, PIECE_BYTES));
      if (bytes.length > PIECE_BYTES) this.#waiting.unshift(bytes.subarray(PIECE_BYTES));
      const piece = this.#parser ? next : this.#afterLines(next);
      if (piece.length === 0) continue;
      this.#parser ??= await this.#newParser();
      const parser = this.#parser;
      this.#held.push(piece);
      this.#fed += piece.length;
      const error = await done((callback) => parser.write(piece, callback));
      if (error !== undefined && !isBroken(error)) throw error;
      if (error !== undefined || this.#fed - this.#heldFrom > this.#mostBytes) {
        await this.#recover();
      }
    }
  }

  /**
   * Reads the lines that end before the first quote. Returns what csv-parse has to read: nothing,
   * unless there is a quote, or a line that may be too long.
   */
  #afterLines(bytes: Buffer): Buffer {
    const all = this.#begun.length > 0 ? Buffer.concat([this.#begun, bytes]) : bytes;
    const quote = all.indexOf(QUOTE);
    const plain = quote < 0 ? all : all.subarray(0, quote);
    // A CR at the very end may be half of a CRLF.
    const lastCr = all.subarray(0, quote < 0 ? -1 : quote).lastIndexOf(CR);
    const end = Math.max(plain.lastIndexOf(LF), lastCr) + 1;
    this.#lines(all.toString('utf8', 0, end));
    const rest = all.subarray(end);
    const isPlain = quote < 0 && rest.length <= Math.min(this.#mostBytes, PIECE_BYTES);
    this.#begun = isPlain ? rest : EMPTY;
    return isPlain ? EMPTY : rest;
  }

  /** Lines without quotes; of the last one the line break may be missing. */
  #lines(text: string): void {
    const lines = text.split(LINE_BREAK);
    for (const [at, line] of lines.entries()) {
      if (line !== '') this.#sink.record(line.split(this.#delimiter), this.#line + at);
    }
    this.#line += lines.length - 1;
  }

  async #newParser(): Promise<Parser> {
    const { Parser } = await import('csv-parse');
    const parser = new Parser({
      delimiter: this.#delimiter,
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      skip_empty_lines: true,
      on_record: (cells: string[], { bytes }) => {
        const line = this.#take(bytes - this.#heldFrom);
        this.#heldFrom = bytes;
        this.#sink.record(cells, line);
        // Nothing goes on into the stream, so nobody has to read from it.
        return null;
      },
    });
    parser.on('error', () => {});
    return parser;
  }

  /** Drops so many held bytes. Returns the line of the first that is no line break. */
  #take(count: number): number {
    let begin: number | undefined;
    let left = count;
    while (left > 0) {
      const first = this.#held.shift();
      if (!first) break;
      const taken = first.subarray(0, left);
      for (let at = 0; at < taken.length; at++) {
        const byte = taken[at];
        if (byte === CR || (byte === LF && !this.#isAfterCr)) this.#line++;
        else if (byte !== LF) begin ??= this.#line;
        this.#isAfterCr = byte === CR;
      }
      if (taken.length < first.length) this.#held.unshift(first.subarray(taken.length));
      left -= taken.length;
    }
    return begin ?? this.#line;
  }

  /** Reports the record that broke, and has all that follows its misplaced quote parsed again. */
  async #recover(): Promise<void> {
    let rest = this.#held.length === 1 ? (this.#held[0] ?? EMPTY) : Buffer.concat(this.#held);
    let fault = faultOf(rest, this.#delimiter);
    do {
      rest = this.#drop(rest, fault);
      fault = faultOf(rest, this.#delimiter);
      // Bad lines come in crowds, and a new parser for each of them takes long.
    } while (fault.kind === 'closing' || fault.kind === 'opening');
    if (rest.length > 0) this.#waiting.unshift(rest);
    this.#held = [];
    this.#heldFrom = 0;
    this.#fed = 0;
    this.#parser?.destroy();
    this.#parser = await this.#newParser();
  }

  /** Returns what comes after the line of the misplaced quote. */
  #drop(bytes: Buffer, { kind, recordAt, at }: Fault): Buffer {
    this.#held = [bytes];
    const line = this.#take(recordAt);
    const quoteLine = line + lineBreaks(bytes.subarray(recordAt, at));
    const end = afterLineBreak(bytes, at);
    this.#take((end ?? bytes.length) - recordAt);
    this.#isSkipping = end === undefined;
    this.#sink.broken(REASONS[kind](quoteLine, this.#mostBytes), line);
    return bytes.subarray(end ?? bytes.length);
  }

  #afterSkipped(bytes: Buffer): Buffer {
    if (!this.#isSkipping) return bytes;
    const end = afterLineBreak(bytes, 0);
    this.#held = [bytes];
    this.#take(end ?? bytes.length);
    this.#held = [];
    this.#isSkipping = end === undefined;
    return bytes.subarray(end ?? bytes.length);
  }
}

function done(
  run: (callback: (error?: Error | null) => void) => unknown,
): Promise<Error | undefined> {
  return new Promise((resolve) => run((error) => resolve(error ?? undefined)));
}

const BROKEN_CODES: readonly string[] = [
  'CSV_QUOTE_NOT_CLOSED',
  'CSV_INVALID_CLOSING_QUOTE',
  'INVALID_OPENING_QUOTE',
] satisfies readonly CsvError['code'][];

function isBroken(error: Error): boolean {
  return 'code' in error && BROKEN_CODES.includes(String(error.code));
}

/** By what went wrong: what to say of it. */
const REASONS = {
  unclosed: (line) => `the quote that opens in line ${line} is never closed`,
  closing: (line) =>
    `the quote that opens in line ${line} is closed in the middle of a cell; quotes within a cell must be doubled`,
  opening: (line) =>
    `there is a quote within a cell in line ${line} that has none around it; quote the cell and double the quotes within`,
  long: (_, mostBytes) => `longer than ${mostBytes / 1024 ** 2} MiB`,
} as const satisfies Record<string, (line: number, mostBytes: number) => string>;

interface Fault {
  readonly kind: keyof typeof REASONS;
  /** Where the record begins, after blank lines; and the quote that is to blame, or the end. */
  readonly recordAt: number;
  readonly at: number;
}

/** csv-parse tells where it gave up; this tells which quote was to blame. */
function faultOf(bytes: Uint8Array, delimiter: string): Fault {
  const separator = delimiter.charCodeAt(0);
  const isEnd = (byte: number | undefined) =>
    byte === undefined || byte === separator || byte === LF || byte === CR;
  let recordAt = 0;
  while (bytes[recordAt] === LF || bytes[recordAt] === CR) recordAt++;
  let openedAt: number | undefined;
  for (let at = recordAt; at < bytes.length; at++) {
    const isLineBreak = bytes[at] === LF || bytes[at] === CR;
    if (isLineBreak && openedAt === undefined) return { kind: 'long', recordAt, at };
    if (bytes[at] !== QUOTE) continue;
    if (openedAt === undefined) {
      const isFirst = at === recordAt || isEnd(bytes[at - 1]);
      if (!isFirst) return { kind: 'opening', recordAt, at };
      openedAt = at;
    } else if (bytes[at + 1] === QUOTE) {
      at++;
    } else {
      // To csv-parse, a NUL after the quote is as good as the end.
      if (!isEnd(bytes[at + 1]) && bytes[at + 1] !== 0)
        return { kind: 'closing', recordAt, at: openedAt };
      openedAt = undefined;
    }
  }
  if (openedAt !== undefined) return { kind: 'unclosed', recordAt, at: openedAt };
  return { kind: 'long', recordAt, at: bytes.length };
}

function afterLineBreak(bytes: Buffer, from: number): number | undefined {
  for (let at = from; at < bytes.length; at++) {
    if (bytes[at] === LF) return at + 1;
    // A CR at the very end may be half of a CRLF: its LF is then an empty line, which is ignored.
    if (bytes[at] === CR) return bytes[at + 1] === LF ? at + 2 : at + 1;
  }
  return undefined;
}

function lineBreaks(bytes: Uint8Array): number {
  let count = 0;
  let previous = 0;
  for (const byte of bytes) {
    if (byte === CR || (byte === LF && previous !== CR)) count++;
    previous = byte;
  }
  return count;
}
