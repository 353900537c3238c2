import { InputError } from '../core/input-error.ts';
import { nearestNames, resolveModel } from '../core/names.ts';
import { EXIT } from '../core/report.ts';
import { type Instant, instantOf } from '../core/time.ts';
import { readRateTable } from '../input/rates.ts';
import type { Io } from '../io.ts';
import type { RateListFormat } from '../output/rate-list.ts';
import { loadRates, readSmallFile, SHIPPED_RATES } from './load-rates.ts';
import { type PrintOptions, publish } from './print.ts';

export interface RatesOptions<Name extends RateListFormat = RateListFormat>
  extends PrintOptions<Name> {
  readonly on?: Instant;
  readonly rates?: string;
}

/** The formats of `rates show`. */
export type RateHistoryFormat = 'text' | 'json';

/** `openai-cost rates list`: every model with what a million text tokens cost. */
export async function listRates(options: RatesOptions, io: Io): Promise<number> {
  const table = await loadRates(io, options.rates);
  const { RATE_LIST_FORMATS } = await import('../output/rate-list.ts');
  const list = { table, at: options.on ?? instantOf(io.now()) };
  await publish((name, terminal) => RATE_LIST_FORMATS[name](list, terminal), options, io);
  return EXIT.ok;
}

/** `openai-cost rates show`: everything the table says of one model or tool. */
export async function showRates(
  name: string,
  options: RatesOptions<RateHistoryFormat>,
  io: Io,
): Promise<number> {
  const table = await loadRates(io, options.rates);
  const { rateHistoryJson, rateHistoryText } = await import('../output/rate-history.ts');
  const tool = table.tools.find(({ id }) => id === name);
  const resolution = resolveModel(table, name, instantOf(io.now()));
  const subject = tool ?? resolution.model;
  if (!subject) {
    const tools = nearestNames(
      table.tools.map(({ id }) => id),
      name,
    );
    const hint = tools.length > 0 ? `; there is a tool ${tools.join(' or ')}` : '';
    throw new InputError(`${name}: ${resolution.model ? '' : resolution.reason}${hint}`);
  }
  const formats = { text: rateHistoryText, json: rateHistoryJson };
  await publish((format, terminal) => formats[format](table, subject, terminal), options, io);
  return EXIT.ok;
}

/** `openai-cost rates check`: every problem of a table, or what it holds. */
export async function checkRates(file: string | undefined, io: Io): Promise<number> {
  const path = file ?? io.packageFile(SHIPPED_RATES);
  const table = await readRateTable(await readSmallFile(io, path), file ?? SHIPPED_RATES);
  const { rateSummary } = await import('../output/rate-list.ts');
  io.out(rateSummary(table));
  return EXIT.ok;
}
