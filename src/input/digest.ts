import { createHash } from 'node:crypto';
import { isJsonObject, type JsonValue } from '../core/json.ts';

/** 128 bits of a hash: nobody will ever see two texts with the same ones. */
function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64').slice(0, DIGEST_LENGTH);
}

const DIGEST_LENGTH = 22;
/** To look up a text of this length takes less time than to digest it. */
const SHORT = 1_000;

/** What stands for a text in a map: itself, if it is short. */
export function keyOf(text: string): string {
  return text.length <= SHORT ? text : digestOf(text);
}

/**
 * A text that is the same for JSON that says the same, however it is spaced and escaped; undefined
 * for what is nested too deep to say. Texts stand in it as they are, after their length: to escape
 * them takes longer than all else.
 */
export function canonicalText(value: JsonValue): string | undefined {
  try {
    return written(value);
  } catch (error) {
    // The stack, or the longest string that there can be.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function written(value: JsonValue): string {
  if (typeof value === 'string') return `${value.length}:${value}`;
  if (Array.isArray(value)) {
    let items = '[';
    for (const item of value) items += `${written(item)},`;
    return `${items}]`;
  }
  if (!isJsonObject(value)) return String(value);
  let members = '{';
  for (const key of Object.keys(value)) {
    members += `${key.length}:${key}=${written(value[key] as JsonValue)},`;
  }
  return `${members}}`;
}

/** The same for the same body to the same endpoint; undefined for what cannot be told. */
export function digestOfRequest(endpoint: string, body: JsonValue): string | undefined {
  const text = canonicalText(body);
  return text === undefined ? undefined : digestOf(`${endpoint}\n${text}`);
}
