/**
 * A build step: compiles the ranks that js-tiktoken publishes into dist/vocabulary/<name>.bin, with
 * their licence beside them. A file of this version that was made from the same ranks stays.
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import cl100k from 'js-tiktoken/ranks/cl100k_base';
import o200k from 'js-tiktoken/ranks/o200k_base';
import p50k from 'js-tiktoken/ranks/p50k_base';
import r50k from 'js-tiktoken/ranks/r50k_base';
import { packageFile } from '../root.ts';
import { buildPairs } from './compile/pairs.ts';
import { parseRanks, type Ranks } from './compile/ranks.ts';
import { buildTrie } from './compile/trie.ts';
import { buildUnicodeTable } from './compile/unicode.ts';
import { VOCABULARIES, type VocabularyName } from './encodings.ts';
import { readHeader, VOCABULARY_FOLDER, vocabularyFile, writeVocabulary } from './format.ts';

const PUBLISHED = {
  o200k_base: o200k,
  cl100k_base: cl100k,
  p50k_base: p50k,
  r50k_base: r50k,
} satisfies Record<VocabularyName, { bpe_ranks: string }>;

const LICENSE = packageFile('src/tokens/VOCABULARY-LICENSE.txt');

mkdirSync(VOCABULARY_FOLDER, { recursive: true });
copyFileSync(LICENSE, `${VOCABULARY_FOLDER}LICENSE.txt`);
for (const name of VOCABULARIES) {
  const ranks = parseRanks(PUBLISHED[name].bpe_ranks);
  const file = vocabularyFile(name);
  if (existsSync(file) && readHeader(readFileSync(file))?.ranksHash === ranks.hash) continue;
  writeFileSync(file, compile(ranks));
}

function compile(ranks: Ranks): Uint8Array {
  const trie = buildTrie(ranks.tokens);
  const unicode = buildUnicodeTable();
  return writeVocabulary({ unicode, trie, ...buildPairs(ranks, trie) }, ranks.hash);
}
