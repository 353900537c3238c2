import type { TuningReport } from '../core/report.ts';
import { comment } from './comment.ts';
import { findingLine } from './finding.ts';
import { markdownText } from './markdown-text.ts';
import { markdownTable } from './table.ts';
import { ratesLine } from './text.ts';
import {
  TUNING_LEGEND,
  tuningHeading,
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
  return comment(report.command, [
    markdownText(tuningHeading(report)),
    markdownTable(tuningTable(report)),
    TUNING_LEGEND,
    summary.join('\n'),
    remarks.map((remark) => `- ${markdownText(remark)}`).join('\n'),
    markdownText(ratesLine(report)),
  ]);
}
