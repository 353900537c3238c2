import { totalOfAll } from '../core/estimate/estimate.ts';
import type { Range } from '../core/money.ts';
import {
  type AuditReport,
  type EstimateReport,
  exitCode,
  type Report,
  type TuningReport,
} from '../core/report.ts';
import { trainingRange } from '../core/tuning/fine-tuning.ts';
import { budgetCases } from './budget-case.ts';
import type { Appendix, Environment } from './index.ts';
import { amounts } from './json.ts';
import { safeText } from './safe.ts';

/** The summary of a workflow's step and its outputs, where GitHub names the files for them. */
export function githubFiles(report: Report, markdown: string, env: Environment): Appendix[] {
  const { GITHUB_STEP_SUMMARY: summary, GITHUB_OUTPUT: output } = env;
  return [
    ...(summary ? [{ file: summary, text: `${markdown}\n` }] : []),
    ...(output ? [{ file: output, text: outputsOf(report).map(assignment).join('') }] : []),
  ];
}

type StepOutput = readonly [name: string, lines: readonly string[]];

function outputsOf(report: Report): StepOutput[] {
  const failed = budgetCases(report).filter(({ outcome }) => outcome !== 'passed');
  return [
    ['exit-code', [String(exitCode(report))]],
    ['complete', [String(report.complete)]],
    ['failed', failed.map(({ name }) => safeText(name))],
    ...totals(report),
  ];
}

/** Empty where they are not known: an upper bound that there is not, or an amount that is a range. */
function totals(report: Report): StepOutput[] {
  if (report.command === 'check' || report.command === 'diff') return [];
  const total = totalOf(report);
  const known = total && amounts({ ...total, unpriced: [] }, report.complete);
  return [
    ['total-usd', [known?.usd ?? '']],
    ['total-usd-low', [known?.usdLow ?? '']],
    ['total-usd-high', [known?.usdHigh ?? '']],
  ];
}

function totalOf(report: EstimateReport | AuditReport | TuningReport): Range | undefined {
  switch (report.command) {
    case 'estimate':
      return totalOfAll(report);
    case 'tuning':
      return trainingRange(report);
    case 'audit':
      return spent(report);
  }
}

/** Where only a bill was given, what was billed; where there was no data, nothing is known. */
function spent({ cells, total, bill }: AuditReport): Range | undefined {
  if (cells.length > 0) return total.cost;
  return bill && { low: bill.total, high: bill.total };
}

/** Lines up to a delimiter that is none of them, so that no text can end itself and go on. */
function assignment([name, lines]: StepOutput): string {
  let delimiter = 'END';
  while (lines.includes(delimiter)) delimiter += '_';
  return [`${name}<<${delimiter}`, ...lines, delimiter].map((line) => `${line}\n`).join('');
}
