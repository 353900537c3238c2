/** Counts a record as the command does. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type CountedModel, framingOf } from '../../../src/core/framing.ts';
import { resolveModel } from '../../../src/core/names.ts';
import {
  ENDPOINT_URLS,
  type ImagePart,
  type MediaPart,
  type RequestEndpoint,
} from '../../../src/core/request.ts';
import { type MediaCount, RequestCounter } from '../../../src/core/request-tokens.ts';
import type { Count } from '../../../src/core/tally.ts';
import { instantOf } from '../../../src/core/time.ts';
import { readShippedFraming } from '../../../src/input/framing.ts';
import { readShippedRateTable } from '../../../src/input/rates.ts';
import { readRequest } from '../../../src/input/requests/index.ts';
import { type Kind, kindOf } from './kinds.ts';
import type { AccuracyRecord } from './records.ts';

const rates = readShippedRateTable(readFileSync('rates/openai.json'), 'rates/openai.json');
const framing = readShippedFraming(readFileSync('rates/framing.json'));
const now = instantOf(new Date());
/** Built, as the counter looks for its vocabulary beside itself. */
const { countTokens }: typeof import('../../../src/tokens/index.ts') = await import(
  pathToFileURL(resolve('dist/index.js')).href
);

export interface Counted {
  readonly kind: Kind;
  readonly family: string;
  readonly count: Count;
  readonly reported: number;
}

/** Undefined where the record is of nothing that is counted here; a text says why it cannot be. */
export function countRecord(record: AccuracyRecord): Counted | string | undefined {
  const { prompt_tokens: reported } = record.expected;
  const endpoint = endpointOf(record.endpoint);
  if (typeof reported !== 'number' || endpoint === undefined) return undefined;
  const read = readRequest(record.request, { file: record.file }, endpoint);
  if (read.kind === 'bad') return read.reason;
  const model = modelOf(record, read.request.model);
  if (typeof model === 'string') return model;
  const counter = new RequestCounter({
    framing,
    countText: countTokens,
    countMedia: (part, counted) => countMedia(record, part, counted),
  });
  const { total } = counter.count(read.request, model);
  const found = framingOf(framing, model.id);
  const family = found.kind === 'messages' ? found.family.id : model.id;
  return { kind: kindOf(read.request), family, count: total, reported };
}

function endpointOf(url: string): RequestEndpoint | undefined {
  const endpoints = Object.keys(ENDPOINT_URLS) as RequestEndpoint[];
  return endpoints.find((endpoint) => ENDPOINT_URLS[endpoint] === url);
}

/** The model that answered; where the table does not have its name, the one that was asked. */
function modelOf(record: AccuracyRecord, asked: string | undefined): CountedModel | string {
  const { model } = resolveModel(rates, record.model, now);
  const found = model ?? resolveModel(rates, asked ?? '', now).model;
  if (!found) return `unknown model ${record.model}`;
  const { id, encoding, encodingBasis } = found;
  return { id, encoding, isEncodingKnown: encodingBasis !== 'assumed' };
}

/** The record says how large the images were that were cut from it. */
function countMedia(record: AccuracyRecord, part: MediaPart, model: CountedModel): MediaCount {
  if (part.kind !== 'image')
    return { basis: 'unknown', reason: `${part.kind} cut from the record` };
  const cut = record.media.find(({ path }) => path?.startsWith(`$.${part.path}`));
  const { width, height } = cut ?? {};
  const size = width !== undefined && height !== undefined ? { width, height } : undefined;
  return countImage({ ...part, size }, model);
}

/** Until the rules of images are here. */
function countImage(_image: ImagePart, model: CountedModel): MediaCount {
  return { basis: 'unknown', reason: `no rule for images of ${model.id}` };
}
