/** A thread that counts parts of long texts (crew.ts); bundled into dist/count-worker.cjs. */
import { workerData } from 'node:worker_threads';
import type { Encoding } from './encodings.ts';
import { Parts, STATE } from './parts.ts';
import { SerialStream } from './serial-stream.ts';

/** In milliseconds. Who has nothing to count for so long goes, and gives back its memory. */
const PATIENCE = 1000;

const parts = new Parts(workerData);
const streams = new Map<Encoding, SerialStream>();

for (let submitted = parts.submitted; ; ) {
  for (let place = 0; place < parts.places; place++) if (parts.take(place)) count(place);
  const now = parts.submitted;
  if (now === submitted && !parts.waitForMore(submitted, PATIENCE)) break;
  submitted = now;
}

function count(place: number): void {
  const { bytes, encoding } = parts.part(place);
  try {
    const stream = streams.get(encoding) ?? new SerialStream(encoding);
    streams.set(encoding, stream);
    stream.write(bytes);
    parts.setCount(place, { tokens: stream.end(), isRepaired: stream.isRepaired });
  } catch {
    // Whoever put it there counts it, and meets the error.
    streams.delete(encoding);
    parts.setState(place, STATE.FAILED);
  }
}
