/**
 * The layout of a compiled vocabulary, `dist/vocabulary/<name>.bin`: a header, then sections that
 * are typed arrays as they stand, so that to load one is to read it, and nothing is computed.
 *
 *   header     magic number, version, offset and length of every section in bytes, and the SHA-256
 *              of the ranks that were compiled; words of 32 bits, little-endian
 *   unicode    classes of characters (characters.ts)
 *   trie       all tokens (trie.ts)
 *   the rest   how tokens were merged (pairs.ts); read only when there is much to count
 */

import { packageFile } from '../root.ts';
import type { UnicodeTable } from './characters.ts';
import type { VocabularyName } from './encodings.ts';
import type { Pairs } from './pairs.ts';
import type { Trie } from './trie.ts';

export const VOCABULARY_FOLDER = packageFile('dist/vocabulary/');

export function vocabularyFile(name: VocabularyName): string {
  return `${VOCABULARY_FOLDER}${name}.bin`;
}

const MAGIC = 0x4b4f5445;
/** Raise it when anything that is compiled changes: a file of another version is made again. */
const VERSION = 3;

export const SECTIONS = ['unicode', 'trie', 'records', 'prefixes', 'table'] as const;
export type Section = (typeof SECTIONS)[number];

export interface Contents extends Pairs {
  readonly unicode: UnicodeTable;
  readonly trie: Trie;
}

export interface Extent {
  readonly offset: number;
  readonly byteLength: number;
}

export interface Header {
  readonly sections: ReadonlyMap<Section, Extent>;
  /** SHA-256 in hexadecimal. */
  readonly ranksHash: string;
}

const FIRST_EXTENT = 8;
const EXTENT_BYTES = 8;
const HASH_OFFSET = FIRST_EXTENT + EXTENT_BYTES * SECTIONS.length;
const HASH_BYTES = 32;
export const HEADER_BYTES = HASH_OFFSET + HASH_BYTES;

/** Undefined if these are not the first bytes of a vocabulary of this version. */
export function readHeader(bytes: Buffer): Header | undefined {
  if (bytes.length < HEADER_BYTES) return undefined;
  if (bytes.readUInt32LE(0) !== MAGIC || bytes.readUInt32LE(4) !== VERSION) return undefined;
  const sections = new Map<Section, Extent>();
  for (const [index, section] of SECTIONS.entries()) {
    const at = FIRST_EXTENT + EXTENT_BYTES * index;
    const extent = { offset: bytes.readUInt32LE(at), byteLength: bytes.readUInt32LE(at + 4) };
    sections.set(section, extent);
  }
  return { sections, ranksHash: bytes.toString('hex', HASH_OFFSET, HEADER_BYTES) };
}

/** The bytes of a vocabulary file. */
export function writeVocabulary(contents: Contents, ranksHash: string): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(MAGIC, 0);
  header.writeUInt32LE(VERSION, 4);
  header.write(ranksHash, HASH_OFFSET, 'hex');
  const parts: Buffer[] = [header];
  let offset = HEADER_BYTES;
  for (const [index, section] of SECTIONS.entries()) {
    const { buffer, byteOffset, byteLength } = contents[section];
    const at = FIRST_EXTENT + EXTENT_BYTES * index;
    header.writeUInt32LE(offset, at);
    header.writeUInt32LE(byteLength, at + 4);
    // Every section begins on a word, as Int32Array wants it.
    const padding = Buffer.alloc(-byteLength & 3);
    parts.push(Buffer.from(buffer, byteOffset, byteLength), padding);
    offset += byteLength + padding.length;
  }
  return Buffer.concat(parts);
}
