/** Looks at the images, sounds and files that a request carries: their size, length and pages. */
import { fileKind } from '../../core/media/file-tokens.ts';
import type { ImageSize } from '../../core/media/image-tokens.ts';
import type { MediaPart, ModelRequest, Part } from '../../core/request/request.ts';
import { audioLengthOf } from '../media/audio-length.ts';
import { type Data, dataOfBase64, dataOfUrl, type Unreadable } from '../media/data.ts';
import { imageSizeOf } from '../media/image-size.ts';
import { pdfPages } from '../media/pdf-pages.ts';

/** What somebody says of media that do not tell it themselves. */
export interface SaidMedia {
  readonly imageSize?: ImageSize | undefined;
  readonly audioSeconds?: number | undefined;
  /** What of it was of use. */
  readonly used?: Set<'imageSize' | 'audioSeconds'> | undefined;
}

/** The same request with what the data says of itself, and without the data. */
export function lookAtMedia(request: ModelRequest, said: SaidMedia = {}): ModelRequest {
  if (!hasMedia(request)) return request;
  const look = (part: Part) => lookAt(part, said);
  if (request.kind === 'texts') return { ...request, parts: request.parts.map(look) };
  const items = request.items.map((item) =>
    'parts' in item ? { ...item, parts: item.parts.map(look) } : item,
  );
  return { ...request, items };
}

function hasMedia(request: ModelRequest): boolean {
  const isMedia = ({ kind }: Part) => kind !== 'text' && kind !== 'unknown';
  if (request.kind === 'texts') return request.parts.some(isMedia);
  return request.items.some((item) => 'parts' in item && item.parts.some(isMedia));
}

function lookAt(part: Part, said: SaidMedia): Part {
  if (part.kind === 'text' || part.kind === 'unknown') return part;
  if (part.data === undefined) return withSaid(part, said);
  const data = dataOf(part.data);
  const looked = 'reason' in data ? { ...part, unreadable: data.reason } : seen(part, data);
  return { ...withSaid(looked, said), data: undefined };
}

function withSaid(part: MediaPart, { imageSize, audioSeconds, used }: SaidMedia): MediaPart {
  if (part.kind === 'image' && part.unreadable === undefined) {
    if (part.size === undefined) used?.add('imageSize');
    return { ...part, size: part.size ?? imageSize };
  }
  if (part.kind !== 'audio' || part.length || audioSeconds === undefined) return part;
  used?.add('audioSeconds');
  const length = { least: audioSeconds, most: audioSeconds };
  return { ...part, length, unreadable: undefined };
}

function dataOf(written: string): Data | Unreadable {
  return written.startsWith('data:') ? dataOfUrl(written) : dataOfBase64(written);
}

function seen(part: MediaPart, data: Data): MediaPart {
  switch (part.kind) {
    case 'image': {
      const size = imageSizeOf(data);
      return 'reason' in size ? { ...part, unreadable: size.reason } : { ...part, size };
    }
    case 'audio': {
      const length = audioLengthOf(data);
      return 'reason' in length ? { ...part, unreadable: length.reason } : { ...part, length };
    }
    case 'file':
      return { ...part, ...fileSeen(part.filename ?? '', data) };
  }
}

function fileSeen(filename: string, data: Data) {
  const kind = filename === '' ? undefined : fileKind(filename);
  if (kind === 'pdf') return { pages: pdfPages(data) };
  if (kind !== 'text') return {};
  return { text: new TextDecoder().decode(data.first(data.length)) };
}
