/** What a usage or cost format is: one file each, and one line in index.ts. */
import type { Row } from '../../core/audit/entry.ts';
import type { Source } from '../../core/source.ts';

/** The cells of one row of a CSV file, by the names of their columns in lower case. */
export interface Fields {
  readonly source: Source;
  /** Numbers may have a decimal comma: only where cells are separated by semicolons. */
  readonly decimalComma?: boolean;
  /** Whether the file has such a column. */
  has(column: string): boolean;
  /** Trimmed; undefined where the column is missing or the cell is blank. */
  text(column: string): string | undefined;
}

export interface CsvFormat {
  /** Such as `openai-completions-usage`. */
  readonly id: string;
  /** As people call it, such as "OpenAI usage export (completions)". */
  readonly title: string;
  /** A header with all of these, and none of `without`, is of this format. In lower case. */
  readonly required: readonly string[];
  readonly without?: readonly string[];
  /** The header has the required columns and no other. */
  readonly exact?: boolean;
  /** What it means to have such a file at all, and what to do: for files without data. */
  readonly explanation?: string;
  /** Never throws: a row that cannot be understood is a bad row. */
  read(fields: Fields): Row;
}

/** Where a page of a longer answer stands, so that missing pages are noticed. */
export interface Page {
  /** Only pages of the same kind continue each other; undefined where the page does not tell. */
  readonly kind: string | undefined;
  /** The beginning of its first bucket and the end of its last, as the file has them. */
  readonly from: unknown;
  readonly to: unknown;
  /** What is said if no later page goes on where this one ends; undefined for a last page. */
  readonly missing: string | undefined;
}

/** A JSON document, or a line of JSON Lines. */
export interface JsonFormat {
  readonly id: string;
  readonly title: string;
  matches(value: unknown): boolean;
  /** Never throws. A document can hold many rows; `source` names the file and, of JSON Lines, the line. */
  read(value: unknown, source: Source): Iterable<Row>;
  /** Only for formats that come in pages. */
  page?(value: unknown): Page | undefined;
}
