import { endOfString } from './json-place.ts';

/** The lines on which things stand in JSON text, for messages. */

/** A line, from 1 on. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++;
  return line;
}

/**
 * The line of what is at a path such as `messages[2].content`, or of what is nearest above it.
 * @param text sound JSON
 */
export function lineOfPath(text: string, path: string): number {
  let at = skipSpace(text, 0);
  for (const step of path.match(/[^.[\]]+/g) ?? []) {
    const next = memberAt(text, at, step);
    if (next === undefined) break;
    at = next;
  }
  return lineAt(text, at);
}

/** Where the value of a key, or the element with an index, begins. */
function memberAt(text: string, container: number, step: string): number | undefined {
  const isObject = text[container] === '{';
  if (!isObject && text[container] !== '[') return undefined;
  let at = skipSpace(text, container + 1);
  for (let index = 0; at < text.length && text[at] !== '}' && text[at] !== ']'; index++) {
    let name = String(index);
    if (isObject) {
      const end = endOfString(text, at) ?? text.length;
      name = JSON.parse(text.slice(at, end));
      at = skipSpace(text, skipSpace(text, end) + 1);
    }
    if (name === step) return at;
    at = skipSpace(text, endOfValue(text, at));
    if (text[at] === ',') at = skipSpace(text, at + 1);
  }
  return undefined;
}

function endOfValue(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; ) {
    const character = text[at];
    if (character === '"') {
      at = endOfString(text, at) ?? text.length;
      if (depth === 0) return at;
      continue;
    }
    if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') {
      if (depth === 0) return at;
      depth--;
      if (depth === 0) return at + 1;
    } else if (character === ',' && depth === 0) return at;
    at++;
  }
  return text.length;
}

const SPACE = ' \t\r\n';

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && SPACE.includes(text[at] as string)) at++;
  return at;
}
