/**
 * The library: the same pure core that the command uses.
 *
 *     import { estimate, exactUsd, instantOf, loadRates, prompt, totalOfAll } from 'openai-cost';
 *
 *     const rates = await loadRates();
 *     const result = estimate(
 *       {
 *         prompts: [prompt('Summarise this.')],
 *         models: ['gpt-6.2-sol'],
 *         at: instantOf(new Date()),
 *         outputTokens: 200,
 *       },
 *       rates,
 *     );
 *     exactUsd(totalOfAll(result).high); // "0.00201"
 */

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { loadRates as load } from './commands/load-rates.ts';
import type { Encoding } from './core/encodings.ts';
import type { Prompt } from './core/estimate.ts';
import { textCount } from './core/input-count.ts';
import type { RateTable } from './core/rates.ts';
import { PACKAGE_ROOT } from './root.ts';
import { countTokens } from './tokens/index.ts';

export { ENCODINGS, type Encoding } from './core/encodings.ts';
export * from './core/estimate.ts';
export { InputError, type InputProblem } from './core/input-error.ts';
export type { Doubt, Rate } from './core/lookup.ts';
export { exactUsd, type Money, parseUsd, type Range, roundUsd } from './core/money.ts';
export {
  type Cost,
  type CostItem,
  type CostLine,
  priceUsage,
  type Total,
  totalOf,
} from './core/price.ts';
export type { Model, PriceVersion, RateTable } from './core/rates.ts';
export { dayOf, type Instant, instantOf, parseInstant } from './core/time.ts';
export type { ServiceTier, TokenKind, Tokens, Usage } from './core/usage.ts';
export { countTokens, TokenStream } from './tokens/index.ts';

/**
 * The rate table that the package ships, or one of your own.
 * @throws InputError when the file is missing or is no sound rate table
 */
export function loadRates(file?: string): Promise<RateTable> {
  return load(
    {
      readFile: (path) => readFile(path),
      packageFile: (path) => fileURLToPath(new URL(path, PACKAGE_ROOT)),
    },
    file,
  );
}

/**
 * A prompt for `estimate`, from text or UTF-8 bytes, counted as it is: a message adds a few tokens.
 * The name appears in results.
 */
export function prompt(text: string | Uint8Array, name = 'prompt'): Prompt {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  const counts = new Map<Encoding, number>();
  return {
    source: { file: name },
    bytes: bytes.length,
    peculiarities: [],
    countInput: (model) => {
      if (!model?.encoding) return textCount(null);
      const count = counts.get(model.encoding) ?? countTokens(bytes, model.encoding);
      counts.set(model.encoding, count);
      return textCount(count);
    },
  };
}
