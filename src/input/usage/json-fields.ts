/** Reads the fields of JSON objects, and says of what is wrong where it stands. */
import type { Row } from '../../core/audit/entry.ts';
import type { Source } from '../../core/source.ts';
import { type Instant, parseInstant } from '../../core/time.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** A text or a number as text, else none: an object can be such that `String` throws. */
export function plainText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value of a key of the object's own; undefined for null, which means the same in these files. */
export function fieldOf(object: unknown, key: string): unknown {
  return isObject(object) && Object.hasOwn(object, key) ? (object[key] ?? undefined) : undefined;
}

/** Why an object cannot be read. It never leaves input/: `rowFrom` makes a bad row of it. */
export class BadField extends Error {}

/** The row, or a bad row if reading it came upon a bad field. */
export function rowFrom(source: Source, read: () => Row): Row {
  try {
    return read();
  } catch (error) {
    if (error instanceof BadField) return { kind: 'bad', source, reason: error.message };
    throw error;
  }
}

/** The year 10000: what comes after it has no date. */
const END_OF_TIME = 253_402_300_800;
/** As seconds, this is the year 5138; as milliseconds, 1973. */
const LEAST_MILLISECONDS = 100_000_000_000;

/** An object of which each field is asked for by name; all methods throw a BadField. */
export class JsonFields {
  readonly #object: JsonObject;
  readonly #path: string;

  constructor(object: JsonObject, path = '') {
    this.#object = object;
    this.#path = path;
  }

  /** Undefined for null, too. */
  value(key: string): unknown {
    return fieldOf(this.#object, key);
  }

  has(key: string): boolean {
    return Object.hasOwn(this.#object, key);
  }

  text(key: string): string | undefined {
    const value = this.value(key);
    if (value === undefined || typeof value === 'string') return value || undefined;
    throw this.bad(key, 'is no text');
  }

  /** A whole number of 0 or more that is exact. */
  count(key: string): number | undefined {
    const value = this.value(key);
    if (value === undefined) return undefined;
    if (typeof value !== 'number') throw this.bad(key, 'is no number');
    if (!Number.isSafeInteger(value) || value < 0) {
      throw this.bad(key, `is ${value}, which is no whole number from 0 to 2^53`);
    }
    return value === 0 ? 0 : value;
  }

  flag(key: string): boolean | undefined {
    const value = this.value(key);
    if (value === undefined || typeof value === 'boolean') return value;
    throw this.bad(key, 'is neither true nor false');
  }

  object(key: string): JsonFields | undefined {
    const value = this.value(key);
    if (value === undefined) return undefined;
    if (isObject(value)) return new JsonFields(value, this.#pathOf(key));
    throw this.bad(key, 'is no object');
  }

  list(key: string): readonly unknown[] | undefined {
    const value = this.value(key);
    if (value === undefined || Array.isArray(value)) return value;
    throw this.bad(key, 'is no list');
  }

  /** Unix seconds or milliseconds, or a date in ISO 8601. */
  instant(key: string): Instant | undefined {
    const value = this.value(key);
    if (value === undefined) return undefined;
    const instant = typeof value === 'string' ? parseInstant(value.trim()) : instantOf(value);
    if (instant === undefined || instant < 0 || instant >= END_OF_TIME) {
      throw this.bad(key, 'is no time (Unix seconds, or a date such as 2026-10-01T12:00:00Z)');
    }
    return instant;
  }

  bad(key: string, problem: string): BadField {
    return new BadField(`${this.#pathOf(key)} ${problem}`);
  }

  #pathOf(key: string): string {
    return this.#path === '' ? key : `${this.#path}.${key}`;
  }
}

function instantOf(value: unknown): Instant | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined;
  return Math.floor(value >= LEAST_MILLISECONDS ? value / 1000 : value) as Instant;
}

/** The first of these fields that is given. */
export function firstOf<T>(keys: readonly string[], read: (key: string) => T | undefined) {
  for (const key of keys) {
    const value = read(key);
    if (value !== undefined) return value;
  }
  return undefined;
}
