import type { TuningReport } from '../core/report.ts';
import { comment } from './comment.ts';
import { findingLine } from './finding.ts';
import { markdownText } from './markdown-text.ts';
import { markdownTable } from './table.ts';
import { ratesLine } from './text.ts';
import {
  tuningHeading,
  tuningLegend,
  tuningSummary,
  tuningTable,
  unpricedTunings,
} from './tuning-table.ts';

/** For a pull request or a wiki. */
export function tuningMarkdown(report: TuningReport): string {
  const summary = tuningSummary(report).map(
    ({ label, value }) => `- ${label}: **${markdownText(value)}**`,
  );
  const remarks = [...unpricedTunings(report), ...report.findings.map(findingLine)];
  const table = tuningTable(report);
  return comment(report.command, [
    markdownText(tuningHeading(report)),
    markdownTable(table),
    tuningLegend(table.columns.map(({ title }) => title)),
    summary.join('\n'),
    remarks.map((remark) => `- ${markdownText(remark)}`).join('\n'),
    markdownText(ratesLine(report)),
  ]);
}
