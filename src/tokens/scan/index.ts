import type { UnicodeTable } from '../characters.ts';
import type { Pattern } from '../encodings.ts';
import { scanCl100k } from './cl100k.ts';
import { scanGpt2 } from './gpt2.ts';
import { scanO200k } from './o200k.ts';

/** Where the piece that begins at `at` ends. The text is followed by PADDING. */
export type Scan = (bytes: Uint8Array, at: number, unicode: UnicodeTable) => number;

export const SCANS = {
  o200k: scanO200k,
  cl100k: scanCl100k,
  gpt2: scanGpt2,
} as const satisfies Record<Pattern, Scan>;
