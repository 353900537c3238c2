/**
 * The same use can be in two files of different kinds: as requests, one by one, in a log, and as
 * their sum in an export or a batch object. Where that can be proven it counts once; where it may
 * be so, it is said.
 */

import { grouped } from '../grouped.ts';
import type { Instant } from '../time.ts';
import { inputTokens, type ServiceTier, sumTokens } from '../usage.ts';
import type { UsageEntry } from './entry.ts';
import type { Cell } from './ledger.ts';
import type { Overlap } from './overlap.ts';

/**
 * Requests of one file in the time of a sum that another file has of the same model, or sums of both
 * that are cut differently.
 */
export interface PerhapsTwice {
  readonly of: 'requests' | 'sums';
  readonly file: string;
  readonly otherFile: string;
  readonly models: readonly string[];
  readonly rows: number;
}

/**
 * Without the batches whose requests are in another file: as many as were completed, of the same
 * model, in its time, with as many tokens.
 */
export function withoutCountedBatches(cells: readonly Cell[]): {
  kept: Cell[];
  overlaps: Overlap[];
} {
  const requests = grouped(cells, (cell) =>
    isRequest(cell) && cell.tiers.join() === 'batch' ? cell.file : undefined,
  );
  const overlaps: Overlap[] = [];
  const kept = cells.filter((batch) => {
    if (!isBatch(batch)) return true;
    for (const [file, ofFile] of requests) {
      if (file === batch.file) continue;
      const ofBatch = ofFile.filter((request) => canBeOf(request, batch));
      if (!isAsMuch(ofBatch, batch)) continue;
      const rows = batch.rows;
      overlaps.push({ file: batch.file ?? '', keptFile: file, rows, differing: 0 });
      return false;
    }
    return true;
  });
  return { kept, overlaps };
}

/** What may be counted twice; nothing of it has been left out. */
export function perhapsTwice(cells: readonly Cell[]): PerhapsTwice[] {
  const found = new Map<string, { -readonly [K in keyof PerhapsTwice]: PerhapsTwice[K] }>();
  const byModel = grouped(cells, ({ model }) => model);
  for (const [model, ofModel] of byModel) {
    const requests = ofModel.filter(isRequest);
    const sums = grouped(ofModel, (cell) => (isRequest(cell) ? undefined : (cell.file ?? '')));
    if (requests.length === 0) continue;
    for (const [otherFile, ofFile] of sums) {
      const times = new Times(ofFile);
      for (const { file = '', at, rows } of requests) {
        if (file === otherFile || !times.has(at)) continue;
        const key = JSON.stringify([file, otherFile]);
        const known = found.get(key) ?? {
          of: 'requests' as const,
          ...{ file, otherFile, models: [], rows: 0 },
        };
        known.rows += rows;
        if (known.models.at(-1) !== model) known.models = [...known.models, model];
        found.set(key, known);
      }
    }
  }
  return [...found.values()];
}

/** What the sums of one file, model and day are like. */
class DaySums {
  rows = 0;
  /** How long their buckets are, and what tells them apart. */
  readonly #cuts = new Set<string>();
  readonly #values = DETAILS.map(() => new Set<string | undefined>());
  readonly #tiers = new Set<ServiceTier>();

  add(cell: Cell): void {
    const values = DETAILS.map((detail) => cell[detail]);
    this.rows += cell.rows;
    this.#cuts.add(`${cell.end - cell.at} ${values.map((value) => value === undefined)}`);
    for (const [index, value] of values.entries()) this.#values[index]?.add(value);
    for (const tier of cell.tiers) this.#tiers.add(tier);
  }

  /** Cut alike, what differs is other use; else nothing that both tell must tell them apart. */
  mayBe(other: DaySums): boolean {
    if (!isDisjoint(this.#cuts, other.#cuts) || isDisjoint(this.#tiers, other.#tiers)) return false;
    return this.#values.every((own, index) => {
      const others = other.#values[index] ?? own;
      return own.has(undefined) || others.has(undefined) || !isDisjoint(own, others);
    });
  }
}

const DETAILS = ['organization', 'project', 'apiKey', 'user'] as const;

function isDisjoint<T>(a: ReadonlySet<T>, b: ReadonlySet<T>): boolean {
  for (const each of a) if (b.has(each)) return false;
  return true;
}

/**
 * Two exports of the same days that are cut differently, such as by the hour and by the day, or by
 * project and not: what they share has no bucket in common, by which it could be told.
 */
export function cutDifferently(cells: readonly Cell[]): PerhapsTwice[] {
  const found = new Map<string, { -readonly [K in keyof PerhapsTwice]: PerhapsTwice[K] }>();
  const sums = cells.filter((cell) => !isRequest(cell) && cell.file !== undefined);
  const byDay = grouped(sums, ({ model, endpoint, day }) => JSON.stringify([model, endpoint, day]));
  for (const ofDay of byDay.values()) {
    const files = new Map<string, DaySums>();
    for (const cell of ofDay) {
      const known = files.get(cell.file ?? '') ?? new DaySums();
      files.set(cell.file ?? '', known);
      known.add(cell);
    }
    const all = [...files].sort(([a], [b]) => (a < b ? -1 : 1));
    const model = ofDay[0]?.model ?? ofDay[0]?.endpoint ?? '';
    for (const [index, [otherFile, other]] of all.entries()) {
      for (const [file, own] of all.slice(index + 1)) {
        if (!own.mayBe(other)) continue;
        const key = JSON.stringify([file, otherFile]);
        const known = found.get(key) ?? { of: 'sums', file, otherFile, models: [], rows: 0 };
        known.rows += own.rows;
        if (!known.models.includes(model)) known.models = [...known.models, model];
        found.set(key, known);
      }
    }
  }
  return [...found.values()];
}

/** Batches and requests of batches in one file, which is added up without telling rows apart. */
export class BatchesBeside {
  readonly #models = new Set<string>();
  #requests = 0;

  see({ id, tiers, model }: Pick<UsageEntry, 'id' | 'tiers' | 'model'>, rows: number): void {
    // Exports have no ids, so that this costs nothing where there are many rows.
    if (id === undefined || tiers[0] !== 'batch') return;
    if (isBatch({ id })) this.#models.add(model ?? 'batches');
    else this.#requests += rows;
  }

  found(file: string): PerhapsTwice[] {
    if (this.#models.size === 0 || this.#requests === 0) return [];
    return [
      { of: 'requests', file, otherFile: file, models: [...this.#models], rows: this.#requests },
    ];
  }
}

/** A single request, of which only the moment is known. */
function isRequest({ id, at, end, requests }: Cell): boolean {
  return id !== undefined && requests <= 1 && end - at <= 1;
}

/** By the ids that OpenAI gives to batches; a request within one is a `batch_req_`. */
function isBatch({ id = '' }: Pick<Cell, 'id'>): boolean {
  return /^batch_(?!req_)/.test(id);
}

function canBeOf({ at, model }: Cell, batch: Cell): boolean {
  const isOfModel = batch.model === undefined || batch.model === model;
  return isOfModel && at >= batch.at && at <= batch.end;
}

function isAsMuch(requests: readonly Cell[], batch: Cell): boolean {
  const sum = (of: (cell: Cell) => number) => requests.reduce((all, cell) => all + of(cell), 0);
  const output = ({ tokens }: Cell) => sumTokens(tokens, (kind) => kind === 'output');
  return (
    requests.length > 0 &&
    sum((cell) => cell.requests) === batch.requests &&
    sum(({ tokens }) => inputTokens(tokens)) === inputTokens(batch.tokens) &&
    sum(output) === output(batch)
  );
}

/** Stretches of time, for the question whether a moment lies within one of them. */
class Times {
  readonly #stretches: { start: Instant; end: Instant }[] = [];

  constructor(cells: readonly Cell[]) {
    for (const { at, end } of [...cells].sort((a, b) => a.at - b.at)) {
      const last = this.#stretches.at(-1);
      if (last && at <= last.end) last.end = Math.max(last.end, end) as Instant;
      else this.#stretches.push({ start: at, end });
    }
  }

  has(at: Instant): boolean {
    let [low, high] = [0, this.#stretches.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#stretches[middle]?.end ?? 0) > at) high = middle;
      else low = middle + 1;
    }
    const stretch = this.#stretches[low];
    return stretch !== undefined && stretch.start <= at;
  }
}
