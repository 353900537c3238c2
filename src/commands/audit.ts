import {
  type Dimension,
  groupBy,
  type PricedCell,
  priceCell,
  type Sort,
  type Sum,
  sumOf,
} from '../core/audit/audit.ts';
import { isAllRead, missingFrom } from '../core/audit/in-sight.ts';
import type { Cell } from '../core/audit/ledger.ts';
import type { Overlap } from '../core/audit/overlap.ts';
import { type PriceEffects, priceEffects } from '../core/audit/price-effect.ts';
import { BILL_DIMENSIONS, type Bill } from '../core/bill/bill.ts';
import { around, type Period } from '../core/calendar.ts';
import { InputError } from '../core/input-error.ts';
import type { Money } from '../core/money.ts';
import type { RateTable } from '../core/rates.ts';
import {
  type AuditFacts,
  type AuditReport,
  type AuditRequest,
  exitCode,
  type RowCounts,
} from '../core/report.ts';
import type { Outlook } from '../core/spending/outlook.ts';
import { type Instant, instantOf } from '../core/time.ts';
import type { Io } from '../io.ts';
import { AUDIT_RULES } from '../rules/audit-rules.ts';
import { findings } from '../rules/index.ts';
import { loadRates } from './load-rates.ts';
import { type PrintOptions, print } from './print.ts';
import { type Read, readAll } from './read-audit.ts';
import { regionOf } from './tier.ts';
import { limitsFrom, wishesFrom } from './wishes.ts';

export interface AuditOptions extends PrintOptions {
  readonly by?: readonly Dimension[];
  readonly cross?: boolean;
  readonly costs?: readonly string[];
  readonly since?: Instant | undefined;
  readonly until?: Instant | undefined;
  /** A period to compare with; its facts are those of `before`. */
  readonly earlier?: Period;
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
  const report = await audit(names, options, io);
  await print(report, (format) => format.audit(), options, io);
  return exitCode(report);
}

export async function audit(
  names: readonly string[],
  options: AuditOptions,
  io: Io,
): Promise<AuditReport> {
  const rates = await loadRates(io, options.rates);
  const wishes = wishesFrom(
    options.rule ?? [],
    AUDIT_RULES.map(({ id }) => id),
  );
  const limits = limitsFrom(options.limit ?? []);
  const facts = await factsOf(names, options, rates, io);
  const { cells, request } = facts;
  if (facts.bill === undefined && facts.unattributed.billed === 0) checkNoBill(options);
  if (isOnlyBill(facts)) checkBillGroups(request);
  return {
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
  const { earlier: period } = options;
  const earlier = period && { ...request, since: period.start, until: period.end };
  const read = await readAll(names, options, request, earlier, rates, io);
  const before =
    earlier && read.earlier && (await factsFrom(read.earlier, earlier, rates, now, undefined));
  return factsFrom(read.now, request, rates, now, before);
}

async function factsFrom(
  read: Read,
  request: AuditRequest,
  rates: RateTable,
  now: Instant,
  before: AuditFacts | undefined,
): Promise<AuditFacts> {
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
    covered: coveredBy(period, read.beside, bill),
    cells: priced,
    total,
    effects,
    dropped: read.dropped,
    overlaps: [...read.overlaps, ...(bill?.overlaps ?? [])],
    perhapsTwice: read.perhapsTwice,
    ofNobody: read.ofNobody,
    unattributed: read.unattributed,
    isCut: read.isCut,
    notAsked: read.notAsked,
    bad: read.bad,
    bill,
    // Without usage there is nothing to compare with; without a bill neither.
    reconciliation:
      bill && priced.length > 0
        ? (await import('../core/bill/reconcile.ts')).reconcile(
            inForce(priced, effects),
            bill,
            rates,
            {
              now,
              region: request.region,
            },
          )
        : undefined,
    before,
  };
}

function isOnlyBill({ bill, rows }: AuditFacts): boolean {
  return bill !== undefined && rows.read === rows.billed + rows.empty + rows.duplicate;
}

/** @throws InputError when something is asked of a bill: what is not there would seem to be right */
function checkNoBill({ costs, tolerance }: AuditOptions): void {
  if (costs !== undefined) {
    const message = 'no cost that was asked for; --costs takes exports of costs, not of usage';
    throw new InputError(costs.map((file) => ({ source: { file }, message })));
  }
  if (tolerance !== undefined) {
    throw new InputError('--tolerance is for a bill, and there is none; --costs takes one');
  }
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
  if (!isAllRead(facts) || facts.unattributed.billed > 0 || rows.unpriced > 0) return false;
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

function coveredBy(
  period: Period | undefined,
  beside: Period | undefined,
  bill: Bill | undefined,
): Period | undefined {
  const [first] = bill?.lines ?? [];
  const billed = bill && first ? { start: first.day, end: bill.end } : undefined;
  if (!period && billed) return billed;
  return period && beside ? around(period, beside) : (period ?? beside);
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
