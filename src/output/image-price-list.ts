import type { ImagePrice, ImagePriceRequest } from '../core/media/image-prices.ts';
import type { RateTable } from '../core/rates.ts';
import { dayOf } from '../core/time.ts';
import { count } from '../core/wording.ts';
import { csvRow } from './csv-row.ts';
import { amounts, SCHEMA_VERSION } from './json.ts';
import { markdownText } from './markdown-text.ts';
import type { RateListFormat } from './rate-list.ts';
import { safeText } from './safe.ts';
import { markdownTable, renderTable, type TableData } from './table.ts';
import type { Terminal } from './terminal.ts';
import { wrap } from './wrap.ts';

/** What an image costs, with what was asked for. */
export interface ImagePriceList {
  readonly rates: RateTable;
  readonly request: ImagePriceRequest;
  readonly prices: readonly ImagePrice[];
}

type ImagePriceReporter = (list: ImagePriceList, terminal: Terminal) => string;

export const IMAGE_PRICE_FORMATS = {
  text: (list, terminal) => {
    const remarks = [caption(list), ...remarksOf(list)].map((line) =>
      wrap(safeText(line), terminal.width),
    );
    const [head = '', ...notes] = remarks;
    return blocks([head, renderTable(tableOf(list), terminal), notes.join('\n')]);
  },
  markdown: (list) =>
    blocks([
      markdownText(caption(list)),
      markdownTable(tableOf(list)),
      remarksOf(list)
        .map((line) => `- ${markdownText(line)}`)
        .join('\n'),
    ]),
  csv: ({ prices }) => [CSV_HEADER, ...prices.map(csvCells)].map(csvRow).join(''),
  json: (list) => `${JSON.stringify(documentOf(list), null, 2)}\n`,
} as const satisfies Record<RateListFormat, ImagePriceReporter>;

function blocks(parts: readonly string[]): string {
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function caption({ request, rates }: ImagePriceList): string {
  return `USD per image, ${request.tier} tier, on ${dayOf(request.at)} · prompts and input images are extra · rate table ${dayOf(rates.version)}`;
}

function tableOf({ prices }: ImagePriceList): TableData<ImagePrice> {
  return {
    columns: [
      { title: 'Model', kind: 'name', value: ({ model }) => model },
      { title: 'Quality', kind: 'name', value: ({ quality }) => quality },
      { title: 'Size', kind: 'name', value: ({ size }) => size },
      { title: 'Tokens', kind: 'price', value: tokensText },
      { title: 'Basis', kind: 'name', value: ({ tokens }) => tokens.basis },
      { title: 'An image', kind: 'cost', value: ({ cost }) => cost },
    ],
    rows: prices,
  };
}

function tokensText({ tokens, isByImage }: ImagePrice): string {
  if (isByImage) return 'by the image';
  if (!('low' in tokens)) return 'unknown';
  const { low, high } = tokens;
  return low === high ? count(low) : `${count(low)}-${count(high)}`;
}

/** Why counts are no more than estimates, once for all that it is said of. */
function remarksOf({ prices }: ImagePriceList): string[] {
  const models = new Map<string, Set<string>>();
  for (const price of prices) {
    for (const reason of reasonsOf(price)) {
      models.set(reason, (models.get(reason) ?? new Set()).add(price.model));
    }
  }
  return [...models].map(([reason, names]) => `${[...names].join(', ')}: ${reason}`);
}

function reasonsOf({ tokens, cost }: ImagePrice): readonly string[] {
  if (!('low' in tokens)) return [tokens.reason];
  const unpriced = cost.unpriced.flatMap(({ item }) =>
    item.cost.kind === 'unpriced' ? item.cost.reason : [],
  );
  return [...tokens.reasons, ...unpriced];
}

const CSV_HEADER = [
  'model',
  'quality',
  'size',
  'tokens_low',
  'tokens_high',
  'basis',
  'usd',
  'usd_low',
  'usd_high',
];

function csvCells(price: ImagePrice): string[] {
  const { model, quality, size, tokens, cost, isByImage } = price;
  const { usd, usdLow, usdHigh, complete } = amounts(cost);
  const counts = 'low' in tokens && !isByImage ? [tokens.low, tokens.high] : ['', ''];
  return [
    ...[model, quality, size, ...counts.map(String), tokens.basis],
    ...[usd ?? '', complete ? usdLow : '', usdHigh ?? ''],
  ];
}

function documentOf({ rates, request, prices }: ImagePriceList) {
  return {
    schemaVersion: SCHEMA_VERSION,
    command: 'rates images',
    rates: { version: dayOf(rates.version), sha256: rates.sha256 },
    date: dayOf(request.at),
    tier: request.tier,
    images: prices.map((price) => ({
      model: price.model,
      quality: price.quality,
      size: price.size,
      tokens:
        'low' in price.tokens && !price.isByImage
          ? { low: price.tokens.low, high: price.tokens.high }
          : null,
      basis: price.tokens.basis,
      reasons: reasonsOf(price),
      ...amounts(price.cost),
    })),
  };
}
