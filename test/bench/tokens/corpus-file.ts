import { createHash } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KIND_NAMES, type Kind, makeText } from '../../tokens/corpus.ts';

export interface Corpus {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

const BYTES_PER_PART = 100_000;

/** A file with as many bytes of each kind of text and no part twice. */
export function writeCorpus(megabytes: number): Corpus {
  const file = join(mkdtempSync(join(tmpdir(), 'token-benchmark-')), 'corpus.txt');
  const hash = createHash('sha256');
  const output = openSync(file, 'w');
  let bytes = 0;
  for (let seed = 1; bytes < megabytes * 1e6; seed++) {
    for (const kind of KIND_NAMES) {
      const part = makePart(kind, seed);
      writeSync(output, part);
      hash.update(part);
      bytes += part.length;
    }
  }
  closeSync(output);
  return { file, bytes, sha256: hash.digest('hex') };
}

/** About BYTES_PER_PART, and where it ends every encoding cuts. */
function makePart(kind: Kind, seed: number): Buffer {
  const sample = makeText(kind, 1000, seed);
  const units = (BYTES_PER_PART * sample.length) / Buffer.byteLength(sample);
  return Buffer.from(`${makeText(kind, units, seed)}\nend\nof ${kind}\n`);
}
