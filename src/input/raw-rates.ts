/**
 * A rate table as it was read, before anything is made of it. A call asks for a few of its 139 models,
 * and to parse all of them takes a tenth of its time: so the build writes them down apart, and behind
 * them the table itself, to tell that they are of this one.
 */
import { addDays, type Instant, parseInstant } from '../core/time.ts';
import type { RateFile, RateFileModel, RateFilePrice } from './rate-file.ts';

/** Models are known by their place. */
export interface RawTable extends Pick<RateFile, 'version' | 'serviceTiers' | 'regions'> {
  readonly names: readonly RawNames[];
  model(place: number): RawModel;
  prices(place: number): readonly RawPrice[];
  tools(): readonly RawTool[];
  sources(): RateFile['sources'];
  imageOutputTokens(): RateFile['imageOutputTokens'];
  /** Every instant at which a price of some model changes, in order. */
  priceChanges(): readonly Instant[];
}

export type RawNames = Pick<RawModel, 'id' | 'snapshots' | 'aliases'>;

/** Dates are instants already, here and in prices: they are asked of all, and the rest of few. */
export interface RawModel
  extends Omit<RateFileModel, 'prices' | 'aliases' | 'standsFor' | 'shutdown'> {
  readonly aliases?: readonly ({ readonly name: string } & RawPeriod)[] | undefined;
  readonly standsFor?: readonly ({ readonly model: string } & RawPeriod)[] | undefined;
  /** Names with their days, as a map has them. */
  readonly shutdown?: readonly (readonly [name: string, day: Instant])[] | undefined;
}

interface RawPeriod {
  readonly from: Instant | null;
  readonly to: Instant | null;
}

export interface RawTool extends Omit<RateFile['tools'][number], 'prices'> {
  readonly prices: readonly RawPrice[];
}

export interface RawPrice
  extends Omit<RateFilePrice, 'from' | 'to' | 'checked' | 'guaranteedUntil'>,
    RawPeriod {
  readonly checked: Instant;
  readonly guaranteedUntil?: Instant;
}

export function rawTable(file: RateFile): RawTable {
  const pricesOf = ({ prices }: { prices: RateFilePrice[] }) => prices.map(rawPrice);
  return {
    ...headOf(file),
    model: (place) => rawModel(modelAt(file.models, place)),
    prices: (place) => pricesOf(modelAt(file.models, place)),
    tools: () => file.tools.map((tool) => ({ ...tool, prices: pricesOf(tool) })),
    sources: () => file.sources,
    imageOutputTokens: () => file.imageOutputTokens,
    priceChanges: () => changesIn(file),
  };
}

function headOf({ version, serviceTiers, regions, models }: RateFile) {
  const names = models.map((model): RawNames => {
    const { id, snapshots, aliases } = rawModel(model);
    return { id, snapshots, aliases };
  });
  return { version, serviceTiers, regions, names };
}

function rawModel({ prices: _, ...model }: RateFileModel): RawModel {
  const { aliases, standsFor, shutdown } = model;
  // What is not there is left out, as it is where the table was compiled.
  return {
    ...model,
    ...(aliases && { aliases: aliases.map((alias) => ({ ...alias, ...rawPeriod(alias) })) }),
    ...(standsFor && { standsFor: standsFor.map((entry) => ({ ...entry, ...rawPeriod(entry) })) }),
    ...(shutdown && {
      shutdown: Object.entries(shutdown).map(([name, day]) => [name, instant(day)]),
    }),
  } as RawModel;
}

function rawPeriod({ from, to }: { from: string | null; to: string | null }): RawPeriod {
  return { from: from === null ? null : instant(from), to: to === null ? null : instant(to) };
}

function rawPrice(price: RateFilePrice): RawPrice {
  const { checked, guaranteedUntil, ...facts } = price;
  const until = guaranteedUntil === undefined ? {} : { guaranteedUntil: instant(guaranteedUntil) };
  return {
    ...facts,
    ...rawPeriod(price),
    checked: instant(checked),
    ...until,
  };
}

/** The first line of a compiled table. */
interface Head extends ReturnType<typeof headOf> {
  /** In bytes behind the head, and in the order of `PARTS`: where each begins, and where all end. */
  readonly starts: readonly number[];
}

/** What is written down apart, before what there is of each model: itself, and its prices. */
const PARTS = ['tools', 'sources', 'imageOutputTokens', 'priceChanges'] as const;
const PER_MODEL = ['model', 'prices'] as const;

const NEWLINE = 0x0a;

export function compileRates(table: Uint8Array): Uint8Array {
  const file: RateFile = JSON.parse(Buffer.from(table).toString());
  const raw = rawTable(file);
  const ofModels = file.models.flatMap((_, place) => PER_MODEL.map((part) => raw[part](place)));
  const parts = [...PARTS.map((part) => raw[part]()), ...ofModels].map(asciiJson);
  const starts = [0];
  for (const { length } of parts) starts.push((starts.at(-1) ?? 0) + length);
  const head: Head = { ...headOf(file), starts };
  return Buffer.concat([Buffer.from(`${asciiJson(head)}\n${parts.join('')}`), table]);
}

/** Undefined where it was compiled from another table. */
export function compiledTable(table: Buffer, compiled: Buffer): RawTable | undefined {
  const tableStart = compiled.length - table.length;
  if (tableStart <= 0 || table.compare(compiled, tableStart) !== 0) return undefined;
  const headEnd = compiled.indexOf(NEWLINE);
  const { starts, ...head }: Head = JSON.parse(compiled.toString('latin1', 0, headEnd));
  const startOf = (index: number) => headEnd + 1 + (starts[index] ?? 0);
  const part = (index: number) =>
    JSON.parse(compiled.toString('latin1', startOf(index), startOf(index + 1)));
  const partOfModel = (place: number, which: (typeof PER_MODEL)[number]) =>
    part(PARTS.length + place * PER_MODEL.length + PER_MODEL.indexOf(which));
  const partNamed = (name: (typeof PARTS)[number]) => part(PARTS.indexOf(name));
  return {
    ...head,
    model: (place) => partOfModel(place, 'model'),
    prices: (place) => partOfModel(place, 'prices'),
    tools: () => partNamed('tools'),
    sources: () => partNamed('sources'),
    imageOutputTokens: () => partNamed('imageOutputTokens'),
    priceChanges: () => partNamed('priceChanges'),
  };
}

function modelAt(models: readonly RateFileModel[], place: number): RateFileModel {
  const model = models[place];
  if (!model) throw new RangeError(`the table has no model ${place}`);
  return model;
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
