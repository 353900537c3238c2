import { InputError } from '../core/input-error.ts';
import { jsonErrorOffset } from './json-place.ts';

/** @throws InputError when the bytes are no JSON, with the line on which they stop being it */
export function parseJson(bytes: Uint8Array, file: string): unknown {
  // A byte order mark is no part of the text; TextDecoder takes it off.
  const text = new TextDecoder().decode(bytes);
  try {
    return JSON.parse(text);
  } catch {
    const offset = jsonErrorOffset(text);
    const before = text.slice(0, offset).split('\n');
    const column = (before.at(-1) ?? '').length + 1;
    const [found = ''] = text.slice(offset);
    const what =
      offset >= text.length
        ? 'it ends too early'
        : `unexpected ${JSON.stringify(found)} in column ${column}`;
    const source = { file, line: before.length };
    throw new InputError([{ source, message: `not JSON: ${what}` }]);
  }
}
