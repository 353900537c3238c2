/** Reads requests that make or take media: images, speech, transcriptions. */
import type { ImageSize } from '../../core/media/image-tokens.ts';
import type {
  ImagesRequest,
  MediaRequest,
  SpeechRequest,
  TranscriptionRequest,
} from '../../core/media/made-media.ts';
import { audioLengthOf } from '../media/audio-length.ts';
import { dataOfBase64, dataOfUrl } from '../media/data.ts';
import { imageSizeOf } from '../media/image-size.ts';
import { BadField, isObject, JsonFields } from '../usage/json-fields.ts';
import type { MediaEndpoint } from './media-endpoint.ts';

export type ReadMediaRequest =
  | { readonly kind: 'request'; readonly request: MediaRequest }
  /** What is wrong, where and what to do. */
  | { readonly kind: 'bad'; readonly reason: string };

/** A request, or why it cannot be read. */
export function readMediaRequest(value: unknown, endpoint: MediaEndpoint): ReadMediaRequest {
  if (!isObject(value)) return { kind: 'bad', reason: 'is no object' };
  const fields = new JsonFields(value);
  try {
    return { kind: 'request', request: READERS[endpoint](fields, fields.text('model')) };
  } catch (error) {
    if (error instanceof BadField) return { kind: 'bad', reason: error.message };
    throw error;
  }
}

type Reader = (fields: JsonFields, model: string | undefined) => MediaRequest;

const READERS: Readonly<Record<MediaEndpoint, Reader>> = {
  image_generations: readImages,
  image_edits: readImages,
  speech: readSpeech,
  transcriptions: readTranscription,
};

function readImages(fields: JsonFields, model: string | undefined): ImagesRequest {
  const images = inputImages(fields);
  return {
    kind: 'images',
    model,
    prompt: needed(fields, 'prompt'),
    asked: {
      size: fields.text('size'),
      quality: fields.text('quality'),
      n: fields.count('n'),
      partialImages: fields.count('partial_images'),
      inputFidelity: fields.text('input_fidelity'),
      inputImages: images,
      hasMask: fields.value('mask') !== undefined,
    },
  };
}

/** One image or several, in either field: a text, or an object that says where it is. */
function inputImages(fields: JsonFields): (ImageSize | undefined)[] {
  return ['image', 'images'].flatMap((key) => {
    const value = fields.value(key);
    if (value === undefined) return [];
    const list = Array.isArray(value) ? value : [value];
    return list.map((image, index) => {
      const place = Array.isArray(value) ? `${key}[${index}]` : key;
      return sizeOf(located(image, fields, place), fields, place);
    });
  });
}

function located(image: unknown, fields: JsonFields, place: string): string | undefined {
  if (typeof image === 'string') return image;
  if (!isObject(image))
    throw fields.bad(place, 'is neither a text nor an object with an image_url');
  const inner = new JsonFields(image, place);
  if (isObject(inner.value('image_url'))) return inner.object('image_url')?.text('url');
  const url = inner.text('image_url') ?? inner.text('b64_json');
  if (url === undefined && inner.text('file_id') === undefined) {
    throw inner.bad('image_url', 'is missing; give a data URL, a URL or a file_id');
  }
  return url;
}

/** So much base64 is no name of a file. */
const LEAST_BASE64 = 64;

/** Undefined where only OpenAI, or whoever has the file, can tell. */
function sizeOf(
  image: string | undefined,
  fields: JsonFields,
  place: string,
): ImageSize | undefined {
  if (image === undefined) return undefined;
  const isUrl = image.startsWith('data:');
  if (!isUrl && (image.length < LEAST_BASE64 || /^https?:/.test(image))) return undefined;
  const read = isUrl ? dataOfUrl(image) : dataOfBase64(image);
  if ('reason' in read) throw fields.bad(place, `is ${read.reason}`);
  const size = imageSizeOf(read);
  if ('reason' in size) throw fields.bad(place, `is ${size.reason}`);
  return { width: size.width, height: size.height };
}

function readSpeech(fields: JsonFields, model: string | undefined): SpeechRequest {
  return {
    kind: 'speech',
    model,
    text: needed(fields, 'input'),
    instructions: fields.text('instructions') ?? '',
  };
}

function readTranscription(fields: JsonFields, model: string | undefined): TranscriptionRequest {
  const file = fields.value('file');
  const isData = typeof file === 'string' && file.startsWith('data:');
  const read = isData ? dataOfUrl(file) : undefined;
  if (read && 'reason' in read) throw fields.bad('file', `is ${read.reason}`);
  const length = read && audioLengthOf(read);
  return {
    kind: 'transcription',
    model,
    prompt: fields.text('prompt') ?? '',
    length: length === undefined || 'reason' in length ? undefined : length,
  };
}

function needed(fields: JsonFields, key: string): string {
  const text = fields.text(key);
  if (text === undefined) throw fields.bad(key, 'is missing');
  return text;
}
