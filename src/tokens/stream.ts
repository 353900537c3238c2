/**
 * Counts text of any length, with all processors where it is long. The text is cut where that changes
 * no count (cut.ts); parts go to whatever thread has time, the rest is counted here.
 */
import { counterOf } from './counter.ts';
import { type Crew, type PartOwner, theCrew } from './crew.ts';
import { firstCut, lastCut } from './cut.ts';
import type { Encoding } from './encodings.ts';
import { PART } from './parts.ts';
import { SerialStream } from './serial-stream.ts';
import { endOfUnits, LONGEST_UNIT } from './utf8.ts';

/** In units of input. While a thread starts and fills its caches, 2 MB are counted without it. */
const LONG_TEXT = 8 << 20;

/**
 * Counts the tokens of one text after another, each of which comes in pieces. Threads that it starts
 * for a long text do not keep the process alive, and go a second after they had nothing to do.
 */
export class TokenStream {
  readonly #serial: SerialStream;
  readonly #owner: PartOwner;
  /** Asked for when the text turns out to be long. */
  #crew: Crew | undefined;
  #length = 0;
  /** In what is counted: up to the last cut, but for the parts that others have. */
  #tokens = 0;
  #isRepaired = false;

  constructor(encoding: Encoding) {
    this.#serial = new SerialStream(encoding);
    this.#owner = {
      encoding,
      add: ({ tokens, isRepaired }) => {
        this.#tokens += tokens;
        this.#isRepaired ||= isRepaired;
      },
      countHere: (part) => {
        this.#serial.write(part);
        this.#endPart();
      },
    };
  }

  /**
   * Adds text. Bytes are taken for UTF-8 and may be cut anywhere, also inside a character; a string
   * has whole characters, and lone surrogates in it are U+FFFD.
   */
  write(chunk: Uint8Array | string): void {
    if (this.#length === 0) this.#isRepaired = false;
    this.#length += chunk.length;
    if (this.#length >= LONG_TEXT) this.#crew ??= theCrew();
    if (this.#crew === undefined) this.#serial.write(chunk);
    else for (const part of partsOf(chunk)) this.#writePart(part, this.#crew);
  }

  /** The number of tokens in all that was written. The stream is then as new. */
  end(): number {
    this.#endPart();
    this.#crew?.finish(this.#owner);
    const tokens = this.#tokens;
    this.#crew = undefined;
    this.#tokens = 0;
    this.#length = 0;
    return tokens;
  }

  /** Whether the text that is being written, or ended last, was not all UTF-8. */
  get isRepaired(): boolean {
    return this.#isRepaired || this.#serial.isRepaired;
  }

  #writePart(part: Uint8Array, crew: Crew): void {
    const { unicode } = counterOf(this.#owner.encoding);
    const from = crew.hasRoom ? firstCut(part, unicode) : undefined;
    const to = from === undefined ? undefined : lastCut(part, unicode);
    if (from === undefined || to === undefined || from === to) {
      this.#serial.write(part);
      return;
    }
    this.#serial.write(part.subarray(0, from));
    this.#endPart();
    crew.handOver(part.subarray(from, to), this.#owner);
    this.#serial.write(part.subarray(to));
  }

  #endPart(): void {
    this.#tokens += this.#serial.end();
    this.#isRepaired ||= this.#serial.isRepaired;
  }
}

/** A string has whole characters, so its bytes can be taken for it. */
function* partsOf(chunk: Uint8Array | string): Generator<Uint8Array> {
  if (typeof chunk !== 'string') {
    for (let from = 0; from < chunk.length; from += PART.BYTES) {
      yield chunk.subarray(from, from + PART.BYTES);
    }
    return;
  }
  const units = Math.floor(PART.BYTES / LONGEST_UNIT);
  for (let from = 0; from < chunk.length; ) {
    const to = endOfUnits(chunk, from + units);
    yield encoder.encode(chunk.slice(from, to));
    from = to;
  }
}

const encoder = new TextEncoder();
