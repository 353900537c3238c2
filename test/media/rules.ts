import { readFileSync } from 'node:fs';
import { readShippedImageRules } from '../../src/input/shipped.ts';

export const imageRuleBytes = readFileSync(new URL('../../rates/images.json', import.meta.url));

/** The image rules that the package ships. */
export const imageRules = readShippedImageRules(imageRuleBytes);
