import { requestMediaTokens } from '../core/request-media.ts';
import { RequestCounter } from '../core/request-tokens.ts';
import { readShippedImageRules } from '../input/image-rules.ts';
import type { Io } from '../io.ts';
import { countTokens } from '../tokens/index.ts';
import { loadFraming } from './load-framing.ts';

/** Counts requests with the tables that the package ships. */
export async function loadRequestCounter(
  io: Pick<Io, 'readFile' | 'packageFile'>,
): Promise<RequestCounter> {
  const framing = await loadFraming(io);
  const images = readShippedImageRules(await io.readFile(io.packageFile('rates/images.json')));
  return new RequestCounter({
    framing,
    countText: countTokens,
    countMedia: (part, model, countText) => requestMediaTokens(part, model, images, countText),
  });
}
