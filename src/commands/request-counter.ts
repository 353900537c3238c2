import type { FramingTable } from '../core/framing.ts';
import type { ImageRules } from '../core/image-rules.ts';
import { requestMediaTokens } from '../core/request-media.ts';
import { RequestCounter } from '../core/request-tokens.ts';
import { countTokens } from '../tokens/index.ts';

/** Counts requests by these tables. */
export function requestCounter(framing: FramingTable, images: ImageRules): RequestCounter {
  return new RequestCounter({
    framing,
    countText: countTokens,
    countMedia: (part, model, countText) => requestMediaTokens(part, model, images, countText),
  });
}
