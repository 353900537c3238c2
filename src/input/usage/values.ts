/** Reads the cells of a row: each is a value, missing, or the reason why the row is a bad one. */
import type { Row } from '../../core/audit/entry.ts';
import { type Money, parseAmount } from '../../core/money.ts';
import type { Source } from '../../core/source.ts';
import { type Instant, parseInstant } from '../../core/time.ts';
import type { Quantity } from '../../core/usage.ts';
import type { Fields } from './format.ts';
import { secondsOf } from './seconds.ts';

/** A value, or what is wrong with the text, as the end of a sentence that begins with its name. */
export type Parsed<T> = { readonly value: T } | { readonly problem: string };

/** So many digits are always counted exactly; many exports write `4.0`. */
const PLAIN = /^\d{1,15}(?:\.0)?$/;
const ZERO: Parsed<number> = { value: 0 };
const WHOLE = /^\d+(?:[.,]0+)?$/;
const THOUSANDS = /^-?\d{1,3}(?:[., '\u00a0\u202f]\d{3})+(?:[.,]\d+)?$/;
const MOST_SHOWN = 40;

/**
 * A whole number that is not negative: `4` and `4.0`. `1.000` and `1,000` are refused, since one
 * program means one by them and another a thousand.
 */
export function parseCount(text: string, decimalComma = false): Parsed<number> {
  // Most cells of a usage export, and nearly all others: no need to ask what else they may be.
  if (text === '0') return ZERO;
  if (PLAIN.test(text)) return { value: Number(text) };
  if (THOUSANDS.test(text)) {
    return { problem: `has separators for thousands: ${shown(text)}; write plain digits` };
  }
  if (/^-\d/.test(text)) return { problem: `is negative: ${shown(text)}` };
  if (!WHOLE.test(text) || (text.includes(',') && !decimalComma)) {
    return { problem: `is not a whole number: ${shown(text)}` };
  }
  const value = Number(text.replace(/[.,].*$/, ''));
  if (!Number.isSafeInteger(value)) {
    return { problem: `is too large to be counted exactly: ${shown(text)}` };
  }
  return { value };
}

const FLAGS: Readonly<Record<string, boolean>> = {
  true: true,
  false: false,
  '1': true,
  '0': false,
  '1.0': true,
  '0.0': false,
  yes: true,
  no: false,
};

export function parseFlag(text: string): Parsed<boolean> {
  const key = text.toLowerCase();
  const value = Object.hasOwn(FLAGS, key) ? FLAGS[key] : undefined;
  return value === undefined ? { problem: `is not true or false: ${shown(text)}` } : { value };
}

/** From 2000 to 2100: before and after, the number was meant to be something else. */
const [EARLIEST, LATEST] = [946_684_800, 4_102_444_800];

/** Seconds since 1970, whole or not, or milliseconds; or an ISO 8601 time, UTC without an offset. */
export function parseTime(text: string, decimalComma = false): Parsed<Instant> {
  const number = decimalComma ? text.replace(',', '.') : text;
  if (/^\d+(?:\.\d+)?$/.test(number)) {
    const value = [1, 1000]
      .map((unit) => Math.floor(Number(number) / unit))
      .find((seconds) => seconds >= EARLIEST && seconds < LATEST);
    if (value !== undefined) return { value: value as Instant };
  }
  const value = parseInstant(text.replace(/ UTC$/, 'Z'));
  if (value !== undefined && value >= EARLIEST && value < LATEST) return { value };
  return {
    problem: `is not a time: ${shown(text)}; it must be ISO 8601 or in seconds since 1970, with all digits`,
  };
}

export function parseMoney(text: string, decimalComma = false): Parsed<Money> {
  const value = parseAmount(decimalComma ? text.replace(',', '.') : text);
  if (value !== undefined) return { value };
  return {
    problem: THOUSANDS.test(text)
      ? `has separators for thousands: ${shown(text)}; write plain digits`
      : `is not an amount: ${shown(text)}`,
  };
}

/** As JSON writes it, so that blanks and control characters can be seen; the beginning of it. */
export function shown(text: string): string {
  return JSON.stringify(text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text);
}

/** Ends the reading of a row; `readRow` makes a bad row of it. */
class BadCell extends Error {}

export function fail(reason: string): never {
  throw new BadCell(reason);
}

/** A row as `make` reads it from its cells; a bad row with the first problem that it meets. */
export function readRow(fields: Fields, make: (cells: Cells) => Row): Row {
  try {
    return make(new Cells(fields));
  } catch (error) {
    if (!(error instanceof BadCell)) throw error;
    return { kind: 'bad', source: fields.source, reason: error.message };
  }
}

/** What is missing or blank is undefined; what cannot be read ends the row. */
export class Cells {
  readonly source: Source;
  readonly #fields: Fields;

  constructor(fields: Fields) {
    this.source = fields.source;
    this.#fields = fields;
  }

  has(column: string): boolean {
    return this.#fields.has(column);
  }

  areBlank(columns: readonly string[]): boolean {
    return columns.every((column) => this.text(column) === undefined);
  }

  text(column: string): string | undefined {
    return this.#fields.text(column);
  }

  count(column: string): number | undefined {
    return this.#read(column, parseCount);
  }

  /** A length of audio. */
  seconds(column: string): Quantity | undefined {
    return this.#read(column, (text, decimalComma) => {
      const value = secondsOf(decimalComma ? text.replace(',', '.') : text);
      return value ? { value } : { problem: `is no number of seconds: ${shown(text)}` };
    });
  }

  flag(column: string): boolean | undefined {
    return this.#read(column, parseFlag);
  }

  time(column: string): Instant | undefined {
    return this.#read(column, parseTime);
  }

  money(column: string): Money | undefined {
    return this.#read(column, parseMoney);
  }

  /** A decimal number as text, with all its digits. */
  decimal(column: string): string | undefined {
    return this.#read(column, (text, decimalComma) => {
      const parsed = parseMoney(text, decimalComma);
      if ('problem' in parsed) return { problem: parsed.problem.replace('an amount', 'a number') };
      return { value: decimalComma ? text.replace(',', '.') : text };
    });
  }

  #read<T>(
    column: string,
    parse: (text: string, decimalComma?: boolean) => Parsed<T>,
  ): T | undefined {
    const text = this.text(column);
    if (text === undefined) return undefined;
    const parsed = parse(text, this.#fields.decimalComma);
    return 'value' in parsed ? parsed.value : fail(`${column} ${parsed.problem}`);
  }
}

/** `value`, without which the row says nothing. */
export function needed<T>(value: T | undefined, column: string): T {
  return value ?? fail(`${column} is missing`);
}
