/**
 * Counts text of any length in one thread, through one small buffer.
 *
 * Of what is in the buffer, all pieces but the last two are certain. To find the end of a piece a
 * scanner looks ahead over spaces (is there another line break?), capitals (is there a small letter
 * after all?) or a begun contraction, and each of these is at most one piece if the text ends there.
 * So the last piece may go on, the last but one may yet be cut elsewhere, and no other may.
 *
 * A piece too long for the buffer is counted in parts (unbroken.ts). Only one of mixed classes, such
 * as a gigabyte of spaces and line breaks, is held as a whole.
 */
import { isUtf8 } from 'node:buffer';
import { CLASS, characterAt, PADDING, PADDING_BYTES, type UnicodeTable } from './characters.ts';
import { counterOf, type PieceCounter } from './counter.ts';
import type { Encoding } from './encodings.ts';
import { isOfOneClass } from './unbroken.ts';
import {
  endOfUnits,
  endOfWholeCharacters,
  isContinuation,
  LONGEST_UNIT,
  repairUtf8,
} from './utf8.ts';

const { CASELESS, MARK, SPACE } = CLASS;

/** Small enough to stay in the processor's cache; grows only if two pieces take half of it. */
const CAPACITY = 1 << 16;
/** Up to here it grows without asking; then a piece is counted in parts if it can be. */
const UNASKED_CAPACITY = 1 << 20;
/**
 * In bytes. How a piece begins and that it then goes on in characters of one class is all that a
 * scanner knows of it, so of those characters only a few need to stay.
 */
const OPENING = 8;
const KEPT = 64;
/** In units. Below this the buffer is full; a character and what is unfinished always fit. */
const LEAST_ROOM = 16;
const NOTHING = new Uint8Array(0);

export class SerialStream {
  readonly #counter: PieceCounter;
  #bytes = new Uint8Array(CAPACITY + PADDING_BYTES);
  /** The same bytes, for reading words at any position. */
  #words = new DataView(this.#bytes.buffer);
  /** Where the text ends. It is valid UTF-8 of whole characters. */
  #end = 0;
  /** Up to where the first piece is counted already: past what is kept of it for the scanner. */
  #counted = 0;
  /** The first bytes of a character whose rest has not come yet. */
  #unfinished: Uint8Array = NOTHING;
  #count = 0;
  #isRepaired = false;
  #isEnded = true;

  constructor(encoding: Encoding) {
    this.#counter = counterOf(encoding);
  }

  /**
   * Adds text. Bytes are taken for UTF-8 and may be cut anywhere, also inside a character; a string
   * has whole characters, and lone surrogates in it are U+FFFD.
   */
  write(chunk: Uint8Array | string): void {
    this.#begin();
    if (typeof chunk === 'string') this.#writeText(chunk);
    else this.#writeBytes(chunk);
  }

  /** The number of tokens in all that was written. The stream is then as new. */
  end(): number {
    this.#begin();
    this.#isEnded = true;
    this.#finishCharacter();
    this.#countPieces(true);
    const count = this.#count;
    this.#count = 0;
    if (this.#capacity > CAPACITY) this.#resize(CAPACITY);
    return count;
  }

  /** Whether the text that is being written, or ended last, was not all UTF-8. */
  get isRepaired(): boolean {
    return this.#isRepaired;
  }

  #begin(): void {
    if (this.#isEnded) this.#isRepaired = false;
    this.#isEnded = false;
  }

  get #capacity(): number {
    return this.#bytes.length - PADDING_BYTES;
  }

  #writeText(text: string): void {
    this.#finishCharacter();
    for (let from = 0; from < text.length; ) {
      this.#makeRoom();
      const to = endOfUnits(text, from + this.#room);
      const free = this.#bytes.subarray(this.#end);
      this.#end += encoder.encodeInto(text.slice(from, to), free).written;
      from = to;
    }
  }

  #writeBytes(chunk: Uint8Array): void {
    for (let from = 0; from < chunk.length; ) {
      this.#makeRoom();
      const unfinished = this.#unfinished;
      const start = this.#end + unfinished.length;
      const to = Math.min(chunk.length, from + this.#room - unfinished.length);
      this.#bytes.set(unfinished, this.#end);
      this.#bytes.set(chunk.subarray(from, to), start);
      this.#take(start + to - from);
      from = to;
    }
  }

  /** Makes text of the bytes that were put after it, up to `end`. */
  #take(end: number): void {
    const whole = endOfWholeCharacters(this.#bytes, this.#end, end);
    this.#unfinished = this.#bytes.slice(whole, end);
    const added = this.#bytes.subarray(this.#end, whole);
    if (isUtf8(added)) this.#end = whole;
    else this.#repair(added);
  }

  #finishCharacter(): void {
    if (this.#unfinished.length === 0) return;
    this.#repair(this.#unfinished);
    this.#unfinished = NOTHING;
  }

  #repair(bytes: Uint8Array): void {
    const text = repairUtf8(bytes);
    this.#bytes.set(text, this.#end);
    this.#end += text.length;
    this.#isRepaired = true;
  }

  /** How many units of input fit. */
  get #room(): number {
    return Math.floor((this.#capacity - this.#end) / LONGEST_UNIT);
  }

  #makeRoom(): void {
    if (this.#room >= LEAST_ROOM) return;
    this.#countPieces(false);
    if (this.#end <= this.#capacity / 2) return;
    if (this.#capacity < UNASKED_CAPACITY || !this.#countBeginning()) {
      this.#resize(2 * this.#capacity);
    }
  }

  /** Counts and drops what can be of a piece that fills the buffer; says whether it did. */
  #countBeginning(): boolean {
    const { scan, unicode, settle } = this.#counter;
    const bytes = this.#bytes;
    const firstEnd = scan(bytes, 0, unicode);
    if (firstEnd < this.#end / 2) {
      if (mayBeCutElsewhere(bytes, firstEnd, unicode)) return false;
      this.#count += this.#counter.count(bytes, this.#words, this.#counted, firstEnd);
      this.#counted = 0;
      this.#drop(0, firstEnd);
    }
    const settled = settle(bytes, this.#counted, scan(bytes, 0, unicode));
    if (settled === undefined) return false;
    const opening = startOfCharacter(bytes, OPENING);
    if (!isOfOneClass(bytes, opening, settled.end, unicode)) return false;
    this.#count += settled.tokens;
    if (this.#counted === 0) this.#counted = startOfCharacter(bytes, KEPT);
    this.#drop(this.#counted, settled.end);
    return true;
  }

  #resize(capacity: number): void {
    const bytes = new Uint8Array(capacity + PADDING_BYTES);
    bytes.set(this.#bytes.subarray(0, this.#end));
    this.#bytes = bytes;
    this.#words = new DataView(bytes.buffer);
  }

  /** Counts all pieces, or all that are certain, and moves what is left to the front. */
  #countPieces(isAll: boolean): void {
    const counter = this.#counter;
    const { scan, unicode } = counter;
    const bytes = this.#bytes;
    const words = this.#words;
    const textEnd = this.#end;
    bytes.fill(PADDING, textEnd, textEnd + PADDING_BYTES);
    let count = 0;
    let start = 0;
    let uncounted = this.#counted;
    let middle = textEnd === 0 ? 0 : scan(bytes, 0, unicode);
    let end = middle === textEnd ? middle : scan(bytes, middle, unicode);
    while (end < textEnd) {
      count += counter.count(bytes, words, uncounted, middle);
      start = middle;
      uncounted = middle;
      middle = end;
      end = scan(bytes, end, unicode);
    }
    if (isAll) {
      if (start < middle) count += counter.count(bytes, words, uncounted, middle);
      if (middle < end) count += counter.count(bytes, words, middle, end);
      start = end;
      uncounted = end;
    }
    this.#counted = uncounted - start;
    this.#count += count;
    this.#drop(0, start);
  }

  #drop(from: number, to: number): void {
    this.#bytes.copyWithin(from, to, this.#end + PADDING_BYTES);
    this.#end -= to - from;
  }
}

const encoder = new TextEncoder();

function startOfCharacter(bytes: Uint8Array, at: number): number {
  let start = at;
  while (isContinuation(bytes[start] as number)) start++;
  return start;
}

/**
 * Whether what follows can move the border at `at` between the last two pieces: a line break takes
 * all white space before it, and a small letter the capitals up to a letter without case.
 */
function mayBeCutElsewhere(bytes: Uint8Array, at: number, unicode: UnicodeTable): boolean {
  let last = at - 1;
  while (isContinuation(bytes[last] as number)) last--;
  return (characterAt(bytes, last, unicode) & (SPACE | CASELESS | MARK)) !== 0;
}
