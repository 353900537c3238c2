/** What a report says of files with a request on each line, for scripts. */
import { problemKind } from '../core/estimate/batch.ts';
import type { PricedRepeats, PromptEstimate } from '../core/estimate/estimate.ts';
import type { SentLines } from '../core/estimate/sent-lines.ts';
import { exactUsd, type Range } from '../core/money.ts';
import type { PrefixSaving } from '../core/prefix/prefix-saving.ts';
import { type CostLine, totalOf } from '../core/price.ts';
import type { Source } from '../core/source.ts';
import type { Amount } from './amount.ts';

type Amounts = (total: Amount) => object;

/** Nothing of what is not there. */
export function requestLinesEntries(
  { prompt, atStandard, repeats }: PromptEstimate,
  amounts: Amounts,
): object {
  return {
    ...(prompt.lines ? { requestLines: linesEntry(prompt.lines) } : {}),
    ...(atStandard ? { atStandard: amounts(totalOf(atStandard)) } : {}),
    ...(repeats ? { duplicates: repeatsEntry(repeats, amounts) } : {}),
  };
}

function linesEntry({ isBatch, lines, requests, bad, problems }: SentLines) {
  return {
    ...{ isBatch, lines, requests, bad: bad.all, firstBad: bad.first },
    problems: problems.map(({ kind, all, first }) => ({
      kind,
      code: problemKind(kind).code ?? null,
      refuses: problemKind(kind).refuses,
      all,
      first: first.map(({ line, what }) => ({ line: line ?? null, message: what })),
    })),
  };
}

function repeatsEntry(
  { requests, different, isPartial, lines, most }: PricedRepeats,
  amounts: Amounts,
) {
  const cost = (all: readonly CostLine[]) => amounts(totalOf(all));
  return {
    ...{ requests, different, allCompared: !isPartial, ...cost(lines) },
    most: most.map((each) => ({
      ...placeEntry(each.first),
      others: each.others.map(placeEntry),
      requests: each.requests,
      each: cost(each.lines),
    })),
  };
}

export function prefixEntry({ first, better, saving, writing, ...counts }: PrefixSaving) {
  const { requests, tier, tokens, minimum, cacheable } = counts;
  return {
    ...placeEntry(first),
    ...{ requests, tier, tokens, minimum, cacheable },
    ...savingEntry(saving),
    ifNoneIsRead: writing ? exactUsd(writing.high) : null,
    better: better
      ? {
          change: better.change,
          differsIn: better.differsIn ?? null,
          cacheable: better.cacheable,
          ...savingEntry(better.saving),
        }
      : null,
  };
}

function savingEntry({ low, high }: Range) {
  return { savingLow: exactUsd(low), savingHigh: exactUsd(high) };
}

function placeEntry({ file, line }: Source) {
  return { file, line: line ?? null };
}
