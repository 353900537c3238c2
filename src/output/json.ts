import { itemsOf } from '../core/audit/audit.ts';
import {
  callsOf,
  costAtMaximum,
  costOf,
  costPerThousandOutput,
  coversInputOnly,
  type ModelEstimate,
  outputIsKnown,
  type PromptEstimate,
  perMonth,
  tiersOf,
  tokensOfKinds,
  totalOfAll,
} from '../core/estimate/estimate.ts';
import { exactUsd, type Range } from '../core/money.ts';
import { type CostItem, type CostLine, type QuantityItem, totalOf } from '../core/price.ts';
import { endedBy, type RateTable } from '../core/rates.ts';
import type { EstimateReport, Finding } from '../core/report.ts';
import { dayOf, formatInstant } from '../core/time.ts';
import { INPUT_KINDS, type TokenKind } from '../core/usage.ts';
import { type Amount, asFarAsRead, isWhole } from './amount.ts';
import { ratesOf, sourcesOf, usdPerMillion } from './explain.ts';
import { partEntries } from './parts.ts';
import { prefixEntry, requestLinesEntries } from './request-lines.ts';
import { whatIfEntry } from './what-if.ts';

/** The version of the form; it changes when a key changes its meaning or goes away. */
export const SCHEMA_VERSION = 1;

/** For scripts: exact amounts as decimal strings, in the form of `report.schema.json`. */
export function json(report: EstimateReport): string {
  const { request, models } = report;
  const [tier, ...otherTiers] = tiersOf(report);
  const total = totalOfAll(report);
  const lines = models.flatMap(({ name, prompts }) => prompts.map((prompt) => ({ name, prompt })));
  const document = {
    schemaVersion: SCHEMA_VERSION,
    command: report.command,
    rates: { version: dayOf(report.rates.version), sha256: report.rates.sha256 },
    date: dayOf(request.at),
    tier: tier !== undefined && otherTiers.length === 0 ? tier : null,
    region: request.region ?? 'global',
    requests: request.requests ?? 1,
    per: request.per ?? null,
    outputTokens: request.outputTokens ?? null,
    budget: request.budget === undefined ? null : exactUsd(request.budget),
    covers: coversInputOnly(report) ? 'input' : 'input-and-output',
    comparison: report.comparison,
    total: { ...amounts(total, report.complete), ...monthOf(total, report, report.complete) },
    byModel: models.map((estimate) => modelEntry(estimate, report)),
    byFile: lines.map(({ name, prompt }) => ({
      file: prompt.prompt.source.file,
      model: name,
      bytes: prompt.prompt.bytes,
      ...amounts(totalOf(prompt.lines)),
      requests: callsOf([prompt]),
      tokens: tokensOf(report, name, [prompt]),
      basis: prompt.input.total.basis,
      parts: partEntries(prompt.input.parts),
      ...requestLinesEntries(prompt, amounts),
      ...madeEntry(prompt),
    })),
    unpriced: unpricedEntries(models),
    ...(report.whatIfs ? { whatIfs: report.whatIfs.map((row) => whatIfEntry(row, report)) } : {}),
    findings: report.findings.map(findingEntry),
    ...(report.explain
      ? {
          explain: lines.flatMap(({ prompt }) =>
            prompt.lines.flatMap((line) => explainEntries(line, report.rates)),
          ),
        }
      : {}),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** Images that are made, and what one of them comes to. */
function madeEntry({ input, perImage }: PromptEstimate) {
  const { made } = input;
  if (!made || !perImage) return {};
  const { images, basis, low, high, reasons } = made;
  const each = amounts(totalOf([perImage]));
  return { made: { images, basis, low, high, reasons, each } };
}

/** `usd` is null unless the amount is known; `usdHigh` is null where there is no upper bound. */
export function amounts(total: Amount, complete = isWhole(total)) {
  const usdLow = exactUsd(total.low);
  const usdHigh = complete ? exactUsd(total.high) : null;
  return { usd: usdLow === usdHigh ? usdLow : null, usdLow, usdHigh, complete };
}

function optionalAmounts(total: Amount | undefined) {
  return total === undefined ? null : amounts(total);
}

function monthOf(range: Range, { request }: EstimateReport, complete: boolean) {
  if (!request.per) return {};
  return { month: amounts({ ...perMonth(range, request.per), unpriced: [] }, complete) };
}

function modelEntry(estimate: ModelEstimate, report: EstimateReport) {
  const { name, model, prompts, prefixes } = estimate;
  const total = asFarAsRead(costOf(estimate), report);
  const most = costAtMaximum(estimate);
  const ended = endedBy(model, name, report.request.at);
  return {
    model: name,
    id: model?.id ?? null,
    ...amounts(total),
    ...monthOf(total, report, isWhole(total)),
    requests: callsOf(prompts),
    tokens: tokensOf(report, name, prompts),
    perThousandOutput: optionalAmounts(costPerThousandOutput(estimate)),
    atMaximumOutput: optionalAmounts(most && asFarAsRead(most, report)),
    encoding: model?.encoding ?? null,
    contextWindow: model?.contextWindow ?? null,
    maxOutputTokens: model?.maxOutputTokens ?? null,
    ...(ended === undefined ? {} : { shutDown: dayOf(ended) }),
    ...(prefixes.length > 0 ? { sharedPrefixes: prefixes.map(prefixEntry) } : {}),
  };
}

/** Of all calls, in disjoint kinds, and all input together as a range. Null is "not known": no tokenizer, or no output given. */
function tokensOf(report: EstimateReport, name: string, prompts: readonly PromptEstimate[]) {
  if (prompts.some(({ inputTokens }) => inputTokens === null)) return null;
  const sum = (...kinds: readonly TokenKind[]) => tokensOfKinds(prompts, kinds);
  return {
    input: sum('input'),
    cachedInput: sum('cachedInput'),
    cacheWrite: sum('cacheWrite30m', 'cacheWrite12h'),
    output: outputIsKnown(report, name) ? sum('output') : null,
    inputLow: tokensOfKinds(prompts, INPUT_KINDS, 'low'),
    inputHigh: tokensOfKinds(prompts, INPUT_KINDS, 'high'),
  };
}

function unpricedEntries(models: readonly ModelEstimate[]) {
  return models.flatMap((estimate) =>
    costOf(estimate).unpriced.map(({ line, item }) => ({
      model: estimate.name,
      file: line.usage.source.file,
      ...itemEntry(item),
      reason: item.cost.kind === 'unpriced' ? item.cost.reason : '',
    })),
  );
}

function itemEntry(item: CostItem | QuantityItem) {
  if ('quantity' in item) {
    const { unit, amount } = item.quantity;
    return { modality: null, kind: unit, tokens: null, quantity: amount };
  }
  const { modality, kind, tokens, fewest } = item;
  return { modality, kind, tokens, ...(fewest === undefined ? {} : { tokensLow: fewest }) };
}

export function findingEntry({ rule, severity, message, source, ...more }: Finding) {
  const { saving, certainty, rows, budget } = more;
  return {
    rule,
    severity,
    message,
    file: source?.file ?? null,
    line: source?.line ?? null,
    ...(saving ? { savingLow: exactUsd(saving.low), savingHigh: exactUsd(saving.high) } : {}),
    ...(certainty ? { certainty } : {}),
    ...(budget === undefined ? {} : { budget }),
    ...(rows === undefined ? {} : { rows }),
  };
}

export function explainEntries(line: CostLine, table: RateTable) {
  const { usage } = line;
  return itemsOf(line).map((item) => {
    const { cost } = item;
    return {
      model: usage.model,
      file: usage.source.file,
      ...itemEntry(item),
      ...(cost.kind === 'unpriced'
        ? { usdLow: null, usdHigh: null, reason: cost.reason, rates: [] }
        : {
            usdLow: exactUsd(cost.kind === 'priced' ? cost.amount : cost.low),
            usdHigh: exactUsd(cost.kind === 'priced' ? cost.amount : cost.high),
            reason:
              cost.kind === 'ranged' ? cost.doubts.map((doubt) => doubt.reason).join('; ') : null,
            rates: ratesOf(cost).map((rate) => ({
              cell: rate.cell ?? null,
              usdPerMillion: usdPerMillion(rate),
              from: rate.version.from === null ? null : formatInstant(rate.version.from),
              to: rate.version.to === null ? null : formatInstant(rate.version.to),
              checked: dayOf(rate.version.checked),
              derived: rate.derived ?? null,
              uplift: rate.uplift ?? null,
              sources: sourcesOf(rate.cell, rate.version, table).map(({ title }) => title),
            })),
          }),
    };
  });
}
