import type { CheckReport, Comparison, DiffReport } from '../core/report.ts';
import { changeLines, changeTable, checkAnswer, checkTable } from './check-table.ts';
import { changesIn, diffHeading, nothingLine } from './check-text.ts';
import { comment } from './comment.ts';
import { findingLine } from './finding.ts';
import { markdownText } from './markdown-text.ts';
import { outlookMarkdown } from './outlook.ts';
import { markdownTable } from './table.ts';
import { ratesLine } from './text.ts';

/** For a pull request. */
export function checkMarkdown(report: CheckReport): string {
  const told = report.findings.filter(({ severity }) => severity !== 'note');
  return comment(report.command, [
    `**openai-cost: ${markdownText(checkAnswer(report))}**`,
    told.map((finding) => `- ${markdownText(findingLine(finding))}`).join('\n'),
    markdownTable(checkTable(report)),
    ...comparisonBlocks(report.comparison),
    report.outlooks
      .map(({ budget, ...outlook }) => outlookMarkdown(outlook, `${budget}: `))
      .filter((text) => text !== '')
      .join('\n'),
    markdownText(ratesLine(report)),
  ]);
}

export function diffMarkdown(report: DiffReport): string {
  const { comparison } = report;
  return comment(report.command, [
    `**openai-cost: ${markdownText(diffHeading(report))}**`,
    ...comparisonBlocks(comparison),
    nothingLine(report),
    report.findings.map((finding) => `- ${markdownText(findingLine(finding))}`).join('\n'),
    markdownText(ratesLine(report)),
  ]);
}

function comparisonBlocks(comparison: Comparison | undefined): string[] {
  if (!comparison || changesIn(comparison) === 0) return [];
  return [
    markdownTable(changeTable(comparison.budgets)),
    changeLines(comparison.budgets)
      .map((line) => `- ${markdownText(line)}`)
      .join('\n'),
  ];
}
