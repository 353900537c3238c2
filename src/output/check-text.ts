import type { BudgetChange } from '../core/change.ts';
import { isChanged } from '../core/change.ts';
import type { CheckReport, Comparison, DiffReport } from '../core/report.ts';
import { dayOf } from '../core/time.ts';
import {
  budgetTable,
  changeLines,
  changeTable,
  checkAnswer,
  hasFailed,
  uncommittedText,
} from './check-table.ts';
import { nameOf, paintFinding } from './finding.ts';
import { outlookLines } from './outlook.ts';
import { safeText } from './safe.ts';
import { renderTable } from './table.ts';
import type { Terminal } from './terminal.ts';
import { wrap } from './wrap.ts';

/** For people: what fails first; little where nothing does. */
export function checkText(report: CheckReport, terminal: Terminal): string {
  const { width, paint } = terminal;
  const told = report.findings.filter(({ severity }) => severity !== 'note');
  const isQuiet = told.length === 0 && !hasFailed(report);
  const answer = paint[isQuiet ? 'total' : 'error'](wrap(safeText(checkAnswer(report)), width));
  const blocks = [
    told.map((finding) => paintFinding(finding, terminal)).join('\n'),
    isQuiet || report.budgets.length === 1 ? '' : renderTable(budgetTable(report), terminal),
    ...comparisonBlocks(report.comparison, terminal),
    outlookText(report, terminal),
    answer,
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function outlookText({ outlooks }: CheckReport, { width }: Terminal): string {
  const several = outlooks.length > 1;
  return outlooks
    .flatMap(({ budget, ...outlook }) =>
      outlookLines(outlook).map((line) => (several ? `${budget}: ${line}` : line)),
    )
    .map((line) => wrap(safeText(line), width))
    .join('\n');
}

/** For people: what has changed, prompt by prompt, and what that comes to. */
export function diffText(report: DiffReport, terminal: Terminal): string {
  const { comparison } = report;
  const { width } = terminal;
  const blocks = [
    wrap(diffHeading(report), width),
    ...comparisonBlocks(comparison, terminal),
    changesIn(comparison) === 0 ? 'Nothing has changed.' : '',
    report.findings.map((finding) => paintFinding(finding, terminal)).join('\n'),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

export function diffHeading({ comparison, rates }: DiffReport): string {
  const head = comparison.head ?? 'the work tree';
  return safeText(
    `${nameOf(comparison.base)} -> ${head} · both at the prices of ${dayOf(rates.version)}${uncommittedText(comparison)}`,
  );
}

function comparisonBlocks(comparison: Comparison | undefined, terminal: Terminal): string[] {
  if (!comparison || changesIn(comparison) === 0) return [];
  const lines = changeLines(comparison.budgets);
  return [
    renderTable(changeTable(comparison.budgets), terminal),
    lines.map((line) => wrap(safeText(line), terminal.width)).join('\n'),
  ];
}

export function changesIn({ budgets }: Comparison): number {
  return budgets.reduce(
    (sum, { prompts }: BudgetChange) => sum + prompts.filter(isChanged).length,
    0,
  );
}
