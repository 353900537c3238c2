import {
  alternativesOf,
  costAtMaximum,
  costAtStandard,
  costOf,
  coversInputOnly,
  hasOutput,
  type ModelEstimate,
  type PromptEstimate,
  perMonth,
  sentTokens,
  tiersOf,
  tokensOfKinds,
} from '../core/estimate/estimate.ts';
import { misfit } from '../core/estimate/fit.ts';
import { subtract } from '../core/money.ts';
import { totalOf } from '../core/price.ts';
import type { EstimateReport } from '../core/report.ts';
import { dayOf, formatInstant } from '../core/time.ts';
import { count, counted } from '../core/wording.ts';
import { type Amount, asFarAsRead, formatTotal, isWhole } from './amount.ts';
import { estimateTable } from './estimate-table.ts';
import { explanation } from './explanation.ts';
import { nameOf, paintFinding } from './finding.ts';
import { partsTable } from './parts.ts';
import { safeText } from './safe.ts';
import { spanText } from './span.ts';
import { renderTable } from './table.ts';
import type { Terminal } from './terminal.ts';
import { whatIfTable } from './what-if.ts';
import { wrap } from './wrap.ts';

/** For people: what it is about, the table, the answer, and what they should know of it. */
export function text(report: EstimateReport, terminal: Terminal): string {
  const { width } = terminal;
  const blocks = [
    wrap(heading(report), width),
    partsTable(report.models, terminal),
    renderTable(estimateTable(report), terminal),
    ...(report.explain ? [explanation(report, width), wrap(ratesLine(report), width)] : []),
    summary(report, terminal),
    report.whatIfs ? renderTable(whatIfTable(report, report.whatIfs), terminal) : '',
    unpricedBlock(report, width),
    report.findings.map((finding) => paintFinding(finding, terminal)).join('\n'),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

export function heading(report: EstimateReport): string {
  const { prompts, requests = 1, per, region = 'global', at } = report.request;
  const [first] = prompts;
  const files = new Set(prompts.map(({ source }) => source.file)).size;
  const what = files === 1 && first ? nameOf(first.source.file) : `${files} files`;
  const tokens = tokensText(report);
  const calls = requests === 1 && !per ? '' : callsOf(requests, per, prompts.length > 1);
  const output = outputOf(report);
  return [
    safeText(what),
    requestsText(report),
    tokens,
    calls,
    output,
    `${tiersText(report)}${region === 'global' ? '' : `, region ${region}`}`,
    `prices of ${formatInstant(at).slice(0, 10)}`,
  ]
    .filter((part) => part !== '')
    .join(' · ');
}

/** How many requests the files hold, where that is not one each. */
function requestsText({ models, request }: EstimateReport): string {
  const [first] = request.models.length > 0 ? models : alternativesOf({ request, models });
  const shares = first?.prompts.flatMap(({ input }) => input.shares) ?? [];
  const calls = shares.reduce((sum, share) => sum + share.calls, 0);
  return calls === request.prompts.length || !first ? '' : counted(calls, 'request');
}

/** `standard tier`, or `standard and flex tier` where requests ask for both. */
function tiersText(report: EstimateReport): string {
  return `${tiersOf(report).join(' and ')} tier`;
}

/** The text alone, and what it comes to with what the API adds. */
function tokensText(report: EstimateReport): string {
  const models = alternativesOf(report);
  const quantities = quantitiesText(models);
  // No token of what is billed by something else is no figure.
  const ofTokens = models.flatMap(({ prompts }) => sentTokens(prompts) ?? []);
  const sent = spanText(quantities.length > 0 ? ofTokens.filter(({ high }) => high > 0) : ofTokens);
  const text = spanText(models.flatMap((model) => textTokensOf(model) ?? []));
  const isAlone = text === '' || text === sent;
  const tokens = isAlone ? tokensNoun(sent) : `${tokensNoun(text)} of text, ${sent} as sent`;
  return [...(sent === '' ? [] : [tokens]), ...quantities].join(
    models.length > 1 ? ' or ' : ' and ',
  );
}

/** What is billed by something else than tokens, in what it is counted in: `90 seconds`. */
function quantitiesText(models: readonly ModelEstimate[]): string[] {
  const byUnit = new Map<string, { low: number; high: number }[]>();
  for (const { prompts } of models) {
    const sums = new Map<string, number>();
    const all = prompts.flatMap(({ input }) => input.shares.flatMap((share) => share.quantities));
    for (const { unit, amount, per = 1 } of all) {
      sums.set(unit, (sums.get(unit) ?? 0) + amount / per);
    }
    for (const [unit, exact] of sums) {
      const sum = Number(exact.toFixed(1));
      if (sum > 0) byUnit.set(unit, [...(byUnit.get(unit) ?? []), { low: sum, high: sum }]);
    }
  }
  return [...byUnit].map(([unit, sums]) => {
    const amount = spanText(sums);
    return `${amount} ${unit}${amount === '1' ? '' : 's'}`;
  });
}

function tokensNoun(amount: string): string {
  return `${amount} ${amount === '1' ? 'token' : 'tokens'}`;
}

/** Undefined where the parts of any prompt are not known apart. */
function textTokensOf({ prompts }: ModelEstimate): { low: number; high: number } | undefined {
  let [low, high] = [0, 0];
  for (const { input } of prompts) {
    const text = input.parts.find(({ part }) => part === 'text');
    if (!text || text.high === null) return undefined;
    low += text.low;
    high += text.high;
  }
  return { low, high };
}

function callsOf(requests: number, per: string | undefined, each: boolean): string {
  const calls = `${count(requests)} ${requests === 1 ? 'call' : 'calls'}`;
  return `${calls}${each ? ' each' : ''}${per ? ` ${per === 'hour' ? 'an' : 'a'} ${per}` : ''}`;
}

function outputOf({ request, models }: EstimateReport): string {
  if (!request.outputTokens || !models.some(({ model }) => hasOutput(model))) return '';
  return `${count(request.outputTokens)} output ${request.outputTokens === 1 ? 'token' : 'tokens'} a call`;
}

/** The answer in a line. */
export function summaryLines(report: EstimateReport): { label: string; value: string }[] {
  const lines: { label: string; value: string }[] = [];
  const [only, ...others] = alternativesOf(report);
  if (only && others.length === 0) {
    const total = asFarAsRead(costOf(only), report);
    lines.push({ label: totalLabel(report), value: formatTotal(total) });
    const { per } = report.request;
    if (per && per !== 'month') {
      const month = { ...total, ...perMonth(total, per) };
      lines.push({ label: 'A month (30 days)', value: formatTotal(month) });
    }
    lines.push(...imageLine(only), ...maximumLine(report, only), ...standardLine(report, only));
  }
  return lines;
}

/** What an image of the only request comes to. */
function imageLine({ prompts }: ModelEstimate): { label: string; value: string }[] {
  const [only, ...others] = prompts;
  if (!only?.perImage || others.length > 0 || only.input.made?.images === 1) return [];
  return [{ label: 'An image', value: formatTotal(totalOf([only.perImage])) }];
}

function totalLabel(report: EstimateReport): string {
  const { per } = report.request;
  const period = per ? ` ${per === 'hour' ? 'an' : 'a'} ${per}` : '';
  return coversInputOnly(report) ? `Input only${period}` : `Total${period}`;
}

function maximumLine(
  report: EstimateReport,
  estimate: ModelEstimate,
): { label: string; value: string }[] {
  if (!coversInputOnly(report)) return [];
  const most = costAtMaximum(estimate);
  const { model, prompts } = estimate;
  if (!most) {
    const isFull = prompts.some(({ input }) => model && misfit(model, input, 1));
    return isFull
      ? [{ label: 'With an answer', value: 'none: the input has no room for one' }]
      : [];
  }
  return [{ label: maximumLabel(report, prompts), value: formatTotal(asFarAsRead(most, report)) }];
}

/** What a batch saves. */
function standardLine(
  report: EstimateReport,
  estimate: ModelEstimate,
): { label: string; value: string }[] {
  const atStandard = costAtStandard(estimate);
  if (!atStandard) return [];
  const standard = asFarAsRead(atStandard, report);
  const cost = asFarAsRead(costOf(estimate), report);
  const value = formatTotal(standard);
  const isKnown = isWhole(standard) && isWhole(cost);
  const saved: Amount = {
    low: subtract(standard.low, cost.low),
    high: subtract(standard.high, cost.high),
    unpriced: [],
  };
  return [
    {
      label: 'At standard rates',
      value: isKnown ? `${value}; the batch saves ${formatTotal(saved)}` : value,
    },
  ];
}

/** What the room in the context window leaves may be less than a model can give. */
function maximumLabel({ request }: EstimateReport, prompts: readonly PromptEstimate[]): string {
  const own = prompts.some(({ input }) =>
    input.shares.some(({ calls, answers, maxOutputTokens }) => {
      return calls !== 1 || answers !== 1 || maxOutputTokens !== undefined;
    }),
  );
  const [most = 0, ...others] = new Set(
    prompts.map(({ atMaximumOutput: lines = [], ...prompt }) =>
      tokensOfKinds([{ ...prompt, atMaximumOutput: lines, lines }], ['output']),
    ),
  );
  if (others.length > 0 || (own && prompts.length > 1)) return 'With the longest answers';
  return `With at most ${counted(most / (request.requests ?? 1), 'output token')}`;
}

function summary(report: EstimateReport, { paint, width }: Terminal): string {
  const lines = summaryLines(report).map(({ label, value }) => `${label}: ${paint.total(value)}`);
  if (coversInputOnly(report)) lines.push(wrap(INPUT_ONLY, width));
  return lines.join('\n');
}

const INPUT_ONLY =
  'These amounts are for the input. --output-tokens N adds the answer; "At most" is with the longest answer that the model can give.';

/** What has no price, once for each reason. */
export function unpricedReasons(report: EstimateReport): { models: string[]; reason: string }[] {
  const reasons = new Map<string, Set<string>>();
  for (const estimate of report.models) {
    for (const { item } of costOf(estimate).unpriced) {
      if (item.cost.kind !== 'unpriced') continue;
      const models = reasons.get(item.cost.reason) ?? new Set();
      reasons.set(item.cost.reason, models.add(estimate.name));
    }
  }
  return [...reasons].map(([reason, models]) => ({ models: [...models], reason }));
}

function unpricedBlock(report: EstimateReport, width: number): string {
  return unpricedReasons(report)
    .map(({ models, reason }) => safeText(`not priced: ${models.join(', ')}: ${reason}`))
    .map((line) => wrap(line, width))
    .join('\n');
}

/** The rates that were used, for a note below the report. */
export function ratesLine({ rates }: Pick<EstimateReport, 'rates'>): string {
  return `rate table ${dayOf(rates.version)}, sha256 ${rates.sha256}`;
}
