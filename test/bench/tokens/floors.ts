/** What must be reached, as ratios to what is measured in the same run. */
import type { Peer } from './counters.ts';

export const ONE_PASS_FLOORS: Readonly<Record<Peer, number>> = {
  'js-tiktoken': 40,
  tiktoken: 12,
  'gpt-tokenizer': 15,
  'ai-tokenizer': 20,
};
export const WARM_FLOORS: Readonly<Record<Peer, number>> = {
  'js-tiktoken': 40,
  tiktoken: 12,
  'gpt-tokenizer': 4,
  'ai-tokenizer': 4,
};
export const WORST_KIND_FLOORS = { 'js-tiktoken': 8, tiktoken: 2 } as const;
export const CL100K_FLOOR = 12;
/** Of the whole command on a prompt of 2 KB. */
export const ESTIMATE_TIMES_NODE = 1.5;
export const ESTIMATE_FLOORS = { 'js-tiktoken': 6, 'gpt-tokenizer': 2 } as const;
export const ESTIMATE_MEGABYTES_ABOVE_NODE = 25;
