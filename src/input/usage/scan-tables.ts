/** Numbers for what comes again and again: found by a hash, and compared to the last byte. */

const LEAST_SLOTS = 256;

/** Gives each different string of bytes a number: 0, 1, 2... */
export interface ByteStrings {
  /** `hash` is any function of the bytes, always the same one. `view` is of the same bytes. */
  idOf(source: Uint8Array, view: DataView, from: number, to: number, hash: number): number;
  text(id: number): string;
  /** How many bytes all of them have. */
  bytes(): number;
  clear(): void;
}

/** A closure and no class, which the scanner calls for every cell: that takes half of the time. */
export function createByteStrings(): ByteStrings {
  /** The number plus one; 0 is a free slot. */
  let slots = new Int32Array(LEAST_SLOTS);
  let hashes = new Int32Array(LEAST_SLOTS);
  /** Where each begins in `known`, and where the last one ends. */
  let starts = new Int32Array(LEAST_SLOTS + 1);
  let known = new Uint8Array(16 * LEAST_SLOTS);
  let knownView = new DataView(known.buffer);
  let size = 0;
  return { idOf, text, bytes: () => starts[size] as number, clear };

  function idOf(
    source: Uint8Array,
    view: DataView,
    from: number,
    to: number,
    hash: number,
  ): number {
    const mask = slots.length - 1;
    let slot = hash & mask;
    for (;;) {
      const id = (slots[slot] as number) - 1;
      if (id < 0) return add(source.subarray(from, to), hash, slot);
      if (hashes[id] === hash) {
        let other = starts[id] as number;
        if ((starts[id + 1] as number) - other === to - from) {
          let at = from;
          while (at + 4 <= to && view.getInt32(at) === knownView.getInt32(other)) {
            at += 4;
            other += 4;
          }
          while (at < to && source[at] === known[other]) {
            at++;
            other++;
          }
          if (at === to) return id;
        }
      }
      slot = (slot + 1) & mask;
    }
  }

  function text(id: number): string {
    return Buffer.from(known.buffer).toString('utf8', starts[id], starts[id + 1]);
  }

  function add(added: Uint8Array, hash: number, slot: number): number {
    const id = size++;
    const start = starts[id] as number;
    const end = start + added.length;
    if (end > known.length) {
      known = grown(known, end);
      knownView = new DataView(known.buffer);
    }
    known.set(added, start);
    starts[id + 1] = end;
    hashes[id] = hash;
    slots[slot] = id + 1;
    if (2 * size >= slots.length) {
      starts = grown(starts, 2 * slots.length + 1);
      hashes = grown(hashes, 2 * slots.length);
      slots = rehashed(hashes, size, 2 * slots.length);
    }
    return id;
  }

  function clear(): void {
    slots.fill(0);
    size = 0;
  }
}

/** Gives each different list of so many integers a number: 0, 1, 2... */
export class Tuples {
  readonly #width: number;
  #slots = new Int32Array(LEAST_SLOTS);
  #hashes = new Int32Array(LEAST_SLOTS);
  #tuples: Int32Array;
  #size = 0;

  constructor(width: number) {
    this.#width = width;
    this.#tuples = new Int32Array(width * LEAST_SLOTS);
  }

  get size(): number {
    return this.#size;
  }

  idOf(tuple: Int32Array): number {
    const width = this.#width;
    let hash = 0;
    for (let i = 0; i < width; i++) hash = Math.imul(hash ^ (tuple[i] as number), 0x9e3779b1);
    hash ^= hash >>> 15;
    const slots = this.#slots;
    const tuples = this.#tuples;
    const mask = slots.length - 1;
    let slot = hash & mask;
    for (;;) {
      const id = (slots[slot] as number) - 1;
      if (id < 0) return this.#add(tuple, hash, slot);
      if (this.#hashes[id] === hash) {
        const start = id * width;
        let i = 0;
        while (i < width && tuples[start + i] === tuple[i]) i++;
        if (i === width) return id;
      }
      slot = (slot + 1) & mask;
    }
  }

  at(id: number, index: number): number {
    return this.#tuples[id * this.#width + index] as number;
  }

  #add(tuple: Int32Array, hash: number, slot: number): number {
    const id = this.#size++;
    this.#tuples.set(tuple, id * this.#width);
    this.#hashes[id] = hash;
    this.#slots[slot] = id + 1;
    if (2 * this.#size >= this.#slots.length) {
      this.#tuples = grown(this.#tuples, 2 * this.#slots.length * this.#width);
      this.#hashes = grown(this.#hashes, 2 * this.#slots.length);
      this.#slots = rehashed(this.#hashes, this.#size, 2 * this.#slots.length);
    }
    return id;
  }
}

/** A copy with room for `least` elements, and for twice as many as before. */
export function grown<T extends Uint8Array | Int32Array | Float64Array>(
  array: T,
  least: number,
): T {
  const Kind = array.constructor as new (length: number) => T;
  const copy = new Kind(Math.max(least, 2 * array.length));
  copy.set(array);
  return copy;
}

function rehashed(hashes: Int32Array, size: number, length: number): Int32Array<ArrayBuffer> {
  const slots = new Int32Array(length);
  for (let id = 0; id < size; id++) {
    let slot = (hashes[id] as number) & (length - 1);
    while (slots[slot] !== 0) slot = (slot + 1) & (length - 1);
    slots[slot] = id + 1;
  }
  return slots;
}
