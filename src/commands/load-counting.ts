import { resolveModel } from '../core/names.ts';
import type { RateTable } from '../core/rates.ts';
import type { Filling } from '../core/template.ts';
import type { Instant } from '../core/time.ts';
import type { Counting } from '../input/sendables/kind.ts';
import type { Io } from '../io.ts';
import { countTokens } from '../tokens/index.ts';
import { loadImageRules } from './load-rates.ts';
import { loadRequestCounter } from './request-counter.ts';

/** What it takes to count requests and files of them. `models`: those that somebody has named. */
export async function loadCounting(
  io: Pick<Io, 'readFile' | 'packageFile'>,
  rates: RateTable,
  at: Instant,
  models: readonly string[] | undefined,
  filling: Filling | undefined,
): Promise<Counting> {
  return {
    rates,
    at,
    models: models?.flatMap((name) => resolveModel(rates, name, at).model ?? []),
    counter: await loadRequestCounter(io),
    images: await loadImageRules(io),
    filling,
    countText: countTokens,
  };
}
