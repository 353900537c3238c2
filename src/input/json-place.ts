/** A token of JSON, wherever it stands; what cannot be one is no match. */
const TOKEN =
  /[\t\n\r ]*(?:([{}[\],:])|("(?:[^"\\\p{Cc}]|[\u007f-\u009f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-]))/uy;
const SPACE = /[\t\n\r ]*/y;

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
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (!match) return start;
    const [, sign, string] = match;
    const next: Expected | undefined = after(expected, sign, string !== undefined, open);
    if (next === undefined) return start;
    expected = next;
    at = TOKEN.lastIndex;
  }
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
