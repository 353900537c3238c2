/**
 * Threads that count parts of long texts while the caller's thread goes on with the rest. Nobody waits
 * for them but at the end of a text, and then only for what they have begun; so threads that do not
 * start, or go, cost time and no tokens.
 */
import { createRequire } from 'node:module';
import { packageFile } from '../root.ts';
import type { Encoding } from './encodings.ts';
import { PART, type PartCount, Parts, STATE } from './parts.ts';

/** More would wait for the thread that reads the text and hands it out. */
const MOST_THREADS = 7;
/** So that a thread has something to go on with while the others are busy with slow text. */
const PLACES_PER_THREAD = 4;
/** In milliseconds. No part takes a hundredth of that. */
const LONGEST_WAIT = 60_000;

/** Whose text it is. */
export interface PartOwner {
  readonly encoding: Encoding;
  /** A part that was handed over has been counted. */
  add(count: PartCount): void;
  /** A part that was handed over, and that nobody has counted. */
  countHere(part: Uint8Array): void;
}

export class Crew {
  readonly #parts: Parts;
  readonly #owners: (PartOwner | undefined)[] = [];

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get hasRoom(): boolean {
    return this.#freePlace() !== undefined;
  }

  /** Copies the part; there must be room for it. */
  handOver(part: Uint8Array, owner: PartOwner): void {
    const place = this.#freePlace();
    if (place === undefined || part.length > PART.BYTES) throw new RangeError('no room');
    this.#owners[place] = owner;
    this.#parts.put(place, part, owner.encoding);
  }

  /** Until all parts of this owner are counted. */
  finish(owner: PartOwner): void {
    const own = this.#owners.flatMap((other, place) => (other === owner ? [place] : []));
    for (const place of own) if (this.#parts.take(place)) this.#countHere(place, owner);
    for (const place of own) {
      if (this.#owners[place] === undefined) continue;
      if (!this.#parts.waitForCount(place, LONGEST_WAIT)) {
        throw new Error('a thread that counts tokens has stopped');
      }
      if (this.#parts.state(place) === STATE.FAILED) this.#countHere(place, owner);
      else this.#settle(place);
    }
  }

  #freePlace(): number | undefined {
    for (let place = 0; place < this.#parts.places; place++) {
      const state = this.#parts.state(place);
      if (state === STATE.COUNTED) this.#settle(place);
      if (state === STATE.COUNTED || state === STATE.FREE) return place;
    }
    return undefined;
  }

  #countHere(place: number, owner: PartOwner): void {
    owner.countHere(this.#parts.part(place).bytes);
    this.#clear(place);
  }

  #settle(place: number): void {
    this.#owners[place]?.add(this.#parts.count(place));
    this.#clear(place);
  }

  #clear(place: number): void {
    this.#owners[place] = undefined;
    this.#parts.setState(place, STATE.FREE);
  }
}

/** Undefined until somebody has asked; null where there are no threads to be had. */
let crew: Crew | null | undefined;

/** The threads of this process, which are started for whoever asks first. */
export function theCrew(): Crew | undefined {
  if (crew === undefined) crew = startCrew();
  return crew ?? undefined;
}

function startCrew(): Crew | null {
  // Few texts are so long, and these cannot wait for an import.
  const require = createRequire(import.meta.url);
  const { availableParallelism }: typeof import('node:os') = require('node:os');
  const { Worker }: typeof import('node:worker_threads') = require('node:worker_threads');
  const threads = Math.min(availableParallelism() - 1, MOST_THREADS);
  if (threads < 1) return null;
  const parts = Parts.for(threads * PLACES_PER_THREAD);
  const started = new Crew(parts);
  try {
    for (let thread = 0; thread < threads; thread++) startThread(Worker, parts, started);
  } catch {
    // Node may be told to allow none.
    return null;
  }
  return started;
}

function startThread(
  Worker: typeof import('node:worker_threads').Worker,
  { memory }: Parts,
  started: Crew,
): void {
  const worker = new Worker(packageFile('dist/count-worker.cjs'), {
    workerData: memory,
    execArgv: [],
  });
  worker.unref();
  worker.on('error', () => {
    crew = null;
  });
  // It goes when there was nothing to count for a while; the next long text starts another.
  worker.on('exit', () => {
    if (crew === started) crew = undefined;
  });
}
