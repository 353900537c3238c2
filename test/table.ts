import { readFileSync } from 'node:fs';
import { type CostLine, priceUsage, type Total, totalOf } from '../src/core/price.ts';
import type { RateTable } from '../src/core/rates.ts';
import { type Instant, parseInstant } from '../src/core/time.ts';
import { inputTokens, type Usage } from '../src/core/usage.ts';
import { readShippedRateTable } from '../src/input/rates.ts';

const FILE = new URL('../rates/openai.json', import.meta.url);

/** The table that the package ships. */
export const shippedBytes = readFileSync(FILE);
export const shipped: RateTable = readShippedRateTable(shippedBytes, 'rates/openai.json');

export function instant(text: string): Instant {
  const parsed = parseInstant(text);
  if (parsed === undefined) throw new TypeError(text);
  return parsed;
}

/** One request of a model, on the day of the tests unless it says another. */
export function usage(
  model: string,
  tokens: Usage['tokens'],
  more: Partial<Omit<Usage, 'at'>> & { at?: string } = {},
): Usage {
  const input = inputTokens(tokens);
  return {
    source: { file: 'test' },
    model,
    tier: 'standard',
    region: 'global',
    requests: 1,
    tokens,
    inputTokensPerRequest: { least: input, most: input },
    ...more,
    at: instant(more.at ?? '2026-11-20'),
  };
}

export function price(...args: Parameters<typeof usage>): CostLine {
  return priceUsage(shipped, usage(...args));
}

export function total(...args: Parameters<typeof usage>): Total {
  return totalOf([price(...args)]);
}
