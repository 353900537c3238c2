import { Tiktoken } from 'tiktoken';
import { describe, expect, test } from 'vitest';
import {
  CHARACTER,
  CLASS,
  characterAt,
  PADDING,
  PADDING_BYTES,
} from '../../src/tokens/characters.ts';
import { loadVocabulary } from '../../src/tokens/vocabulary.ts';

const { UPPER, LOWER, CASELESS, MARK, NUMBER, SPACE, NEWLINE } = CLASS;
const { CLASS_MASK, LENGTH_SHIFT } = CHARACTER;
const { unicode } = loadVocabulary('o200k_base');

function bytesOf(text: string): Uint8Array {
  return Buffer.concat([Buffer.from(text), Buffer.alloc(PADDING_BYTES, PADDING)]);
}

function everyCharacter(): string[] {
  const points = Array.from({ length: 0x110000 }, (_, point) => point);
  return points
    .filter((point) => point < 0xd800 || point > 0xdfff)
    .map((point) => String.fromCodePoint(point));
}

/** A vocabulary of single bytes: the tokens of a text are the bytes that the pattern matches. */
function matchedByTiktoken(pattern: string, text: string): string {
  const bytes = Array.from({ length: 256 }, (_, byte) => Buffer.of(byte).toString('base64'));
  const oracle = new Tiktoken(`! 0 ${bytes.join(' ')}`, {}, pattern);
  const matched = Buffer.from(oracle.encode_ordinary(text)).toString();
  oracle.free();
  return matched;
}

describe('the table of classes is that of tiktoken for', () => {
  const characters = everyCharacter();
  const text = characters.join('');
  const bytes = bytesOf(text);

  test.each([
    ['[\\p{Lu}\\p{Lt}]', UPPER],
    ['\\p{Ll}', LOWER],
    ['[\\p{Lm}\\p{Lo}]', CASELESS],
    ['\\p{M}', MARK],
    ['\\p{N}', NUMBER],
    ['\\s', SPACE],
    ['[\\r\\n]', NEWLINE],
  ])('%s', (pattern, flag) => {
    let at = 0;
    const ours = characters.filter((character) => {
      const found = characterAt(bytes, at, unicode);
      at += Buffer.byteLength(character);
      return (found & CLASS_MASK & flag) !== 0;
    });
    expect(ours.join('') === matchedByTiktoken(pattern, text)).toBe(true);
  });
});

test.each(['a', 'é', '中', '😀', '\u{10ffff}'])('the length of %s in bytes', (character) => {
  const found = characterAt(bytesOf(character), 0, unicode);
  expect(found >> LENGTH_SHIFT).toBe(Buffer.byteLength(character));
});

test('the padding has no class and no length', () => {
  expect(characterAt(bytesOf(''), 0, unicode)).toBe(0);
});
