import {
  callsOf,
  costOf,
  type ModelEstimate,
  outputIsKnown,
  type PromptEstimate,
  tokensOfKinds,
  type Unreadable,
} from '../core/estimate/estimate.ts';
import type { WhatIf } from '../core/estimate/what-if.ts';
import { exactUsd } from '../core/money.ts';
import { type Total, totalOf } from '../core/price.ts';
import { endedBy } from '../core/rates.ts';
import type { EstimateReport } from '../core/report.ts';
import { COUNT_BASES, type CountBasis } from '../core/request/tally.ts';
import { dayOf } from '../core/time.ts';
import { INPUT_KINDS, type TokenKind } from '../core/usage.ts';
import { counted as some } from '../core/wording.ts';
import { type Amount, asFarAsRead, isWhole } from './amount.ts';
import { csvRow } from './csv-row.ts';
import { whatIfEntry } from './what-if.ts';

/** For spreadsheets: exact amounts, an empty cell for what is not known, never a zero. */
export function csv(report: EstimateReport): string {
  if (report.whatIfs) return whatIfCsv(report, report.whatIfs);
  const rows = report.models.flatMap((estimate) =>
    report.by === 'file'
      ? [
          ...estimate.prompts.map((prompt) =>
            row(report, estimate, prompt.prompt.source.file, [prompt], totalOf(prompt.lines)),
          ),
          ...report.unreadable.map((file) => unreadableRow(report, estimate, file)),
        ]
      : [row(report, estimate, '', estimate.prompts, asFarAsRead(costOf(estimate), report))],
  );
  return [HEADER, ...rows].map(csvRow).join('');
}

/** What is compared, in place of the estimate, as a table has one form. */
function whatIfCsv(report: EstimateReport, whatIfs: readonly WhatIf[]): string {
  const rows = whatIfs.map((each) => whatIfEntry(each, report));
  const header: (keyof ReturnType<typeof whatIfEntry>)[] = [
    ...(['model', 'tiers', 'cachedTokens', 'cachedShare', 'detail', 'quality'] as const),
    ...(['inputTokens', 'usd', 'usdLow', 'usdHigh', 'complete', 'fits', 'reason'] as const),
    'inputTokensLow',
  ];
  const names = header.map((key) => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
  return [names, ...rows.map((row) => header.map((key) => String(row[key] ?? '')))]
    .map(csvRow)
    .join('');
}

const HEADER = [
  'model',
  'file',
  'requests',
  'input_tokens',
  'cached_input_tokens',
  'cache_write_tokens',
  'output_tokens',
  'usd',
  'usd_low',
  'usd_high',
  'complete',
  'covers',
  'reason',
  'basis',
  'input_tokens_low',
  'input_tokens_high',
];

function row(
  report: EstimateReport,
  { name, model }: ModelEstimate,
  file: string,
  prompts: readonly PromptEstimate[],
  total: Total & Amount,
): string[] {
  const counted = prompts.every(({ inputTokens }) => inputTokens !== null);
  const tokens = (...kinds: readonly TokenKind[]) =>
    counted ? String(tokensOfKinds(prompts, kinds)) : '';
  const known = outputIsKnown(report, name);
  const complete = isWhole(total);
  const low = exactUsd(total.low);
  const high = complete ? exactUsd(total.high) : '';
  const [first] = total.unpriced;
  const ended = endedBy(model, name, report.request.at);
  const refused = ended === undefined ? '' : `was shut down on ${dayOf(ended)}`;
  const unread = total.isPartial
    ? `${some(report.unreadable.length, 'file')} not counted`
    : refused;
  return [
    name,
    file,
    String(callsOf(prompts)),
    tokens('input'),
    tokens('cachedInput'),
    tokens('cacheWrite30m', 'cacheWrite12h'),
    known ? tokens('output') : '',
    low === high ? low : '',
    complete || total.low > 0n ? low : '',
    high,
    String(complete),
    known ? 'input-and-output' : 'input',
    first?.item.cost.kind === 'unpriced' ? first.item.cost.reason : unread,
    weakestBasis(prompts),
    ...(['low', 'high'] as const).map((end) =>
      counted ? String(tokensOfKinds(prompts, INPUT_KINDS, end)) : '',
    ),
  ];
}

/** A file that has a place in the sum, and nobody knows what it costs. */
function unreadableRow(
  report: EstimateReport,
  { name }: ModelEstimate,
  { source, reason }: Unreadable,
): string[] {
  const covers = outputIsKnown(report, name) ? 'input-and-output' : 'input';
  const unknown = Array<string>(8).fill('');
  return [name, source.file, ...unknown, 'false', covers, reason, 'unknown', '', ''];
}

/** How far the input tokens are known. */
function weakestBasis(prompts: readonly PromptEstimate[]): CountBasis {
  const bases = new Set(prompts.map(({ input }) => input.total.basis));
  return COUNT_BASES.findLast((basis) => bases.has(basis)) ?? 'exact';
}
