import { perUnit } from '../core/price.ts';
import {
  BANDS,
  type Cell,
  type Model,
  type RateTable,
  type TokenRates,
  versionAt,
} from '../core/rates.ts';
import { dayOf, type Instant } from '../core/time.ts';
import { MODALITIES, TOKEN_KINDS, type TokenKind } from '../core/usage.ts';
import { csvRow } from './csv.ts';
import type { FormatName } from './index.ts';
import { SCHEMA_VERSION } from './json.ts';
import { markdownTable, renderTable, type TableData } from './table.ts';
import type { Terminal } from './terminal.ts';

/** The models of a table with their prices on a day. */
export interface RateList {
  readonly table: RateTable;
  readonly at: Instant;
}

type RateListReporter = (list: RateList, terminal: Terminal) => string;

export const RATE_LIST_FORMATS = {
  text: (list, terminal) => `${caption(list)}\n\n${renderTable(rateListTable(list), terminal)}\n`,
  markdown: (list) => `${caption(list)}\n\n${markdownTable(rateListTable(list))}\n`,
  csv: (list) =>
    [CSV_HEADER, ...pricedModels(list).map((model) => csvCells(list, model))].map(csvRow).join(''),
  json: (list) => `${JSON.stringify(rateListDocument(list), null, 2)}\n`,
} as const satisfies Record<FormatName, RateListReporter>;

function caption({ table, at }: RateList): string {
  return `USD per 1M text tokens, standard tier, on ${dayOf(at)} · rate table ${dayOf(table.version)}`;
}

function rateListTable(list: RateList): TableData<Model> {
  const price = (kind: TokenKind) => (model: Model) => shownPrice(standardCell(list, model, kind));
  return {
    columns: [
      { title: 'Model', kind: 'name', value: ({ id }) => id },
      { title: 'Input', kind: 'price', value: price('input') },
      { title: 'Cached', kind: 'price', value: price('cachedInput') },
      { title: 'Output', kind: 'price', value: price('output') },
      { title: 'Otherwise', kind: 'price', value: (model) => otherPrice(list, model) },
      {
        title: 'Shut down',
        kind: 'price',
        value: ({ id, shutdown }) => {
          const end = shutdown.get(id);
          return end === undefined ? '' : dayOf(end);
        },
      },
    ],
    rows: pricedModels(list),
  };
}

function standardCell({ at }: RateList, model: Model, kind: TokenKind): Cell | undefined {
  return versionAt(model, at)?.tokens.standard?.short?.text?.[kind];
}

function shownPrice(cell: Cell | undefined): string {
  if (cell === undefined || cell === 'unpublished') return '-';
  return cell === 'as-input' ? 'as input' : `$${cell.usdPerMillion}`;
}

/** The models that have a price on the day. */
function pricedModels({ table, at }: RateList): Model[] {
  return table.models.filter((model) => versionAt(model, at) !== undefined);
}

/** The least price by something else than a token, where that is what is billed. */
function otherPrice({ at }: RateList, model: Model): string {
  const units = versionAt(model, at)?.units.filter(({ estimate }) => !estimate) ?? [];
  const [least, ...others] = [...units].sort((a, b) => Number(a.usd) - Number(b.usd));
  if (!least) return '';
  return `${others.length > 0 ? 'from ' : ''}$${least.usd} per ${perUnit(least.unit, least.per)}`;
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
      usdPerMillion: rawTokenRates(versionAt(model, at)?.tokens ?? {}),
    })),
  };
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
    `  ${table.models.length} models with ${table.names.size} names, ${table.tools.length} tools, ${versions.length} price versions, ${cells} prices`,
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
