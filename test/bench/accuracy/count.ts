/** Counts a record as the command does. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { batchEndpoint } from '../../../src/core/estimate/batch.ts';
import { imageGeneration } from '../../../src/core/media/image-generation.ts';
import { imageModels } from '../../../src/core/media/image-rules.ts';
import { type ImageSize, imageInputTokens } from '../../../src/core/media/image-tokens.ts';
import type { MediaTokens } from '../../../src/core/media/media-tokens.ts';
import { resolveModel } from '../../../src/core/names.ts';
import { type CountedModel, countedModel, framingOf } from '../../../src/core/request/framing.ts';
import {
  type MediaPart,
  REQUEST_ENDPOINTS,
  type RequestEndpoint,
} from '../../../src/core/request/request.ts';
import { requestMediaTokens } from '../../../src/core/request/request-media.ts';
import { RequestCounter } from '../../../src/core/request/request-tokens.ts';
import type { Count } from '../../../src/core/request/tally.ts';
import { instantOf } from '../../../src/core/time.ts';
import { readShippedRateTable } from '../../../src/input/rates.ts';
import { readRequest } from '../../../src/input/requests/index.ts';
import { readShippedFraming, readShippedImageRules } from '../../../src/input/shipped.ts';
import { type Kind, kindOf } from './kinds.ts';
import type { AccuracyRecord } from './records.ts';

const rates = readShippedRateTable(readFileSync('rates/openai.json'), 'rates/openai.json');
const images = readShippedImageRules(readFileSync('rates/images.json'));
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
  return countRequest(record) ?? countImage(record) ?? countGeneration(record);
}

function countRequest(record: AccuracyRecord): Counted | string | undefined {
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
    countMedia: (part, counted, countText) => countMedia(record, part, counted, countText),
  });
  const { total } = counter.count(read.request, model);
  const found = framingOf(framing, model.id);
  const family = found.kind === 'messages' ? found.family.id : model.id;
  return { kind: kindOf(read.request), family, count: total, reported };
}

function endpointOf(url: string): RequestEndpoint | undefined {
  const endpoint = batchEndpoint(url);
  return REQUEST_ENDPOINTS.find((each) => each === endpoint);
}

/** The model that answered; where the table does not have its name, the one that was asked. */
function modelOf(record: AccuracyRecord, asked: string | undefined): CountedModel | string {
  const { model } = resolveModel(rates, record.model, now);
  const found = model ?? resolveModel(rates, asked ?? '', now).model;
  return found ? countedModel(found) : `unknown model ${record.model}`;
}

/** The record says how large the images were that were cut from it. */
function countMedia(
  record: AccuracyRecord,
  part: MediaPart,
  model: CountedModel,
  countText: (text: string) => number,
): MediaTokens {
  const cut = record.media.find(({ path }) => path?.startsWith(`$.${part.path}`));
  const seen = part.kind === 'image' ? { ...part, size: sizeIn(cut) } : part;
  return requestMediaTokens(seen, model, images, countText);
}

function sizeIn(given: unknown): ImageSize | undefined {
  const { width, height } = (given ?? {}) as Partial<ImageSize>;
  return width !== undefined && height !== undefined ? { width, height } : undefined;
}

/** An image alone. */
function countImage(record: AccuracyRecord): Counted | string | undefined {
  const { image_tokens: reported } = record.expected;
  if (record.endpoint !== 'image-input' || typeof reported !== 'number') return undefined;
  const model = modelOf(record, undefined);
  if (typeof model === 'string') return model;
  const { detail } = record.request as { detail?: string };
  const counted = imageInputTokens(images, model.id, sizeIn(record.request), detail);
  const rule = imageModels(images, model.id);
  const family = rule !== undefined && 'rule' in rule ? rule.rule : model.id;
  return { kind: 'image', family, count: countOf(counted), reported };
}

/** Images that are made. */
function countGeneration(record: AccuracyRecord): Counted | string | undefined {
  const { output_image_tokens: seen, output_image_tokens_by_formula: computed } = record.expected;
  const reported = seen ?? computed;
  if (!record.endpoint.startsWith('/v1/images/') || typeof reported !== 'number') return undefined;
  const model = modelOf(record, undefined);
  if (typeof model === 'string') return model;
  const { size, quality, n } = record.request as { size?: string; quality?: string; n?: number };
  const made = imageGeneration(images, model.id, { size, quality, n, promptTokens: undefined });
  if (made.basis !== 'generation') return made.reason;
  return { kind: 'generation', family: model.id, count: countOf(made.imageOutput), reported };
}

function countOf(tokens: MediaTokens): Count {
  if ('reason' in tokens) return { basis: 'unknown', low: 0, expected: null, high: null };
  const { basis, low, high } = tokens;
  return { basis, low, high, expected: Math.round((low + high) / 2) };
}
