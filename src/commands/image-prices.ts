import { imagePrices } from '../core/media/image-prices.ts';
import { EXIT } from '../core/report.ts';
import { type Instant, instantOf } from '../core/time.ts';
import type { Io } from '../io.ts';
import { IMAGE_PRICE_FORMATS } from '../output/image-price-list.ts';
import type { RateListFormat } from '../output/rate-list.ts';
import { loadRates } from './load-rates.ts';
import { loadImageRules } from './load-shipped.ts';
import { type PrintOptions, publish } from './print.ts';
import { tierOf } from './tier.ts';

export interface ImagePriceOptions extends PrintOptions<RateListFormat> {
  readonly model?: readonly string[];
  readonly size?: string;
  readonly quality?: string;
  readonly tier?: string;
  readonly on?: Instant;
  readonly rates?: string;
}

/** `openai-cost rates images`: what an image costs, by model, quality and size. */
export async function listImagePrices(options: ImagePriceOptions, io: Io): Promise<number> {
  const rates = await loadRates(io, options.rates);
  const request = {
    models: options.model,
    ...{ size: options.size, quality: options.quality },
    at: options.on ?? instantOf(io.now()),
    tier: tierOf(options.tier ?? 'standard', rates),
  };
  const prices = imagePrices(request, rates, await loadImageRules(io));
  await publish(
    (format, terminal) => IMAGE_PRICE_FORMATS[format]({ rates, request, prices }, terminal),
    options,
    io,
  );
  return EXIT.ok;
}
