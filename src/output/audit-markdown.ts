import type { AuditReport } from '../core/report.ts';
import { auditTable, billTable, reconciliationTable } from './audit-table.ts';
import { answerLines, auditHeading, leftOutLine, rowsLine } from './audit-text.ts';
import { comment } from './comment.ts';
import { crossTable } from './cross-table.ts';
import { findingLine } from './finding.ts';
import { markdownText } from './markdown-text.ts';
import { outlookMarkdown } from './outlook.ts';
import { markdownTable } from './table.ts';
import { ratesLine } from './text.ts';

/** For a pull request or a wiki. */
export function auditMarkdown(report: AuditReport): string {
  return markdownWith(report, []);
}

/** The same with more after the answer. */
export function markdownWith(report: AuditReport, more: readonly string[]): string {
  const { bill, reconciliation } = report;
  const differences = reconciliation?.lines.filter((line) => line.class !== 'equal') ?? [];
  return comment(report.command, [
    markdownText(auditHeading(report)),
    answerLines(report)
      .map(({ label, value }) => `- ${label}: **${markdownText(value)}**`)
      .join('\n'),
    ...more,
    groupsTable(report),
    markdownText(leftOutLine(report)),
    bill && !reconciliation ? markdownTable(billTable(report)) : '',
    differences.length > 0
      ? markdownTable(reconciliationTable(differences, (line) => line.class))
      : '',
    outlookMarkdown(report.outlook),
    markdownText(rowsLine(report.rows)),
    report.findings.map((finding) => `- ${markdownText(findingLine(finding))}`).join('\n'),
    markdownText(ratesLine(report)),
  ]);
}

function groupsTable(report: AuditReport): string {
  if (report.groups.length === 0) return '';
  return report.request.cross
    ? markdownTable(crossTable(report))
    : markdownTable(auditTable(report));
}
