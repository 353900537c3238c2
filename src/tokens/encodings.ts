import type { Encoding } from '../core/encodings.ts';

export { ENCODINGS, type Encoding } from '../core/encodings.ts';

/** The ranks that js-tiktoken publishes and the build compiles. */
export const VOCABULARIES = ['o200k_base', 'cl100k_base', 'p50k_base', 'r50k_base'] as const;
export type VocabularyName = (typeof VOCABULARIES)[number];

/** How an encoding cuts text into pieces before it merges bytes. */
export type Pattern = 'o200k' | 'cl100k' | 'gpt2';

/**
 * Encodings that share a vocabulary differ in their special tokens alone, and those are ordinary
 * text to a counter of prompts.
 */
export const COMPOSITION = {
  o200k_base: { vocabulary: 'o200k_base', pattern: 'o200k' },
  o200k_harmony: { vocabulary: 'o200k_base', pattern: 'o200k' },
  cl100k_base: { vocabulary: 'cl100k_base', pattern: 'cl100k' },
  p50k_base: { vocabulary: 'p50k_base', pattern: 'gpt2' },
  p50k_edit: { vocabulary: 'p50k_base', pattern: 'gpt2' },
  r50k_base: { vocabulary: 'r50k_base', pattern: 'gpt2' },
} as const satisfies Record<Encoding, { vocabulary: VocabularyName; pattern: Pattern }>;
