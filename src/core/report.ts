import type { Estimate, Unreadable } from './estimate.ts';
import type { Source } from './source.ts';
import type { Instant } from './time.ts';

export const SEVERITIES = ['error', 'warning', 'note'] as const;
/** An error fails the command (exit code 1); a warning and a note do not. */
export type Severity = (typeof SEVERITIES)[number];

/** Something worth telling about the facts, by the rule that noticed it. */
export interface Finding {
  readonly rule: string;
  readonly severity: Severity;
  readonly message: string;
  readonly source?: Source | undefined;
}

/** What `estimate` found out, before anybody has judged it. */
export interface EstimateFacts extends Estimate {
  /** Nobody named these models: they are shown for comparison. */
  readonly comparison: boolean;
  readonly unreadable: readonly Unreadable[];
  readonly now: Instant;
}

export type GroupBy = 'file' | 'model';

export interface EstimateReport extends EstimateFacts {
  readonly command: 'estimate';
  readonly by: GroupBy;
  readonly explain: boolean;
  readonly findings: readonly Finding[];
  /** False when something could not be read, priced or judged: the total is then a lower bound. */
  readonly complete: boolean;
}

export const EXIT = { ok: 0, failed: 1, cannotRun: 2, incomplete: 3, bug: 70 } as const;

/** A failed rule wins over incomplete data: the known part alone is then too much. */
export function exitCode(report: Pick<EstimateReport, 'findings' | 'complete'>): number {
  if (report.findings.some(({ severity }) => severity === 'error')) return EXIT.failed;
  return report.complete ? EXIT.ok : EXIT.incomplete;
}
