/**
 * Words to make text of. The vocabularies themselves list the frequent words of many languages in
 * the order of their frequency: drawn by Zipf's law they give text whose pieces are repeated, and
 * are tokens or not, about as often as in natural text.
 */
import cl100k from 'js-tiktoken/ranks/cl100k_base';
import o200k from 'js-tiktoken/ranks/o200k_base';
import type { Random } from './random.ts';

/** The tokens that are whole characters, the most frequent first. */
function tokensOf(ranks: string): string[] {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  return ranks.split(/\s+/).flatMap((encoded) => {
    try {
      return [decoder.decode(Buffer.from(encoded, 'base64'))];
    } catch {
      return [];
    }
  });
}

export const TOKENS = tokensOf(o200k.bpe_ranks);
const ENGLISH_TOKENS = tokensOf(cl100k.bpe_ranks);

/**
 * Measured on a megabyte of a handbook and of source code: 3 to 6 in 100 pieces are met for the
 * first time, and 1 to 3 are that and no token either. These two give such shares.
 */
const ZIPF_EXPONENT = 1.2;
const WORDS_PER_COMPOUND = 60;

export class Lexicon {
  readonly #words: readonly string[];
  readonly #cumulated: Float64Array;

  constructor(words: readonly string[]) {
    this.#words = words;
    let sum = 0;
    // Zipf's law with Mandelbrot's shift.
    this.#cumulated = Float64Array.from(words, (_, rank) => {
      sum += (rank + 2.7) ** -ZIPF_EXPONENT;
      return sum;
    });
  }

  word(random: Random): string {
    const word = this.#draw(random);
    return random.below(WORDS_PER_COMPOUND) === 0 ? word + this.#draw(random) : word;
  }

  #draw(random: Random): string {
    const wanted = random.next() * (this.#cumulated.at(-1) as number);
    let low = 0;
    let high = this.#words.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#cumulated[middle] as number) < wanted) low = middle + 1;
      else high = middle;
    }
    return this.#words[low] as string;
  }
}

function lexicon(pattern: RegExp, tokens = TOKENS): Lexicon {
  return new Lexicon(tokens.filter((token) => pattern.test(token)).map((token) => token.trim()));
}

export const LEXICONS = {
  english: lexicon(/^ [a-z]{2,}$/, ENGLISH_TOKENS),
  latin: lexicon(/^ \p{Script=Latin}+$/u),
  cyrillic: lexicon(/^ \p{Script=Cyrillic}+$/u),
  greek: lexicon(/^ ?\p{Script=Greek}{2,}$/u),
  arabic: lexicon(/^ \p{Script=Arabic}+$/u),
  hebrew: lexicon(/^ ?\p{Script=Hebrew}{2,}$/u),
  hindi: lexicon(/^ [\p{Script=Devanagari}\p{M}]+$/u),
  bengali: lexicon(/^ [\p{Script=Bengali}\p{M}]+$/u),
  tamil: lexicon(/^ ?[\p{Script=Tamil}\p{M}]{2,}$/u),
  thai: lexicon(/^[\p{Script=Thai}\p{M}]{2,}$/u),
  chinese: lexicon(/^\p{Script=Han}+$/u),
  japanese: lexicon(/^[\p{Script=Hiragana}\p{Script=Katakana}ー]+$/u),
  korean: lexicon(/^ ?\p{Script=Hangul}+$/u),
  identifier: lexicon(/^[A-Za-z]{2,}$/),
  emoji: lexicon(/^ ?\p{Extended_Pictographic}/u),
};
