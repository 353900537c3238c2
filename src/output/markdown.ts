import { coversInputOnly } from '../core/estimate/estimate.ts';
import type { EstimateReport } from '../core/report.ts';
import { comment } from './comment.ts';
import { estimateTable } from './estimate-table.ts';
import { findingLine } from './finding.ts';
import { markdownText } from './markdown-text.ts';
import { partsData } from './parts.ts';
import { markdownTable } from './table.ts';
import { heading, ratesLine, summaryLines, unpricedReasons } from './text.ts';
import { whatIfTable } from './what-if.ts';

/** For a pull request or a wiki. */
export function markdown(report: EstimateReport): string {
  const summary = summaryLines(report).map(
    ({ label, value }) => `- ${label}: **${markdownText(value)}**`,
  );
  if (coversInputOnly(report))
    summary.push('- The amounts are for the input; the answer is extra.');
  const unpriced = unpricedReasons(report).map(
    ({ models, reason }) => `- not priced: ${markdownText(`${models.join(', ')}: ${reason}`)}`,
  );
  const findings = report.findings.map((finding) => `- ${markdownText(findingLine(finding))}`);
  const parts = partsData(report.models);
  return comment(report.command, [
    markdownText(heading(report)),
    parts ? markdownTable(parts) : '',
    markdownTable(estimateTable(report)),
    summary.join('\n'),
    report.whatIfs ? markdownTable(whatIfTable(report, report.whatIfs)) : '',
    [...unpriced, ...findings].join('\n'),
    markdownText(ratesLine(report)),
  ]);
}
