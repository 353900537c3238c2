/**
 * Folds rows of usage into cells: all that share what a price depends on, and what they may be
 * grouped by. Within a cell a price is linear, so each is priced once, however many rows it has,
 * and memory grows with the cells alone.
 */

import { InputError } from '../input-error.ts';
import { allPriceChanges } from '../lookup.ts';
import { add, type Money } from '../money.ts';
import { resolveModel } from '../names.ts';
import type { Model, RateTable } from '../rates.ts';
import type { Source } from '../source.ts';
import { dayStart, type Instant } from '../time.ts';
import {
  inputTokens,
  MODALITIES,
  type Quantity,
  type ServiceTier,
  TOKEN_KINDS,
  type Tokens,
} from '../usage.ts';
import { count } from '../wording.ts';
import type { Endpoint, UsageEntry } from './entry.ts';

/** Rows that are priced alike. */
export interface Cell {
  /** The first of its rows. */
  readonly source: Source;
  /** Midnight UTC of the day on which its rows began. */
  readonly day: Instant;
  /** The time for which it is priced; with `until`, an open part of a bucket. */
  readonly at: Instant;
  readonly until: Instant | undefined;
  /** The end of its first row, the id and the organization; all of them share these where buckets are kept. */
  readonly end: Instant;
  /** The latest end of any of its rows. */
  readonly lastEnd: Instant;
  readonly id: string | undefined;
  readonly organization?: string | undefined;
  readonly endpoint: Endpoint;
  readonly model: string | undefined;
  readonly tiers: readonly ServiceTier[];
  readonly free: boolean;
  readonly project: string | undefined;
  readonly apiKey: string | undefined;
  readonly user: string | undefined;
  /** Undefined unless the ledger keeps files apart. */
  readonly file: string | undefined;
  readonly rows: number;
  /** Of those rows that tell; `requestsUnknown` counts the others. */
  readonly requests: number;
  readonly requestsUnknown: number;
  readonly tokens: Tokens;
  readonly quantities: readonly Quantity[];
  /** The fewest and the most input tokens that a single request of any row can have had. */
  readonly inputTokensPerRequest: { readonly least: number; readonly most: number };
  /** The sum of what the file itself says that its rows cost, where all of them say it. */
  readonly recorded: Money | undefined;
}

export interface LedgerOptions {
  /** What cells are kept apart by, beside what prices depend on. Less of it is less memory. */
  readonly keep?: ReadonlySet<Kept>;
  /**
   * What of it is given up, in this order, when there are more than `roomyCells`: nobody asked for
   * it by name.
   */
  readonly givenUp?: readonly Kept[];
  readonly roomyCells?: number;
  readonly mostCells?: number;
}

/** `bucket` keeps each bucket of time and each request id apart, to find what files share. */
export type Kept = 'project' | 'apiKey' | 'user' | 'file' | 'bucket';

const KEEP_ALL: ReadonlySet<Kept> = new Set(['project', 'apiKey', 'user', 'file']);
/** Some 700 MB, with their prices. */
const MOST_CELLS = 250_000;
/** Some 50 MB, with their prices. */
const ROOMY_CELLS = 20_000;

/** A cell that still grows. One object, as there may be hundreds of thousands. */
type GrowingCell = { -readonly [K in keyof Cell]: Cell[K] } & {
  readonly inputTokensPerRequest: { least: number; most: number };
};

/**
 * What a price can depend on, whatever the model: rows that lie on the same side of all of these,
 * on the same day and alike in all else, are always of the same cell.
 */
export interface Boundaries {
  /** Ascending: above so many input tokens of a request, some model has other prices. */
  readonly inputTokens: readonly number[];
  /** Ascending: from then on, some model has other prices. */
  readonly instants: readonly Instant[];
}

export function boundariesOf({ models, priceChanges }: RateTable): Boundaries {
  const limits = models.flatMap(({ longContextAbove }) => longContextAbove ?? []);
  return {
    inputTokens: [...new Set(limits)].sort((a, b) => a - b),
    instants: priceChanges,
  };
}

export class Ledger {
  readonly #rates: RateTable;
  readonly #keep: Set<Kept>;
  readonly #givenUp: Kept[];
  readonly #dropped: Kept[] = [];
  readonly #roomyCells: number;
  readonly #mostCells: number;
  readonly #cells = new Map<string, GrowingCell>();
  readonly #models = new Map<string, Model | undefined>();
  /** Every name has a number, so that keys are short and cannot be confused; and is kept once. */
  readonly #numbers = new Map<string | undefined, number>();
  readonly #names: (string | undefined)[] = [];
  readonly #tiers = new Map<string, readonly ServiceTier[]>();
  readonly #files = new Map<string, number>();

  constructor(rates: RateTable, options: LedgerOptions = {}) {
    const { keep = KEEP_ALL, givenUp = [], roomyCells = ROOMY_CELLS } = options;
    this.#rates = rates;
    this.#keep = new Set(keep);
    this.#givenUp = [...givenUp];
    this.#roomyCells = roomyCells;
    this.#mostCells = options.mostCells ?? MOST_CELLS;
  }

  /** What cells are no longer kept apart by, as there were too many. */
  get dropped(): readonly Kept[] {
    return this.#dropped;
  }

  /**
   * Adds a row, or `rows` of them whose sums the entry holds. Rows of a file may come in any order.
   * The last of them ends at `lastEnd`.
   * @throws InputError when there are more cells than fit into memory, or a sum is no longer exact
   */
  add(entry: UsageEntry, rows = 1, lastEnd = entry.end): void {
    const model = this.#modelOf(entry);
    const changes = model ? allPriceChanges(model) : [];
    const bounds = perRequest(entry);
    const isOpen = changes.some((change) => change > entry.start && change < entry.end);
    const key = this.#keyOf(entry, bandOf(model, bounds), timeKey(entry, isOpen, changes));
    let cell = this.#cells.get(key);
    if (!cell) {
      if (this.#cells.size >= this.#roomyCells && this.#giveUp()) {
        this.add(entry, rows, lastEnd);
        return;
      }
      if (this.#cells.size >= this.#mostCells) throw this.#tooMany();
      const { file } = entry.source;
      if (!this.#files.has(file)) this.#files.set(file, this.#files.size);
      cell = this.#emptyCell(entry, bounds, isOpen);
      this.#cells.set(key, cell);
    } else if (isEarlier(entry.source, cell.source)) {
      // All else of its first row is what the rows of a cell share.
      cell.source = entry.source;
      cell.at = entry.start;
      cell.end = entry.end;
      cell.id = entry.id;
      cell.organization = entry.organization;
    }
    addTo(cell, entry, bounds, rows);
    if (lastEnd > cell.lastEnd) cell.lastEnd = lastEnd;
  }

  /** In the order of the files as they came, and of the lines in each. */
  cells(): Cell[] {
    const fileOf = ({ source }: Cell) => this.#files.get(source.file) ?? 0;
    const lineOf = ({ source }: Cell) => source.line ?? 0;
    return [...this.#cells.values()].sort((a, b) => fileOf(a) - fileOf(b) || lineOf(a) - lineOf(b));
  }

  /** Makes cells fewer, if it may. */
  #giveUp(): boolean {
    const given = this.#givenUp.shift();
    if (given === undefined) return false;
    const cells = this.cells();
    this.#keep.delete(given);
    this.#dropped.push(given);
    this.#cells.clear();
    for (const cell of cells) this.add(entryOf(cell), cell.rows, cell.lastEnd);
    return true;
  }

  #modelOf({ model, start }: UsageEntry): Model | undefined {
    if (model === undefined) return undefined;
    // What an alias stands for can change from one day to the next.
    const key = `${dayStart(start)} ${model}`;
    const known = this.#models.get(key);
    if (known || this.#models.has(key)) return known;
    const resolved = resolveModel(this.#rates, model, start).model;
    this.#models.set(key, resolved);
    return resolved;
  }

  #keyOf(entry: UsageEntry, band: string, time: string): string {
    const { endpoint, tiers, free, project, apiKey, user, source, recorded } = entry;
    const keep = this.#keep;
    let key = `${time} ${dayStart(entry.start)} ${band} ${endpoint} ${tiers.join()} ${free} ${recorded === undefined} ${this.#numberOf(entry.model)}`;
    if (keep.has('project')) key += ` ${this.#numberOf(project)}`;
    if (keep.has('apiKey')) key += ` ${this.#numberOf(apiKey)}`;
    if (keep.has('user')) key += ` ${this.#numberOf(user)}`;
    if (keep.has('file')) key += ` ${this.#numberOf(source.file)}`;
    if (keep.has('bucket')) {
      key += ` ${entry.start} ${entry.end} ${this.#numberOf(entry.id)}`;
      key += ` ${this.#numberOf(entry.organization)}`;
    }
    return key;
  }

  #numberOf(name: string | undefined): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    this.#numbers.set(name, this.#names.length);
    return this.#names.push(name) - 1;
  }

  /** The first string that said the same: each row has its own. */
  #once(name: string | undefined): string | undefined {
    return this.#names[this.#numberOf(name)];
  }

  #tiersOnce(tiers: readonly ServiceTier[]): readonly ServiceTier[] {
    const key = tiers.join();
    const known = this.#tiers.get(key) ?? tiers;
    this.#tiers.set(key, known);
    return known;
  }

  #emptyCell(
    entry: UsageEntry,
    { least, most }: Cell['inputTokensPerRequest'],
    isOpen: boolean,
  ): GrowingCell {
    const keep = this.#keep;
    const { start, end } = entry;
    return {
      source: entry.source,
      day: dayStart(start),
      at: start,
      until: isOpen ? end : undefined,
      end,
      lastEnd: end,
      id: entry.id,
      organization: entry.organization,
      endpoint: entry.endpoint,
      model: this.#once(entry.model),
      tiers: this.#tiersOnce(entry.tiers),
      free: entry.free,
      project: keep.has('project') ? this.#once(entry.project) : undefined,
      apiKey: keep.has('apiKey') ? this.#once(entry.apiKey) : undefined,
      user: keep.has('user') ? this.#once(entry.user) : undefined,
      file: keep.has('file') ? entry.source.file : undefined,
      rows: 0,
      requests: 0,
      requestsUnknown: 0,
      tokens: {},
      quantities: NO_QUANTITIES,
      inputTokensPerRequest: { least, most },
      recorded: undefined,
    };
  }

  #tooMany(): InputError {
    const widest = (['project', 'apiKey', 'user', 'file'] as const).map((name) => {
      const values = new Set([...this.#cells.values()].map((cell) => cell[name]));
      return `${count(values.size)} of ${name}`;
    });
    return new InputError(
      `more than ${count(this.#mostCells)} groups (${widest.join(', ')}): more than fit into memory; group by less with --by, or narrow the period with --since and --until`,
    );
  }
}

const NO_QUANTITIES: readonly Quantity[] = [];

/** The rows of a cell as one entry, to be added to another ledger with `cell.rows`. */
export function entryOf(cell: Cell): UsageEntry {
  const { at, end, requests, requestsUnknown, ...facts } = cell;
  return {
    ...facts,
    start: at,
    end,
    requests: requestsUnknown > 0 ? undefined : requests,
  };
}

/** The bounds that a row sets to the input of its single requests. */
function perRequest(entry: UsageEntry): { least: number; most: number } {
  const { tokens, requests, inputTokensPerRequest } = entry;
  if (inputTokensPerRequest) return inputTokensPerRequest;
  const most = inputTokens(tokens);
  return { least: requests === 1 ? most : 0, most };
}

/** Which context bands a row's requests can be in, as the price sees it. */
function bandOf(
  model: Model | undefined,
  { least, most }: { readonly least: number; readonly most: number },
): string {
  const above = model?.longContextAbove;
  if (above === undefined || most <= above) return 's';
  return least > above ? 'l' : 'o';
}

/** Prices of a day are alike unless one changes within it. */
function timeKey({ start, end }: UsageEntry, isOpen: boolean, changes: readonly Instant[]): string {
  if (isOpen) return `${start}-${end}`;
  const day = dayStart(start);
  return String(changes.filter((change) => change > day && change <= start).length);
}

function isEarlier(a: Source, b: Source): boolean {
  return a.file === b.file && a.line !== undefined && b.line !== undefined && a.line < b.line;
}

function addTo(
  cell: GrowingCell,
  entry: UsageEntry,
  { least, most }: Cell['inputTokensPerRequest'],
  rows: number,
): void {
  cell.rows += rows;
  if (entry.requests === undefined) cell.requestsUnknown += rows;
  else cell.requests = exactSum(cell.requests, entry.requests);
  const bounds = cell.inputTokensPerRequest;
  bounds.least = Math.min(bounds.least, least);
  bounds.most = Math.max(bounds.most, most);
  for (const modality of MODALITIES) {
    const added = entry.tokens[modality];
    if (added === undefined) continue;
    const sums = cell.tokens[modality] ?? {};
    cell.tokens[modality] = sums;
    for (const kind of TOKEN_KINDS) {
      const tokens = added[kind];
      if (tokens === undefined) continue;
      const sum = sums[kind];
      sums[kind] = tokens === null || sum === null ? null : exactSum(sum ?? 0, tokens);
    }
  }
  for (const quantity of entry.quantities) {
    cell.quantities = withQuantity(cell.quantities, quantity);
  }
  if (entry.recorded !== undefined) {
    cell.recorded =
      cell.recorded === undefined ? entry.recorded : add(cell.recorded, entry.recorded);
  }
}

/** Few cells have any, and these have few. */
function withQuantity(quantities: readonly Quantity[], added: Quantity): readonly Quantity[] {
  const index = quantities.findIndex(
    ({ unit, per, size, quality }) =>
      unit === added.unit && per === added.per && size === added.size && quality === added.quality,
  );
  const known = quantities[index];
  if (!known) return [...quantities, added];
  return quantities.with(index, { ...known, amount: exactSum(known.amount, added.amount) });
}

function exactSum(a: number, b: number): number {
  const sum = a + b;
  if (!Number.isSafeInteger(sum)) {
    throw new InputError('the sum of a column has more digits than can be counted exactly');
  }
  return sum;
}
