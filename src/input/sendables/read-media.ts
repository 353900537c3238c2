import type { Prompt, Unreadable } from '../../core/estimate.ts';
import { generationTable } from '../../core/image-generation.ts';
import type { ImageSize } from '../../core/image-tokens.ts';
import { type InputCount, textCount, type Variant } from '../../core/input-count.ts';
import { InputError } from '../../core/input-error.ts';
import { type ImagesRequest, type MediaRequest, mediaInput } from '../../core/made-media.ts';
import { resolveModel } from '../../core/names.ts';
import type { Model } from '../../core/rates.ts';
import type { Source } from '../../core/source.ts';
import type { Count } from '../../core/tally.ts';
import { audioLengthOf } from '../media/audio-length.ts';
import { dataOfBytes } from '../media/data.ts';
import { readMediaRequest } from '../requests/made-media.ts';
import type { Counting, ReadSendable } from './kind.ts';
import { MAX_REQUEST_BYTES } from './read-request.ts';

/** A request that makes or takes media. Of the model that it is for, everything depends. */
export const readSentMedia: ReadSendable = async ({ file, content, isForced }, counting) => {
  const bytes = await content.peek(MAX_REQUEST_BYTES + 1);
  const bad = (reason: string): Unreadable => ({ source: { file }, reason });
  if (bytes.length > MAX_REQUEST_BYTES) {
    return bad(`a request of more than ${MAX_REQUEST_BYTES / 1024 ** 2} MiB`);
  }
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return bad('a request that is no JSON; mend it, or count it as text with --as chat');
  }
  const read = readMediaRequest(value);
  if (!read) return isForced ? bad('no request for images, speech or a transcription') : undefined;
  if (read.kind === 'bad') return bad(read.reason);
  return promptOf(read.request, { file }, bytes.length, counting);
};

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
    return { source: { file }, reason: `${length.reason} with --audio-seconds` };
  }
  const request = { kind: 'transcription', model: undefined, prompt: '', length: known } as const;
  return promptOf(request, { file }, bytes.length, counting);
};

function promptOf(
  request: MediaRequest,
  source: Source,
  bytes: number,
  counting: Counting,
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
    countInput: (model) => countMedia(request, model, counting, isChosen ? source : undefined),
    asks: { model: request.model, tier: undefined },
    variants: request.kind === 'images' ? { quality: qualitiesFor(request, counting) } : undefined,
  };
}

/** The same images in every quality and size that the models list. */
function qualitiesFor(request: ImagesRequest, counting: Counting): Variant[] {
  const { rates, at, images } = counting;
  const asked = request.model === undefined ? [] : [resolveModel(rates, request.model, at).model];
  const models = counting.models ?? asked;
  const options = models.flatMap((model) => (model ? generationTable(images, model.id) : []));
  const byName = new Map(options.map((option) => [`${option.quality} ${option.size}`, option]));
  return [...byName].map(([name, { quality, size }]) => {
    const varied = { ...request, asked: { ...request.asked, quality, size } };
    return { name, countInput: (model) => countMedia(varied, model, counting, undefined) };
  });
}

/**
 * @param chosen what is wrong if the model does not take such a request; undefined if nothing is
 * @throws InputError that says what the model takes
 */
export function countMedia(
  request: MediaRequest,
  model: Model | undefined,
  { images, at, audioSeconds, imageSize, countText }: Counting,
  chosen: Source | undefined,
): InputCount {
  const length =
    audioSeconds === undefined ? undefined : { least: audioSeconds, most: audioSeconds };
  const counted = mediaInput(withSize(request, imageSize), model, {
    images,
    at,
    length,
    countText,
  });
  if (!('basis' in counted)) return counted;
  if (chosen) throw new InputError([{ source: chosen, message: counted.reason }]);
  const { shares, ...rest } = textCount(0, UNKNOWN);
  const unknown = [counted.reason];
  return { ...rest, shares: shares.map((share) => ({ ...share, answers: 0, unknown })) };
}

/** Of input images of which nobody but who has them knows the size. */
function withSize(request: MediaRequest, size: ImageSize | undefined): MediaRequest {
  if (request.kind !== 'images' || size === undefined) return request;
  const { asked } = request;
  const inputImages = asked.inputImages?.map((known) => known ?? size);
  return { ...request, asked: { ...asked, inputImages } };
}

const UNKNOWN: Count = { basis: 'unknown', low: 0, expected: null, high: null };
