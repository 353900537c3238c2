/**
 * JSON that somebody writes by hand. Of a key that is there twice `JSON.parse` takes the last, and
 * nobody knows which one was meant.
 */
import { InputError, type InputProblem } from '../core/input-error.ts';
import { pathOf } from './form.ts';
import { parseJson } from './json-file.ts';
import { type JsonPlaces, jsonPlaces } from './json-place.ts';
import { duplicateKey } from './usage/json-keys.ts';

/** @throws InputError for what is no JSON, and for all keys that are there twice */
export function parseHandWritten(bytes: Uint8Array, file: string): unknown {
  const value = parseJson(bytes, file);
  const text = new TextDecoder().decode(bytes);
  // To find that there are some is much faster than to find them.
  if (duplicateKey(text, value) === undefined) return value;
  throw new InputError(problemsOf(jsonPlaces(text), file));
}

export function problemsOf({ repeated }: JsonPlaces, file: string): InputProblem[] {
  return repeated.map(({ path, line }) => ({
    source: { file, line },
    message: `${pathOf(path)}: is there twice; remove the one that is not meant`,
  }));
}
