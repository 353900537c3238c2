/**
 * A rate table as it was read, before anything is made of it. A call asks for the prices of a few of its
 * 139 models, and to parse all of them takes a twentieth of its time: so the build writes them down
 * apart, a line for each model, and behind them the table itself, to tell that they are of this one.
 */
import { addDays, type Instant, parseInstant } from '../core/time.ts';
import type { RateFile, RateFileModel, RateFilePrice } from './rate-file.ts';

export interface RawTable extends Omit<RateFile, 'models'> {
  readonly models: readonly RawModel[];
  /** Every instant at which a price of some model changes, in order. */
  priceChanges(): readonly Instant[];
}

export interface RawModel extends Omit<RateFileModel, 'prices'> {
  readonly prices: () => readonly RateFilePrice[];
}

export function rawTable(file: RateFile): RawTable {
  const models = file.models.map(({ prices, ...model }) => ({ ...model, prices: () => prices }));
  return { ...file, models, priceChanges: () => changesIn(file) };
}

/** The first line of a compiled table. */
interface Head extends Omit<RateFile, 'models'> {
  readonly models: readonly Omit<RateFileModel, 'prices'>[];
  /** In bytes: of the prices of each model, which follow one another. */
  readonly lengths: readonly number[];
  readonly priceChanges: readonly Instant[];
}

const NEWLINE = 0x0a;

export function compileRates(table: Uint8Array): Uint8Array {
  const file: RateFile = JSON.parse(Buffer.from(table).toString());
  const prices = file.models.map((model) => asciiJson(model.prices));
  const models = file.models.map(({ prices: _, ...model }) => model);
  const lengths = prices.map(({ length }) => length);
  const head: Head = { ...file, models, lengths, priceChanges: changesIn(file) };
  return Buffer.concat([Buffer.from(`${asciiJson(head)}\n${prices.join('')}`), table]);
}

/** Undefined where it was compiled from another table. */
export function compiledTable(table: Buffer, compiled: Buffer): RawTable | undefined {
  const tableStart = compiled.length - table.length;
  if (tableStart <= 0 || !compiled.subarray(tableStart).equals(table)) return undefined;
  const headEnd = compiled.indexOf(NEWLINE);
  const head: Head = JSON.parse(compiled.toString('latin1', 0, headEnd));
  let start = headEnd + 1;
  const models = head.models.map((model, index): RawModel => {
    const [from, to] = [start, start + (head.lengths[index] ?? 0)];
    start = to;
    return { ...model, prices: () => JSON.parse(compiled.toString('latin1', from, to)) };
  });
  return { ...head, models, priceChanges: () => head.priceChanges };
}

function asciiJson(value: unknown): string {
  const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value).replace(/[^\0-\x7f]/g, escaped);
}

/** Read off the dates, as to read all prices for it takes 10 ms. */
function changesIn({ models }: RateFile): Instant[] {
  const times = new Set<string>();
  const lastDays = new Set<string>();
  for (const { prices } of models) {
    for (const { from, to, promotional = false, guaranteedUntil } of prices) {
      if (from !== null) times.add(from);
      if (to !== null) times.add(to);
      if (promotional && guaranteedUntil !== undefined) lastDays.add(guaranteedUntil);
    }
  }
  const ends = [...lastDays].map((day) => addDays(instant(day), 1));
  return [...new Set([...[...times].map(instant), ...ends])].sort((a, b) => a - b);
}

/** A table has the same few days again and again. */
const instants = new Map<string, Instant>();

export function instant(text: string): Instant {
  const parsed = instants.get(text) ?? parseInstant(text);
  if (parsed === undefined) throw new TypeError(`not a date: ${text}`);
  instants.set(text, parsed);
  return parsed;
}
