/**
 * Folds rows of usage into cells: all that share what a price depends on, and what they may be
 * grouped by. Within a cell a price is linear, so each is priced once, however many rows it has,
 * and memory grows with the cells alone.
 */
import type { Endpoint, UsageEntry } from './entry.ts';
import { InputError } from './input-error.ts';
import { priceChanges } from './lookup.ts';
import { add, type Money } from './money.ts';
import { resolveModel } from './names.ts';
import type { Model, RateTable } from './rates.ts';
import type { Source } from './source.ts';
import { dayStart, type Instant } from './time.ts';
import {
  inputTokens,
  MODALITIES,
  type Quantity,
  type ServiceTier,
  TOKEN_KINDS,
  type Tokens,
} from './usage.ts';
import { count } from './wording.ts';

/** Rows that are priced alike. */
export interface Cell {
  /** The first of its rows. */
  readonly source: Source;
  /** Midnight UTC of the day on which its rows began. */
  readonly day: Instant;
  /** The time for which it is priced; with `until`, an open part of a bucket. */
  readonly at: Instant;
  readonly until: Instant | undefined;
  /** The end of its first row, and the id; all of them share these where buckets are kept. */
  readonly end: Instant;
  /** The latest end of any of its rows. */
  readonly lastEnd: Instant;
  readonly id: string | undefined;
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
  readonly mostCells?: number;
}

/** `bucket` keeps each bucket of time and each request id apart, to find what files share. */
export type Kept = 'project' | 'apiKey' | 'user' | 'file' | 'bucket';

const KEEP_ALL: ReadonlySet<Kept> = new Set(['project', 'apiKey', 'user', 'file']);
const MOST_CELLS = 2_000_000;

interface MutableCell {
  readonly facts: Omit<
    Cell,
    'rows' | 'requests' | 'requestsUnknown' | 'tokens' | 'quantities' | 'recorded'
  >;
  inputTokensPerRequest: { least: number; most: number };
  lastEnd: Instant;
  rows: number;
  requests: number;
  requestsUnknown: number;
  readonly tokens: Tokens;
  readonly quantities: Map<string, Quantity>;
  recorded: Money | undefined;
}

export class Ledger {
  readonly #rates: RateTable;
  readonly #keep: NonNullable<LedgerOptions['keep']>;
  readonly #mostCells: number;
  readonly #cells = new Map<string, MutableCell>();
  readonly #models = new Map<string, Model | undefined>();

  constructor(rates: RateTable, { keep = KEEP_ALL, mostCells = MOST_CELLS }: LedgerOptions = {}) {
    this.#rates = rates;
    this.#keep = keep;
    this.#mostCells = mostCells;
  }

  /**
   * Adds a row, or `rows` of them whose sums the entry holds.
   * @throws InputError when there are more cells than fit into memory, or a sum is no longer exact
   */
  add(entry: UsageEntry, rows = 1): void {
    const model = this.#modelOf(entry);
    const facts = this.#factsOf(entry, model);
    const key = keyOf(facts, model, entry, this.#keep.has('bucket'));
    let cell = this.#cells.get(key);
    if (!cell) {
      if (this.#cells.size >= this.#mostCells) throw this.#tooMany();
      cell = emptyCell(facts);
      this.#cells.set(key, cell);
    }
    addTo(cell, entry, rows);
  }

  /** In the order in which they first appeared. */
  cells(): Cell[] {
    return [...this.#cells.values()].map(({ facts, quantities, ...sums }) => ({
      ...facts,
      ...sums,
      quantities: [...quantities.values()],
    }));
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

  #factsOf(entry: UsageEntry, model: Model | undefined): MutableCell['facts'] {
    const keep = this.#keep;
    const { start, end } = entry;
    const isOpen = model !== undefined && priceChanges(model, start, end).length > 0;
    return {
      source: entry.source,
      day: dayStart(start),
      at: start,
      until: isOpen ? end : undefined,
      endpoint: entry.endpoint,
      model: entry.model,
      tiers: entry.tiers,
      free: entry.free,
      project: keep.has('project') ? entry.project : undefined,
      apiKey: keep.has('apiKey') ? entry.apiKey : undefined,
      user: keep.has('user') ? entry.user : undefined,
      file: keep.has('file') ? entry.source.file : undefined,
      inputTokensPerRequest: perRequest(entry),
      id: entry.id,
      end,
      lastEnd: end,
    };
  }

  #tooMany(): InputError {
    const widest = (['project', 'apiKey', 'user', 'file'] as const).map((name) => {
      const values = new Set([...this.#cells.values()].map(({ facts }) => facts[name]));
      return `${count(values.size)} of ${name}`;
    });
    return new InputError(
      `more than ${count(this.#mostCells)} groups (${widest.join(', ')}): more than fit into memory; group by less with --by, or narrow the period with --since and --until`,
    );
  }
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

function keyOf(
  facts: MutableCell['facts'],
  model: Model | undefined,
  entry: UsageEntry,
  isBucketKept: boolean,
): string {
  const { day, endpoint, tiers, free, project, apiKey, user, file } = facts;
  const band = bandOf(model, facts.inputTokensPerRequest);
  return JSON.stringify([
    ...[timeKey(facts, model), day, band, endpoint, facts.model, tiers.join(), free],
    ...[project, apiKey, user, file, entry.recorded === undefined],
    ...(isBucketKept ? [entry.start, entry.end, entry.id] : []),
  ]);
}

/** Prices of a day are alike unless one changes within it. */
function timeKey({ at, until, day }: MutableCell['facts'], model: Model | undefined): string {
  if (until !== undefined) return `${at}-${until}`;
  return model ? String(priceChanges(model, day, (at + 1) as Instant).length) : '';
}

function emptyCell(facts: MutableCell['facts']): MutableCell {
  return {
    facts,
    inputTokensPerRequest: { ...facts.inputTokensPerRequest },
    lastEnd: facts.lastEnd,
    rows: 0,
    requests: 0,
    requestsUnknown: 0,
    tokens: {},
    quantities: new Map(),
    recorded: undefined,
  };
}

function addTo(cell: MutableCell, entry: UsageEntry, rows: number): void {
  cell.rows += rows;
  if (entry.end > cell.lastEnd) cell.lastEnd = entry.end;
  if (entry.requests === undefined) cell.requestsUnknown += rows;
  else cell.requests = exactSum(cell.requests, entry.requests);
  const { least, most } = perRequest(entry);
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
    const key = `${quantity.unit} ${quantity.per} ${quantity.size} ${quantity.quality}`;
    const sum = cell.quantities.get(key)?.amount ?? 0;
    cell.quantities.set(key, { ...quantity, amount: exactSum(sum, quantity.amount) });
  }
  if (entry.recorded !== undefined) {
    cell.recorded =
      cell.recorded === undefined ? entry.recorded : add(cell.recorded, entry.recorded);
  }
}

function exactSum(a: number, b: number): number {
  const sum = a + b;
  if (!Number.isSafeInteger(sum)) {
    throw new InputError('the sum of a column has more digits than can be counted exactly');
  }
  return sum;
}
