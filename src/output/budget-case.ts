import type { Check, JudgedBudget } from '../core/budget/check.ts';
import {
  type AuditReport,
  type EstimateReport,
  EXIT,
  exitCode,
  type Finding,
  type Report,
  type TuningReport,
} from '../core/report.ts';
import { counted } from '../core/wording.ts';
import { incompleteness } from './telling.ts';

/** Something that was to hold, and whether it did: `undecided` does not pass either. */
export interface BudgetCase {
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'undecided';
  /** Why, unless it passed. */
  readonly reasons: readonly string[];
}

/** One for each budget, in the order of the report; the `--budget` of a command is one. */
export function budgetCases(report: Report): BudgetCase[] {
  switch (report.command) {
    case 'check':
      return report.budgets.map((budget) => caseOf(budget, report.findings));
    case 'diff':
      return [];
    default:
      return report.request.budget === undefined ? [] : [caseOfCommand(report)];
  }
}

function caseOf({ name, checks }: JudgedBudget, findings: readonly Finding[]): BudgetCase {
  const errors = findings.filter(({ budget, severity }) => budget === name && severity === 'error');
  const undecided = checks.filter(({ verdict }) => verdict.kind === 'undecided');
  const exceeded = checks.filter(({ verdict }) => verdict.kind === 'exceeded');
  // Findings say it best; without them it is said all the same.
  const excesses =
    errors.length > 0
      ? errors.map(({ source, message }) => (source ? `${source.file}: ${message}` : message))
      : exceeded.map(reasonOf);
  const reasons = [...excesses, ...undecided.map(reasonOf)];
  if (excesses.length > 0) return { name, outcome: 'failed', reasons };
  return { name, outcome: reasons.length > 0 ? 'undecided' : 'passed', reasons };
}

function reasonOf({ subject, limit, verdict }: Check): string {
  if (verdict.kind !== 'undecided') return `${subject}: ${limit} is exceeded`;
  return `${subject}: ${limit} cannot be judged: ${verdict.reason}`;
}

/** The budget of a command. What is not all in sight is not within it. */
function caseOfCommand(report: EstimateReport | AuditReport | TuningReport): BudgetCase {
  const told = report.findings.filter(({ rule }) => rule === 'budget');
  const isExceeded = told.some(({ severity }) => severity === 'error');
  if (report.complete && !isExceeded) return { name: 'budget', outcome: 'passed', reasons: [] };
  return {
    name: 'budget',
    outcome: isExceeded ? 'failed' : 'undecided',
    reasons: told.length > 0 ? told.map(({ message }) => message) : [incompleteness(report)],
  };
}

/** How it ended, in a line that quotes nothing. */
export function endLine(report: Report): string {
  const cases = budgetCases(report);
  const failed = cases.filter(({ outcome }) => outcome === 'failed').length;
  const undecided = cases.filter(({ outcome }) => outcome === 'undecided').length;
  const passed = cases.length - failed - undecided;
  const counts = [
    ...(failed > 0 ? [`${counted(failed, 'budget')} exceeded`] : []),
    ...(undecided > 0 ? [`${counted(undecided, 'budget')} undecided`] : []),
    ...(passed > 0 ? [`${counted(passed, 'budget')} kept`] : []),
  ];
  const code = exitCode(report);
  const isOnlyTold = code !== exitCode({ ...report, warnOnly: false });
  const end = isOnlyTold ? 'would fail, and is only told' : ENDS[code];
  return [`openai-cost ${report.command} ${end}`, ...counts].join('; ');
}

const ENDS: Readonly<Record<number, string>> = {
  [EXIT.ok]: 'passed',
  [EXIT.failed]: 'failed',
  [EXIT.incomplete]: 'incomplete',
};
