/**
 * Reads the rows of an ordinary usage export of OpenAI's many times faster than by cells, and knows
 * nothing about their meaning: the format decides that. Rows that differ in their numbers alone,
 * and in which numbers are none, are added up as they are; the format then reads the sums as if
 * they were one row. That is the same, because it reads a row as a sum of its numbers, and because
 * only rows whose parts add up to their totals are treated so. All others are handed out as bytes.
 */
import type { Row, UsageEntry } from '../../core/audit/entry.ts';
import type { Boundaries, Kept } from '../../core/audit/ledger.ts';
import { dayStart, type Instant } from '../../core/time.ts';
import { inputTokens } from '../../core/usage.ts';
import { type CsvHeader, rowOf } from './csv.ts';
import { type ByteStrings, createByteStrings, grown, Tuples } from './scan-tables.ts';

/** Columns of numbers, of which the first thirteen make a file ordinary. */
const NUMBERS = [
  'num_model_requests',
  'input_tokens',
  'output_tokens',
  'input_cached_tokens',
  'input_uncached_tokens',
  'input_text_tokens',
  'output_text_tokens',
  'input_cached_text_tokens',
  'input_audio_tokens',
  'input_cached_audio_tokens',
  'output_audio_tokens',
  'input_image_tokens',
  'input_cached_image_tokens',
  'output_image_tokens',
  'input_cache_write_tokens',
  'input_cache_write_30m_tokens',
  'input_cache_write_12h_tokens',
] as const;
const OPTIONAL_NUMBERS = 3;
const REQUESTS = 0;
const INPUT = 1;
const OUTPUT = 2;
const CACHED = 3;
const UNCACHED = 4;
const TEXT = 5;
const OUT_TEXT = 6;
const CACHED_TEXT = 7;
const AUDIO = 8;
const CACHED_AUDIO = 9;
const OUT_AUDIO = 10;
const IMAGE = 11;
const CACHED_IMAGE = 12;
const OUT_IMAGE = 13;
const WRITTEN = 14;
const WRITTEN_30M = 15;
const WRITTEN_12H = 16;

const TIMES = ['start_time', 'end_time'] as const;
/** Columns of words, which need not be told apart if nobody keeps what they say. */
const OWNERS = {
  project: ['project_id', 'project_name'],
  apiKey: ['api_key_id'],
  user: ['user_id', 'user_email'],
} as const satisfies Partial<Record<Kept, readonly string[]>>;
/** Other columns that the format may read. What it reads beside these makes a row no ordinary one. */
const FACTS = ['model', 'batch', 'service_tier', 'compute_units', 'api_source'];

/** Whether all rows of a file with such a header may be ordinary. */
export function isOrdinary(columns: readonly string[]): boolean {
  const required = [...TIMES, ...NUMBERS.slice(0, -OPTIONAL_NUMBERS), 'model'];
  const isUnique = new Set(columns).size === columns.length;
  return isUnique && required.every((column) => columns.includes(column));
}

/** Rows that are one in every respect but their numbers, which are added up. */
export interface RowSum {
  /** Its source is the first of the rows. */
  readonly row: Row;
  readonly rows: number;
  /** Of usage: when the first of the rows begins, and when the last one ends. */
  readonly period?: { readonly start: Instant; readonly end: Instant };
}

export interface ScanOptions {
  readonly file: string;
  /** Of an ordinary file, with commas between its cells. */
  readonly header: CsvHeader;
  /** Rows that lie on different sides of any of these are never added up. */
  readonly boundaries: Boundaries;
  /** As the ledger keeps rows apart. */
  readonly keep: ReadonlySet<Kept>;
}

const SKIPPED = 0;
const NUMBER = 1;
const WORD = 2;
const DROPPED = 3;
const COMMA = 44;
const LF = 10;
const CR = 13;
const DOT = 46;
const ZERO = 48;
const NINE = 57;
const QUOTE = 34;

/** A number of more digits is not ordinary; sums of these stay exact until they are looked at. */
const MOST_DIGITS = 15;
const MOST_SUM = 2 ** 52;
/** More would take megabytes; what they hold then goes to the ledger, and they start anew. */
const MOST_COMBINATIONS = 1 << 15;
const MOST_BYTES = 1 << 23;

// What is known of a combination, beside the sums of its numbers.
const ROWS = NUMBERS.length;
const LEAST = ROWS + 1;
const MOST = ROWS + 2;
const START = ROWS + 3;
const END = ROWS + 4;
const LINE = ROWS + 5;
const START_WORD = ROWS + 6;
const END_WORD = ROWS + 7;
const RECORD = ROWS + 8;

/** The places at the end of a tuple. */
const TIME_AND_BAND = 2;

type Kind = 'usage' | 'empty' | 'strange';

/** A bucket of time, and the number that it shares with all that may be added to it. */
interface Group {
  readonly start: Instant;
  readonly end: Instant;
  readonly id: number;
}

/** What is put for a word that nobody asks for. */
const ANY = '(any)';

export class Scanner {
  readonly #options: ScanOptions;
  readonly #sink: (sum: RowSum) => void;
  /** As in the options, but notes when the format reads what is not compared here. */
  readonly #header: CsvHeader;
  #hasReadMore = false;
  readonly #kinds: Uint8Array;
  /** By column: the index of its number or word. */
  readonly #indices: Uint8Array;
  readonly #numbers = new Float64Array(NUMBERS.length);
  readonly #words: readonly string[];
  readonly #wordIds: Int32Array;
  /** The words but the times, then which numbers are none or blank, the band and the time. */
  readonly #tuple: Int32Array;
  /** Which numbers of the row are none, and which cells of it are blank. */
  readonly #flags = new Int32Array(2);
  readonly #strings = createByteStrings();
  readonly #parseRow: ParseRow;
  #combinations = new Tuples(1);
  #records = new Float64Array(0);
  #kindOf: Kind[] = [];
  /** Combinations without band and time, and what their first row was. */
  #shapes = new Tuples(1);
  #kindOfShape: Kind[] = [];
  /** By start: the end that it mostly has, and the group of both. Other ends are in the map. */
  #endOf: number[] = [];
  #groupOf: number[] = [];
  #otherGroups = new Map<string, number>();
  #groups: Group[] = [];
  #groupIds = new Map<string, number>();
  /** Of the row that comes next. */
  line: number;

  /** `line` is that of the first row that will be scanned. */
  constructor(options: ScanOptions, sink: (sum: RowSum) => void, line = 2) {
    this.#options = options;
    this.#sink = sink;
    this.line = line;
    this.#header = this.#watched(options.header);
    const columns = options.header.columns.map((column) => column.toLowerCase());
    const owners = Object.entries(OWNERS).map(
      ([owner, names]) => [names, options.keep.has(owner as Kept)] as const,
    );
    const namesOf = (isKept: boolean): string[] =>
      owners.filter(([, kept]) => kept === isKept).flatMap(([names]) => names);
    const known = [...FACTS, ...namesOf(true)];
    this.#words = [...TIMES, ...columns.filter((column) => known.includes(column))];
    const lists: readonly (readonly string[])[] = [[], NUMBERS, this.#words, namesOf(false)];
    const kindOf = (column: string) =>
      Math.max(
        SKIPPED,
        lists.findIndex((list) => list.includes(column)),
      );
    this.#kinds = Uint8Array.from(columns, kindOf);
    this.#indices = Uint8Array.from(columns, (column) =>
      Math.max(0, (lists[kindOf(column)] ?? []).indexOf(column)),
    );
    this.#wordIds = new Int32Array(this.#words.length);
    this.#tuple = new Int32Array(this.#words.length - TIMES.length + 4);
    this.#parseRow = createRowParser(
      this.#kinds,
      this.#indices,
      this.#numbers,
      this.#wordIds,
      this.#flags,
      this.#strings,
    );
    this.#reset();
  }

  /**
   * Scans whole rows: the last byte ends one. Returns how many bytes it has taken: at the first
   * quote, or CR without LF, a line may no longer be a row, and csv-parse has to read the rest.
   */
  scan(bytes: Uint8Array): number {
    const quote = bytes.indexOf(QUOTE);
    const end = quote < 0 ? bytes.length : bytes.lastIndexOf(LF, quote) + 1;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    let at = 0;
    while (at < end) {
      const next = this.#scanRow(bytes, view, at);
      if (next === at) break;
      at = next;
      this.line++;
    }
    const isFull =
      this.#combinations.size > MOST_COMBINATIONS || this.#strings.bytes() > MOST_BYTES;
    if (isFull) this.flush();
    return at;
  }

  /** Hands out all sums, and forgets them. */
  flush(): void {
    for (let id = 0; id < this.#combinations.size; id++) this.#emit(id);
    this.#reset();
  }

  #reset(): void {
    this.#strings.clear();
    this.#combinations = new Tuples(this.#tuple.length);
    this.#records = new Float64Array(64 * RECORD);
    this.#kindOf = [];
    this.#shapes = new Tuples(this.#tuple.length - TIME_AND_BAND);
    this.#kindOfShape = [];
    this.#endOf = [];
    this.#groupOf = [];
    this.#otherGroups.clear();
    this.#groups = [];
    this.#groupIds.clear();
  }

  /** Returns where the next row begins; here, if that cannot be known. */
  #scanRow(bytes: Uint8Array, view: DataView, start: number): number {
    const end = this.#parseRow(bytes, view, start);
    if (end < 0 || !addsUp(this.#numbers)) return this.#strange(bytes, start);
    this.#add(bytes, start, end);
    return end;
  }

  #add(bytes: Uint8Array, from: number, to: number): void {
    const group = this.#groupOfRow(bytes, from, to);
    if (group < 0) return;
    const { start, end, id } = this.#groups[group] as Group;
    const numbers = this.#numbers;
    const words = this.#wordIds;
    const tuple = this.#tuple;
    const input = numbers[INPUT] as number;
    const isOne = numbers[REQUESTS] === 1;
    const fixed = words.length - TIMES.length;
    for (let i = 0; i < fixed; i++) tuple[i] = words[i + TIMES.length] as number;
    tuple[fixed] = this.#flags[0] as number;
    tuple[fixed + 1] = this.#flags[1] as number;
    tuple[fixed + 2] = bandOf(input, isOne, this.#options.boundaries.inputTokens);
    tuple[fixed + 3] = id;
    const combination = this.#combinations.idOf(tuple);
    if (combination === this.#kindOf.length) this.#begin(bytes, from, to, start, end);
    if (this.#kindOf[combination] === 'strange') {
      this.#strange(bytes, from);
      return;
    }
    const records = this.#records;
    const record = combination * RECORD;
    for (let i = 0; i < ROWS; i++) {
      records[record + i] = (records[record + i] as number) + (numbers[i] as number);
    }
    records[record + ROWS] = (records[record + ROWS] as number) + 1;
    const least = isOne ? input : 0;
    if (least < (records[record + LEAST] as number)) records[record + LEAST] = least;
    if (input > (records[record + MOST] as number)) records[record + MOST] = input;
    if (start < (records[record + START] as number)) records[record + START] = start;
    if (end > (records[record + END] as number)) records[record + END] = end;
    const total =
      (records[record + INPUT] as number) +
      (records[record + OUTPUT] as number) +
      (records[record + REQUESTS] as number);
    if (total > MOST_SUM) this.flush();
  }

  #begin(bytes: Uint8Array, from: number, to: number, start: Instant, end: Instant): void {
    const combination = this.#kindOf.length;
    this.#kindOf.push(this.#kindOfRow(bytes, from, to));
    const record = combination * RECORD;
    if (record + RECORD > this.#records.length) {
      this.#records = grown(this.#records, record + RECORD);
    }
    this.#records[record + LEAST] = Number.POSITIVE_INFINITY;
    this.#records[record + START] = start;
    this.#records[record + END] = end;
    this.#records[record + LINE] = this.line;
    this.#records[record + START_WORD] = this.#wordIds[0] as number;
    this.#records[record + END_WORD] = this.#wordIds[1] as number;
  }

  /**
   * The first row with such words and blanks tells whether the format sees what this scanner has
   * seen. Of another time it is the same, as long as the format has no rules for certain times; if
   * it had, the sums would not read as they should, and that is checked when they are handed out.
   */
  #kindOfRow(bytes: Uint8Array, from: number, to: number): Kind {
    const shape = this.#shapes.idOf(this.#tuple.subarray(0, -TIME_AND_BAND));
    const known = this.#kindOfShape[shape];
    if (known !== undefined) return known;
    this.#hasReadMore = false;
    const row = this.#readKept(bytes, from, to);
    const isAlike =
      row.kind === 'empty' || (row.kind === 'usage' && isSum(row.entry, this.#numbers));
    const kind = isAlike && !this.#hasReadMore ? row.kind : 'strange';
    this.#kindOfShape[shape] = kind;
    return kind;
  }

  /** The group of the row's time; negative if its time is not known and the row has been handed on. */
  #groupOfRow(bytes: Uint8Array, from: number, to: number): number {
    const start = this.#wordIds[0] as number;
    const end = this.#wordIds[1] as number;
    if (this.#endOf[start] === end) return this.#groupOf[start] as number;
    const known = this.#otherGroups.get(`${start} ${end}`);
    if (known !== undefined) return known;
    const row = this.#readKept(bytes, from, to);
    if (row.kind !== 'usage') {
      this.#strange(bytes, from);
      return -1;
    }
    const group = this.#groups.length;
    const { start: starts, end: ends } = row.entry;
    this.#groups.push({ start: starts, end: ends, id: this.#timeGroup(starts, ends) });
    if (this.#endOf[start] === undefined) {
      this.#endOf[start] = end;
      this.#groupOf[start] = group;
    } else this.#otherGroups.set(`${start} ${end}`, group);
    return group;
  }

  /** Buckets of a day are one group, unless a boundary lies between them or within one. */
  #timeGroup(start: Instant, end: Instant): number {
    const { instants } = this.#options.boundaries;
    const isCut = instants.some((instant) => instant > start && instant < end);
    const before = instants.filter((instant) => instant <= start).length;
    const isAlone = isCut || this.#options.keep.has('bucket');
    const key = isAlone ? `${start}-${end}` : `${dayStart(start)} ${before}`;
    const known = this.#groupIds.get(key);
    if (known !== undefined) return known;
    const id = this.#groupIds.size;
    this.#groupIds.set(key, id);
    return id;
  }

  /** Hands out one row by itself. Returns where the next begins; here, if that cannot be known. */
  #strange(bytes: Uint8Array, start: number): number {
    const end = bytes.indexOf(LF, start) + 1;
    const cr = bytes.subarray(start, end).indexOf(CR);
    if (cr >= 0 && cr < end - start - 2) return start;
    const cells = cellsOf(bytes, start, end);
    if (cells.length === 1 && cells[0]?.trim() === '') return end;
    this.#sink({ row: this.#read(cells, this.line), rows: 1 });
    return end;
  }

  #read(cells: readonly string[], line: number): Row {
    return rowOf(cells, this.#header, { file: this.#options.file, line });
  }

  /** A row whose cells are as many as the columns, without the words that nobody asks for. */
  #readKept(bytes: Uint8Array, from: number, to: number): Row {
    const cells = cellsOf(bytes, from, to);
    return this.#read(
      cells.map((cell, column) => (this.#kinds[column] === DROPPED && cell !== '' ? ANY : cell)),
      this.line,
    );
  }

  #watched(header: CsvHeader): CsvHeader {
    const { format, places } = header;
    const read: typeof format.read = (fields) =>
      format.read({
        ...fields,
        text: (column) => {
          const place = places.get(column);
          if (place !== undefined && this.#kinds[place] === SKIPPED) this.#hasReadMore = true;
          return fields.text(column);
        },
      });
    return { ...header, format: { ...format, read } };
  }

  #emit(id: number): void {
    const kind = this.#kindOf[id];
    const record = this.#records.subarray(id * RECORD, (id + 1) * RECORD);
    const rows = record[ROWS] as number;
    if (rows === 0 || kind === 'strange') return;
    const row = this.#read(this.#cellsOfSums(id, record), record[LINE] as number);
    const period = { start: record[START] as Instant, end: record[END] as Instant };
    if (row.kind === 'empty') this.#sink({ row: { ...row, period }, rows });
    else if (row.kind === 'usage' && isSum(row.entry, record)) {
      const [least, most] = [record[LEAST] as number, record[MOST] as number];
      const entry = { ...row.entry, inputTokensPerRequest: { least, most } };
      this.#sink({ row: { kind: 'usage', entry }, rows, period });
    } else throw new Error(`sums of lines like ${record[LINE]} read as ${row.kind}`);
  }

  /** The sums as if they were a row of the file. */
  #cellsOfSums(id: number, record: Float64Array): string[] {
    const fixed = this.#words.length - TIMES.length;
    const blanks = this.#combinations.at(id, fixed + 1);
    const wordOf = (index: number) => {
      if (index < TIMES.length) return record[START_WORD + index] as number;
      return this.#combinations.at(id, index - TIMES.length);
    };
    return Array.from(this.#kinds, (kind, column) => {
      const index = this.#indices[column] as number;
      if (kind === NUMBER) return blanks & (1 << index) ? '' : String(record[index]);
      if (kind === WORD) return this.#strings.text(wordOf(index));
      return kind === DROPPED && !(blanks & (1 << (NUMBERS.length + index))) ? ANY : '';
    });
  }
}

/** Whether the entry has the numbers of the file, and nothing that cannot be added up. */
function isSum(entry: UsageEntry, numbers: Float64Array): boolean {
  return (
    inputTokens(entry.tokens) === numbers[INPUT] &&
    (entry.requests ?? 0) === numbers[REQUESTS] &&
    entry.inputTokensPerRequest === undefined &&
    entry.quantities.length === 0 &&
    entry.recorded === undefined &&
    entry.id === undefined
  );
}

/** Of a row without quotes; `to` is after its line break. */
function cellsOf(bytes: Uint8Array, from: number, to: number): string[] {
  const end = bytes[to - 2] === CR && to - 2 >= from ? to - 2 : to - 1;
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, end - from)
    .toString()
    .split(',');
}

/** Odd, with bits all over. */
const HASH_FACTOR = 0x45d9f3b;

/**
 * Marks the commas and the control characters up to CR among four bytes, all at once by carries;
 * the lowest mark is right. A loop over bytes ends where the processor does not expect it.
 */
function endsIn(four: number): number {
  const commas = four ^ 0x2c2c2c2c;
  const ends = ((commas - 0x01010101) & ~commas) | ((four - 0x0e0e0e0e) & ~four);
  return ends & 0x80808080;
}

/** How many bytes come before the lowest mark. */
function firstOf(ends: number): number {
  return (31 - Math.clz32(ends & -ends)) >> 3;
}

/** Returns where the next row begins, or -1 if this one is not ordinary. */
type ParseRow = (bytes: Uint8Array, view: DataView, start: number) => number;

/** A closure and no method: what it captures are constants to V8. It fills the three arrays. */
function createRowParser(
  kinds: Uint8Array,
  indices: Uint8Array,
  numbers: Float64Array,
  wordIds: Int32Array,
  flags: Int32Array,
  { idOf }: ByteStrings,
): ParseRow {
  const last = kinds.length - 1;
  return (bytes, view, start) => {
    const lastFour = bytes.length - 4;
    let zeros = 0;
    let blanks = 0;
    let at = start;
    for (let column = 0; ; column++) {
      const kind = kinds[column];
      const index = indices[column] as number;
      const first = at;
      let byte = bytes[at] as number;
      if (kind === NUMBER) {
        let value = 0;
        while (byte >= ZERO && byte <= NINE) {
          value = value * 10 + (byte - ZERO);
          byte = bytes[++at] as number;
        }
        const digits = at - first;
        if (digits > MOST_DIGITS) return -1;
        if (byte === DOT) {
          // No other decimals: 1.000 may be a thousand.
          if (digits === 0 || bytes[at + 1] !== ZERO) return -1;
          at += 2;
          byte = bytes[at] as number;
        }
        if (value === 0) {
          zeros |= 1 << index;
          if (digits === 0) blanks |= 1 << index;
        }
        numbers[index] = value;
      } else if (kind === WORD) {
        let hash = 0;
        for (; at <= lastFour; at += 4) {
          const four = view.getInt32(at, true);
          const ends = endsIn(four);
          if (ends !== 0) {
            const more = firstOf(ends);
            hash = Math.imul(hash ^ (four & ((1 << (8 * more)) - 1)), HASH_FACTOR);
            at += more;
            break;
          }
          hash = Math.imul(hash ^ four, HASH_FACTOR);
        }
        byte = bytes[at] as number;
        while (byte !== COMMA && byte > CR) byte = bytes[++at] as number;
        hash = Math.imul(hash ^ (hash >>> 16), HASH_FACTOR);
        wordIds[index] = idOf(bytes, view, first, at, hash ^ (hash >>> 15));
      } else {
        for (; at <= lastFour; at += 4) {
          const ends = endsIn(view.getInt32(at, true));
          if (ends !== 0) {
            at += firstOf(ends);
            break;
          }
        }
        byte = bytes[at] as number;
        while (byte !== COMMA && byte > CR) byte = bytes[++at] as number;
        if (kind === DROPPED && at === first) blanks |= 1 << (NUMBERS.length + index);
      }
      if (column < last) {
        if (byte !== COMMA) return -1;
        at++;
        continue;
      }
      if (byte === CR) byte = bytes[++at] as number;
      if (byte !== LF) return -1;
      flags[0] = zeros;
      flags[1] = blanks;
      return at + 1;
    }
  };
}

/** How many of the boundaries the input exceeds and, if any, whether it was a single request. */
function bandOf(input: number, isOne: boolean, boundaries: readonly number[]): number {
  let exceeded = 0;
  for (const boundary of boundaries) if (input > boundary) exceeded++;
  return exceeded === 0 ? 0 : 2 * exceeded + Number(isOne);
}

/** Whether the parts of every total add up to it; missing columns are zero. */
function addsUp(n: Float64Array): boolean {
  const of = (index: number) => n[index] as number;
  const ofWritten = of(WRITTEN_30M) + of(WRITTEN_12H);
  return (
    of(INPUT) === of(CACHED) + of(WRITTEN) + of(UNCACHED) &&
    of(UNCACHED) === of(TEXT) + of(AUDIO) + of(IMAGE) &&
    of(CACHED) === of(CACHED_TEXT) + of(CACHED_AUDIO) + of(CACHED_IMAGE) &&
    of(OUTPUT) === of(OUT_TEXT) + of(OUT_AUDIO) + of(OUT_IMAGE) &&
    (ofWritten === 0 || ofWritten === of(WRITTEN))
  );
}
