import type { Group, Sum } from '../core/audit/audit.ts';
import { effectOf } from '../core/audit/price-effect.ts';
import { exactUsd } from '../core/money.ts';
import type { AuditReport } from '../core/report.ts';
import { dayOf } from '../core/time.ts';
import { MODALITIES, TOKEN_KINDS, type TokenKind } from '../core/usage.ts';
import { nameOfGroup } from './audit-table.ts';
import { crossCsv } from './cross-table.ts';
import { csvRow } from './csv-row.ts';

/**
 * For spreadsheets: a row for each group; of nested groups, for the innermost. With --cross, the
 * second ones are columns. With a bill alone, or beside usage, its line items. What is not known is an empty cell, never a zero.
 */
export function auditCsv(report: AuditReport): string {
  const { bill, reconciliation, cells, request } = report;
  if (reconciliation)
    return csvRows(
      RECONCILED,
      reconciliation.lines.map((line) => [
        dayOf(line.day),
        line.lineItem,
        line.project ?? '',
        line.computed ? exactUsd(line.computed.low) : '',
        line.computed ? exactUsd(line.computed.high) : '',
        line.billed === undefined ? '' : exactUsd(line.billed),
        line.class,
        line.explanation,
      ]),
    );
  if (bill && cells.length === 0)
    return csvRows(
      BILLED,
      bill.lines.map((line) => [
        dayOf(line.day),
        line.item.kind === 'none' ? '' : line.item.text,
        line.project ?? '',
        exactUsd(line.amount),
        line.quantity ?? '',
        line.quantityUnit ?? '',
        line.rateCheck?.implied ?? '',
        line.rateCheck ? String(line.rateCheck.agrees) : '',
      ]),
    );
  if (request.cross) return crossCsv(report);
  return csvRows(
    [...request.by, ...SUMS, ...(report.effects ? EFFECT : [])],
    report.groups.flatMap((group) => groupRows(group, [], report)),
  );
}

const SUMS = [
  'requests',
  'input_tokens',
  'cached_input_tokens',
  'cache_write_tokens',
  'output_tokens',
  'usd',
  'usd_low',
  'usd_high',
  'free_value_usd_low',
  'free_value_usd_high',
  'complete',
];
const EFFECT = [
  'in_force_usd_low',
  'in_force_usd_high',
  'price_effect_usd_low',
  'price_effect_usd_high',
  'price_effect_rows_left_out',
];
const BILLED = [
  ...['day', 'line_item', 'project', 'usd', 'quantity', 'quantity_unit'],
  ...['implied_usd_per_unit', 'rate_agrees'],
];
const RECONCILED = [
  ...['day', 'line_item', 'project', 'computed_usd_low', 'computed_usd_high'],
  ...['billed_usd', 'class', 'explanation'],
];

export function csvRows(header: readonly string[], lines: readonly (readonly string[])[]): string {
  return [header, ...lines].map(csvRow).join('');
}

function groupRows(group: Group, outer: readonly string[], report: AuditReport): string[][] {
  const names = [...outer, group.value === undefined ? '' : nameOfGroup(group, report)];
  if (group.groups.length > 0) {
    return group.groups.flatMap((inner) => groupRows(inner, names, report));
  }
  return [[...names, ...sumCells(group.sum), ...effectCells(group, report)]];
}

function effectCells({ cells }: Group, { effects }: AuditReport): string[] {
  if (!effects) return [];
  const { inForce, rowsUnpriced, effect, rowsLeftOut } = effectOf(cells, effects);
  return [
    rowsUnpriced === 0 || inForce.low > 0n ? exactUsd(inForce.low) : '',
    rowsUnpriced === 0 ? exactUsd(inForce.high) : '',
    effect ? exactUsd(effect.low) : '',
    effect ? exactUsd(effect.high) : '',
    String(rowsLeftOut),
  ];
}

function sumCells({
  cost,
  freeValue,
  rows: states,
  requests,
  requestsUnknown,
  tokens,
}: Sum): string[] {
  const isComplete = states.unpriced === 0;
  const [low, high] = [exactUsd(cost.low), isComplete ? exactUsd(cost.high) : ''];
  const isKnown = MODALITIES.every((m) => TOKEN_KINDS.every((kind) => tokens[m]?.[kind] !== null));
  const sum = (...kinds: readonly TokenKind[]) => {
    if (!isKnown) return '';
    const parts = MODALITIES.flatMap((m) => kinds.map((kind) => tokens[m]?.[kind] ?? 0));
    return String(parts.reduce((a, b) => a + b, 0));
  };
  return [
    requestsUnknown > 0 ? '' : String(requests),
    sum('input'),
    sum('cachedInput'),
    sum('cacheWrite30m', 'cacheWrite12h'),
    sum('output'),
    low === high ? low : '',
    isComplete || cost.low > 0n ? low : '',
    high,
    exactUsd(freeValue.low),
    exactUsd(freeValue.high),
    String(isComplete),
  ];
}
