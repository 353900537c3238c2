import type { Prompt, Unreadable } from '../../core/estimate/estimate.ts';
import { InputError } from '../../core/input-error.ts';
import type { JsonValue } from '../../core/json.ts';
import { generationTable } from '../../core/media/image-generation.ts';
import type { ImageSize } from '../../core/media/image-tokens.ts';
import { type ImagesRequest, type MediaRequest, mediaInput } from '../../core/media/made-media.ts';
import { resolveModel } from '../../core/names.ts';
import type { Model } from '../../core/rates.ts';
import {
  type CountInput,
  type InputCount,
  unknownCount,
  type Variant,
} from '../../core/request/input-count.ts';
import { templateInput } from '../../core/request/template-input.ts';
import type { Source } from '../../core/source.ts';
import { audioLengthOf } from '../media/audio-length.ts';
import { dataOfBytes } from '../media/data.ts';
import { readMediaRequest } from '../requests/made-media.ts';
import type { MediaEndpoint } from '../requests/media-endpoint.ts';
import { valueTemplate } from '../templates.ts';
import type { Counting, ReadSendable } from './kind.ts';

/** A request that makes or takes media. Of the model that it is for, everything depends. */
export function sentMedia(
  value: JsonValue,
  endpoint: MediaEndpoint,
  sent: Pick<Prompt, 'source' | 'bytes'>,
  counting: Counting,
): Prompt | Unreadable {
  const { filling } = counting;
  const template = filling && valueTemplate(value, filling);
  const [values = new Map()] = filling?.runs ?? [];
  const read = readMediaRequest(template ? template.fill(values).value : value, endpoint);
  const { source } = sent;
  if (read.kind === 'bad') return { source, reason: read.reason };
  if (!template) return promptOf(read.request, sent, counting);
  const countRuns = (count: CountMedia) => (model: Model | undefined) =>
    templateInput(filling, model, (some) => {
      const { value: filled, unfilled } = template.fill(some);
      const run = readMediaRequest(filled, endpoint);
      if (run.kind === 'bad') throw new InputError([{ source, message: run.reason }]);
      return { count: count(run.request, model), unfilled };
    });
  return promptOf(read.request, sent, counting, countRuns);
}

type CountMedia = (request: MediaRequest, model: Model | undefined) => InputCount;

/** What the API takes of audio. */
const MAX_AUDIO_BYTES = 25 * 1024 ** 2;

/** Audio that is to be written down. */
export const readSentAudio: ReadSendable = async ({ file, content }, counting) => {
  const bytes = await content.peek(MAX_AUDIO_BYTES + 1);
  if (bytes.length > MAX_AUDIO_BYTES) {
    const reason = `audio of more than ${MAX_AUDIO_BYTES / 1024 ** 2} MiB, which the API does not take; split it`;
    return { source: { file }, reason };
  }
  const length = audioLengthOf(dataOfBytes(bytes));
  const known = 'reason' in length ? undefined : length;
  if (known === undefined && counting.audioSeconds === undefined && 'reason' in length) {
    return { source: { file }, reason: length.reason };
  }
  const request = { kind: 'transcription', model: undefined, prompt: '', length: known } as const;
  return promptOf(request, { source: { file }, bytes: bytes.length }, counting);
};

/** @param countAll counts each run of what is a template */
function promptOf(
  request: MediaRequest,
  { source, bytes }: Pick<Prompt, 'source' | 'bytes'>,
  counting: Counting,
  countAll = (count: CountMedia): CountInput =>
    (model) =>
      count(request, model),
): Prompt | Unreadable {
  const { models } = counting;
  if (request.model === undefined && models === undefined) {
    return { source, reason: 'names no model; say with --model what it is sent to' };
  }
  // Where models are compared, it is no mistake that one of them cannot do it.
  const isChosen = models === undefined || models.length === 1;
  return {
    source,
    bytes,
    peculiarities: [],
    countInput: countAll((each, model) =>
      countMedia(each, model, counting, isChosen ? source : undefined),
    ),
    asks: { model: request.model, tier: undefined },
    variants:
      request.kind === 'images'
        ? { quality: qualitiesFor(request, counting, countAll) }
        : undefined,
  };
}

/** The same images in every quality and size that the models list. */
function qualitiesFor(
  request: ImagesRequest,
  counting: Counting,
  countAll: (count: CountMedia) => CountInput,
): Variant[] {
  const { rates, at, images } = counting;
  const asked = request.model === undefined ? [] : [resolveModel(rates, request.model, at).model];
  const models = counting.models ?? asked;
  const options = models.flatMap((model) => (model ? generationTable(images, model.id) : []));
  const byName = new Map(options.map((option) => [`${option.quality} ${option.size}`, option]));
  return [...byName].map(([name, { quality, size }]) => ({
    name,
    countInput: countAll((each, model) =>
      countMedia(withAsked(each, { quality, size }), model, counting, undefined),
    ),
  }));
}

function withAsked(request: MediaRequest, more: Partial<ImagesRequest['asked']>): MediaRequest {
  if (request.kind !== 'images') return request;
  return { ...request, asked: { ...request.asked, ...more } };
}

/**
 * @param chosen what is wrong if the model does not take such a request; undefined if nothing is
 * @throws InputError that says what the model takes
 */
export function countMedia(
  request: MediaRequest,
  model: Model | undefined,
  { images, at, audioSeconds, imageSize, used, countText }: Counting,
  chosen: Source | undefined,
): InputCount {
  const length =
    audioSeconds === undefined ? undefined : { least: audioSeconds, most: audioSeconds };
  const isLengthOpen =
    request.kind === 'speech' || (request.kind === 'transcription' && !request.length);
  if (isLengthOpen) used.add('audioSeconds');
  if (request.kind === 'images' && request.asked.inputImages?.some((known) => !known)) {
    used.add('imageSize');
  }
  const counted = mediaInput(withSize(request, imageSize), model, {
    images,
    at,
    length,
    countText,
  });
  if (!('basis' in counted)) return counted;
  if (chosen) throw new InputError([{ source: chosen, message: counted.reason }]);
  const { shares, ...rest } = unknownCount(counted.reason);
  return { ...rest, shares: shares.map((share) => ({ ...share, answers: 0 })) };
}

/** Of input images of which nobody but who has them knows the size. */
function withSize(request: MediaRequest, size: ImageSize | undefined): MediaRequest {
  if (request.kind !== 'images' || size === undefined) return request;
  return withAsked(request, {
    inputImages: request.asked.inputImages?.map((known) => known ?? size),
  });
}
