import { withoutAddresses } from '../core/audit/alias.ts';
import { type Group, groupBy, itemsOf, type PricedCell, type Sum } from '../core/audit/audit.ts';
import { isAllRead } from '../core/audit/in-sight.ts';
import { effectOf } from '../core/audit/price-effect.ts';
import type { BillLine } from '../core/bill/bill.ts';
import type { ReconciledLine, Reconciliation } from '../core/bill/reconcile.ts';
import { exactUsd } from '../core/money.ts';
import type { AuditReport } from '../core/report.ts';
import { dayOf, formatInstant } from '../core/time.ts';
import { MODALITIES, sumTokens, TOKEN_KINDS, type TokenKind, type Tokens } from '../core/usage.ts';
import { amountOf, nameOfGroup } from './audit-table.ts';
import { amounts, explainEntries, findingEntry, SCHEMA_VERSION } from './json.ts';
import { outlookEntry } from './outlook.ts';

/** For scripts: exact amounts as decimal strings, in the form of `report.schema.json`. */
export function auditJson(report: AuditReport): string {
  return jsonWith(report, {});
}

/** The same with more at the end. */
export function jsonWith(report: AuditReport, more: object): string {
  const { request, rates, period, total, cells, bill, reconciliation } = report;
  const groupEntry = (group: Group): object => ({
    [group.dimension]: group.value === undefined ? null : nameOfGroup(group, report),
    ...sumEntry(group.sum),
    ...effectEntry(group.cells, report),
    ...(group.groups.length > 0 ? { groups: group.groups.map(groupEntry) } : {}),
  });
  const entries = (dimension: 'model' | 'day') => groupBy(cells, [dimension]).map(groupEntry);
  const document = {
    schemaVersion: SCHEMA_VERSION,
    command: report.command,
    rates: { version: dayOf(rates.version), sha256: rates.sha256 },
    ratesAsOf: request.ratesAsOf === undefined ? null : formatInstant(request.ratesAsOf),
    period: period && { start: formatInstant(period.start), end: formatInstant(period.end) },
    total: { ...sumEntry(total, isAllRead(report)), ...effectEntry(cells, report) },
    byModel: entries('model'),
    byDay: entries('day'),
    by: request.by,
    groups: report.groups.map(groupEntry),
    ...(request.cross ? { columns: report.columns.map(groupEntry) } : {}),
    rows: report.rows,
    files: report.files.map(({ file, format, rows, explanation }) => ({
      file,
      format,
      rows,
      explanation: explanation ?? null,
    })),
    unpriced: unpricedEntries(cells),
    overlaps: report.overlaps,
    bad: report.bad.map(({ source, reason }) => ({
      file: source.file,
      line: source.line ?? null,
      reason: withoutAddresses(reason),
    })),
    bill: bill
      ? {
          usd: exactUsd(bill.total),
          currency: bill.currency,
          byLineItem: bill.isByLineItem,
          lines: bill.lines.map(billEntry),
          otherCurrencies: bill.otherCurrencies,
        }
      : null,
    reconciliation: reconciliationEntry(reconciliation),
    ...(report.outlook ? { outlook: outlookEntry(report.outlook) } : {}),
    complete: report.complete,
    findings: report.findings.map(findingEntry),
    ...(report.explain
      ? { explain: cells.flatMap(({ line }) => explainEntries(line, rates)) }
      : {}),
    ...more,
  };
  return `${JSON.stringify({ ...document, period: document.period ?? null }, null, 2)}\n`;
}

export function sumEntry(sum: Sum, isRead = true) {
  return {
    ...amounts(amountOf(sum, isRead)),
    freeValueLow: exactUsd(sum.freeValue.low),
    freeValueHigh: exactUsd(sum.freeValue.high),
    requests: sum.requestsUnknown > 0 ? null : sum.requests,
    requestsAtLeast: sum.requests,
    tokens: tokensEntry(sum.tokens),
    rows: sum.rows,
  };
}

/** With --rates-as-of: the cost at the prices in force, and what the other prices change. */
function effectEntry(cells: readonly PricedCell[], report: AuditReport) {
  const { effects } = report;
  if (!effects) return {};
  const { inForce, rowsUnpriced, effect, rowsLeftOut } = effectOf(cells, effects);
  const isWhole = rowsUnpriced === 0 && isAllRead(report);
  return {
    inForce: amounts({ ...inForce, unpriced: [] }, isWhole),
    priceEffectLow: effect ? exactUsd(effect.low) : null,
    priceEffectHigh: effect ? exactUsd(effect.high) : null,
    priceEffectRowsLeftOut: rowsLeftOut,
  };
}

/** Null where any row does not tell. */
function tokensEntry(tokens: Tokens) {
  const isKnown = MODALITIES.every((modality) =>
    TOKEN_KINDS.every((kind) => tokens[modality]?.[kind] !== null),
  );
  if (!isKnown) return null;
  const sum = (...kinds: readonly TokenKind[]) => sumTokens(tokens, (kind) => kinds.includes(kind));
  return {
    input: sum('input'),
    cachedInput: sum('cachedInput'),
    cacheWrite: sum('cacheWrite30m', 'cacheWrite12h'),
    output: sum('output'),
  };
}

/** What has no price, once for each model and reason. */
function unpricedEntries(cells: readonly PricedCell[]) {
  const entries = new Map<
    string,
    { model: string | null; reason: string; rows: number; tokens: number }
  >();
  for (const { cell, line, state } of cells) {
    if (state !== 'unpriced') continue;
    const reasons = itemsOf(line).flatMap(({ cost }) =>
      cost.kind === 'unpriced' ? [cost.reason] : [],
    );
    for (const reason of new Set(reasons)) {
      const key = `${cell.model}\n${reason}`;
      const entry = entries.get(key) ?? { model: cell.model ?? null, reason, rows: 0, tokens: 0 };
      entry.rows += cell.rows;
      entry.tokens += sumTokens(cell.tokens, () => true);
      entries.set(key, entry);
    }
  }
  return [...entries.values()];
}

function billEntry({
  day,
  item,
  project,
  amount,
  quantity,
  quantityUnit,
  rows,
  rateCheck,
}: BillLine) {
  return {
    day: dayOf(day),
    lineItem: item.kind === 'none' ? null : item.text,
    project: project ?? null,
    usd: exactUsd(amount),
    quantity: quantity ?? null,
    quantityUnit: quantityUnit ?? null,
    rows,
    impliedRate: rateCheck?.implied ?? null,
    rateAgrees: rateCheck?.agrees ?? null,
  };
}

export function reconciliationEntry(reconciliation: Reconciliation | undefined) {
  if (!reconciliation) return null;
  const { computed, billed, unexplained, lines } = reconciliation;
  return {
    computedLow: exactUsd(computed.low),
    computedHigh: exactUsd(computed.high),
    billed: exactUsd(billed),
    unexplained: exactUsd(unexplained),
    lines: lines.map(reconciledEntry),
  };
}

function reconciledEntry(line: ReconciledLine) {
  return {
    day: dayOf(line.day),
    lineItem: line.lineItem,
    project: line.project ?? null,
    computedLow: line.computed ? exactUsd(line.computed.low) : null,
    computedHigh: line.computed ? exactUsd(line.computed.high) : null,
    billed: line.billed === undefined ? null : exactUsd(line.billed),
    differenceLow: exactUsd(line.difference.low),
    differenceHigh: exactUsd(line.difference.high),
    class: line.class,
    explanation: withoutAddresses(line.explanation),
  };
}
