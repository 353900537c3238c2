/** A thread that helps to scan a large file; bundled into dist/scan-worker.cjs. */
import { parentPort, workerData } from 'node:worker_threads';
import { type ScanJob, scanRanges } from './input/usage/scan-ranges.ts';
import { openRanges } from './threads.ts';

const { path, job }: { path: string; job: ScanJob } = workerData;

const file = openRanges(path);
for (const result of scanRanges(job, file)) parentPort?.postMessage(result);
file.close();
