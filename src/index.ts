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
 *
 * What the API will count of a request, by part and with how far that is known:
 *
 *     const { total } = await countRequestTokens({
 *       model: 'gpt-4o',
 *       messages: [{ role: 'user', content: 'hello' }],
 *     });
 *     total; // { basis: 'exact', low: 8, expected: 8, high: 8 }
 */

import { readFile } from 'node:fs/promises';
import { loadRates as load } from './commands/load-rates.ts';
import { loadFraming, loadImageRules } from './commands/load-shipped.ts';
import { requestCounter } from './commands/request-counter.ts';
import type { Encoding } from './core/encodings.ts';
import type { Prompt } from './core/estimate/estimate.ts';
import { InputError } from './core/input-error.ts';
import { resolveModel } from './core/names.ts';
import type { RateTable } from './core/rates.ts';
import { countedModel } from './core/request/framing.ts';
import { textCount } from './core/request/input-count.ts';
import type { RequestEndpoint } from './core/request/request.ts';
import type { RequestCounter } from './core/request/request-tokens.ts';
import type { RequestTokens } from './core/request/tally.ts';
import { type Instant, instantOf } from './core/time.ts';
import { readRequest } from './input/requests/index.ts';
import { lookAtMedia } from './input/requests/media.ts';
import { packageFile } from './root.ts';
import { countTokens } from './tokens/index.ts';

export { ENCODINGS, type Encoding } from './core/encodings.ts';
export * from './core/estimate/estimate.ts';
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
export type { RequestEndpoint } from './core/request/request.ts';
export type { CountBasis, CountedPart, RequestTokens, TokenPart } from './core/request/tally.ts';
export { dayOf, type Instant, instantOf, parseInstant } from './core/time.ts';
export type { ServiceTier, TokenKind, Tokens, Usage } from './core/usage.ts';
export { countTokens, TokenStream } from './tokens/index.ts';

/** The files that the package ships, wherever it lies. */
const PACKAGE = {
  readFile: (path: string) => readFile(path),
  packageFile,
};

/**
 * The rate table that the package ships, or one of your own.
 * @throws InputError when the file is missing or is no sound rate table
 */
export function loadRates(file?: string): Promise<RateTable> {
  return load(PACKAGE, file);
}

export interface CountOptions {
  /** Instead of the model that the request names. */
  readonly model?: string | undefined;
  /** Where the request is sent; else it is told from its fields. */
  readonly endpoint?: RequestEndpoint | undefined;
  /** The table that `loadRates` returned; else the one that the package ships. */
  readonly rates?: RateTable | undefined;
  /** When it is sent; now, unless you say another time. */
  readonly at?: Instant | undefined;
}

async function loadCounter(): Promise<RequestCounter> {
  return requestCounter(await loadFraming(PACKAGE), await loadImageRules(PACKAGE));
}

let shippedRates: Promise<RateTable> | undefined;
let shippedCounter: Promise<RequestCounter> | undefined;

/**
 * The input tokens that the API will count of a request: to chat completions, Responses, embeddings,
 * completions or moderations.
 * @param body what is sent, as a value and not as text
 * @throws InputError when it is no request that is known, or of no model that is
 */
export async function countRequestTokens(
  body: unknown,
  { model, endpoint, rates, at = instantOf(new Date()) }: CountOptions = {},
): Promise<RequestTokens> {
  shippedRates ??= loadRates();
  shippedCounter ??= loadCounter();
  const read = readRequest(body, { file: 'request' }, endpoint);
  if (read.kind === 'bad') throw new InputError(read.reason);
  const name = model ?? read.request.model;
  if (name === undefined) throw new InputError('the request names no model; say which');
  const found = resolveModel(rates ?? (await shippedRates), name, at);
  if (!found.model) throw new InputError(`${name}: ${found.reason}`);
  return (await shippedCounter).count(lookAtMedia(read.request), countedModel(found.model));
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
