import { createRequire } from 'node:module';
import { InputError } from '../core/input-error.ts';
import { type Money, unitPrice } from '../core/money.ts';
import type {
  Cell,
  Model,
  NamedModel,
  PriceVersion,
  RateTable,
  TokenRates,
  Tool,
} from '../core/rates.ts';
import type { Instant } from '../core/time.ts';
import { parseJson } from './json-file.ts';
import type { RateFile, RateFileTokens } from './rate-file.ts';
import {
  compiledTable,
  instant,
  type RawNames,
  type RawPrice,
  type RawTable,
  type RawTool,
  rawTable,
} from './raw-rates.ts';

/**
 * Reads a rate table of anybody's making: every problem is named, with file, JSON path and remedy.
 * @throws InputError when the file is not a rate table that can be trusted.
 */
export async function readRateTable(bytes: Uint8Array, file: string): Promise<RateTable> {
  // zod takes longer to load than an estimate takes to make: only a foreign table needs it.
  const { checkRateFile } = await import('./rate-file.ts');
  const { parseHandWritten } = await import('./hand-written.ts');
  const checked = checkRateFile(parseHandWritten(bytes, file));
  if ('problems' in checked) {
    throw new InputError(
      checked.problems.map(({ path, message }) => ({
        source: { file },
        message: path ? `${path}: ${message}` : message,
      })),
    );
  }
  return toRateTable(rawTable(checked.file), bytes, file);
}

/**
 * Reads the table that the package ships. Its form is not checked again: its tests do that.
 * @param compiled what the build has made of it; what was made of another is left alone
 */
export function readShippedRateTable(
  bytes: Uint8Array,
  file: string,
  compiled?: Uint8Array,
): RateTable {
  const fast = compiled && compiledTable(asBuffer(bytes), asBuffer(compiled));
  return toRateTable(fast ?? rawTable(parseJson(bytes, file) as RateFile), bytes, file);
}

function asBuffer(bytes: Uint8Array): Buffer {
  if (Buffer.isBuffer(bytes)) return bytes;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function sha256Of(bytes: Uint8Array): string {
  // Only some formats show the hash, and node:crypto takes as long to load as this table.
  const crypto: typeof import('node:crypto') = createRequire(import.meta.url)('node:crypto');
  return crypto.createHash('sha256').update(bytes).digest('hex');
}

/**
 * A table has 139 models with over a thousand prices, and a call needs a few: what is not asked for
 * stays as it was read.
 */
function toRateTable(json: RawTable, bytes: Uint8Array, file: string): RateTable {
  const made: Model[] = [];
  const modelAt = (place: number): Model => {
    const model = made[place] ?? toModel(json, place);
    made[place] = model;
    return model;
  };
  const models = later(() => json.names.map((_, place) => modelAt(place)));
  const tools = later(() => json.tools().map(toTool));
  const sources = later(() => toSources(json.sources()));
  const imageOutputTokens = later(json.imageOutputTokens);
  const priceChanges = later(json.priceChanges);
  return {
    file,
    version: instant(json.version),
    get sha256() {
      return sha256Of(bytes);
    },
    get sources() {
      return sources();
    },
    serviceTiers: json.serviceTiers.map(({ id, aliases = [], note }) => ({ id, aliases, note })),
    regions: json.regions.map(({ id, unavailable = [] }) => ({ id, unavailable })),
    get models() {
      return models();
    },
    get tools() {
      return tools();
    },
    get imageOutputTokens() {
      return imageOutputTokens();
    },
    get priceChanges() {
      return priceChanges();
    },
    names: namesOf(json.names, modelAt),
  };
}

/** What `make` returns, made once and when it is first asked for. */
function later<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function toTool({ id, title, prices }: RawTool): Tool {
  return { id, title, prices: prices.map(toPrice) };
}

function toSources(sources: RateFile['sources']): RateTable['sources'] {
  return new Map(
    Object.entries(sources).map(([id, { title, checked, official = false }]) => [
      id,
      { id, title, checked: instant(checked), official },
    ]),
  );
}

function toModel(json: RawTable, place: number): Model {
  const model = json.model(place);
  const prices = later(() => json.prices(place).map(toPrice));
  return {
    ...model,
    prominent: model.prominent ?? false,
    aliases: model.aliases ?? [],
    snapshots: model.snapshots ?? [],
    standsFor: model.standsFor ?? [],
    endpoints: model.endpoints ?? [],
    shutdown: new Map(model.shutdown),
    get prices() {
      return prices();
    },
  };
}

/** When a price holds is asked of all; what it is, of few. */
function toPrice(price: RawPrice): PriceVersion {
  const tokens = later(() => toTokenRates(price.tokens ?? {}));
  return {
    from: price.from,
    to: price.to,
    dateBasis: price.dateBasis,
    checked: price.checked,
    sources: price.sources,
    confirmedBy: new Map(Object.entries(price.confirmedBy ?? {})),
    confidence: price.confidence,
    guaranteedUntil: price.guaranteedUntil,
    promotional: price.promotional ?? false,
    derived: price.derived ?? [],
    rounded: new Map(
      Object.entries(price.rounded ?? {}).map(([path, usd]) => [path, toCell(usd)] as const),
    ),
    get tokens() {
      return tokens();
    },
    alternatives: (price.alternatives ?? []).map(({ when, tokens }) => ({
      when,
      tokens: toTokenRates(tokens),
    })),
    units: (price.units ?? []).map((unit) => ({
      ...unit,
      tier: unit.tier ?? 'standard',
      estimate: unit.estimate ?? false,
    })),
    note: price.note,
  };
}

function toTokenRates(rates: RateFileTokens): TokenRates {
  const tiers: TokenRates = {};
  for (const [tier, bands] of Object.entries(rates)) {
    const get = later(() =>
      mapValues(bands, (modalities) => mapValues(modalities, (cells) => mapValues(cells, toCell))),
    );
    Object.defineProperty(tiers, tier, { get, enumerable: true });
  }
  return tiers;
}

function toCell(text: string): Cell {
  return text === 'as-input' || text === 'unpublished' ? text : new TokenPrice(text);
}

/** An amount that is worked out when it is asked for: of a hundred, a call needs a few. */
class TokenPrice {
  readonly usdPerMillion: string;
  #perToken: Money | undefined;

  constructor(usdPerMillion: string) {
    this.usdPerMillion = usdPerMillion;
  }

  get perToken(): Money {
    this.#perToken ??= unitPrice(this.usdPerMillion, 1_000_000);
    if (this.#perToken === undefined) throw new TypeError(`not a price: ${this.usdPerMillion}`);
    return this.#perToken;
  }
}

function mapValues<Key extends string, From, To>(
  record: Partial<Record<Key, From>>,
  convert: (value: From) => To,
): Partial<Record<Key, To>> {
  const entries = Object.entries(record) as [Key, From][];
  return Object.fromEntries(entries.map(([key, value]) => [key, convert(value)])) as Partial<
    Record<Key, To>
  >;
}

function namesOf(
  all: readonly RawNames[],
  modelAt: (place: number) => Model,
): Map<string, NamedModel> {
  const names = new Map<string, NamedModel>();
  for (const [place, { id, snapshots = [], aliases = [] }] of all.entries()) {
    const read = () => modelAt(place);
    names.set(id, new Name(read, 'id', ALWAYS));
    for (const name of snapshots) names.set(name, new Name(read, 'snapshot', ALWAYS));
    for (const alias of aliases) names.set(alias.name, new Name(read, 'alias', alias));
  }
  return names;
}

const ALWAYS = { from: null, to: null };

/** A name whose model is read when it is asked for. There are hundreds of them. */
class Name implements NamedModel {
  readonly as: NamedModel['as'];
  readonly from: Instant | null;
  readonly to: Instant | null;
  readonly #read: () => Model;

  constructor(
    read: () => Model,
    as: NamedModel['as'],
    { from, to }: Pick<NamedModel, 'from' | 'to'>,
  ) {
    this.#read = read;
    this.as = as;
    this.from = from;
    this.to = to;
  }

  get model(): Model {
    return this.#read();
  }
}
