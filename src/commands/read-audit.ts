/** Reads usage and bills, and folds what was asked for: of one period, or of two at once. */
import type { Dimension } from '../core/audit/audit.ts';
import type { BilledEntry, UsageEntry } from '../core/audit/entry.ts';
import {
  type Boundaries,
  boundariesOf,
  type Cell,
  entryOf,
  type Kept,
  Ledger,
} from '../core/audit/ledger.ts';
import {
  type OfNobody,
  type Overlap,
  ofNobody,
  withoutCountedImages,
  withoutOverlaps,
} from '../core/audit/overlap.ts';
import {
  BatchesBeside,
  cutDifferently,
  type PerhapsTwice,
  perhapsTwice,
  withoutCountedBatches,
} from '../core/audit/same-use.ts';
import { BillFold } from '../core/bill/bill.ts';
import { parseLineItem, subjectOf } from '../core/bill/line-item.ts';
import { around, type Period } from '../core/calendar.ts';
import { resolveModel } from '../core/names.ts';
import type { RateTable } from '../core/rates.ts';
import type { AuditedFile, AuditFacts, AuditRequest, BadRow } from '../core/report.ts';
import type { Instant } from '../core/time.ts';
import type { ServiceTier } from '../core/usage.ts';
import { count } from '../core/wording.ts';
import { readUsage } from '../input/usage/index.ts';
import type { RowSum } from '../input/usage/scan.ts';
import type { Io } from '../io.ts';
import { tierOf } from './tier.ts';

/** All that the files say of a period, folded. */
export interface Read {
  readonly files: readonly AuditedFile[];
  readonly cells: readonly Cell[];
  readonly overlaps: readonly Overlap[];
  readonly perhapsTwice: readonly PerhapsTwice[];
  readonly ofNobody: readonly OfNobody[];
  readonly dropped: readonly Kept[];
  readonly bill: BillFold;
  /** The first of them; `counts.bad` has all. */
  readonly bad: readonly BadRow[];
  /** From the first bucket without use, or with use that was not asked for, to the end of the last. */
  readonly beside: Period | undefined;
  readonly counts: Counts;
  /** Of those outside, rows that do not tell whether they are. */
  readonly unattributed: AuditFacts['unattributed'];
  readonly isCut: AuditFacts['isCut'];
  readonly notAsked: AuditFacts['notAsked'];
}

type Counts = Readonly<Record<'read' | 'billed' | 'empty' | 'outside' | 'bad', number>>;

export interface ReadOptions {
  readonly costs?: readonly string[];
  readonly tier?: string;
  readonly map?: string;
}

/** About a second of reading. */
const ROWS_BETWEEN_SIGNS = 250_000;
/** More than anybody reads; a file with more bad rows than this is of another format. */
const MOST_BAD_ROWS_KEPT = 1000;
/** More than anybody looks through for the one that was meant. */
const MOST_NAMES_KEPT = 1000;

/** The files are read once, also where an earlier period is asked for. */
export async function readAll(
  names: readonly string[],
  options: ReadOptions,
  request: AuditRequest,
  earlier: AuditRequest | undefined,
  rates: RateTable,
  io: Io,
): Promise<{ readonly now: Read; readonly earlier: Read | undefined }> {
  const detail = detailOf(names, request, io);
  const tier = options.tier === undefined ? undefined : tierOf(options.tier, rates);
  const now = new Reading(request, detail, rates, tier);
  const before = earlier && new Reading(earlier, detail, rates, tier);
  const limits = [request, ...(earlier ? [earlier] : [])];
  const boundaries = () => withLimits(boundariesOf(rates), limits);
  let read = 0;
  const take = (sum: RowSum): void => {
    const signs = Math.floor(read / ROWS_BETWEEN_SIGNS);
    read += sum.rows;
    if (Math.floor(read / ROWS_BETWEEN_SIGNS) > signs) io.progress(`${count(read)} rows`);
    now.take(sum);
    before?.take(sum);
  };
  const map = await mapOf(options, request);
  const files = await readUsage(
    [...names, ...(options.costs ?? [])],
    io,
    { map, apart: { boundaries, keep: detail.kept }, openInThreads: io.openInThreads },
    take,
  );
  io.progress('');
  const name = names[0] ?? '-';
  return { now: now.end(files, name), earlier: before?.end(files, name) };
}

/** Few calls ask for it. */
async function mapOf({ map }: ReadOptions, { ratesAsOf }: AuditRequest) {
  if (map === undefined) return undefined;
  return (await import('../input/usage/mapped.ts')).mappedFormat(map, ratesAsOf);
}

/** What cells are kept apart by: while files are read, and at the end. */
interface Detail {
  /** One file has no overlaps, and then there is no need to keep its buckets apart. */
  readonly isOne: boolean;
  readonly kept: ReadonlySet<Kept>;
  readonly keep: ReadonlySet<Kept>;
  readonly givenUp: readonly Kept[];
  readonly tooLarge: readonly Kept[];
}

function detailOf(names: readonly string[], request: AuditRequest, io: Io): Detail {
  const isOne =
    names.length === 1 && names.every((name) => name === '-' || io.stat(name)?.kind === 'file');
  const asked = askedFor(request);
  const size = names.reduce((sum, name) => sum + (io.stat(name)?.size ?? 0), 0);
  const tooLarge = size > MOST_BYTES_FOR_ALL ? NOT_NEEDED.filter((name) => !asked.has(name)) : [];
  const keep = new Set<Kept>([...asked, ...NOT_NEEDED].filter((name) => !tooLarge.includes(name)));
  const kept: ReadonlySet<Kept> = isOne ? keep : new Set([...keep, 'file', 'bucket']);
  const givenUp = NOT_NEEDED.filter((name) => !asked.has(name) && keep.has(name));
  return { isOne, kept, keep, givenUp, tooLarge };
}

/** What was asked for of the rows of all files, as they come. */
class Reading {
  readonly #request: AuditRequest;
  readonly #detail: Detail;
  readonly #rates: RateTable;
  readonly #assumed: ServiceTier | undefined;
  readonly #isAsked: ReturnType<typeof filterOf>;
  readonly #ledger: Ledger;
  readonly #batches = new BatchesBeside();
  readonly #bill = new BillFold();
  readonly #bad: BadRow[] = [];
  readonly #counts = { read: 0, billed: 0, empty: 0, outside: 0, bad: 0 };
  #beside: Period | undefined;
  readonly #unattributed = { usage: 0, billed: 0 };
  readonly #isCut = { since: false, until: false };
  readonly #notAsked = { models: new Set<string>(), projects: new Set<string>() };

  constructor(
    request: AuditRequest,
    detail: Detail,
    rates: RateTable,
    assumed: ServiceTier | undefined,
  ) {
    const { isOne, kept, givenUp } = detail;
    this.#request = request;
    this.#detail = detail;
    this.#rates = rates;
    this.#assumed = assumed;
    this.#isAsked = filterOf(request, rates);
    this.#ledger = new Ledger(rates, isOne ? { keep: kept, givenUp } : { keep: kept });
  }

  take({ row, rows, period }: RowSum): void {
    const counts = this.#counts;
    counts.read += rows;
    switch (row.kind) {
      case 'usage': {
        this.#seeLimits(period ?? row.entry);
        const asked = this.#isAsked.usage(row.entry);
        if (asked === 'yes') {
          this.#batches.see(row.entry, rows);
          this.#ledger.add(withTier(row.entry, this.#assumed), rows, period?.end);
        } else {
          this.#leaveOut('usage', asked, rows);
          this.#seeBeside(period ?? row.entry);
          this.#note(row.entry);
        }
        return;
      }
      case 'billed': {
        this.#seeLimits(row.entry);
        const asked = this.#isAsked.billed(row.entry);
        if (asked === 'yes') {
          this.#bill.add(row.entry);
          counts.billed++;
        } else this.#leaveOut('billed', asked, rows);
        return;
      }
      case 'empty':
        counts.empty += rows;
        if (row.period) this.#seeBeside(row.period);
        return;
      case 'bad':
        counts.bad++;
        if (this.#bad.length < MOST_BAD_ROWS_KEPT) this.#bad.push(row);
    }
  }

  /** `name` is that of the file, where there is but one. */
  end(files: readonly AuditedFile[], name: string): Read {
    const { isOne, keep, givenUp, tooLarge } = this.#detail;
    const merged = isOne ? this.#ledger : new Ledger(this.#rates, { keep, givenUp });
    const once = isOne
      ? {
          cells: merged.cells(),
          overlaps: [],
          perhapsTwice: this.#batches.found(name),
          ofNobody: [],
        }
      : countedOnce(this.#ledger.cells(), merged);
    return {
      ...once,
      files,
      dropped: [...tooLarge, ...merged.dropped],
      bill: this.#bill,
      bad: this.#bad,
      counts: this.#counts,
      beside: this.#beside,
      unattributed: this.#unattributed,
      isCut: this.#isCut,
      notAsked: this.#notAsked,
    };
  }

  #leaveOut(kind: 'usage' | 'billed', asked: Asked, rows: number): void {
    this.#counts.outside += rows;
    if (asked === 'perhaps') this.#unattributed[kind] += rows;
  }

  #seeLimits({ start, end }: Period): void {
    const { since, until } = this.#request;
    if (since !== undefined && start < since && since < end) this.#isCut.since = true;
    if (until !== undefined && start < until && until < end) this.#isCut.until = true;
  }

  /** What there is, for whoever asked for something else. */
  #note({ start, model, project }: UsageEntry): void {
    const { models, projects } = this.#notAsked;
    if (!isWithin(this.#request, start) || models.size + projects.size >= MOST_NAMES_KEPT) return;
    if (model !== undefined) models.add(model);
    if (project !== undefined) projects.add(project);
  }

  #seeBeside({ start, end }: Period): void {
    if (isWithin(this.#request, start)) this.#beside = around(this.#beside, { start, end });
  }
}

/** What several files share counts once; then the cells need no longer be so fine. */
function countedOnce(
  cells: readonly Cell[],
  merged: Ledger,
): Pick<Read, 'cells' | 'overlaps' | 'perhapsTwice' | 'ofNobody'> {
  const buckets = withoutOverlaps(cells);
  const images = withoutCountedImages(buckets.kept);
  const batches = withoutCountedBatches(images.kept);
  for (const cell of batches.kept) merged.add(entryOf(cell), cell.rows, cell.lastEnd);
  return {
    cells: merged.cells(),
    overlaps: [...buckets.overlaps, ...images.overlaps, ...batches.overlaps],
    perhapsTwice: [...perhapsTwice(batches.kept), ...cutDifferently(batches.kept)],
    ofNobody: ofNobody(batches.kept),
  };
}

/** Buckets on both sides of --since or --until are never added up: one of them does not count. */
function withLimits(boundaries: Boundaries, requests: readonly AuditRequest[]): Boundaries {
  const limits = requests
    .flatMap(({ since, until }) => [since, until])
    .filter((limit) => limit !== undefined);
  const instants = [...new Set([...boundaries.instants, ...limits])].sort((a, b) => a - b);
  return { ...boundaries, instants };
}

/** Rules look at these, and do without where there are too many. */
const NOT_NEEDED: readonly Kept[] = ['apiKey', 'project'];

/**
 * In larger files, to tell all keys apart takes a fifth more time with four of them, twice as much and
 * 160 MB with ten, and six times as much with eighty.
 */
const MOST_BYTES_FOR_ALL = 64 * 1024 ** 2;

const KEPT_FOR: Partial<Record<Dimension, Kept>> = {
  project: 'project',
  key: 'apiKey',
  user: 'user',
  file: 'file',
};

/** What is shown, or told apart by a filter. */
function askedFor({ by, projects }: AuditRequest): Set<Kept> {
  const shown = by.flatMap((dimension) => KEPT_FOR[dimension] ?? []);
  return new Set(projects === undefined ? shown : [...shown, 'project']);
}

/** `perhaps` is what does not tell. */
type Asked = 'yes' | 'no' | 'perhaps';

/** Both sides are filtered alike, or the bill would have what the usage leaves out. */
function filterOf(request: AuditRequest, rates: RateTable) {
  const { models, projects } = request;
  const isAsked = (
    start: Instant,
    model: string | undefined,
    project: string | undefined,
  ): Asked => {
    if (!isWithin(request, start)) return 'no';
    if (projects !== undefined && project !== undefined && !projects.includes(project)) return 'no';
    if (models !== undefined && model !== undefined && !isOneOf(models, model, start, rates)) {
      return 'no';
    }
    const isTold = (!projects || project !== undefined) && (!models || model !== undefined);
    return isTold ? 'yes' : 'perhaps';
  };
  return {
    usage: ({ start, model, project, endpoint }: UsageEntry) =>
      // A tool is of no model, also where the data does not tell what of it was used.
      isAsked(start, endpoint === 'code_interpreter' ? (model ?? endpoint) : model, project),
    billed: ({ start, lineItem, project }: BilledEntry) =>
      isAsked(start, subjectOf(parseLineItem(lineItem)), project),
  };
}

/** By its name, or by the name of the model that it stands for. */
function isOneOf(wanted: readonly string[], name: string, at: Instant, rates: RateTable): boolean {
  return wanted.includes(name) || wanted.includes(resolveModel(rates, name, at).model?.id ?? '');
}

function isWithin({ since, until }: AuditRequest, start: Instant): boolean {
  return (since === undefined || start >= since) && (until === undefined || start < until);
}

/** A tier that the user knows settles what the file leaves open, and nothing else. */
function withTier(entry: UsageEntry, tier: ServiceTier | undefined): UsageEntry {
  if (tier === undefined || !entry.tiers.includes(tier)) return entry;
  return { ...entry, tiers: [tier] };
}
