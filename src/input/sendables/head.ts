/** How a file begins: enough to tell what it is, and never all of a large one. */
export interface Head {
  /** Without a byte order mark; perhaps cut within a character. */
  readonly text: string;
  /** Whether the text is all there is. */
  readonly isWhole: boolean;
  /** What it may be as JSON, by its first character. */
  readonly json: 'object' | 'list' | undefined;
  /** The keys of the first object, as far as the text goes: the value itself, or the first of a list. */
  readonly keys: ReadonlySet<string>;
  /** Whether the first value ends within the text; only then are all its keys known. */
  readonly hasEnd: boolean;
  /** Whether another value begins on a line after the first: JSON Lines. */
  readonly isLines: boolean;
}

/** Bytes; a system prompt in front of what tells a request apart still fits. */
export const HEAD_BYTES = 64 * 1024;

export function headOf(bytes: Uint8Array, isWhole: boolean): Head {
  const text = new TextDecoder().decode(bytes.subarray(0, HEAD_BYTES));
  const head = { text, isWhole: isWhole && bytes.length <= HEAD_BYTES };
  const start = /\S/.exec(text)?.index ?? text.length;
  const json = BEGINS_OBJECT.test(text) ? 'object' : BEGINS_LIST.test(text) ? 'list' : undefined;
  if (json === undefined) {
    return { ...head, json, keys: new Set(), hasEnd: false, isLines: false };
  }
  return { ...head, json, ...firstValue(text, start) };
}

/** What JSON goes on with, so that neither `{{name}}` nor `[INST]` is taken for it. */
const BEGINS_OBJECT = /^\s*\{\s*(?:["}]|$)/;
const BEGINS_LIST = /^\s*\[\s*(?:[[{"\d\]-]|$)/;

/** A string, or a bracket. What lies between them is of no matter here. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[[\]{}]/gs;

function firstValue(text: string, start: number): Pick<Head, 'keys' | 'hasEnd' | 'isLines'> {
  const keys = new Set<string>();
  let depth = 0;
  let depthOfKeys: number | undefined;
  TOKEN.lastIndex = start;
  for (let found = TOKEN.exec(text); found; found = TOKEN.exec(text)) {
    const [token] = found;
    if (token === '{' || token === '[') {
      depth++;
      if (token === '{') depthOfKeys ??= depth;
    } else if (token === '}' || token === ']') {
      depth--;
      // Objects that come later in a list are not the first.
      if (depth < (depthOfKeys ?? 0)) depthOfKeys = Number.POSITIVE_INFINITY;
      if (depth <= 0) {
        const isLines = /^[ \t]*\r?\n\s*[[{]/.test(text.slice(TOKEN.lastIndex));
        return { keys, hasEnd: true, isLines };
      }
    } else if (depth === depthOfKeys && isKey(text, TOKEN.lastIndex)) {
      keys.add(token.slice(1, -1));
    }
  }
  return { keys, hasEnd: false, isLines: false };
}

function isKey(text: string, after: number): boolean {
  let at = after;
  while (' \t\r\n'.includes(text[at] ?? '.')) at++;
  return text[at] === ':';
}
