import { describe, expect, test } from 'vitest';
import { countTokens, ENCODINGS, type Encoding } from '../../src/tokens/index.ts';
import { KIND_NAMES, makeText } from './corpus.ts';
import { fuzzBytes, fuzzText } from './fuzz.ts';
import { shown, trueCount } from './oracle.ts';
import { Random } from './random.ts';

const { FUZZ } = process.env;
const FULL = FUZZ === 'full';
const CASES = FULL ? 200_000 : 8_000;
const UNITS_PER_KIND = FULL ? 400_000 : 8_000;
const TIMEOUT = FULL ? 3_600_000 : 30_000;

/** The first texts that are counted wrong. */
function wrong(texts: Iterable<string>, encoding: Encoding): string[] {
  const found: string[] = [];
  for (const text of texts) {
    const count = countTokens(text, encoding);
    const truth = trueCount(text, encoding);
    if (count !== truth && found.length < 10) found.push(`${count}, not ${truth}: ${shown(text)}`);
  }
  return found;
}

describe.each(ENCODINGS)('%s counts as tiktoken does', (encoding) => {
  test('text of many kinds', { timeout: TIMEOUT }, () => {
    const differing = KIND_NAMES.filter((kind) => {
      const text = makeText(kind, UNITS_PER_KIND, 1);
      return countTokens(text, encoding) !== trueCount(text, encoding);
    });
    expect(differing).toEqual([]);
  });

  test('random text', { timeout: TIMEOUT }, () => {
    const random = new Random(2);
    expect(
      wrong(
        Array.from({ length: CASES }, () => fuzzText(random)),
        encoding,
      ),
    ).toEqual([]);
  });

  test('random bytes, which count as their decoded text', { timeout: TIMEOUT }, () => {
    const random = new Random(3);
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    for (let left = CASES / 10; left > 0; left--) {
      const bytes = fuzzBytes(random);
      const text = decoder.decode(bytes);
      expect(countTokens(bytes, encoding), shown(text)).toBe(trueCount(text, encoding));
    }
  });
});
