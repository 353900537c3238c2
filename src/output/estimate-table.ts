import {
  costAtMaximum,
  costOf,
  costPerThousandOutput,
  coversInputOnly,
  hasOutput,
  type ModelEstimate,
  type PromptEstimate,
  perMonth,
  sentTokens,
} from '../core/estimate/estimate.ts';
import type { Total } from '../core/price.ts';
import { totalOf } from '../core/price.ts';
import { endedBy } from '../core/rates.ts';
import type { EstimateReport } from '../core/report.ts';
import type { Instant } from '../core/time.ts';
import { type Amount, asFarAsRead } from './amount.ts';
import { spanText } from './span.ts';
import type { Column, TableData } from './table.ts';

/** A row of the estimate: a model, or one prompt with a model. */
export interface EstimateRow {
  readonly estimate: ModelEstimate;
  readonly prompt?: PromptEstimate | undefined;
}

/** What the estimate shows, for the formats that people read. */
export function estimateTable(report: EstimateReport): TableData<EstimateRow> {
  const byFile = report.by === 'file';
  const { at } = report.request;
  const models = [...report.models].sort(cheapestFirst(at));
  const rows = models.flatMap((estimate): EstimateRow[] =>
    byFile ? estimate.prompts.map((prompt) => ({ estimate, prompt })) : [{ estimate }],
  );
  const columns: Column<EstimateRow>[] = [];
  if (!byFile || models.length > 1) {
    columns.push({
      title: 'Model',
      kind: 'name',
      value: ({ estimate }) => modelName(estimate, at),
    });
  }
  if (byFile) {
    columns.push({
      title: 'File',
      kind: 'name',
      value: ({ prompt }) => prompt?.prompt.source.file ?? '',
    });
  }
  if (byFile || !sameTokens(models)) {
    columns.push({ title: 'Tokens', kind: 'price', value: rowTokens });
  }
  columns.push(...costColumns(report));
  return { columns, rows };
}

function costColumns(report: EstimateReport): Column<EstimateRow>[] {
  const { outputTokens, per } = report.request;
  const inputOnly = coversInputOnly(report);
  // A row of a file says nothing of those that could not be read.
  const whole = (row: EstimateRow, total: Amount) =>
    row.prompt ? total : asFarAsRead(total, report);
  const rowCost = (row: EstimateRow) => whole(row, costOf(estimateOf(row)));
  const output = (row: EstimateRow) => {
    const total = outputPart(row);
    return total && whole(row, total);
  };
  const columns: Column<EstimateRow>[] = [];
  if (inputOnly) {
    columns.push(
      { title: 'Input', kind: 'cost', value: rowCost },
      {
        title: 'Per 1,000 output',
        kind: 'cost',
        value: (row) => costPerThousandOutput(estimateOf(row)),
      },
      {
        title: 'At most',
        kind: 'cost',
        value: (row) => {
          const most = costAtMaximum(estimateOf(row));
          return most && whole(row, most);
        },
      },
    );
  } else if (outputTokens && report.models.some(({ model }) => hasOutput(model))) {
    columns.push(
      {
        title: 'Input',
        kind: 'cost',
        scale: 'sum',
        value: (row) => whole(row, part(row, 'input')),
      },
      { title: 'Output', kind: 'cost', scale: 'sum', value: output },
      { title: 'Total', kind: 'cost', scale: 'sum', value: rowCost },
    );
  } else {
    columns.push({ title: 'Cost', kind: 'cost', value: rowCost });
  }
  if (per && per !== 'month') {
    columns.push({
      title: inputOnly ? 'Input a month' : 'A month',
      kind: 'cost',
      value: (row) => {
        const cost = rowCost(row);
        return { ...cost, ...perMonth(cost, per) };
      },
    });
  }
  return columns;
}

/** The part of an estimate that a row stands for. */
function estimateOf({ estimate, prompt }: EstimateRow): ModelEstimate {
  return prompt ? { ...estimate, prompts: [prompt] } : estimate;
}

function part(row: EstimateRow, side: 'input' | 'output'): Total {
  return totalOf(
    estimateOf(row)
      .prompts.flatMap(({ lines }) => lines)
      .map((line) => ({
        ...line,
        items: line.items.filter(({ kind }) => (kind === 'output') === (side === 'output')),
      })),
  );
}

/** A model without output has nothing to say here, not even zero. */
function outputPart(row: EstimateRow): Total | undefined {
  return hasOutput(row.estimate.model) ? part(row, 'output') : undefined;
}

function rowTokens(row: EstimateRow): string {
  return sentText(estimateOf(row));
}

function sentText({ prompts }: ModelEstimate): string {
  const sent = sentTokens(prompts);
  const shares = prompts.flatMap(({ input }) => input.shares);
  if (sent?.high === 0 && shares.some(({ quantities }) => quantities.length > 0)) return '';
  return sent ? spanText([sent]) : 'unknown';
}

function sameTokens(models: readonly ModelEstimate[]): boolean {
  return new Set(models.map(sentText)).size <= 1;
}

/** The name as asked for, and what it stands for where that is another. */
function modelName({ name, model }: ModelEstimate, at: Instant): string {
  const isItself = !model || model.id === name || model.snapshots.includes(name);
  const more = [
    ...(isItself || name.startsWith('ft:') ? [] : [model.id]),
    ...(endedBy(model, name, at) === undefined ? [] : ['shut down']),
  ];
  return more.length === 0 ? name : `${name} (${more.join(', ')})`;
}

/**
 * By what a call costs at least; models without a price last, and after them those that would
 * refuse it; then by name.
 */
function cheapestFirst(at: Instant) {
  const rank = ({ name, model }: ModelEstimate, { unpriced }: Total) =>
    endedBy(model, name, at) !== undefined ? 2 : Number(unpriced.length > 0);
  return (a: ModelEstimate, b: ModelEstimate): number => {
    const [x, y] = [costOf(a), costOf(b)];
    if (rank(a, x) !== rank(b, y)) return rank(a, x) - rank(b, y);
    if (x.high !== y.high) return x.high < y.high ? -1 : 1;
    return a.name < b.name ? -1 : 1;
  };
}
