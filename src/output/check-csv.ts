import { lackOf } from '../core/budget/check.ts';
import type { CalledPrompt } from '../core/budget/prompt-budget.ts';
import { exactUsd } from '../core/money.ts';
import type { CheckReport, DiffReport } from '../core/report.ts';
import { figureEnds } from './check-json.ts';
import { csvRow } from './csv-row.ts';

/** For spreadsheets: a row for each check. What is not known is an empty cell, never a zero. */
export function checkCsv({ budgets }: CheckReport): string {
  const rows = budgets.flatMap(({ kind, checks }) =>
    checks.map(({ budget, limit, subject, source, allowed, found, verdict }) => [
      ...[budget, kind, limit, subject, source?.file ?? '', (found ?? allowed)?.unit ?? ''],
      ...[allowed ? figureEnds(allowed).low : '', found ? figureEnds(found).low : ''],
      ...[found && lackOf(verdict) === undefined ? figureEnds(found).high : '', verdict.kind],
      lackOf(verdict) ?? '',
    ]),
  );
  return [CHECKED, ...rows].map(csvRow).join('');
}

const CHECKED = [
  ...['budget', 'kind', 'limit', 'subject', 'file', 'unit'],
  ...['allowed', 'found_low', 'found_high', 'verdict', 'reason'],
];

/** For spreadsheets: a row for each prompt, also for those that have not changed. */
export function diffCsv({ comparison }: DiffReport): string {
  const rows = comparison.budgets.flatMap(({ budget, prompts }) =>
    prompts.map((change) => [
      ...[budget, change.file, change.kind],
      ...[change.before?.model ?? '', change.after?.model ?? ''],
      ...side(change.before),
      ...side(change.after),
    ]),
  );
  return [COMPARED, ...rows].map(csvRow).join('');
}

const COMPARED = [
  ...['budget', 'file', 'change', 'model_before', 'model'],
  ...['input_tokens_before', 'usd_per_call_low_before', 'usd_per_call_high_before'],
  ...['input_tokens', 'usd_per_call_low', 'usd_per_call_high'],
];

function side(called: CalledPrompt | undefined): string[] {
  if (!called) return ['', '', ''];
  const { inputTokens, call } = called;
  return [
    inputTokens === null ? '' : String(inputTokens),
    exactUsd(call.known.low),
    call.missing === undefined ? exactUsd(call.known.high) : '',
  ];
}
