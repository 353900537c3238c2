/** The tables that the package ships besides prices. */

import type { ImageRules } from '../core/media/image-rules.ts';
import type { FramingTable } from '../core/request/framing.ts';
import type { FineTuningRules } from '../core/tuning/fine-tuning-rules.ts';
import {
  readShippedFineTuningRules,
  readShippedFraming,
  readShippedImageRules,
} from '../input/shipped.ts';
import type { Io } from '../io.ts';

type Package = Pick<Io, 'readFile' | 'packageFile'>;

/** What the API adds to requests, by family of models. */
export async function loadFraming(io: Package): Promise<FramingTable> {
  return readShippedFraming(await io.readFile(io.packageFile('rates/framing.json')));
}

/** How images become tokens. */
export async function loadImageRules(io: Package): Promise<ImageRules> {
  return readShippedImageRules(await io.readFile(io.packageFile('rates/images.json')));
}

/** What may be tuned, and how long. */
export async function loadFineTuningRules(io: Package): Promise<FineTuningRules> {
  return readShippedFineTuningRules(await io.readFile(io.packageFile('rates/fine-tuning.json')));
}
