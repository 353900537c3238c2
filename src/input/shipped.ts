/** Reads the tables that the package ships. Their form is not checked again: the tests do that. */

import type { ImageRules } from '../core/media/image-rules.ts';
import type { FramingTable } from '../core/request/framing.ts';
import type { FineTuningRules } from '../core/tuning/fine-tuning-rules.ts';

export function readShippedFraming(bytes: Uint8Array): FramingTable {
  return parsed(bytes);
}

export function readShippedImageRules(bytes: Uint8Array): ImageRules {
  return parsed(bytes);
}

export function readShippedFineTuningRules(bytes: Uint8Array): FineTuningRules {
  return parsed(bytes);
}

function parsed(bytes: Uint8Array) {
  return JSON.parse(new TextDecoder().decode(bytes));
}
