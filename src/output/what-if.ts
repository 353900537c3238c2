/** The same prompts with other models, tiers and the like, as a table. */

import { coversInputOnly } from '../core/estimate/estimate.ts';
import type { WhatIf } from '../core/estimate/what-if.ts';
import { exactUsd } from '../core/money.ts';
import type { EstimateReport } from '../core/report.ts';
import { VARIANT_AXES } from '../core/request/choices.ts';
import { count, percent } from '../core/wording.ts';
import { asFarAsRead, isWhole } from './amount.ts';
import { spanText } from './span.ts';
import type { Column, TableData } from './table.ts';

export function whatIfTable(report: EstimateReport, whatIfs: readonly WhatIf[]): TableData<WhatIf> {
  const columns: Column<WhatIf>[] = [
    { title: 'Model', kind: 'name', value: ({ model }) => model },
    { title: 'Tier', kind: 'name', value: ({ tiers }) => tiers.join(' and ') },
  ];
  const isVaried = (of: (row: WhatIf) => unknown) => new Set(whatIfs.map(of)).size > 1;
  if (isVaried(cachedText)) columns.push({ title: 'Cached', kind: 'price', value: cachedText });
  for (const axis of VARIANT_AXES) {
    if (whatIfs.every(({ variants }) => variants[axis] === undefined)) continue;
    const title = axis[0]?.toUpperCase() + axis.slice(1);
    columns.push({ title, kind: 'name', value: ({ variants }) => variants[axis] ?? '' });
  }
  if (isVaried(tokensText)) {
    columns.push({ title: 'Tokens', kind: 'price', value: tokensText });
  }
  columns.push({
    title: coversInputOnly(report) ? 'Input' : 'Cost',
    kind: 'cost',
    value: ({ cost, problem }) => (problem === undefined ? asFarAsRead(cost, report) : undefined),
  });
  if (whatIfs.some((row) => whyNot(row) !== '')) {
    columns.push({ title: 'Why not', kind: 'name', value: whyNot });
  }
  return { columns, rows: whatIfs };
}

function tokensText({ inputTokens }: WhatIf): string {
  return inputTokens ? spanText([inputTokens]) : 'unknown';
}

function cachedText({ cachedTokens, cachedShare }: WhatIf): string {
  if (cachedTokens !== undefined) return count(cachedTokens);
  return cachedShare === undefined ? 'none' : percent(cachedShare);
}

/** Why it cannot be had, or nobody can say for how much. */
export function whyNot({ problem, cost }: WhatIf): string {
  const [first] = cost.unpriced;
  if (problem !== undefined) return problem;
  return first?.item.cost.kind === 'unpriced' ? first.item.cost.reason : '';
}

export function whatIfEntry(row: WhatIf, report: Pick<EstimateReport, 'unreadable'>) {
  const { model, tiers, cachedTokens, cachedShare, variants, inputTokens, cost, problem } = row;
  const complete = isWhole(asFarAsRead(cost, report));
  const usdLow = exactUsd(cost.low);
  const usdHigh = complete ? exactUsd(cost.high) : null;
  return {
    ...{ model, tiers },
    inputTokens: inputTokens?.high ?? null,
    inputTokensLow: inputTokens?.low ?? null,
    cachedTokens: cachedTokens ?? null,
    cachedShare: cachedShare ?? null,
    detail: variants.detail ?? null,
    quality: variants.quality ?? null,
    usd: usdLow === usdHigh ? usdLow : null,
    ...{ usdLow, usdHigh, complete },
    fits: problem === undefined,
    reason: whyNot(row) || null,
  };
}
