/** The images of a request in another level of detail. */
import type { ImageSize } from './image-tokens.ts';
import type { ConversationRequest, ImagePart, Item, ModelRequest, Part } from './request.ts';

/** Every level that OpenAI has for any model. */
export const DETAILS = ['low', 'high', 'auto', 'original'] as const;
export type Detail = (typeof DETAILS)[number];

export function hasImages(request: ModelRequest): request is ConversationRequest {
  return (
    request.kind === 'conversation' &&
    request.items.some((item) => partsOf(item).some(({ kind }) => kind === 'image'))
  );
}

export function withDetail(request: ModelRequest, detail: Detail): ModelRequest {
  return withImages(request, (image) => ({ ...image, detail }));
}

/** The size for those images of which nobody can know it, as they lie at a URL. */
export function withImageSize(request: ModelRequest, size: ImageSize | undefined): ModelRequest {
  if (!size) return request;
  return withImages(request, (image) =>
    image.unreadable === undefined ? { ...image, size: image.size ?? size } : image,
  );
}

function withImages(request: ModelRequest, map: (image: ImagePart) => ImagePart): ModelRequest {
  if (request.kind !== 'conversation') return request;
  const change = (part: Part): Part => (part.kind === 'image' ? map(part) : part);
  return {
    ...request,
    items: request.items.map((item) =>
      item.kind === 'message' || item.kind === 'result'
        ? { ...item, parts: item.parts.map(change) }
        : item,
    ),
  };
}

function partsOf(item: Item): readonly Part[] {
  return item.kind === 'message' || item.kind === 'result' ? item.parts : [];
}
