/** A token of JSON but for strings, wherever it stands; what cannot be one is no match. */
const TOKEN =
  /([{}[\],:])|(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y;
const SPACE = /[\t\n\r ]*/y;
/** What JSON does not allow in a string: all that comes before the space, and other escapes. */
const NOT_IN_STRING = /[^ -\uffff]|\\(?!["\\/bfnrt]|u[0-9a-fA-F]{4})/;

type Expected = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | ', or end';

/** Where a text stops being JSON: the engines of JavaScript tell it in many ways, or not at all. */
export function jsonErrorOffset(text: string): number {
  const open: ('{' | '[')[] = [];
  let expected: Expected = 'value';
  let at = 0;
  for (;;) {
    SPACE.lastIndex = at;
    SPACE.exec(text);
    const start = SPACE.lastIndex;
    if (expected === ', or end' && open.length === 0) return start;
    const isString = text[start] === '"';
    const token = isString ? stringAt(text, start) : tokenAt(text, start);
    if (!token) return start;
    const next: Expected | undefined = after(expected, token.sign, isString, open);
    if (next === undefined) return start;
    expected = next;
    at = token.end;
  }
}

interface Token {
  readonly sign?: string | undefined;
  readonly end: number;
}

function tokenAt(text: string, start: number): Token | undefined {
  TOKEN.lastIndex = start;
  const match = TOKEN.exec(text);
  return match ? { sign: match[1], end: TOKEN.lastIndex } : undefined;
}

/** No regular expression for all of it: one that has a string of 10 MB to match runs out of stack. */
function stringAt(text: string, start: number): Token | undefined {
  const end = endOfString(text, start);
  if (end === undefined) return undefined;
  const escaped = text.slice(start, end).replaceAll('\\\\', '');
  return NOT_IN_STRING.test(escaped) ? undefined : { end };
}

/** After the closing quote; undefined where there is none. */
export function endOfString(text: string, start: number): number | undefined {
  for (let at = text.indexOf('"', start + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let backslashes = 0;
    while (text[at - 1 - backslashes] === '\\') backslashes++;
    if (backslashes % 2 === 0) return at + 1;
  }
  return undefined;
}

/** What is to come after a token; undefined where the token is not to be there. */
function after(
  expected: Expected,
  sign: string | undefined,
  isString: boolean,
  open: ('{' | '[')[],
): Expected | undefined {
  if (expected === ':') return sign === ':' ? 'value' : undefined;
  if (expected === 'key' || expected === 'key or }') {
    if (isString) return ':';
    return sign === '}' && expected === 'key or }' ? closed(open) : undefined;
  }
  if (expected === ', or end') {
    const isObject = open.at(-1) === '{';
    if (sign === ',') return isObject ? 'key' : 'value';
    return sign === (isObject ? '}' : ']') ? closed(open) : undefined;
  }
  if (sign === '{' || sign === '[') {
    open.push(sign);
    return sign === '{' ? 'key or }' : 'value or ]';
  }
  if (sign === undefined) return ', or end';
  return sign === ']' && expected === 'value or ]' ? closed(open) : undefined;
}

function closed(open: unknown[]): Expected {
  open.pop();
  return ', or end';
}

type Step = string | number;

/** What has a place of its own: a value of an object stands where its key does. */
interface JsonPlace {
  readonly at: number;
  readonly inner: Map<Step, JsonPlace>;
}

export interface JsonPlaces {
  /** The line of what a path leads to, or of the last that is there on its way. */
  lineOf(path: readonly PropertyKey[]): number | undefined;
  /** Keys that an object has once more, of which `JSON.parse` keeps the last. */
  readonly repeated: readonly { readonly path: readonly Step[]; readonly line: number }[];
}

/** @param text that is JSON */
export function jsonPlaces(text: string): JsonPlaces {
  const root: JsonPlace = { at: 0, inner: new Map() };
  const repeated: { path: Step[]; at: number }[] = [];
  const open: { inner: JsonPlace['inner']; isObject: boolean; step: Step }[] = [];
  let current = root;
  let isKey = false;
  for (let end = 0; ; ) {
    SPACE.lastIndex = end;
    SPACE.exec(text);
    const at = SPACE.lastIndex;
    const isString = text[at] === '"';
    const token = isString ? stringAt(text, at) : tokenAt(text, at);
    if (!token) break;
    ({ end } = token);
    const { sign } = token;
    const within = open.at(-1);
    if (sign === '}' || sign === ']') open.pop();
    else if (sign === ',') isKey = within?.isObject ?? false;
    else if (sign !== ':') {
      const place = { at, inner: new Map() };
      if (isKey && isString) {
        const key = String(JSON.parse(text.slice(at, end)));
        if (within) within.step = key;
        if (within?.inner.has(key)) repeated.push({ path: open.map(({ step }) => step), at });
        within?.inner.set(key, place);
        current = place;
        isKey = false;
        continue;
      }
      if (typeof within?.step === 'number') {
        within.inner.set(++within.step, place);
        current = place;
      }
      const isObject = sign === '{';
      isKey = isObject;
      if (isObject || sign === '[') {
        open.push({ inner: current.inner, isObject, step: isObject ? '' : -1 });
      }
    }
  }
  const lineAt = (at: number) => text.slice(0, at).split('\n').length;
  return {
    lineOf(path) {
      let place = root;
      for (const step of path) {
        const next = place.inner.get(typeof step === 'symbol' ? '' : step);
        if (!next) break;
        place = next;
      }
      return place === root ? undefined : lineAt(place.at);
    },
    repeated: withLines(repeated, text),
  };
}

/** They come in the order of the text, which is therefore gone through once. */
function withLines(repeated: readonly { path: Step[]; at: number }[], text: string) {
  let [line, counted] = [1, 0];
  return repeated.map(({ path, at }) => {
    line += text.slice(counted, at).split('\n').length - 1;
    counted = at;
    return { path, line };
  });
}
