import { endOfString } from '../json-place.ts';

const QUOTE = 0x22;
const COLON = 0x3a;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const SPACE = 0x20;

/**
 * The first key that an object of this JSON text has twice. `JSON.parse` would keep the last of
 * them and say nothing, and nobody knows which of two numbers is the true one.
 * @param value what `JSON.parse` made of the text
 */
export function duplicateKey(text: string, value: unknown): string | undefined {
  // To count is much faster than to remember, and almost always enough.
  return keysWritten(text) === keysKept(value) ? undefined : firstDuplicate(text);
}

function keysWritten(text: string): number {
  let keys = 0;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) {
    at = closingQuote(text, at);
    if (isKey(text, at)) keys++;
  }
  return keys;
}

function keysKept(value: unknown): number {
  let keys = 0;
  const left = [value];
  while (left.length > 0) {
    const node = left.pop();
    if (typeof node !== 'object' || node === null) continue;
    const inner: unknown[] = Array.isArray(node) ? node : Object.values(node);
    if (!Array.isArray(node)) keys += inner.length;
    for (const each of inner) if (typeof each === 'object') left.push(each);
  }
  return keys;
}

function firstDuplicate(text: string): string | undefined {
  const open: (Set<string> | undefined)[] = [];
  let keys: Set<string> | undefined;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const end = closingQuote(text, at);
      if (keys && isKey(text, end)) {
        const key = decoded(text.slice(at + 1, end));
        if (keys.has(key)) return key;
        keys.add(key);
      }
      at = end;
    } else if (code === OPEN || code === OPEN_LIST) {
      open.push(keys);
      keys = code === OPEN ? new Set() : undefined;
    } else if (code === CLOSE || code === CLOSE_LIST) {
      keys = open.pop();
    }
  }
  return undefined;
}

/** What is still open at the end of a text that is not JSON as a whole. */
export function openAtEnd(text: string): 'object' | 'string' | undefined {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = closingQuote(text, at);
      if (at >= text.length) return 'string';
    } else if (code === OPEN || code === OPEN_LIST) depth++;
    else if (code === CLOSE || code === CLOSE_LIST) depth--;
  }
  return depth > 0 ? 'object' : undefined;
}

/** The index of the closing quote, or of the end of the text where there is none. */
function closingQuote(text: string, start: number): number {
  return (endOfString(text, start) ?? text.length + 1) - 1;
}

function isKey(text: string, endOfText: number): boolean {
  let at = endOfText + 1;
  while (text.charCodeAt(at) <= SPACE) at++;
  return text.charCodeAt(at) === COLON;
}

function decoded(key: string): string {
  return key.includes('\\') ? String(JSON.parse(`"${key}"`)) : key;
}
