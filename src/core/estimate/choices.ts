/** What may be chosen for an estimate: apart from what makes it, as the command line asks for no more. */
import { VARIANT_AXES } from '../request/choices.ts';

/** What may be varied in a comparison. */
export const WHAT_IF_AXES = ['models', 'tiers', 'cached', ...VARIANT_AXES] as const;
export type WhatIfAxis = (typeof WHAT_IF_AXES)[number];

/** How long what is written to the cache is kept. */
export const CACHE_TTLS = ['30m', '12h'] as const;
export type CacheTtl = (typeof CACHE_TTLS)[number];

/** How often a period comes in a month of 30 days. */
export const PERIODS_PER_MONTH = { hour: 720, day: 30, month: 1 } as const;
export type Period = keyof typeof PERIODS_PER_MONTH;
