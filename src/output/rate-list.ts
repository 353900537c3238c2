import { exactUsd } from '../core/money.ts';
import { priceUsage } from '../core/price.ts';
import {
  BANDS,
  type Cell,
  type Model,
  type PriceVersion,
  type RateTable,
  type TokenRates,
  versionAt,
} from '../core/rates.ts';
import { dayOf, type Instant } from '../core/time.ts';
import { MODALITIES, TOKEN_KINDS, type TokenKind, type Usage } from '../core/usage.ts';
import { perUnit } from '../core/wording.ts';
import { csvRow } from './csv-row.ts';
import type { FormatName } from './index.ts';
import { SCHEMA_VERSION } from './json.ts';
import { type Column, markdownTable, renderTable, type TableData } from './table.ts';
import type { Terminal } from './terminal.ts';

/** The models of a table with their prices on a day. */
export interface RateList {
  readonly table: RateTable;
  readonly at: Instant;
}

type RateListReporter = (list: RateList, terminal: Terminal) => string;

export const RATE_LIST_FORMATS = {
  text: (list, terminal) => blocks(list, (data) => renderTable(data, terminal)),
  markdown: (list) => blocks(list, markdownTable),
  csv: (list) =>
    [CSV_HEADER, ...pricedModels(list).map((model) => csvCells(list, model))].map(csvRow).join(''),
  json: (list) => `${JSON.stringify(rateListDocument(list), null, 2)}\n`,
} as const satisfies Partial<Record<FormatName, RateListReporter>>;

export type RateListFormat = keyof typeof RATE_LIST_FORMATS;

function blocks(list: RateList, render: (data: TableData<Model>) => string): string {
  const tables = [rateListTable(list), otherPricesTable(list)].filter(
    ({ rows }) => rows.length > 0,
  );
  return `${[caption(list), ...tables.map(render)].join('\n\n')}\n`;
}

function caption({ table, at }: RateList): string {
  return `USD per 1M text tokens, standard tier, on ${dayOf(at)} · rate table ${dayOf(table.version)}`;
}

function rateListTable(list: RateList): TableData<Model> {
  const price = (kind: TokenKind) => (model: Model) => shownPrice(list, model, kind);
  return {
    columns: [
      { title: 'Model', kind: 'name', value: ({ id }) => id },
      { title: 'Input', kind: 'price', value: price('input') },
      { title: 'Cached', kind: 'price', value: price('cachedInput') },
      { title: 'Output', kind: 'price', value: price('output') },
      shutDownColumn(list),
    ],
    rows: pricedModels(list).filter((model) => standardCell(list, model, 'input') !== undefined),
  };
}

/** What is billed by something else than a token. */
function otherPricesTable(list: RateList): TableData<Model> {
  return {
    columns: [
      { title: 'Model', kind: 'name', value: ({ id }) => id },
      { title: 'Price', kind: 'price', value: (model) => otherPrice(list, model) },
      shutDownColumn(list),
    ],
    rows: pricedModels(list).filter((model) => otherPrice(list, model) !== ''),
  };
}

/** Old models have prices, too: what is gone has to look different from what will go. */
function shutDownColumn({ at }: RateList): Column<Model> {
  return {
    title: 'Shut down',
    kind: 'price',
    value: ({ id, shutdown }) => {
      const end = shutdown.get(id);
      if (end === undefined) return '';
      return end <= at ? `since ${dayOf(end)}` : `on ${dayOf(end)}`;
    },
  };
}

function standardCell({ at }: RateList, model: Model, kind: TokenKind): Cell | undefined {
  return versionAt(model, at)?.tokens.standard?.short?.text?.[kind];
}

/** A price as it is billed on the day: a range where it is open. */
function shownPrice(list: RateList, model: Model, kind: TokenKind): string {
  const cell = standardCell(list, model, kind);
  if (cell === undefined || cell === 'unpublished') return '-';
  if (cell === 'as-input') return 'as input';
  const [item] = priceUsage(list.table, millionTokens(list, model, kind)).items;
  if (item?.cost.kind !== 'ranged') return `$${cell.usdPerMillion}`;
  return `$${exactUsd(item.cost.low)}-${exactUsd(item.cost.high)}`;
}

function millionTokens({ table, at }: RateList, model: Model, kind: TokenKind): Usage {
  return {
    source: { file: table.file },
    model: model.id,
    at,
    tier: 'standard',
    region: 'global',
    requests: 1,
    tokens: { text: { [kind]: 1_000_000 } },
    inputTokensPerRequest: { least: 0, most: 0 },
  };
}

/** The models that have a price on the day. */
function pricedModels({ table, at }: RateList): Model[] {
  return table.models.filter((model) => versionAt(model, at) !== undefined);
}

/** The least price by something else than a token, where that is what is billed. */
function otherPrice({ at }: RateList, model: Model): string {
  const units = versionAt(model, at)?.units.filter(({ estimate }) => !estimate) ?? [];
  const [least, ...others] = [...units].sort((a, b) => Number(a.usd) - Number(b.usd));
  const differ = others.some(({ usd }) => usd !== least?.usd);
  if (!least) return '';
  return `${differ ? 'from ' : ''}$${least.usd} per ${perUnit(least.unit, least.per)}`;
}

const CSV_HEADER = [
  'model',
  'kind',
  'input_usd_per_1m',
  'cached_input_usd_per_1m',
  'output_usd_per_1m',
  'context_window',
  'max_output_tokens',
  'encoding',
  'shutdown',
  'other_price',
];

function csvCells(list: RateList, model: Model): string[] {
  const price = (kind: TokenKind) => {
    const cell = standardCell(list, model, kind);
    return typeof cell === 'object' ? cell.usdPerMillion : '';
  };
  const end = model.shutdown.get(model.id);
  return [
    model.id,
    model.kind,
    price('input'),
    price('cachedInput'),
    price('output'),
    String(model.contextWindow ?? ''),
    String(model.maxOutputTokens ?? ''),
    model.encoding ?? '',
    end === undefined ? '' : dayOf(end),
    otherPrice(list, model),
  ];
}

function rateListDocument({ table, at }: RateList) {
  return {
    schemaVersion: SCHEMA_VERSION,
    command: 'rates list',
    rates: { version: dayOf(table.version), sha256: table.sha256 },
    date: dayOf(at),
    models: pricedModels({ table, at }).map((model) => ({
      id: model.id,
      kind: model.kind,
      aliases: model.aliases.map(({ name }) => name),
      snapshots: model.snapshots,
      encoding: model.encoding,
      contextWindow: model.contextWindow ?? null,
      maxOutputTokens: model.maxOutputTokens ?? null,
      shutdown: Object.fromEntries([...model.shutdown].map(([name, end]) => [name, dayOf(end)])),
      guaranteedUntil: guarantee(versionAt(model, at)),
      usdPerMillion: rawTokenRates(versionAt(model, at)?.tokens ?? {}),
    })),
  };
}

function guarantee(version: PriceVersion | undefined): string | null {
  return version?.guaranteedUntil === undefined ? null : dayOf(version.guaranteedUntil);
}

/** Prices as the table file writes them. */
export function rawTokenRates(rates: TokenRates): object {
  return mapEntries(rates, (bands) =>
    mapEntries(bands, (modalities) =>
      mapEntries(modalities, (cells) =>
        mapEntries(cells, (cell: Cell) => (typeof cell === 'object' ? cell.usdPerMillion : cell)),
      ),
    ),
  );
}

function mapEntries<Value>(record: Partial<Record<string, Value>>, convert: (v: Value) => unknown) {
  return Object.fromEntries(
    Object.entries(record).map(([key, value]) => [key, convert(value as Value)]),
  );
}

/** What a sound table holds, for `rates check`. */
export function rateSummary(table: RateTable): string {
  const versions = [...table.models, ...table.tools].flatMap(({ prices }) => prices);
  const cells = versions.reduce(
    (sum, version) => sum + pricedCells(version.tokens) + version.units.length,
    0,
  );
  return [
    `${table.file}: sound`,
    `  version ${dayOf(table.version)}, sha256 ${table.sha256}`,
    `  models: ${table.models.length}, names: ${table.names.size}, tools: ${table.tools.length}, price versions: ${versions.length}, prices: ${cells}`,
    '',
  ].join('\n');
}

function pricedCells(rates: TokenRates): number {
  let sum = 0;
  for (const bands of Object.values(rates)) {
    for (const band of BANDS) {
      for (const modality of MODALITIES) {
        for (const kind of TOKEN_KINDS) {
          if (typeof bands[band]?.[modality]?.[kind] === 'object') sum++;
        }
      }
    }
  }
  return sum;
}
