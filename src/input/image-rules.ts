import type { ImageRules } from '../core/image-rules.ts';

/**
 * Reads the image rules that the package ships, `rates/images.json`. Their form is not checked
 * again: the tests do that.
 */
export function readShippedImageRules(bytes: Uint8Array): ImageRules {
  return JSON.parse(new TextDecoder().decode(bytes)) as ImageRules;
}
