import type { TuningReport } from '../core/report.ts';
import { count } from '../core/wording.ts';
import { explainItem } from './explain.ts';
import { paintFinding } from './finding.ts';
import { safeText } from './safe.ts';
import { renderTable, shownTitles } from './table.ts';
import type { Terminal } from './terminal.ts';
import { ratesLine } from './text.ts';
import {
  tuningHeading,
  tuningLegend,
  tuningSummary,
  tuningTable,
  unpricedTunings,
} from './tuning-table.ts';
import { wrap } from './wrap.ts';

/** For people: what the training costs, what the tuned model does, and when that pays. */
export function tuningText(report: TuningReport, terminal: Terminal): string {
  const { width, paint } = terminal;
  const summary = tuningSummary(report).map(({ label, value }) =>
    wrap(`${label}: ${paint.total(value)}`, width),
  );
  const table = tuningTable(report);
  const blocks = [
    wrap(safeText(tuningHeading(report)), width),
    renderTable(table, terminal),
    wrap(tuningLegend(shownTitles(table, terminal)), width),
    ...(report.explain ? [tuningExplanation(report, width)] : []),
    summary.join('\n'),
    unpricedTunings(report)
      .map((line) => wrap(safeText(line), width))
      .join('\n'),
    report.findings.map((finding) => paintFinding(finding, terminal)).join('\n'),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function tuningExplanation(report: TuningReport, width: number): string {
  const { models, rates, rules, request, epochs } = report;
  const lines = models.flatMap(({ tunable, tokens, line }) => [
    tunable.name,
    `  an epoch: ${count(tokens.low)} tokens at least; the longest example has ${count(tokens.longest)}`,
    ...tokens.reasons.map((reason) => `    open: ${reason}`),
    ...(line?.quantities ?? []).flatMap((item) => explainItem(item, rates)),
  ]);
  const ofEpochs =
    request.epochs === undefined ? [`${count(epochs)} epochs: ${rules.epochs.evidence}`] : [];
  return [...ofEpochs, ...lines, ratesLine(report)]
    .map((line) => wrap(safeText(line), width))
    .join('\n');
}
