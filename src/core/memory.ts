/** A batch file repeats little more than this. */
const MOST_ENTRIES = 256;
/** Longer keys are not kept, so that the whole stays small. */
const MAX_KEY_LENGTH = 100_000;

/** What was found out before, by the text that it was found out of; it forgets when it is full. */
export class Memory<Value> {
  readonly #values = new Map<string, Value>();
  /** The same text again and again is quicker to compare than to look up. */
  #last: { readonly key: string; readonly value: Value } | undefined;

  of(key: string, find: () => Value): Value {
    if (this.#last?.key === key) return this.#last.value;
    const value = this.#lookUp(key, find);
    this.#last = { key, value };
    return value;
  }

  #lookUp(key: string, find: () => Value): Value {
    const known = this.#values.get(key);
    if (known !== undefined) return known;
    const value = find();
    if (key.length > MAX_KEY_LENGTH) return value;
    if (this.#values.size >= MOST_ENTRIES) this.#values.clear();
    this.#values.set(key, value);
    return value;
  }
}
