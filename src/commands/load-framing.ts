import type { FramingTable } from '../core/framing.ts';
import { readShippedFraming } from '../input/framing.ts';
import type { Io } from '../io.ts';

const SHIPPED_FRAMING = 'rates/framing.json';

/** What the API adds to requests, by family of models: the table that the package ships. */
export async function loadFraming(io: Pick<Io, 'readFile' | 'packageFile'>): Promise<FramingTable> {
  return readShippedFraming(await io.readFile(io.packageFile(SHIPPED_FRAMING)));
}
