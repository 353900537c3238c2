import type { BudgetChange, PromptChange } from '../core/budget/change.ts';
import {
  type Check,
  type Figure,
  type JudgedBudget,
  lackOf,
  type Verdict,
} from '../core/budget/check.ts';
import type { CalledPrompt, Calls } from '../core/budget/prompt-budget.ts';
import { textCallsOf } from '../core/budget/single-calls.ts';
import { exactUsd } from '../core/money.ts';
import {
  type BudgetedCall,
  type CheckReport,
  type Comparison,
  type DiffReport,
  exitCode,
} from '../core/report.ts';
import { dayOf } from '../core/time.ts';
import { amounts, findingEntry, SCHEMA_VERSION } from './json.ts';
import { outlookEntry } from './outlook.ts';

/** For scripts, and as the base of a later comparison: in the form of `report.schema.json`. */
export function checkJson(report: CheckReport): string {
  return written({
    ...headOf(report),
    config: report.config.file,
    assume: report.assume,
    warnOnly: report.warnOnly,
    exitCode: exitCode(report),
    complete: report.complete,
    budgets: report.budgets.map(budgetEntry),
    prompts: report.called.map(callEntry),
    outlooks: report.outlooks.map(({ budget, ...outlook }) => ({
      budget,
      ...outlookEntry(outlook),
    })),
    ...(report.comparison ? { comparison: comparisonEntry(report.comparison) } : {}),
    findings: report.findings.map(findingEntry),
  });
}

export function diffJson(report: DiffReport): string {
  return written({
    ...headOf(report),
    complete: report.complete,
    prompts: report.called.map(callEntry),
    comparison: comparisonEntry(report.comparison),
    findings: report.findings.map(findingEntry),
  });
}

function written(document: object): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

function headOf({ command, rates, now }: CheckReport | DiffReport) {
  return {
    schemaVersion: SCHEMA_VERSION,
    command,
    rates: { version: dayOf(rates.version), sha256: rates.sha256 },
    date: dayOf(now),
  };
}

function budgetEntry({ name, kind, checks }: JudgedBudget) {
  return { name, kind, checks: checks.map(checkEntry) };
}

function checkEntry({ limit, subject, source, allowed, found, verdict }: Check) {
  return {
    limit,
    subject,
    file: source?.file ?? null,
    unit: (found ?? allowed)?.unit ?? null,
    allowed: allowed ? figureEnds(allowed).low : null,
    foundLow: found ? figureEnds(found).low : null,
    foundHigh: found && lackOf(verdict) === undefined ? figureEnds(found).high : null,
    ...verdictEntry(verdict),
  };
}

/** As text: amounts are exact decimals, and whatever else is of the same form. */
export function figureEnds(figure: Figure): { low: string; high: string } {
  if (figure.unit === 'name') return { low: figure.name, high: figure.name };
  if (figure.unit === 'usd') return { low: exactUsd(figure.low), high: exactUsd(figure.high) };
  return { low: String(figure.low), high: String(figure.high) };
}

function verdictEntry(verdict: Verdict) {
  return {
    verdict: verdict.kind,
    sure: verdict.kind === 'exceeded' ? verdict.sure : null,
    reachedPercent: verdict.kind === 'near' ? verdict.percent : null,
    reason: lackOf(verdict) ?? null,
  };
}

function callEntry({ budget, prompt, model, known, call, all, settings, estimate }: BudgetedCall) {
  const { outputTokens, requests, per, region } = settings;
  const [priced] = estimate.prompts;
  const { cachedShare, cacheWriteShare } = settings;
  return {
    budget,
    file: prompt.source.file,
    model,
    id: known?.id ?? null,
    inputTokens: priced?.inputTokens ?? null,
    calls: (priced && textCallsOf(priced.input)) ?? null,
    outputTokens: outputTokens ?? null,
    requests,
    per,
    tier: priced?.lines[0]?.usage.tier ?? settings.tier ?? null,
    region,
    cachedShare: cachedShare ?? null,
    cacheWriteShare: cacheWriteShare ?? null,
    call: callsEntry(call),
    all: callsEntry(all),
  };
}

/** Of the input alone where the output is not given; `atMost` then has the longest answer. */
function callsEntry({ known, most, missing }: Calls) {
  return {
    ...amounts({ ...known, unpriced: missing === undefined ? [] : [missing] }),
    atMost: most ? exactUsd(most.high) : null,
    reason: missing ?? null,
  };
}

function comparisonEntry({ base, head, budgets }: Comparison) {
  return { base, head: head ?? null, changes: budgets.map(changeEntry) };
}

function changeEntry({ budget, model, modelBefore, prompts, before, after }: BudgetChange) {
  return {
    budget,
    model,
    modelBefore: modelBefore ?? null,
    before: callsEntry(before),
    after: callsEntry(after),
    prompts: prompts.map(promptEntry),
  };
}

function promptEntry(change: PromptChange) {
  const { kind, before, after } = change;
  const fileBefore = before?.prompt.source.file;
  return {
    file: change.file,
    fileBefore: kind === 'renamed' ? (fileBefore ?? null) : null,
    kind,
    before: sideEntry(before),
    after: sideEntry(after),
  };
}

function sideEntry(side: CalledPrompt | undefined) {
  if (!side) return null;
  const { model, inputTokens, call } = side;
  return { model, inputTokens, call: callsEntry(call) };
}
