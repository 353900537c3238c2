import { InputError } from '../core/input-error.ts';

/** @throws InputError when the bytes are no JSON */
export function parseJson(bytes: Uint8Array, file: string): unknown {
  // A byte order mark is no part of the text; TextDecoder takes it off.
  const text = new TextDecoder().decode(bytes);
  try {
    return JSON.parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new InputError([{ source: { file }, message: `not JSON: ${message}` }]);
  }
}
