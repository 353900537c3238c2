import type { PricedCell, Sum } from '../../core/audit/audit.ts';
import { sumOf } from '../../core/audit/audit.ts';
import type { Cell } from '../../core/audit/ledger.ts';
import {
  priceGroups,
  type Step,
  type StepAlone,
  savingsOf,
  sumOfSavings,
} from '../../core/audit/savings.ts';
import { grouped } from '../../core/grouped.ts';
import { isPrice } from '../../core/lookup.ts';
import type { Range } from '../../core/money.ts';
import { versionAt } from '../../core/rates.ts';
import type { AuditFacts } from '../../core/report.ts';
import { inputTokens, type TokenKind } from '../../core/usage.ts';
import { count, counted, percent, usd } from '../../core/wording.ts';
import type { Limits } from '../limits.ts';
import { type Rule, shortened } from '../rule.ts';
import { placeOf } from './named.ts';
import { descending, remembered, rowsOf, usdLimit } from './what-if.ts';

interface Place {
  readonly key: string;
  readonly cells: readonly PricedCell[];
  readonly sum: Sum;
  readonly requestsPerDay: number;
  readonly saving: Range;
}

/** Long requests, many a day, of which little was cached: they may begin alike. */
export const cacheable: Rule<AuditFacts> = {
  id: 'cacheable',
  severity: 'note',
  *check(facts, limits) {
    const remarks = placesToCache(facts, limits).map((place) => {
      const { cells, sum, requestsPerDay, saving } = place;
      const [first] = cells;
      const at = first && placeOf(first.cell, facts.request);
      return {
        message: `${first?.cell.model ?? ''}${at === undefined ? '' : ` (${at})`}: up to ${usd(saving.high)} less with caching, if all requests began alike, which the data cannot show; ${percent(cachedShare(sum))} of the input was cached, of ${count(Math.round(requestsPerDay))} requests a day with ${count(Math.round(inputTokens(sum.tokens) / sum.requests))} tokens each; put what repeats first in the prompt`,
        saving,
        certainty: 'possible' as const,
        rows: rowsOf(cells),
      };
    });
    yield* shortened(remarks, limits['saving.shown'], (others) => ({
      message: `and ${counted(others, 'more place')} that may be cached`,
    }));
  },
};

/** All input but one write a day read from the cache, where it is worth telling. */
export function cachedInput(facts: AuditFacts, limits: Limits): StepAlone {
  const places = new Set(placesToCache(facts, limits).map(({ key }) => key));
  const step = cachedAt(facts, places);
  return { step, savings: savingsOf(facts, priceGroups(facts), step) };
}

const placesToCache = remembered((facts, limits): readonly Place[] => {
  const used = facts.cells.filter(({ state }) => state !== 'free' && state !== 'unpriced');
  const places = [...grouped(used, keyOf)].flatMap(([key, cells]): Place[] => {
    const sum = sumOf(cells);
    const days = new Set(cells.map(({ cell }) => cell.day)).size;
    const requestsPerDay = sum.requests / days;
    if (!isSuitable(sum, requestsPerDay, limits)) return [];
    const ofPlace = { ...facts, cells };
    const step = cachedAt(facts, new Set([key]));
    const saving = sumOfSavings(savingsOf(facts, priceGroups(ofPlace), step));
    if (saving.high < usdLimit(limits['saving.usd'])) return [];
    return [{ key, cells, sum, requestsPerDay, saving }];
  });
  return places.sort((a, b) => descending(a.saving.high, b.saving.high));
});

function keyOf({ cell: { model, project, apiKey } }: PricedCell): string | undefined {
  return model === undefined ? undefined : JSON.stringify([model, project, apiKey]);
}

function isSuitable(sum: Sum, requestsPerDay: number, limits: Limits): boolean {
  if (sum.requests === 0 || sum.requestsUnknown > 0) return false;
  return (
    requestsPerDay > limits['cacheable.requests'] &&
    inputTokens(sum.tokens) / sum.requests >= limits['cacheable.tokens'] &&
    cachedShare(sum) < limits['cacheable.share']
  );
}

function cachedShare({ tokens }: Pick<Sum, 'tokens'>): number {
  const input = inputTokens(tokens);
  return input === 0 ? 0 : (tokens.text?.cachedInput ?? 0) / input;
}

/** What may be cached is text; what a day's first request brings has to be written. */
function cachedAt(facts: AuditFacts, places: ReadonlySet<string>): Step {
  return {
    rule: 'cacheable',
    isSure: () => false,
    change(cell, { model, members }) {
      let [written, read] = [0, 0];
      for (const member of members) {
        if (!places.has(keyOf(member) ?? '')) continue;
        const uncached = member.cell.tokens.text?.input ?? 0;
        const first = Math.min(
          uncached,
          Math.ceil(inputTokens(member.cell.tokens) / Math.max(1, member.cell.requests)),
        );
        written += first;
        read += uncached - first;
      }
      if (read === 0) return undefined;
      const at = facts.request.ratesAsOf ?? cell.at;
      const version = versionAt(model, at);
      const isPriced = (kind: TokenKind) =>
        cell.tiers.every((tier) => isPrice(version?.tokens[tier]?.short?.text?.[kind]));
      if (!isPriced('cachedInput')) return undefined;
      const text = cell.tokens.text ?? {};
      const isWriteBilled = isPriced('cacheWrite30m');
      return withText(cell, {
        ...text,
        input: (text.input ?? 0) - read - (isWriteBilled ? written : 0),
        cachedInput: (text.cachedInput ?? 0) + read,
        ...(isWriteBilled ? { cacheWrite30m: (text.cacheWrite30m ?? 0) + written } : {}),
      });
    },
  };
}

function withText(cell: Cell, text: NonNullable<Cell['tokens']['text']>): Cell {
  return { ...cell, tokens: { ...cell.tokens, text } };
}
