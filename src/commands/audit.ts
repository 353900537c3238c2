import {
  type Dimension,
  groupBy,
  type PricedCell,
  priceCell,
  type Sort,
  type Sum,
  sumOf,
} from '../core/audit.ts';
import { BILL_DIMENSIONS, type Bill, BillFold } from '../core/bill.ts';
import { missingFrom } from '../core/budget.ts';
import type { Period } from '../core/calendar.ts';
import type { BilledEntry, UsageEntry } from '../core/entry.ts';
import { InputError } from '../core/input-error.ts';
import {
  type Boundaries,
  boundariesOf,
  type Cell,
  entryOf,
  type Kept,
  Ledger,
} from '../core/ledger.ts';
import { parseLineItem, subjectOf } from '../core/line-item.ts';
import type { Money } from '../core/money.ts';
import { resolveModel } from '../core/names.ts';
import type { Outlook } from '../core/outlook.ts';
import { type Overlap, withoutCountedImages, withoutOverlaps } from '../core/overlap.ts';
import { type PriceEffects, priceEffects } from '../core/price-effect.ts';
import type { RateTable } from '../core/rates.ts';
import {
  type AuditedFile,
  type AuditFacts,
  type AuditReport,
  type AuditRequest,
  type BadRow,
  exitCode,
  type RowCounts,
} from '../core/report.ts';
import {
  BatchesBeside,
  type PerhapsTwice,
  perhapsTwice,
  withoutCountedBatches,
} from '../core/same-use.ts';
import { type Instant, instantOf } from '../core/time.ts';
import type { ServiceTier } from '../core/usage.ts';
import { count } from '../core/wording.ts';
import { readUsage } from '../input/usage/index.ts';
import { mappedFormat } from '../input/usage/mapped.ts';
import type { RowSum } from '../input/usage/scan.ts';
import type { Io } from '../io.ts';
import { AUDIT_RULES } from '../rules/audit-rules.ts';
import { findings } from '../rules/index.ts';
import { loadRates } from './load-rates.ts';
import { type PrintOptions, print } from './print.ts';
import { regionOf, tierOf } from './tier.ts';
import { limitsFrom, wishesFrom } from './wishes.ts';

export interface AuditOptions extends PrintOptions {
  readonly by?: readonly Dimension[];
  readonly cross?: boolean;
  readonly costs?: readonly string[];
  readonly since?: Instant | undefined;
  readonly until?: Instant | undefined;
  readonly model?: readonly string[];
  readonly project?: readonly string[];
  readonly tier?: string;
  readonly region?: string;
  readonly top?: number;
  readonly sort?: Sort;
  readonly map?: string;
  readonly ratesAsOf?: Instant;
  readonly budget?: Money;
  readonly tolerance?: Money;
  readonly rates?: string;
  readonly forecast?: boolean;
  /** Of a month: replayed over the usage. */
  readonly spendLimit?: Money | undefined;
  readonly alertAt?: readonly number[] | undefined;
  readonly spendLimits?: readonly string[] | undefined;
  readonly credits?: string | undefined;
  readonly rule?: readonly string[];
  readonly limit?: readonly string[];
  readonly explain?: boolean;
  readonly showIds?: boolean;
}

/** `openai-cost audit`: where the money went, and whether the bill is right. */
export async function runAudit(
  names: readonly string[],
  options: AuditOptions,
  io: Io,
): Promise<number> {
  const rates = await loadRates(io, options.rates);
  const wishes = wishesFrom(
    options.rule ?? [],
    AUDIT_RULES.map(({ id }) => id),
  );
  const limits = limitsFrom(options.limit ?? []);
  const facts = await factsOf(names, options, rates, io);
  const { cells, request } = facts;
  if (isOnlyBill(facts)) checkBillGroups(request);
  const report: AuditReport = {
    ...facts,
    command: 'audit',
    groups: groupBy(cells, request.by, request.sort),
    columns: request.cross ? groupBy(cells, request.by.slice(1), request.sort) : [],
    days: groupBy(cells, ['day']),
    outlook: await outlookFor(facts, options, io),
    explain: options.explain ?? false,
    findings: findings(AUDIT_RULES, facts, limits, wishes),
    complete: isComplete(facts),
  };
  await print(report, (format) => format.audit(), options, io);
  return exitCode(report);
}

/** Few calls ask for it. */
async function outlookFor(
  facts: AuditFacts,
  options: AuditOptions,
  io: Io,
): Promise<Outlook | undefined> {
  const { forecast, spendLimit, alertAt, spendLimits, credits } = options;
  const asked = [forecast, spendLimit, alertAt, spendLimits, credits];
  if (asked.every((option) => option === undefined)) return undefined;
  return (await import('./outlook.ts')).outlookOfUsage(facts, options, io);
}

/** Reads and prices everything: what is known before anybody judges it. */
export async function factsOf(
  names: readonly string[],
  options: AuditOptions,
  rates: RateTable,
  io: Io,
): Promise<AuditFacts> {
  const now = instantOf(io.now());
  const request = requestOf(options, rates);
  const read = await readAll(names, options, request, rates, io);
  const pricing = { ...request, memo: new Map() };
  const priced = read.cells.map((cell) => priceCell(rates, cell, pricing));
  const total = sumOf(priced);
  const effects =
    request.ratesAsOf === undefined ? undefined : priceEffects(rates, priced, pricing);
  const bill = read.bill.end(rates, request);
  const period = periodOf(read.cells);
  return {
    rates,
    now,
    request,
    files: read.files,
    rows: countsOf(read, total, bill?.overlaps ?? []),
    period,
    covered: coveredBy(period, read.empty, bill),
    cells: priced,
    total,
    effects,
    dropped: read.dropped,
    overlaps: [...read.overlaps, ...(bill?.overlaps ?? [])],
    perhapsTwice: read.perhapsTwice,
    bad: read.bad,
    bill,
    // Without usage there is nothing to compare with; without a bill neither.
    reconciliation:
      bill && priced.length > 0
        ? (await import('../core/reconcile.ts')).reconcile(inForce(priced, effects), bill, rates, {
            now,
            region: request.region,
          })
        : undefined,
  };
}

function isOnlyBill({ bill, rows }: AuditFacts): boolean {
  return bill !== undefined && rows.read === rows.billed + rows.empty + rows.duplicate;
}

/** @throws InputError when a bill is to be grouped by what it does not have */
function checkBillGroups({ by, cross }: AuditRequest): void {
  if (cross) throw new InputError('--cross is for usage, and these files have none; leave it out');
  const missing = by.filter((dimension) => !Object.hasOwn(BILL_DIMENSIONS, dimension));
  if (missing.length === 0) return;
  const known = Object.keys(BILL_DIMENSIONS).join(', ');
  throw new InputError(
    `--by ${missing.join(',')}: what was billed can be shown by ${known}, where its models are its line items`,
  );
}

/** A bill is at the prices of its day, whatever others are asked for. */
function inForce(cells: readonly PricedCell[], effects: PriceEffects | undefined): PricedCell[] {
  return cells.map((priced) => effects?.get(priced.cell)?.priced ?? priced);
}

/** Data without any usage is whole, but no budget can be held against it. */
function isComplete(facts: AuditFacts): boolean {
  const { rows, request, bill } = facts;
  if (rows.bad > 0 || rows.unpriced > 0) return false;
  if (bill !== undefined && bill.otherCurrencies.length > 0) return false;
  return request.budget === undefined || missingFrom(facts) === undefined;
}

function requestOf(options: AuditOptions, rates: RateTable): AuditRequest {
  const { cross = false, since, until, model, project, top, sort, ratesAsOf } = options;
  const by: readonly Dimension[] = [...new Set<Dimension>(options.by ?? ['model'])];
  if (cross && by.length !== 2) {
    throw new InputError('--cross needs two groups, one down and one across: --by project,model');
  }
  const region = options.region === undefined ? undefined : regionOf(options.region, rates);
  if (since !== undefined && until !== undefined && since >= until) {
    throw new InputError('--since must be before --until, which is not included');
  }
  const { budget, tolerance, showIds } = options;
  return {
    ...{ by, cross, since, until, models: model, projects: project },
    ...{ top, sort, ratesAsOf, region, budget, tolerance, showIds },
  };
}

/** All that the files say, folded. */
interface Read {
  readonly files: readonly AuditedFile[];
  readonly cells: readonly Cell[];
  readonly overlaps: readonly Overlap[];
  readonly perhapsTwice: readonly PerhapsTwice[];
  readonly dropped: readonly Kept[];
  readonly bill: BillFold;
  /** The first of them; `counts.bad` has all. */
  readonly bad: readonly BadRow[];
  /** From the first bucket without use to the end of the last. */
  readonly empty: Period | undefined;
  readonly counts: Readonly<Record<'read' | 'billed' | 'empty' | 'outside' | 'bad', number>>;
}

/** About a second of reading. */
const ROWS_BETWEEN_SIGNS = 250_000;
/** More than anybody reads; a file with more bad rows than this is of another format. */
const MOST_BAD_ROWS_KEPT = 1000;

async function readAll(
  names: readonly string[],
  options: AuditOptions,
  request: AuditRequest,
  rates: RateTable,
  io: Io,
): Promise<Read> {
  // One file has no overlaps, and then there is no need to keep its buckets apart.
  const isOne =
    names.length === 1 && names.every((name) => name === '-' || io.stat(name)?.kind === 'file');
  const asked = askedFor(request);
  const size = names.reduce((sum, name) => sum + (io.stat(name)?.size ?? 0), 0);
  const tooLarge = size > MOST_BYTES_FOR_ALL ? NOT_NEEDED.filter((name) => !asked.has(name)) : [];
  const keep = new Set<Kept>([...asked, ...NOT_NEEDED].filter((name) => !tooLarge.includes(name)));
  const kept: ReadonlySet<Kept> = isOne ? keep : new Set([...keep, 'file', 'bucket']);
  const givenUp = NOT_NEEDED.filter((name) => !asked.has(name) && keep.has(name));
  const ledger = new Ledger(rates, isOne ? { keep: kept, givenUp } : { keep: kept });
  const boundaries = () => withLimits(boundariesOf(rates), request);
  const beside = new BatchesBeside();
  const bill = new BillFold();
  const bad: BadRow[] = [];
  let empty: Period | undefined;
  const counts = { read: 0, billed: 0, empty: 0, outside: 0, bad: 0 };
  const accepts = filterOf(request, rates);
  const assumed = options.tier === undefined ? undefined : tierOf(options.tier, rates);

  function take({ row, rows, period }: RowSum): void {
    const before = counts.read;
    counts.read += rows;
    if (Math.floor(counts.read / ROWS_BETWEEN_SIGNS) > Math.floor(before / ROWS_BETWEEN_SIGNS)) {
      io.progress(`${count(counts.read)} rows`);
    }
    switch (row.kind) {
      case 'usage':
        if (accepts.usage(row.entry)) {
          beside.see(row.entry, rows);
          ledger.add(withTier(row.entry, assumed), rows, period?.end);
        } else counts.outside += rows;
        return;
      case 'billed':
        if (accepts.billed(row.entry)) {
          bill.add(row.entry);
          counts.billed++;
        } else counts.outside++;
        return;
      case 'empty':
        counts.empty += rows;
        if (row.period && isWithin(request, row.period.start)) empty = around(empty, row.period);
        return;
      case 'bad':
        counts.bad++;
        if (bad.length < MOST_BAD_ROWS_KEPT) bad.push(row);
    }
  }

  const map = options.map === undefined ? undefined : mappedFormat(options.map, options.ratesAsOf);
  const files = await readUsage(
    [...names, ...(options.costs ?? [])],
    io,
    { map, apart: { boundaries, keep: kept }, openInThreads: io.openInThreads },
    take,
  );
  io.progress('');
  const merged = new Ledger(rates, { keep, givenUp });
  const once = isOne
    ? { cells: ledger.cells(), overlaps: [], perhapsTwice: beside.found(names[0] ?? '-') }
    : countedOnce(ledger.cells(), merged);
  const dropped = [...tooLarge, ...(isOne ? ledger : merged).dropped];
  return { ...once, files, dropped, bill, bad, counts, empty };
}

/** What several files share counts once; then the cells need no longer be so fine. */
function countedOnce(
  cells: readonly Cell[],
  merged: Ledger,
): Pick<Read, 'cells' | 'overlaps' | 'perhapsTwice'> {
  const buckets = withoutOverlaps(cells);
  const images = withoutCountedImages(buckets.kept);
  const batches = withoutCountedBatches(images.kept);
  for (const cell of batches.kept) merged.add(entryOf(cell), cell.rows, cell.lastEnd);
  return {
    cells: merged.cells(),
    overlaps: [...buckets.overlaps, ...images.overlaps, ...batches.overlaps],
    perhapsTwice: perhapsTwice(batches.kept),
  };
}

/** Buckets on both sides of --since or --until are never added up: one of them does not count. */
function withLimits(boundaries: Boundaries, { since, until }: AuditRequest): Boundaries {
  const limits = [since, until].filter((limit) => limit !== undefined);
  const instants = [...new Set([...boundaries.instants, ...limits])].sort((a, b) => a - b);
  return { ...boundaries, instants };
}

/** Rules look at these, and do without where there are too many. */
const NOT_NEEDED: readonly Kept[] = ['apiKey', 'project'];

/** In larger files, to tell all keys apart takes most of the time, and all of the memory. */
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

/** Both sides are filtered alike, or the bill would have what the usage leaves out. */
function filterOf(request: AuditRequest, rates: RateTable) {
  const { models, projects } = request;
  const isAskedFor = (start: Instant, model: string | undefined, project: string | undefined) =>
    isWithin(request, start) &&
    (projects === undefined || (project !== undefined && projects.includes(project))) &&
    (models === undefined || (model !== undefined && isOneOf(models, model, start, rates)));
  return {
    usage: ({ start, model, project }: UsageEntry) => isAskedFor(start, model, project),
    billed: ({ start, lineItem, project }: BilledEntry) =>
      isAskedFor(start, subjectOf(parseLineItem(lineItem)), project),
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

function countsOf(
  { counts, overlaps }: Read,
  { rows }: Sum,
  billOverlaps: readonly Overlap[],
): RowCounts {
  const rowsOf = (all: readonly Overlap[]) => all.reduce((sum, overlap) => sum + overlap.rows, 0);
  const billedTwice = rowsOf(billOverlaps);
  return {
    ...counts,
    ...rows,
    billed: counts.billed - billedTwice,
    duplicate: rowsOf(overlaps) + billedTwice,
  };
}

/** The least period that holds both. */
function around(a: Period | undefined, b: Period): Period {
  if (!a) return b;
  return { start: a.start < b.start ? a.start : b.start, end: a.end > b.end ? a.end : b.end };
}

function coveredBy(
  period: Period | undefined,
  empty: Period | undefined,
  bill: Bill | undefined,
): Period | undefined {
  const [first] = bill?.lines ?? [];
  const billed = bill && first ? { start: first.day, end: bill.end } : undefined;
  if (!period && billed) return billed;
  return period && empty ? around(period, empty) : (period ?? empty);
}

function periodOf(cells: readonly Cell[]): AuditReport['period'] {
  const [first] = cells;
  if (!first) return undefined;
  let { day: start, lastEnd: end } = first;
  for (const cell of cells) {
    if (cell.day < start) start = cell.day;
    if (cell.lastEnd > end) end = cell.lastEnd;
  }
  return { start, end };
}
