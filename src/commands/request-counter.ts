import type { ImageRules } from '../core/media/image-rules.ts';
import type { FramingTable } from '../core/request/framing.ts';
import { requestMediaTokens } from '../core/request/request-media.ts';
import { RequestCounter } from '../core/request/request-tokens.ts';
import { countTokens } from '../tokens/index.ts';

/** Counts requests by these tables. */
export function requestCounter(framing: FramingTable, images: ImageRules): RequestCounter {
  return new RequestCounter({
    framing,
    countText: countTokens,
    countMedia: (part, model, countText) => requestMediaTokens(part, model, images, countText),
  });
}
