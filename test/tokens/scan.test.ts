import { describe, expect, test } from 'vitest';
import { PADDING, PADDING_BYTES } from '../../src/tokens/characters.ts';
import { SCANS, type Scan } from '../../src/tokens/scan/index.ts';
import { loadVocabulary } from '../../src/tokens/vocabulary.ts';

const { unicode } = loadVocabulary('o200k_base');

function pieces(scan: Scan, text: string): string[] {
  const bytes = Buffer.concat([Buffer.from(text), Buffer.alloc(PADDING_BYTES, PADDING)]);
  const found: string[] = [];
  for (let at = 0; at < bytes.length - PADDING_BYTES; ) {
    const end = scan(bytes, at, unicode);
    found.push(bytes.toString('utf8', at, end));
    at = end;
  }
  return found;
}

const ACUTE = '\u0301';

describe('o200k', () => {
  test.each<[string, string[]]>([
    // Words: one character in front, capitals, small letters.
    ['hello world', ['hello', ' world']],
    ['camelCaseXMLHttp', ['camel', 'Case', 'XMLHttp']],
    ['HTTP', ['HTTP']],
    ['(a)(b', ['(a', ')(', 'b']],
    ['\tx', ['\tx']],
    ['\u00a0x', ['\u00a0x']],
    ['\nx', ['\n', 'x']],
    ['été Été', ['été', ' Été']],
    ['naïve', ['naïve']],
    // Letters without case belong to both halves.
    ['中A', ['中', 'A']],
    ['中Ab', ['中Ab']],
    ['中AB中C', ['中AB中', 'C']],
    ['A中B', ['A中', 'B']],
    ['a中b', ['a中b']],
    ['a中B', ['a中', 'B']],
    ['ǅa', ['ǅa']],
    // So do marks, also as a first character.
    [`${ACUTE}A`, [ACUTE, 'A']],
    [`${ACUTE}Ab`, [`${ACUTE}Ab`]],
    [` ${ACUTE}A`, [` ${ACUTE}`, 'A']],
    [`A${ACUTE}B`, [`A${ACUTE}`, 'B']],
    [`!${ACUTE}`, [`!${ACUTE}`]],
    [`!!${ACUTE}a`, [`!!${ACUTE}`, 'a']],
    [`1${ACUTE}`, ['1', ACUTE]],
    // A contraction is the end of a word.
    ["it's IT'S it'LL it'lx", ["it's", " IT'S", " it'LL", ' it', "'lx"]],
    ["we'reX'd'd", ["we're", "X'd", "'d"]],
    ["it'ſ", ["it'ſ"]],
    ["中'm", ["中'm"]],
    ["'MX", ["'MX"]],
    ["1's", ['1', "'s"]],
    ['it’s', ['it', '’s']],
    // Digits go by three, of any script.
    ['1234567', ['123', '456', '7']],
    [' 12', [' ', '12']],
    ['1²3½', ['1²3', '½']],
    ['٣٤٥٦', ['٣٤٥', '٦']],
    ['12a', ['12', 'a']],
    // Symbols take one blank before and line breaks and slashes after.
    [' !!\n//\r\nx', [' !!\n//\r\n', 'x']],
    ['  !', [' ', ' !']],
    ['\t!', ['\t', '!']],
    ['/ /', ['/', ' /']],
    ['<|endoftext|>', ['<|', 'endoftext', '|>']],
    ['a\u0000b', ['a', '\u0000b']],
    // White space.
    ['  x', [' ', ' x']],
    ['a  ', ['a', '  ']],
    [' \n \n  x', [' \n \n', ' ', ' x']],
    ['\r\n\r\n', ['\r\n\r\n']],
    ['   \t1', ['   ', '\t', '1']],
    ['a\u0085\u0085b', ['a', '\u0085', '\u0085b']],
    ['\u2003\n\u3000', ['\u2003\n', '\u3000']],
    ['\ufeff# Title', ['\ufeff#', ' Title']],
    ['\ufeff\ufeffa', ['\ufeff\ufeff', 'a']],
  ])('%j', (text, expected) => {
    expect(pieces(SCANS.o200k, text)).toEqual(expected);
  });
});

describe('cl100k', () => {
  test.each<[string, string[]]>([
    ['hello World', ['hello', ' World']],
    ['camelCase', ['camelCase']],
    ["it's", ['it', "'s"]],
    ["'MX", ["'M", 'X']],
    ["'ſx", ["'ſ", 'x']],
    ["'llll 'lx", ["'ll", 'll', " '", 'lx']],
    ["!'s", ["!'", 's']],
    [`a${ACUTE}b`, ['a', `${ACUTE}b`]],
    [`!${ACUTE}b`, [`!${ACUTE}`, 'b']],
    ['中A', ['中A']],
    ['1234', ['123', '4']],
    ['!\n\n/', ['!\n\n', '/']],
    [' \n \n x', [' \n \n', ' x']],
    ['a\u0085b', ['a', '\u0085b']],
    ['a   ', ['a', '   ']],
  ])('%j', (text, expected) => {
    expect(pieces(SCANS.cl100k, text)).toEqual(expected);
  });
});

describe('gpt2', () => {
  test.each<[string, string[]]>([
    ['hello World', ['hello', ' World']],
    ["it's IT'S", ['it', "'s", ' IT', "'", 'S']],
    ["'ſ 's", ["'", 'ſ', " '", 's']],
    ["'ll'lx", ["'ll", "'", 'lx']],
    ['\tx', ['\t', 'x']],
    ['1234567²', ['1234567²']],
    [' 12 a1', [' 12', ' a', '1']],
    [' !!\n', [' !!', '\n']],
    [`a${ACUTE}`, ['a', ACUTE]],
    ['a\n\nb', ['a', '\n', '\n', 'b']],
    ['a\n\n', ['a', '\n\n']],
    [' \n x', [' \n', ' x']],
    ['   ', ['   ']],
    ['a\u0085 b', ['a', '\u0085', ' b']],
  ])('%j', (text, expected) => {
    expect(pieces(SCANS.gpt2, text)).toEqual(expected);
  });
});
