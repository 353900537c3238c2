import type { Prompt, Unreadable } from '../../core/estimate/estimate.ts';
import { TextsFold } from '../../core/request/texts-input.ts';
import { counted } from '../../core/wording.ts';
import { LineCutter } from '../lines.ts';
import { delimiterOf } from '../usage/csv.ts';
import { RecordReader } from '../usage/csv-records.ts';
import { fieldOf, isObject } from '../usage/json-fields.ts';
import type { Counting, Sendable } from './kind.ts';

/** Where the text is looked for if nobody says it. */
const USUAL_FIELDS = ['text', 'input', 'content'] as const;

/**
 * Texts to embed: a JSON text or object on each line, or a CSV file with a header. They are read one
 * at a time.
 * @param column of the CSV, or field of the objects
 */
export async function readTexts(
  { file, head, content }: Sendable,
  { models, compared, countText }: Counting,
  column: string | undefined,
): Promise<Prompt | Unreadable> {
  const fold = new TextsFold(models ?? compared);
  const texts: Texts = {
    fold,
    bad: undefined,
    badLines: 0,
    add: (text, line) => fold.add((encoding) => countText(text, encoding), { file, line }),
  };
  const isJson = head.json !== undefined || /^\s*"[^"]*"\s*(?:\n|$)/.test(head.text);
  let bytes = 0;
  const reader = isJson ? jsonLines(texts, column) : csvRecords(texts, head.text, column);
  for await (const chunk of content) {
    bytes += chunk.length;
    await reader.write(chunk);
  }
  await reader.end();
  const { bad, badLines } = texts;
  if (fold.texts === 0) {
    const reason = bad?.reason ?? 'has no text to embed';
    return { source: { file, ...(bad ? { line: bad.line } : {}) }, reason };
  }
  return {
    source: { file },
    bytes,
    peculiarities: [],
    countInput: (model) => withMissing(fold.countInput(model)),
  };

  function withMissing(input: ReturnType<TextsFold['countInput']>) {
    const [first, ...others] = input.shares;
    if (!bad || !first) return input;
    const reason = `${counted(badLines, 'line')} without a text, the first of them line ${bad.line}, which ${bad.reason}`;
    return { ...input, shares: [{ ...first, unknown: [...first.unknown, reason] }, ...others] };
  }
}

interface Texts {
  readonly fold: TextsFold;
  /** The first line that has no text. */
  bad: { readonly line: number; readonly reason: string } | undefined;
  badLines: number;
  add(text: string, line: number): void;
}

interface Reader {
  write(chunk: Uint8Array): Promise<void> | void;
  end(): Promise<void> | void;
}

function isBad(texts: Texts, line: number, reason: string): void {
  texts.bad ??= { line, reason };
  texts.badLines++;
}

function jsonLines(texts: Texts, column: string | undefined): Reader {
  return new LineCutter(({ number, text }) => {
    if (text?.trim() === '') return;
    const found = textOn(text, column);
    if ('reason' in found) isBad(texts, number, found.reason);
    else texts.add(found.text, number);
  });
}

function textOn(
  line: string | undefined,
  column: string | undefined,
): { readonly text: string } | { readonly reason: string } {
  if (line === undefined) return { reason: 'is too long to be a text' };
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { reason: 'is not JSON' };
  }
  if (typeof value === 'string') return { text: value };
  if (!isObject(value)) return { reason: 'is neither a text nor an object' };
  const field = column ?? USUAL_FIELDS.find((name) => typeof fieldOf(value, name) === 'string');
  const text = fieldOf(value, field ?? '');
  if (typeof text === 'string') return { text };
  return { reason: `has no text in ${column ?? eitherField()}; name its field with --column` };
}

function eitherField(): string {
  return USUAL_FIELDS.join(', ');
}

function csvRecords(texts: Texts, head: string, column: string | undefined): Reader {
  let at: number | undefined;
  let isFirst = true;
  const reader = new RecordReader(delimiterOf(head), {
    record: (cells, line) => {
      if (isFirst) {
        isFirst = false;
        at = columnIn(cells, column);
        if (at === undefined) isBad(texts, line, noColumn(cells, column));
        return;
      }
      if (at === undefined) return;
      const text = cells[at];
      if (text === undefined) isBad(texts, line, `has ${counted(cells.length, 'cell')} only`);
      else texts.add(text, line);
    },
    broken: (reason, line) => isBad(texts, line, reason),
  });
  // The reader holds on to what it is given.
  return { write: (chunk) => reader.write(Buffer.from(chunk)), end: () => reader.end() };
}

function columnIn(header: readonly string[], column: string | undefined): number | undefined {
  const names = header.map((name) => name.replace(/^\ufeff/, '').trim());
  const wanted = column ?? USUAL_FIELDS.find((name) => names.includes(name));
  const at = names.indexOf(wanted ?? '');
  if (at >= 0) return at;
  return column === undefined && names.length === 1 ? 0 : undefined;
}

function noColumn(header: readonly string[], column: string | undefined): string {
  const names = header.map((name) => name.trim()).join(', ');
  return column === undefined
    ? `has several columns (${names}); name that of the texts with --column`
    : `has no column ${column}, but ${names}`;
}
