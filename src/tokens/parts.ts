/**
 * Memory that threads share: places for parts of texts, and what has become of each of them. A part
 * is put down as `ready`; whoever changes that to `taken` counts it, and writes down the count.
 */
import { ENCODINGS, type Encoding } from './encodings.ts';

export const PART = {
  /** The longest part. To count it takes some 7 ms, to copy it a hundredth of that. */
  BYTES: 1 << 18,
} as const;

export const STATE = { FREE: 0, READY: 1, TAKEN: 2, COUNTED: 3, FAILED: 4 } as const;
type State = (typeof STATE)[keyof typeof STATE];

/** The words of 32 bits that are kept of each place. */
const FIELDS = { STATE: 0, ENCODING: 1, LENGTH: 2, TOKENS: 3, IS_REPAIRED: 4 } as const;
const FIELD_COUNT = 5;
/** The first word of all: how many parts were ever put down, wrapping around. */
const SUBMITTED = 0;
const WORD_BYTES = 4;

export class Parts {
  readonly memory: SharedArrayBuffer;
  readonly places: number;
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;

  constructor(memory: SharedArrayBuffer) {
    this.memory = memory;
    this.places = (memory.byteLength - WORD_BYTES) / bytesFor(1);
    this.#words = new Int32Array(memory, 0, 1 + this.places * FIELD_COUNT);
    this.#bytes = new Uint8Array(memory, this.#words.byteLength);
  }

  static for(places: number): Parts {
    return new Parts(new SharedArrayBuffer(WORD_BYTES + bytesFor(places)));
  }

  state(place: number): State {
    return Atomics.load(this.#words, field(place, FIELDS.STATE)) as State;
  }

  /** Whoever has the place says what becomes of it. */
  setState(place: number, state: State): void {
    Atomics.store(this.#words, field(place, FIELDS.STATE), state);
    Atomics.notify(this.#words, field(place, FIELDS.STATE));
  }

  /** Whether the part is now ours to count. */
  take(place: number): boolean {
    const at = field(place, FIELDS.STATE);
    return Atomics.compareExchange(this.#words, at, STATE.READY, STATE.TAKEN) === STATE.READY;
  }

  /** The place must be free, and the part not too long. */
  put(place: number, part: Uint8Array, encoding: Encoding): void {
    this.#words[field(place, FIELDS.ENCODING)] = ENCODINGS.indexOf(encoding);
    this.#words[field(place, FIELDS.LENGTH)] = part.length;
    this.#bytes.set(part, place * PART.BYTES);
    this.setState(place, STATE.READY);
    Atomics.add(this.#words, SUBMITTED, 1);
    Atomics.notify(this.#words, SUBMITTED);
  }

  part(place: number): { bytes: Uint8Array; encoding: Encoding } {
    const from = place * PART.BYTES;
    return {
      bytes: this.#bytes.subarray(from, from + this.#word(place, FIELDS.LENGTH)),
      encoding: ENCODINGS[this.#word(place, FIELDS.ENCODING)] as Encoding,
    };
  }

  setCount(place: number, { tokens, isRepaired }: PartCount): void {
    this.#words[field(place, FIELDS.TOKENS)] = tokens;
    this.#words[field(place, FIELDS.IS_REPAIRED)] = isRepaired ? 1 : 0;
    this.setState(place, STATE.COUNTED);
  }

  count(place: number): PartCount {
    return {
      tokens: this.#word(place, FIELDS.TOKENS),
      isRepaired: this.#word(place, FIELDS.IS_REPAIRED) === 1,
    };
  }

  get submitted(): number {
    return Atomics.load(this.#words, SUBMITTED);
  }

  /** Waits until more than `submitted` parts were put down; false if that took too long. */
  waitForMore(submitted: number, milliseconds: number): boolean {
    return Atomics.wait(this.#words, SUBMITTED, submitted, milliseconds) !== 'timed-out';
  }

  /** Waits until a part that somebody has taken is counted; false if that took too long. */
  waitForCount(place: number, milliseconds: number): boolean {
    const at = field(place, FIELDS.STATE);
    return Atomics.wait(this.#words, at, STATE.TAKEN, milliseconds) !== 'timed-out';
  }

  #word(place: number, of: number): number {
    return this.#words[field(place, of)] as number;
  }
}

export interface PartCount {
  readonly tokens: number;
  /** Whether the part was not all UTF-8. */
  readonly isRepaired: boolean;
}

function field(place: number, of: number): number {
  return 1 + place * FIELD_COUNT + of;
}

function bytesFor(places: number): number {
  return places * (FIELD_COUNT * WORD_BYTES + PART.BYTES);
}
