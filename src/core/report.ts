import type { CostState, Dimension, Group, PricedCell, Sort, Sum } from './audit/audit.ts';
import type { Bridge } from './audit/bridge.ts';
import type { Kept } from './audit/ledger.ts';
import type { OfNobody, Overlap } from './audit/overlap.ts';
import type { PriceEffects } from './audit/price-effect.ts';
import type { PerhapsTwice } from './audit/same-use.ts';
import type { Bill } from './bill/bill.ts';
import type { Reconciliation } from './bill/reconcile.ts';
import type { BudgetChange } from './budget/change.ts';
import type { Assumption, JudgedBudget } from './budget/check.ts';
import type { CalledPrompt } from './budget/prompt-budget.ts';
import type { Period } from './calendar.ts';
import type { Estimate, Unreadable } from './estimate/estimate.ts';
import type { WhatIf } from './estimate/what-if.ts';
import type { Money, Range } from './money.ts';
import type { RateTable } from './rates.ts';
import type { Count } from './request/tally.ts';
import type { Source } from './source.ts';
import type { Outlook } from './spending/outlook.ts';
import type { Instant } from './time.ts';
import type { Tuning } from './tuning/fine-tuning.ts';

export const SEVERITIES = ['error', 'warning', 'note'] as const;
/** An error fails the command (exit code 1); a warning and a note do not. */
export type Severity = (typeof SEVERITIES)[number];

/** How sure it is that things are as a rule says: `possible` is what the data cannot rule out. */
export const CERTAINTIES = ['sure', 'likely', 'possible'] as const;
export type Certainty = (typeof CERTAINTIES)[number];

/** Something worth telling about the facts, by the rule that noticed it. */
export interface Finding {
  readonly rule: string;
  readonly severity: Severity;
  readonly message: string;
  readonly source?: Source | undefined;
  /** The budget that it is about. */
  readonly budget?: string | undefined;
  /** What could be saved, or is at stake. Never to be added up: savings overlap. */
  readonly saving?: Range | undefined;
  readonly certainty?: Certainty | undefined;
  /** Whether it says why something is undecided, so that it does not pass. */
  readonly isUndecided?: boolean | undefined;
  /** How many rows it rests on. */
  readonly rows?: number | undefined;
}

/** What `estimate` found out, before anybody has judged it. */
export interface EstimateFacts extends Estimate {
  /** Nobody named these models: they are shown for comparison. */
  readonly comparison: boolean;
  readonly unreadable: readonly Unreadable[];
  /** Ids of models that reason before they answer. */
  readonly reasoningModels?: ReadonlySet<string> | undefined;
  /** Names of values for placeholders that nothing has. */
  readonly unusedValues?: readonly string[] | undefined;
  /** Options that changed nothing, as they are written. */
  readonly unusedOptions?: readonly string[] | undefined;
  /** What OpenAI was asked to count, if anything. */
  readonly online?: readonly OnlineCount[] | undefined;
  readonly now: Instant;
}

export interface OnlineCount {
  readonly source: Source;
  readonly model: string;
  /** Undefined where it could not be asked, for this reason. */
  readonly tokens?: number | undefined;
  readonly reason?: string | undefined;
  /** What is counted here. */
  readonly local?: Count | undefined;
}

export type GroupBy = 'file' | 'model';

export interface EstimateReport extends EstimateFacts {
  readonly command: 'estimate';
  readonly by: GroupBy;
  readonly explain: boolean;
  /** The same with other models, tiers and the like, if anybody asked. */
  readonly whatIfs: readonly WhatIf[] | undefined;
  readonly findings: readonly Finding[];
  /** False when something could not be read, priced or judged: the total is then a lower bound. */
  readonly complete: boolean;
}

/** A row that could not be read, and why. */
export interface BadRow {
  readonly source: Source;
  readonly reason: string;
}

/** What became of all rows of a file, or of all files. Their sum is `read`. */
export interface RowCounts extends Readonly<Record<CostState, number>> {
  readonly read: number;
  readonly billed: number;
  /** Buckets without use, and requests that failed and are not billed. */
  readonly empty: number;
  /** Of a bucket or request that another file has too, and that is counted there. */
  readonly duplicate: number;
  /** Not of the period, model or project that was asked for. */
  readonly outside: number;
  readonly bad: number;
}

export interface AuditedFile {
  readonly file: string;
  /** The title of the format, or formats, that were recognised. */
  readonly format: string;
  readonly rows: number;
  /** The file says that it holds no data, and this is why. */
  readonly explanation?: string | undefined;
}

export interface AuditRequest {
  readonly by: readonly Dimension[];
  /** Shows two dimensions as rows and columns, and not as a tree. */
  readonly cross?: boolean | undefined;
  /** Inclusive, and exclusive: UTC. */
  readonly since?: Instant | undefined;
  readonly until?: Instant | undefined;
  readonly models?: readonly string[] | undefined;
  readonly projects?: readonly string[] | undefined;
  readonly top?: number | undefined;
  readonly sort?: Sort | undefined;
  readonly ratesAsOf?: Instant | undefined;
  readonly region?: string | undefined;
  readonly budget?: Money | undefined;
  readonly tolerance?: Money | undefined;
  /** Whether keys and users are shown as they are, and not by an alias. */
  readonly showIds?: boolean | undefined;
}

/** What `audit` found out, before anybody has judged it. */
export interface AuditFacts {
  readonly rates: RateTable;
  readonly now: Instant;
  readonly request: AuditRequest;
  readonly files: readonly AuditedFile[];
  readonly rows: RowCounts;
  /** From the first bucket to the end of the last; undefined without usage. */
  readonly period: Period | undefined;
  /** The same with buckets in which nothing, or nothing asked for, was used; of a bill alone, its days. */
  readonly covered: Period | undefined;
  readonly cells: readonly PricedCell[];
  readonly total: Sum;
  /** With `ratesAsOf`, what the prices in force would have made of each cell. */
  readonly effects?: PriceEffects | undefined;
  readonly overlaps: readonly Overlap[];
  readonly perhapsTwice: readonly PerhapsTwice[];
  /** Of usage; the bill has those of its own. */
  readonly ofNobody: readonly OfNobody[];
  /** What cells are not kept apart by, as there would be too many and nobody asked for it. */
  readonly dropped: readonly Kept[];
  /**
   * Rows, among those that were not asked for, that do not tell their model or project and so may
   * be of what was.
   */
  readonly unattributed: Readonly<Record<'usage' | 'billed', number>>;
  /** Whether a bucket lies on both sides of `since`, or of `until`: it counts by its start. */
  readonly isCut: Readonly<Record<'since' | 'until', boolean>>;
  /** Names in what was left out for its model or project; not all, where they are very many. */
  readonly notAsked: Readonly<Record<'models' | 'projects', ReadonlySet<string>>>;
  /** The first of them; `rows.bad` counts all. */
  readonly bad: readonly BadRow[];
  /** What the cost exports say, if any were given. */
  readonly bill: Bill | undefined;
  /** Only with both usage and cost exports. */
  readonly reconciliation: Reconciliation | undefined;
  /** The same of an earlier period, where one is compared with. */
  readonly before?: AuditFacts | undefined;
}

export interface AuditReport extends AuditFacts {
  readonly command: 'audit';
  readonly groups: readonly Group[];
  /** With `cross`, all there is by the second dimension alone. */
  readonly columns: readonly Group[];
  readonly days: readonly Group[];
  /** Undefined where nobody asked for it. */
  readonly outlook: Outlook | undefined;
  readonly explain: boolean;
  readonly findings: readonly Finding[];
  /** False when something could not be read, priced or judged: the total is then a lower bound. */
  readonly complete: boolean;
}

/** An audit beside that of an earlier period. */
export interface VersusReport extends AuditReport {
  readonly before: AuditFacts;
  readonly bridge: Bridge;
}

/** What prompts cost now, and what they cost before. */
export interface Comparison {
  /** As it was asked for: a git ref, or a report. */
  readonly base: string;
  /** The same; undefined is the work tree. */
  readonly head: string | undefined;
  /** Whether the work tree has no commit since the base: only what is not committed is compared. */
  readonly isUncommitted: boolean;
  /** Of the base: what cannot be read there counts as new. */
  readonly unreadable: readonly Unreadable[];
  readonly budgets: readonly BudgetChange[];
}

/** What `check` found out, before anybody has put it into words. */
export interface CheckFacts {
  readonly rates: RateTable;
  readonly now: Instant;
  /** The configuration. */
  readonly config: Source;
  readonly assume: Assumption;
  /** In days; an older rate table fails. */
  readonly maxRatesAgeDays: number | undefined;
  readonly budgets: readonly JudgedBudget[];
  /** Of each usage budget: what this month comes to, limits replayed, credits. */
  readonly outlooks: readonly (Outlook & { readonly budget: string })[];
  /** The budgets whose limits of an increase were left unchecked, as somebody asked for. */
  readonly unchecked: readonly string[];
  /** Where each budget stands in the configuration, by its name. */
  readonly places: ReadonlyMap<string, Source>;
  /** Every prompt of every budget, with each of its models. */
  readonly called: readonly BudgetedCall[];
  /** Only where a base was given. */
  readonly comparison: Comparison | undefined;
  readonly unreadable: readonly Unreadable[];
}

export interface BudgetedCall extends CalledPrompt {
  readonly budget: string;
}

export interface CheckReport extends CheckFacts {
  readonly command: 'check';
  readonly findings: readonly Finding[];
  /** False when something could not be read, priced or judged: it then does not pass. */
  readonly complete: boolean;
  /** Whether failures are told and the exit code is 0 all the same. */
  readonly warnOnly: boolean;
}

export interface DiffReport {
  readonly command: 'diff';
  readonly rates: RateTable;
  readonly now: Instant;
  readonly called: readonly BudgetedCall[];
  readonly comparison: Comparison;
  readonly findings: readonly Finding[];
  readonly complete: boolean;
}

/** What `estimate` found out of a fine-tuning file, before anybody has judged it. */
export interface TuningFacts extends Tuning {
  /** Nobody named these models: they are shown for comparison. */
  readonly comparison: boolean;
  readonly now: Instant;
}

export interface TuningReport extends TuningFacts {
  readonly command: 'tuning';
  readonly explain: boolean;
  readonly findings: readonly Finding[];
  /** False when something could not be read, priced or judged: the cost is then a lower bound. */
  readonly complete: boolean;
}

export type Report = EstimateReport | AuditReport | CheckReport | DiffReport | TuningReport;

export const EXIT = { ok: 0, failed: 1, cannotRun: 2, incomplete: 3, bug: 70 } as const;

/** A failed rule wins over incomplete data: the known part alone is then too much. */
export function exitCode(
  report: Pick<Report, 'findings' | 'complete'> & { readonly warnOnly?: boolean },
): number {
  if (report.warnOnly) return EXIT.ok;
  if (report.findings.some(({ severity }) => severity === 'error')) return EXIT.failed;
  return report.complete ? EXIT.ok : EXIT.incomplete;
}
