import { VARIANT_AXES } from '../request/input-count.ts';

/** What may be varied in a comparison. */
export const WHAT_IF_AXES = ['models', 'tiers', 'cached', ...VARIANT_AXES] as const;
export type WhatIfAxis = (typeof WHAT_IF_AXES)[number];
