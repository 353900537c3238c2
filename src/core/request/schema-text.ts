/** What the model is shown of the JSON Schema that its answer must have. */
import { escapeNonAscii, isJsonObject, type JsonValue } from '../json.ts';

export interface SchemaText {
  readonly text: string;
  /** With the keywords of which no reported count shows whether the model sees them. */
  readonly longest: string;
}

/** Seen to be left out: what constrains the answer while it is made needs no telling. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  'additionalProperties',
  'required',
  'default',
  'minimum',
  'maximum',
  'maxItems',
  'minItems',
]);
/** Constraints of the same sort, which no record has. */
const PERHAPS_LEFT_OUT: ReadonlySet<string> = new Set([
  'minLength',
  'maxLength',
  'pattern',
  'format',
  'multipleOf',
  'exclusiveMinimum',
  'exclusiveMaximum',
]);
const NOTHING: ReadonlySet<string> = new Set();

/** Keywords whose values are schemas by names of the user's own, which are no keywords. */
const BY_NAME: ReadonlySet<string> = new Set(['properties', '$defs', 'definitions']);

export function schemaText(
  name: string,
  description: string | undefined,
  schema: JsonValue,
): SchemaText {
  const head = `# Response Formats\n\n## ${name}\n\n${description ? `// ${description}\n` : ''}`;
  const shortest = escapeNonAscii(written(schema, PERHAPS_LEFT_OUT, false));
  const longest = escapeNonAscii(written(schema, NOTHING, false));
  return { text: head + shortest, longest: head + longest };
}

/** Compact JSON; the reader has seen to it that it is not too deep. */
function written(value: JsonValue, alsoLeftOut: ReadonlySet<string>, isByName: boolean): string {
  if (Array.isArray(value)) {
    return `[${value.map((each) => written(each, alsoLeftOut, false)).join(',')}]`;
  }
  if (!isJsonObject(value)) return JSON.stringify(value);
  const members = Object.entries(value)
    .filter(([key]) => isByName || !(LEFT_OUT.has(key) || alsoLeftOut.has(key)))
    .map(
      ([key, each]) =>
        `${JSON.stringify(key)}:${written(each, alsoLeftOut, !isByName && BY_NAME.has(key))}`,
    );
  return `{${members.join(',')}}`;
}
