import type { TuningReport } from '../core/report.ts';
import { dayOf } from '../core/time.ts';
import type { BreakEven } from '../core/tuning/break-even.ts';
import type { ModelTuning } from '../core/tuning/fine-tuning.ts';
import { count, counted } from '../core/wording.ts';
import { formatTotal } from './amount.ts';
import { nameOf } from './finding.ts';
import type { Column, TableData } from './table.ts';

/** What it is about, in a line. */
export function tuningHeading({ file, epochs, request, models }: TuningReport): string {
  const { method, examples, source } = file;
  const [first] = models;
  const isAlike = first && new Set(models.map(({ tokens }) => tokensText(tokens))).size === 1;
  return [
    nameOf(source.file),
    `${counted(examples, 'example')}${method === undefined ? '' : ` (${method})`}`,
    ...(isAlike && isByToken(first) ? [`${tokensText(first.tokens)} tokens an epoch`] : []),
    `${counted(epochs, 'epoch')}${request.epochs === undefined ? ` (the default for ${count(examples)})` : ''}`,
    `prices of ${dayOf(request.at)}`,
  ].join(' · ');
}

/** The models with what their training costs, cheapest first. */
export function tuningTable(report: TuningReport): TableData<ModelTuning> {
  const models = [...report.models].sort(cheapestFirst);
  const columns: Column<ModelTuning>[] = [
    { title: 'Model', kind: 'name', value: modelName },
    { title: 'Trained', kind: 'price', optional: true, value: trainedText },
    { title: 'Training', kind: 'cost', value: ({ cost }) => cost },
    { title: 'Input', kind: 'price', value: ({ prices }) => formatTotal(prices.tuned.input) },
    {
      title: 'Untuned',
      kind: 'price',
      optional: true,
      value: ({ prices }) => formatTotal(prices.base.input),
    },
    { title: 'Output', kind: 'price', value: ({ prices }) => formatTotal(prices.tuned.output) },
    {
      title: 'Untuned',
      kind: 'price',
      optional: true,
      value: ({ prices }) => formatTotal(prices.base.output),
    },
  ];
  if (report.request.promptTokensSaved !== undefined && models.length > 1) {
    columns.push({
      title: 'Pays from',
      kind: 'price',
      value: ({ breakEven }) => (breakEven ? callsText(breakEven) : ''),
    });
  }
  return { columns, rows: models };
}

/** @param titles of the columns that are shown */
export function tuningLegend(titles: readonly string[]): string {
  const has = (title: string, what: string) => (titles.includes(title) ? what : '');
  return `${has('Trained', 'Trained: tokens of all epochs. ')}Input, Output: per 1M tokens of the tuned model${has('Untuned', '; Untuned: of its base')}.`;
}

/** The answer, where there is one model. */
export function tuningSummary(report: TuningReport): { label: string; value: string }[] {
  const [only] = report.models;
  if (!only || report.models.length > 1) return [];
  const { breakEven, cost } = only;
  return [
    { label: 'Training', value: formatTotal(cost) },
    ...(breakEven ? [{ label: 'Pays from', value: payText(breakEven, report) }] : []),
  ];
}

function payText(breakEven: BreakEven, { request }: TuningReport): string {
  const { promptTokens, answerTokens, kind } = breakEven;
  const each = `each of about ${count(promptTokens)} input and ${count(answerTokens)} output tokens, and ${count(request.promptTokensSaved)} more input tokens if untuned`;
  switch (kind) {
    case 'pays':
      return `${callsText(breakEven, ' to ')} calls, ${each}`;
    case 'never': {
      const needed = breakEven.neededSaving;
      const instead =
        needed === undefined ? '' : `; it would with ${count(needed)} saved tokens a call`;
      return `never, with calls ${each}: ${breakEven.reason}${instead}`;
    }
    case 'unknown':
      return `unknown: ${breakEven.reason}`;
  }
}

function callsText(breakEven: BreakEven, to = '-'): string {
  if (breakEven.kind !== 'pays') return breakEven.kind;
  const { from, to: most } = breakEven;
  if (most === from) return count(from);
  return most === null ? `${count(from)} or never` : `${count(from)}${to}${count(most)}`;
}

function isByToken({ tunable }: ModelTuning): boolean {
  return tunable.unit === 'trainingToken';
}

function trainedText(tuning: ModelTuning): string {
  return isByToken(tuning) ? tokensText(tuning.trained) : '';
}

/** `635-661`, or `at least 635`. */
function tokensText({ low, high }: { readonly low: number; readonly high: number | null }): string {
  if (high === null) return `at least ${count(low)}`;
  return low === high ? count(low) : `${count(low)}-${count(high)}`;
}

/** The name as asked for, and the snapshot that it stands for where that is another. */
function modelName({ name, tunable }: ModelTuning): string {
  return name === tunable.name ? name : `${name} (${tunable.name})`;
}

/** What has no cost comes last. */
function cheapestFirst(a: ModelTuning, b: ModelTuning): number {
  const unpriced = Number(a.cost.unpriced.length > 0) - Number(b.cost.unpriced.length > 0);
  if (unpriced !== 0) return unpriced;
  if (a.cost.high !== b.cost.high) return a.cost.high < b.cost.high ? -1 : 1;
  return a.name < b.name ? -1 : 1;
}

/** What has no price, once for each reason. */
export function unpricedTunings({ models }: TuningReport): string[] {
  const reasons = new Map<string, string[]>();
  for (const { name, cost } of models) {
    for (const reason of cost.unpriced) reasons.set(reason, [...(reasons.get(reason) ?? []), name]);
  }
  return [...reasons].map(([reason, names]) => `not priced: ${names.join(', ')}: ${reason}`);
}
