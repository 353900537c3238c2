import { InputError } from '../core/input-error.ts';
import type { RateTable } from '../core/rates.ts';
import { unreadable } from '../input/file-names.ts';
import { readRateTable, readShippedRateTable } from '../input/rates.ts';
import type { Io } from '../io.ts';

export const SHIPPED_RATES = 'rates/openai.json';
/** What the build has made of it, for the sake of speed alone. */
export const COMPILED_RATES = 'dist/compiled-rates.txt';

/**
 * The table that the package ships, or one of the user's own.
 * @throws InputError when it cannot be read or is no table that can be trusted
 */
export async function loadRates(
  io: Pick<Io, 'readFile' | 'packageFile'>,
  file?: string | undefined,
): Promise<RateTable> {
  if (file === undefined) {
    const bytes = await io.readFile(io.packageFile(SHIPPED_RATES));
    const compiled = await io.readFile(io.packageFile(COMPILED_RATES)).catch(() => undefined);
    return readShippedRateTable(bytes, SHIPPED_RATES, compiled);
  }
  return readRateTable(await readSmallFile(io, file), file);
}

/** @throws InputError when it cannot be read */
export async function readSmallFile(io: Pick<Io, 'readFile'>, file: string): Promise<Uint8Array> {
  try {
    return await io.readFile(file);
  } catch (error) {
    throw new InputError([{ source: { file }, message: unreadable(error) }]);
  }
}
