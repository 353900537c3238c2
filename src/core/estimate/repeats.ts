/** Requests that are the same as an earlier one. */
import type { Source } from '../source.ts';

/** Further places of a request are named up to this many; all are counted. */
const MOST_PLACES = 3;
/** Requests that are remembered. The API takes 50,000 at a time. */
export const MOST_REMEMBERED = 250_000;
/** Of requests that come again; the rest are only counted. */
const MOST_REPEATED = 10_000;

export interface Repeated {
  readonly first: Source;
  /** The first of the others. */
  readonly others: readonly Source[];
  /** All that are the same, the first one included. */
  readonly requests: number;
}

/** Finds requests that came before, by digests of them. */
export class Repeats {
  /** The first place of a request. */
  readonly #seen = new Map<string, Source>();
  readonly #repeated = new Map<string, { first: Source; others: Source[]; requests: number }>();

  /** Whether requests were no longer remembered: of those that came later some may be the same. */
  get isFull(): boolean {
    return this.#seen.size >= MOST_REMEMBERED;
  }

  /** What it repeats, if it does. */
  add(digest: string, source: Source): Repeated | undefined {
    const first = this.#seen.get(digest);
    if (!first) {
      if (this.#seen.size < MOST_REMEMBERED) this.#seen.set(digest, source);
      return undefined;
    }
    let repeated = this.#repeated.get(digest);
    if (!repeated) {
      repeated = { first, others: [], requests: 1 };
      if (this.#repeated.size < MOST_REPEATED) this.#repeated.set(digest, repeated);
    }
    repeated.requests++;
    if (repeated.others.length < MOST_PLACES) repeated.others.push(source);
    return repeated;
  }
}
