/** Files that several threads read at once. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type {
  RangeFile,
  RangeOptions,
  RangeResult,
  ThreadedFile,
} from './input/usage/scan-ranges.ts';
import { packageFile } from './root.ts';

export type { ThreadedFile };

/** More would wait for the disk, and each takes some 15 MB. */
const MOST_HELPERS = 7;

/** @throws the error of the file system */
export function openRanges(path: string): RangeFile & { close(): void } {
  const file = openSync(path, 'r');
  return {
    size: fstatSync(file).size,
    readAt: (into, position) => {
      let length = 0;
      for (;;) {
        const read = readSync(file, into, length, into.length - length, position + length);
        length += read;
        if (read === 0 || length === into.length) return length;
      }
    },
    close: () => closeSync(file),
  };
}

export function openInThreads(path: string): ThreadedFile {
  const file = openRanges(path);
  return { file, threads: threadsFor(path), close: file.close };
}

function threadsFor(path: string): RangeOptions {
  return {
    helpers: Math.min(availableParallelism() - 1, MOST_HELPERS),
    startThread: (job, onResult) =>
      new Promise((resolve, reject) => {
        const worker = new Worker(packageFile('dist/scan-worker.cjs'), {
          workerData: { path, job },
          // It keeps little for long, and would otherwise let tens of megabytes pile up.
          resourceLimits: { maxYoungGenerationSizeMb: 4 },
        });
        const give = (result: RangeResult) => {
          try {
            onResult(result);
          } catch (error) {
            reject(error);
            void worker.terminate();
          }
        };
        worker.on('message', give);
        worker.on('error', reject);
        worker.on('exit', () => resolve());
      }),
  };
}
