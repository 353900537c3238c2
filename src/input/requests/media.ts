/** Looks at the images, sounds and files that a request carries: their size, length and pages. */
import { fileKind } from '../../core/file-tokens.ts';
import type { Item, MediaPart, ModelRequest, Part } from '../../core/request.ts';
import { audioLengthOf } from '../media/audio-length.ts';
import { type Data, dataOfBase64, dataOfUrl, type Unreadable } from '../media/data.ts';
import { imageSizeOf } from '../media/image-size.ts';
import { pdfPages } from '../media/pdf-pages.ts';

/** The same request with what the data says of itself, and without the data. */
export function lookAtMedia(request: ModelRequest): ModelRequest {
  if (!hasData(request)) return request;
  if (request.kind === 'texts') return { ...request, parts: request.parts.map(lookAt) };
  return { ...request, items: request.items.map(lookAtItem) };
}

function hasData(request: ModelRequest): boolean {
  const isData = (part: Part) => 'data' in part && part.data !== undefined;
  if (request.kind === 'texts') return request.parts.some(isData);
  return request.items.some((item) => 'parts' in item && item.parts.some(isData));
}

function lookAtItem(item: Item): Item {
  return item.kind === 'message' || item.kind === 'result'
    ? { ...item, parts: item.parts.map(lookAt) }
    : item;
}

function lookAt(part: Part): Part {
  if (part.kind === 'text' || part.kind === 'unknown' || part.data === undefined) return part;
  const data = dataOf(part.data);
  if ('reason' in data) return { ...part, data: undefined, unreadable: data.reason };
  return { ...seen(part, data), data: undefined };
}

function dataOf(written: string): Data | Unreadable {
  if (!written.startsWith('data:')) return dataOfBase64(written);
  const read = dataOfUrl(written);
  return 'reason' in read ? read : read.data;
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
