/** Reads values for placeholders: a JSON object, or one on each line, each of which is a run. */
import { InputError } from '../core/input-error.ts';
import type { Values } from '../core/request/template.ts';
import type { Source } from '../core/source.ts';
import { parseHandWritten } from './hand-written.ts';
import { isObject } from './usage/json-fields.ts';
import { duplicateKey } from './usage/json-keys.ts';

/** All of them are held in memory. */
export const MAX_VARIABLES_BYTES = 64 * 1024 ** 2;

/** @throws InputError for what is no JSON object, or holds no value that can be put into a text */
export function readVariables(bytes: Uint8Array, file: string): Values[] {
  if (bytes.length > MAX_VARIABLES_BYTES) {
    const most = `${MAX_VARIABLES_BYTES / 1024 ** 2} MiB`;
    throw new InputError([{ source: { file }, message: `larger than ${most}; split it` }]);
  }
  const lines = new TextDecoder().decode(bytes).split('\n');
  const filled = lines.flatMap((text, index) =>
    text.trim() === '' ? [] : { text, line: index + 1 },
  );
  if (filled.length === 0) {
    throw new InputError([{ source: { file }, message: 'is empty; give {"name": "text"}' }]);
  }
  const perLine = filled.map(({ text, line }) => ({ value: objectOn(text), line }));
  if (perLine.every(({ value }) => value !== undefined)) {
    for (const { text, line } of filled) {
      const key = duplicateKey(text, JSON.parse(text));
      if (key === undefined) continue;
      const message = `${key}: is there twice; remove the one that is not meant`;
      throw new InputError([{ source: { file, line }, message }]);
    }
    return perLine.map(({ value, line }) => valuesOf(value, { file, line }));
  }
  const isLines = filled.length > 1 && perLine[0]?.value !== undefined;
  if (!isLines) return [valuesOf(parseHandWritten(bytes, file), { file })];
  const line = perLine.find(({ value }) => value === undefined)?.line ?? 1;
  const message = 'is no JSON object; give {"name": "text"} on each line';
  throw new InputError([{ source: { file, line }, message }]);
}

function objectOn(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function valuesOf(value: unknown, source: Source): Values {
  if (!isObject(value)) {
    const message = 'is no JSON object; give {"name": "text"}';
    throw new InputError([{ source, message }]);
  }
  return new Map(
    Object.entries(value).map(([name, each]): [string, string] => {
      if (typeof each === 'string') return [name, each];
      if (typeof each === 'number' || typeof each === 'boolean') return [name, String(each)];
      const message = `${name} is neither a text nor a number; give it as it shall stand in the text`;
      throw new InputError([{ source, message }]);
    }),
  );
}
