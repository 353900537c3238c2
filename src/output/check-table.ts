import {
  added,
  type BudgetChange,
  isChanged,
  modelOf,
  type PromptChange,
} from '../core/budget/change.ts';
import {
  type Check,
  type Figure,
  isFailure,
  type JudgedBudget,
  lackOf,
} from '../core/budget/check.ts';
import { type Calls, isByRun } from '../core/budget/prompt-budget.ts';
import type { CheckReport, Comparison } from '../core/report.ts';
import { count, counted, usdRange } from '../core/wording.ts';
import { type Amount, formatTotal } from './amount.ts';
import type { TableData } from './table.ts';

/** What failed or is near its limit, and of each other budget what comes nearest. */
export function checkTable({ budgets }: CheckReport): TableData<Check> {
  return {
    rows: budgets.flatMap(shownChecks),
    columns: [
      { title: 'Budget', kind: 'name', value: ({ budget }) => budget },
      { title: 'What', kind: 'name', value: ({ subject }) => subject },
      { title: 'Limit', kind: 'name', value: ({ limit }) => limit },
      { title: 'Found', kind: 'price', value: foundText },
      { title: 'Of', kind: 'price', value: ({ allowed }) => (allowed ? figureText(allowed) : '') },
      { title: '', kind: 'price', value: verdictText },
    ],
  };
}

/** The state of each budget: what failed is told one by one above it. */
export function budgetTable({ budgets }: CheckReport): TableData<JudgedBudget> {
  return {
    rows: budgets,
    columns: [
      { title: 'Budget', kind: 'name', value: ({ name }) => name },
      { title: '', kind: 'name', value: budgetState },
    ],
  };
}

function budgetState({ checks }: JudgedBudget): string {
  const states = (['exceeded', 'undecided', 'near'] as const).flatMap((kind) => {
    const number = checks.filter(({ verdict }) => verdict.kind === kind).length;
    return number > 0 ? `${count(number)} ${kind === 'near' ? 'near its limit' : kind}` : [];
  });
  if (checks.length === 0) return 'not checked';
  if (states.length > 0) return `${states.join(', ')}, of ${counted(checks.length, 'check')}`;
  const nearest = nearestOf(checks);
  const used = nearest && usedPercent(nearest);
  const near = used === undefined ? '' : `, ${nearest?.limit} at ${used}%`;
  return `holds (${counted(checks.length, 'check')}${near})`;
}

function shownChecks({ checks }: JudgedBudget): Check[] {
  const told = checks.filter(({ verdict }) => verdict.kind !== 'within');
  const nearest = nearestOf(checks);
  return told.length > 0 || !nearest ? told : [nearest];
}

/** The one of which most is used up. */
function nearestOf(checks: readonly Check[]): Check | undefined {
  let nearest: Check | undefined;
  for (const check of checks) if (!nearest || usedOf(check) > usedOf(nearest)) nearest = check;
  return nearest;
}

/** In hundredths of a percent of the limit, rounded down. Nothing of nothing is nothing. */
function usedOf({ found, allowed }: Check): number {
  if (!found || !allowed || found.unit === 'name') return 0;
  const [part, whole] =
    found.unit === 'usd' || allowed.unit === 'usd'
      ? [BigInt(found.high), BigInt(allowed.high)]
      : [BigInt(Math.round(found.high * 100)), BigInt(Math.round(allowed.high * 100))];
  return whole === 0n ? 0 : Number((part * 10_000n) / whole);
}

/** As a whole percentage, rounded down. */
function usedPercent(check: Check): number | undefined {
  return check.allowed && check.found ? Math.floor(usedOf(check) / 100) : undefined;
}

/** What is not all in sight is at least so much. */
function foundText({ found, verdict }: Check): string {
  if (!found) return '?';
  if (lackOf(verdict) === undefined || found.unit === 'name') return figureText(found);
  return found.low === 0n || found.low === 0
    ? '?'
    : `>= ${figureText(found.unit === 'usd' ? { ...found, high: found.low } : found)}`;
}

function verdictText(check: Check): string {
  const { verdict } = check;
  if (verdict.kind === 'undecided') return 'undecided';
  if (verdict.kind === 'exceeded') return verdict.sure ? 'exceeded' : 'perhaps exceeded';
  const used = usedPercent(check);
  return used === undefined ? 'holds' : `${used}%`;
}

function figureText(figure: Figure): string {
  switch (figure.unit) {
    case 'usd':
      return usdRange(figure).replace(' to ', '-');
    case 'tokens':
      return figure.low === figure.high
        ? count(figure.low)
        : `${count(figure.low)}-${count(figure.high)}`;
    case 'percent':
      return `${figure.high}%`;
    case 'name':
      return figure.name;
  }
}

/** The answer in a sentence. */
export function checkAnswer(report: CheckReport): string {
  const { budgets } = report;
  const kindOf = (kind: 'exceeded' | 'undecided') =>
    budgets.filter(({ checks }) => checks.some(({ verdict }) => verdict.kind === kind)).length;
  const of = `of ${counted(budgets.length, 'budget')}`;
  const parts: string[] = [];
  if (kindOf('exceeded') > 0) parts.push(`${kindOf('exceeded')} ${of} exceeded`);
  if (kindOf('undecided') > 0) parts.push(`${kindOf('undecided')} ${of} undecided`);
  if (parts.length === 0 && !report.complete) parts.push('not everything could be read');
  const failed = report.findings.filter(({ severity }) => severity === 'error').length;
  if (parts.length === 0 && failed > 0) parts.push(`${counted(failed, 'error')}`);
  if (parts.length > 0) return `${parts.join(', ')}${report.warnOnly ? ' (warnings only)' : ''}`;
  const limits = budgets.reduce((sum, { checks }) => sum + checks.length, 0);
  const nearest = nearestOf(budgets.flatMap(({ checks }) => checks));
  const used = nearest && usedPercent(nearest);
  const near =
    used === undefined ? '' : `; nearest: ${nearest?.budget}, ${nearest?.limit} at ${used}%`;
  const held = budgets.filter(({ checks }) => checks.length > 0).length;
  const left = report.unchecked.length > 0 ? '; increases were not checked' : '';
  if (held === 0) return `no budget was checked${left}`;
  const holds = held === 1 ? 'holds' : 'hold';
  return `${counted(held, 'budget')} ${holds} (${counted(limits, 'check')}${near}${left}${uncommittedText(report.comparison)})`;
}

/** So that nobody takes a build of the base itself for one without a change. */
export function uncommittedText(comparison: Comparison | undefined): string {
  return comparison?.isUncommitted ? `; nothing was committed since ${comparison.base}` : '';
}

export function hasFailed({ budgets }: Pick<CheckReport, 'budgets'>): boolean {
  return budgets.some(({ checks }) => checks.some(isFailure));
}

interface ChangeRow extends PromptChange {
  readonly of: BudgetChange;
}

/** What has changed, prompt by prompt. */
export function changeTable(changes: readonly BudgetChange[]): TableData<ChangeRow> {
  const rows = changes.flatMap((of) =>
    of.prompts.filter(isChanged).map((prompt): ChangeRow => ({ ...prompt, of })),
  );
  const severalBudgets = new Set(rows.map(({ of }) => of.budget)).size > 1;
  const models = new Set(rows.map(modelText));
  return {
    rows,
    columns: [
      { title: 'File', kind: 'name', value: ({ file }) => file },
      ...(severalBudgets
        ? [{ title: 'Budget', kind: 'name', value: ({ of }: ChangeRow) => of.budget } as const]
        : []),
      ...(models.size > 1 || rows.some((row) => modelText(row).includes(' -> '))
        ? [{ title: 'Model', kind: 'name', value: modelText } as const]
        : []),
      { title: 'Change', kind: 'name', value: kindText },
      { title: 'Tokens', kind: 'price', value: tokensText },
      {
        title: 'A call, before',
        kind: 'cost',
        scale: 'call',
        value: (row) => amount(row.before?.call),
      },
      { title: 'Now', kind: 'cost', scale: 'call', value: (row) => amount(row.after?.call) },
    ],
  };
}

function modelText(row: ChangeRow): string {
  const was = row.before?.model;
  const is = modelOf(row);
  return was === undefined || was === is ? is : `${was} -> ${is}`;
}

function kindText({ kind, before }: PromptChange): string {
  return kind === 'renamed' ? `was ${before?.prompt.source.file ?? ''}` : kind;
}

function tokensText({ before, after }: PromptChange): string {
  const text = (tokens: number | null | undefined) =>
    tokens === null ? '?' : tokens === undefined ? '' : count(tokens);
  const [was, is] = [text(before?.inputTokens), text(after?.inputTokens)];
  return was === is || was === '' || is === '' ? is || was : `${was} -> ${is}`;
}

function amount(calls: Calls | undefined): Amount | undefined {
  return calls && { ...calls.known, unpriced: calls.missing === undefined ? [] : [calls.missing] };
}

/** Of each budget and model with a change: what all its calls cost before and now. */
export function changeLines(changes: readonly BudgetChange[]): string[] {
  return changes.filter(({ all }) => all.some(isChanged)).map(changeLine);
}

function changeLine(change: BudgetChange): string {
  const { budget, model, before, after, all } = change;
  const calls = all.flatMap((prompt) => prompt.after ?? prompt.before ?? []);
  const per = calls.some((call) => !isByRun(call)) ? 'a month' : 'a run';
  const [was, is] = [before, after].map(costText);
  const isOpen = calls.some(({ call }) => call.perThousandOutput !== undefined);
  const what = isOpen ? 'the input of ' : '';
  return `${budget} with ${model}: ${what}${per} costs ${is}, before ${was}${percentText(change)}`;
}

function costText(calls: Calls): string {
  const isUnknown = calls.missing !== undefined && calls.known.high === 0n;
  return isUnknown ? 'an unknown amount' : formatTotal(amount(calls) as Amount);
}

/** Of what is at least, on either side, no percentage is one. */
function percentText({ before, after }: BudgetChange): string {
  if (before.missing !== undefined || after.missing !== undefined) return '';
  const more = added(before, after);
  const was = before.known.high;
  if (was <= 0n || more.high !== more.low || more.high === 0n) return '';
  const sign = more.high > 0n ? '+' : '-';
  const hundredths = Math.abs(Number((more.high * 10_000n) / was));
  return ` (${sign}${hundredths === 0 ? '<0.01' : hundredths / 100}%)`;
}
