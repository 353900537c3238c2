/**
 * Bytes that come in pieces, of which the first can be looked at before anybody has decided what to
 * do with them. They are then read from the beginning, once.
 */
export class Peekable implements AsyncIterable<Uint8Array> {
  readonly #pieces: AsyncIterator<Uint8Array>;
  readonly #peeked: Uint8Array[] = [];
  #length = 0;
  #isEnded = false;

  constructor(pieces: AsyncIterable<Uint8Array>) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  /**
   * At least so many bytes from the beginning on; fewer only if that is all there is.
   * @throws the error of the file system
   */
  async peek(bytes: number): Promise<Uint8Array> {
    while (this.#length < bytes && !this.#isEnded) {
      const { done, value } = await this.#pieces.next();
      if (done) this.#isEnded = true;
      // A piece is good until the next one is asked for.
      else this.#keep(value.slice());
    }
    return this.#whole();
  }

  /** Whether what `peek` gave last was all there is. */
  get isWhole(): boolean {
    return this.#isEnded;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      for (let piece = this.#peeked.shift(); piece; piece = this.#peeked.shift()) yield piece;
      while (!this.#isEnded) {
        const { done, value } = await this.#pieces.next();
        if (done) this.#isEnded = true;
        else yield value;
      }
    } finally {
      await this.close();
    }
  }

  /** For whoever does not read it to its end. */
  async close(): Promise<void> {
    this.#isEnded = true;
    await this.#pieces.return?.();
  }

  #keep(piece: Uint8Array): void {
    this.#peeked.push(piece);
    this.#length += piece.length;
  }

  #whole(): Uint8Array {
    const [first = new Uint8Array(0), ...others] = this.#peeked;
    if (others.length === 0) return first;
    const whole = new Uint8Array(this.#length);
    let at = 0;
    for (const piece of this.#peeked) {
      whole.set(piece, at);
      at += piece.length;
    }
    this.#peeked.splice(0, this.#peeked.length, whole);
    return whole;
  }
}
