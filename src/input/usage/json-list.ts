/** Objects of OpenAI's API, alone or as `object: "list"`. */
import type { Row } from '../../core/audit/entry.ts';
import type { Source } from '../../core/source.ts';
import type { Page } from './format.ts';
import { fieldOf, isObject, JsonFields } from './json-fields.ts';

export function isListOf(value: unknown, object: string): boolean {
  const is = (each: unknown) => fieldOf(each, 'object') === object;
  const data = fieldOf(value, 'data');
  return is(value) || (fieldOf(value, 'object') === 'list' && Array.isArray(data) && data.some(is));
}

/** @param value for which `isListOf` is true */
export function* listedOf(
  value: unknown,
  source: Source,
  read: (fields: JsonFields, source: Source) => Row,
): Generator<Row> {
  if (!isObject(value)) return;
  const data = fieldOf(value, 'data');
  if (fieldOf(value, 'object') !== 'list' || !Array.isArray(data)) {
    return yield read(new JsonFields(value), source);
  }
  for (const [index, item] of data.entries()) {
    const path = `data[${index}]`;
    if (isObject(item)) yield read(new JsonFields(item, path), source);
    else yield { kind: 'bad', source, reason: `${path} is no object` };
  }
}

/** Undefined for an object that is in no list. */
export function listPageOf(value: unknown): Page | undefined {
  if (fieldOf(value, 'object') !== 'list') return undefined;
  const data = fieldOf(value, 'data');
  const last = fieldOf(Array.isArray(data) ? data.at(-1) : undefined, 'id');
  const after = typeof last === 'string' && /^[\w-]{1,100}$/.test(last) ? `=${last}` : '';
  return {
    kind: undefined,
    // Whatever list comes next goes on with this one: nothing else tells.
    from: 'list',
    to: 'list',
    missing:
      fieldOf(value, 'has_more') === true
        ? `has_more is true, so objects may be missing here; fetch the next page with the parameter after${after}`
        : undefined,
  };
}
