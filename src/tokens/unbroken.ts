/**
 * Counts the beginning of a piece whose end is not there yet, so that a gigabyte without a break
 * need not be held in memory.
 *
 * No token is longer than LONGEST bytes, so the encoding of the whole piece has a border among the
 * last LONGEST positions that have come, and up to there it is the encoding of what lies before.
 * Where the encodings of all these beginnings have an earlier border in common, the whole has it
 * too, and what is before that border is encoded on its own, whatever follows.
 */
import { createBacktracker } from './backtrack.ts';
import { CHARACTER, characterAt, type UnicodeTable } from './characters.ts';
import { areNeighbours, type Pairs, PREFIX } from './pairs.ts';
import type { Trie } from './trie.ts';
import { isContinuation } from './utf8.ts';

const { LENGTH_MASK } = PREFIX;
const { LENGTH_SHIFT, CLASS_MASK } = CHARACTER;

/**
 * The most bytes at its end that a piece can yet lose: of white space, the last character, when
 * something else follows.
 */
const LONGEST_LOSS = 4;
/** How far back the common border is looked for, in longest tokens: at first, and in further steps. */
const STEP = 8;
const STEPS = 4;

export interface Settled {
  /** Where the border is, between two characters. */
  readonly end: number;
  /** The number of tokens up to there. */
  readonly tokens: number;
}

/** `settle` gives a border that the encoding of bytes[start, end) has, however it goes on. */
export interface Settler {
  settle(bytes: Uint8Array, start: number, end: number): Settled | undefined;
}

export function createSettler(trie: Trie, pairs: Pairs): Settler {
  const { prefixes } = pairs;
  const backtracker = createBacktracker(trie, pairs);
  const lengthOf = (token: number) => (prefixes[token] as number) & LENGTH_MASK;
  const longest = prefixes.reduce((most, word) => Math.max(most, word & LENGTH_MASK), 0);

  function isCommon(bytes: Uint8Array, border: number, before: number, end: number): boolean {
    for (let prefix = end; prefix > end - longest; prefix--) {
      backtracker.count(bytes, border, prefix);
      // A row of tokens is an encoding if each two neighbours are (pairs.ts), so only these two count.
      if (!areNeighbours(pairs, before, backtracker.taken(0))) return false;
    }
    return true;
  }

  /** The last border before `limit` that is between two characters. */
  function borderBefore(bytes: Uint8Array, start: number, end: number, limit: number) {
    let tokens = backtracker.count(bytes, start, end);
    let border = end;
    while (tokens > 0 && (border > limit || isContinuation(bytes[border] as number))) {
      border -= lengthOf(backtracker.taken(--tokens));
    }
    return tokens === 0 ? undefined : { border, tokens, before: backtracker.taken(tokens - 1) };
  }

  return {
    settle(bytes, start, end) {
      const certain = end - LONGEST_LOSS;
      for (let step = 1; step <= STEPS; step++) {
        const limit = certain - step * STEP * longest;
        const found = limit > start ? borderBefore(bytes, start, certain, limit) : undefined;
        if (found === undefined) return undefined;
        const { border, tokens, before } = found;
        if (isCommon(bytes, border, before, certain)) return { end: border, tokens };
      }
      return undefined;
    },
  };
}

/** Whether all characters of bytes[start, end) are of one class, so that no scanner tells them apart. */
export function isOfOneClass(
  bytes: Uint8Array,
  start: number,
  end: number,
  unicode: UnicodeTable,
): boolean {
  const first = characterAt(bytes, start, unicode) & CLASS_MASK;
  for (let at = start; at < end; ) {
    const character = characterAt(bytes, at, unicode);
    if ((character & CLASS_MASK) !== first) return false;
    at += character >> LENGTH_SHIFT;
  }
  return true;
}
