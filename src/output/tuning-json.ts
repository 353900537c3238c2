import { exactUsd } from '../core/money.ts';
import type { TuningReport } from '../core/report.ts';
import { dayOf } from '../core/time.ts';
import type { BreakEven } from '../core/tuning/break-even.ts';
import type { ModelTuning, TokenPrices } from '../core/tuning/fine-tuning.ts';
import { amounts, findingEntry, SCHEMA_VERSION } from './json.ts';

/** For scripts: exact amounts as decimal strings, in the form of `report.schema.json`. */
export function tuningJson(report: TuningReport): string {
  const { request, file, rates, rules, epochs } = report;
  const document = {
    schemaVersion: SCHEMA_VERSION,
    command: report.command,
    rates: { version: dayOf(rates.version), sha256: rates.sha256 },
    date: dayOf(request.at),
    tier: request.tier,
    file: file.source.file,
    bytes: file.bytes,
    method: file.method ?? null,
    examples: { read: file.examples, uncounted: file.uncounted },
    problems: { errors: file.errors, warnings: file.warnings },
    epochs: {
      count: epochs,
      given: request.epochs !== undefined,
      basis: request.epochs === undefined ? rules.epochs.evidence : null,
    },
    budget: request.budget === undefined ? null : exactUsd(request.budget),
    promptTokensSaved: request.promptTokensSaved ?? null,
    comparison: report.comparison,
    complete: report.complete,
    byModel: report.models.map(modelEntry),
    findings: report.findings.map(findingEntry),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function modelEntry(model: ModelTuning) {
  const { name, tunable, tokens, trained, cost, prices, breakEven } = model;
  const isByToken = tunable.unit === 'trainingToken';
  return {
    model: name,
    base: tunable.name,
    tuned: tunable.tuned.id,
    ...amounts(cost),
    unpriced: cost.unpriced,
    epochTokens: isByToken ? { low: tokens.low, high: tokens.high } : null,
    trainedTokens: isByToken ? { low: trained.low, high: trained.high } : null,
    basis: isByToken ? tokens.reasons : [],
    longestExample: tokens.longest,
    truncatedExamples: tokens.truncated,
    usdPerMillion: { tuned: pricesEntry(prices.tuned), untuned: pricesEntry(prices.base) },
    breakEven: breakEven ? breakEvenEntry(breakEven) : null,
  };
}

function pricesEntry({ input, output }: TokenPrices) {
  return { input: amounts(input), output: amounts(output) };
}

function breakEvenEntry(breakEven: BreakEven) {
  const { promptTokens, answerTokens, kind } = breakEven;
  return {
    result: kind,
    meanPromptTokens: promptTokens,
    meanAnswerTokens: answerTokens,
    calls: kind === 'pays' ? breakEven.from : null,
    callsAtMost: kind === 'pays' ? breakEven.to : null,
    neededSaving: kind === 'never' ? (breakEven.neededSaving ?? null) : null,
    reason: kind === 'pays' ? null : breakEven.reason,
  };
}
