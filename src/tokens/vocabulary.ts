/** Loads compiled vocabularies: at first what every count needs, the rest when it pays. */
import { closeSync, openSync, readSync } from 'node:fs';
import type { UnicodeTable } from './characters.ts';
import type { VocabularyName } from './encodings.ts';
import { HEADER_BYTES, type Header, readHeader, type Section, vocabularyFile } from './format.ts';
import type { Pairs } from './pairs.ts';
import type { Trie } from './trie.ts';

export interface Vocabulary {
  readonly unicode: UnicodeTable;
  readonly trie: Trie;
  /** Reads the larger part of the file. */
  loadPairs(): Pairs;
}

export function loadVocabulary(name: VocabularyName): Vocabulary {
  return withFile(name, (section) => ({
    unicode: new Uint16Array(section('unicode')),
    trie: new Int32Array(section('trie')),
    loadPairs: () => loadPairs(name),
  }));
}

function loadPairs(name: VocabularyName): Pairs {
  return withFile(name, (section) => ({
    records: new Int32Array(section('records')),
    prefixes: new Int32Array(section('prefixes')),
    table: new Int32Array(section('table')),
  }));
}

type ReadSection = (section: Section) => ArrayBuffer;

function withFile<T>(name: VocabularyName, use: (section: ReadSection) => T): T {
  const file = openVocabulary(name);
  try {
    const header = readHeader(Buffer.from(read(file, 0, HEADER_BYTES)));
    if (header === undefined)
      throw new Error(`the vocabulary ${name} is damaged or old: ${REPAIR}`);
    return use((section) => readSection(file, header, section));
  } finally {
    closeSync(file);
  }
}

const REPAIR = 'run `npm run build`';

function openVocabulary(name: VocabularyName): number {
  try {
    return openSync(vocabularyFile(name), 'r');
  } catch (cause) {
    throw new Error(`the vocabulary ${name} cannot be read: ${REPAIR}`, { cause });
  }
}

function readSection(file: number, { sections }: Header, section: Section): ArrayBuffer {
  const extent = sections.get(section);
  return extent === undefined ? new ArrayBuffer(0) : read(file, extent.offset, extent.byteLength);
}

function read(file: number, offset: number, byteLength: number): ArrayBuffer {
  const bytes = new Uint8Array(byteLength);
  readSync(file, bytes, 0, byteLength, offset);
  return bytes.buffer;
}
