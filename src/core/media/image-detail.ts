/** The images of a request in another level of detail. */
import type { ConversationRequest, Item, ModelRequest, Part } from '../request/request.ts';

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
  if (request.kind !== 'conversation') return request;
  const change = (part: Part): Part => (part.kind === 'image' ? { ...part, detail } : part);
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
