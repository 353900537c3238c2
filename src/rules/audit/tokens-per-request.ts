import type { PricedCell } from '../../core/audit/audit.ts';
import { sumOf } from '../../core/audit/audit.ts';
import { grouped } from '../../core/grouped.ts';
import { add, type Money, ZERO } from '../../core/money.ts';
import type { AuditFacts, AuditRequest } from '../../core/report.ts';
import { dayOf } from '../../core/time.ts';
import { inputTokens } from '../../core/usage.ts';
import { count, counted, usd } from '../../core/wording.ts';
import type { Limits } from '../limits.ts';
import { type Remark, type Rule, shortened } from '../rule.ts';
import { placeOf } from './named.ts';
import { descending, rowsOf, usdLimit } from './what-if.ts';

/** A day, project and key, in which a model was used. */
interface Place {
  readonly cells: readonly PricedCell[];
  readonly input: number;
  readonly requests: number;
  readonly perRequest: number;
}

interface Excess {
  readonly place: Place;
  readonly cost: Money;
}

/** Requests that carry far more than the same model usually gets. */
export const tokensPerRequest: Rule<AuditFacts> = {
  id: 'tokens-per-request',
  severity: 'note',
  *check({ cells, request }, limits) {
    const remarks: (Remark & { readonly stake: Money })[] = [];
    for (const [model, ofModel] of grouped(cells, ({ cell }) => cell.model)) {
      const places = placesOf(ofModel);
      if (places.length < limits['tokens-per-request.places']) continue;
      const usual = median(places.map(({ perRequest }) => perRequest));
      const above = places
        .filter(({ perRequest }) => isFarAbove(perRequest, usual, limits))
        .map((place): Excess => ({ place, cost: costAbove(place, usual) }))
        .sort((a, b) => descending(a.cost, b.cost));
      const stake = above.reduce((sum, { cost }) => add(sum, cost), ZERO);
      const [worst] = above;
      if (!worst || stake < usdLimit(limits['tokens-per-request.usd'])) continue;
      remarks.push({ stake, ...remarkOn(model, usual, worst.place, above, stake, request) });
    }
    remarks.sort((a, b) => descending(a.stake, b.stake));
    yield* shortened(
      remarks.map(({ stake, ...remark }) => remark),
      limits['saving.shown'],
      (others) => ({ message: `and ${counted(others, 'more model')}` }),
    );
  },
};

function remarkOn(
  model: string,
  usual: number,
  worst: Place,
  above: readonly Excess[],
  stake: Money,
  request: AuditRequest,
): Remark {
  const [first] = worst.cells;
  const place = first && placeOf(first.cell, request);
  const where = `on ${first ? dayOf(first.cell.day) : ''}${place === undefined ? '' : ` (${place})`}`;
  const more = above.length - 1;
  const elsewhere = more > 0 ? `, and likewise in ${counted(more, 'more place')}` : '';
  return {
    source: first?.cell.source,
    message: `${model}: ${count(Math.round(worst.perRequest))} input tokens per request ${where}, against a median of ${count(Math.round(usual))}${elsewhere}; what is above the median cost up to ${usd(stake)}; look at what these requests carry along`,
    saving: { low: ZERO, high: stake },
    certainty: 'likely',
    rows: rowsOf(above.flatMap(({ place }) => place.cells)),
  };
}

function placesOf(cells: readonly PricedCell[]): Place[] {
  const byPlace = grouped(cells, ({ cell: { day, project, apiKey } }) =>
    JSON.stringify([day, project, apiKey]),
  );
  return [...byPlace.values()].flatMap((members) => {
    const { tokens, requests, requestsUnknown } = sumOf(members);
    if (requests === 0 || requestsUnknown > 0) return [];
    const input = inputTokens(tokens);
    return [{ cells: members, input, requests, perRequest: input / requests }];
  });
}

function isFarAbove(perRequest: number, usual: number, limits: Limits): boolean {
  return (
    perRequest >= usual * limits['tokens-per-request.times'] &&
    perRequest >= limits['tokens-per-request.tokens']
  );
}

/** The part of the input's cost that lies above the median, at its high end. */
function costAbove({ cells, input, requests }: Place, usual: number): Money {
  let cost: Money = ZERO;
  for (const { line, state } of cells) {
    if (state === 'free') continue;
    for (const item of line.items) {
      if (item.kind === 'output' || item.cost.kind === 'unpriced') continue;
      cost = add(cost, item.cost.kind === 'priced' ? item.cost.amount : item.cost.high);
    }
  }
  const above = Math.max(0, input - Math.round(usual * requests));
  return input === 0 ? ZERO : (((cost * BigInt(above)) / BigInt(input)) as Money);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}
