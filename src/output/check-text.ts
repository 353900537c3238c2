import type { BudgetChange } from '../core/budget/change.ts';
import { isChanged } from '../core/budget/change.ts';
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
import { outlookText } from './outlook.ts';
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
    outlookBlock(report, terminal),
    answer,
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

/** Below the name of its budget, where there are several. */
function outlookBlock({ outlooks }: CheckReport, { width }: Terminal): string {
  const told = outlooks.map(({ budget, ...outlook }) => ({
    budget,
    text: outlookText(outlook, width, outlooks.length > 1 ? '  ' : ''),
  }));
  return told
    .filter(({ text }) => text !== '')
    .map(({ budget, text }) => (outlooks.length > 1 ? `${safeText(budget)}\n${text}` : text))
    .join('\n\n');
}

/** For people: what has changed, prompt by prompt, and what that comes to. */
export function diffText(report: DiffReport, terminal: Terminal): string {
  const { comparison } = report;
  const { width } = terminal;
  const blocks = [
    wrap(diffHeading(report), width),
    ...comparisonBlocks(comparison, terminal),
    nothingLine(report),
    report.findings.map((finding) => paintFinding(finding, terminal)).join('\n'),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

export function diffHeading({ comparison, now }: DiffReport): string {
  const head = comparison.head ?? 'the work tree';
  return safeText(
    `${nameOf(comparison.base)} -> ${head} · both at the prices of ${dayOf(now)}${uncommittedText(comparison)}`,
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

/** What is not known may have changed. */
export function nothingLine({ comparison, complete }: DiffReport): string {
  if (changesIn(comparison) > 0) return '';
  return complete ? 'Nothing has changed.' : 'Nothing has changed, as far as can be told.';
}

export function changesIn({ budgets }: Comparison): number {
  return budgets.reduce(
    (sum, { prompts }: BudgetChange) => sum + prompts.filter(isChanged).length,
    0,
  );
}
