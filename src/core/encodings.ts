/** The tokenizers that the rate table can name, as tiktoken names them. */
export const ENCODINGS = [
  'o200k_base',
  'o200k_harmony',
  'cl100k_base',
  'p50k_base',
  'p50k_edit',
  'r50k_base',
] as const;
export type Encoding = (typeof ENCODINGS)[number];
