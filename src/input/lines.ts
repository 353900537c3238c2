const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;
/** A file for the API has 200 MB at most, so no line of one is longer; and it fits into a string. */
const MAX_LINE_BYTES = 256 * 1024 ** 2;

export interface Line {
  /** From 1 on, blank ones included. */
  readonly number: number;
  /** Without its end; undefined where it is too long to be held. */
  readonly text: string | undefined;
}

/** Cuts bytes into lines, of which it holds one at a time. A byte order mark is left out. */
export class LineCutter {
  readonly #decoder = new TextDecoder();
  readonly #sink: (line: Line) => void;
  readonly #maxBytes: number;
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #number = 1;

  constructor(sink: (line: Line) => void, maxBytes = MAX_LINE_BYTES) {
    this.#sink = sink;
    this.#maxBytes = maxBytes;
  }

  write(chunk: Uint8Array): void {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      this.#endLine(chunk.subarray(from, end));
      from = end + 1;
    }
    this.#hold(chunk.subarray(from));
  }

  /** The last line may have no newline; nothing after the last newline is no line. */
  end(): void {
    if (this.#heldBytes > 0) this.#endLine(new Uint8Array());
  }

  #hold(piece: Uint8Array): void {
    this.#heldBytes += piece.length;
    // A piece is good until the next one comes.
    if (piece.length > 0 && this.#heldBytes <= this.#maxBytes) this.#held.push(piece.slice());
    else if (this.#heldBytes > this.#maxBytes) this.#held = [];
  }

  #endLine(last: Uint8Array): void {
    const isTooLong = this.#heldBytes + last.length > this.#maxBytes;
    const whole = this.#held.length === 0 ? last : Buffer.concat([...this.#held, last]);
    this.#held = [];
    this.#heldBytes = 0;
    const length = whole.at(-1) === CARRIAGE_RETURN ? whole.length - 1 : whole.length;
    const text = isTooLong ? undefined : this.#decoder.decode(whole.subarray(0, length));
    this.#sink({ number: this.#number++, text });
  }
}
