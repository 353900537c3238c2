/**
 * What the model is shown of functions: a block that looks like TypeScript. OpenAI does not document
 * it for these models; the form is the one that reproduces the counts which the API reported, and
 * that people have seen in what ChatGPT is told of its tools.
 */
import { isJsonObject, type JsonObject, type JsonValue, own, pythonJson } from '../json.ts';
import type { CustomTool, FunctionTool } from './request.ts';

export interface ToolText {
  readonly text: string;
  /** Whether the text is all of it: it is not for schemas that no model could be shown. */
  readonly isWhole: boolean;
  /** Of what no reported count has shown how it is written. */
  readonly doubts: readonly ToolDoubt[];
}
export type ToolDoubt = keyof typeof TOOL_DOUBTS;

export const TOOL_DOUBTS = {
  recursive: 'a schema that contains itself',
  constrained: 'limits of numbers, lengths and patterns',
  combined: 'allOf, tuples, lists of choices, examples or objects with any keys',
  grammar: 'the grammar of a custom tool',
} as const;

/** More than any context window holds, and enough to stop schemas that multiply by references. */
const MAX_CHARACTERS = 8_000_000;
/** Deeper than the API accepts, and shallow enough for the stack. */
const MAX_DEPTH = 64;

export function toolText(tools: readonly (FunctionTool | CustomTool)[]): ToolText {
  const writer = new ToolWriter();
  const parts = ['namespace functions {\n\n'];
  for (const tool of tools) {
    parts.push(tool.kind === 'function' ? writer.functionText(tool) : writer.customText(tool));
  }
  parts.push('} // namespace functions');
  return { text: parts.join(''), isWhole: writer.isWhole, doubts: [...writer.doubts] };
}

/** A schema on its way into a text. */
interface Shown {
  /** Whole lines, each with its end. */
  readonly comments: string;
  /** Begins with the end of a line where it is a list of alternatives, one a line. */
  readonly type: string;
  /** What is said after the type, such as `default: 5`. */
  readonly notes: readonly string[];
}

const ANY: Shown = { comments: '', type: 'any', notes: [] };

class ToolWriter {
  readonly doubts = new Set<ToolDoubt>();
  #root: JsonValue = null;
  /** References that are being followed. */
  readonly #open = new Set<string>();
  #depth = 0;
  #left = MAX_CHARACTERS;

  get isWhole(): boolean {
    return this.#left > 0;
  }

  functionText({ name, description, parameters }: FunctionTool): string {
    this.#root = parameters ?? null;
    const head = commentOf(description);
    if (!isJsonObject(parameters) || propertiesOf(parameters).length === 0) {
      return `${head}type ${name} = () => any;\n\n`;
    }
    const { comments, type } = this.#shown(parameters);
    return `${head}type ${name} = (_: ${comments}${type}) => any;\n\n`;
  }

  customText({ name, description, grammar }: CustomTool): string {
    if (grammar !== undefined) this.doubts.add('grammar');
    return `${commentOf(description)}${commentOf(grammar)}type ${name} = (FREEFORM) => any;\n\n`;
  }

  #shown(value: JsonValue): Shown {
    if (!this.isWhole) return ANY;
    const reference = referenceOf(value);
    if (this.#depth >= MAX_DEPTH || (reference !== undefined && this.#open.has(reference))) {
      this.doubts.add('recursive');
      return { ...ANY, notes: [`$ref: ${JSON.stringify(reference ?? '')}`] };
    }
    this.#depth++;
    if (reference !== undefined) this.#open.add(reference);
    const schema = this.#resolve(value);
    const type = this.#typeOf(schema);
    if (reference !== undefined) this.#open.delete(reference);
    this.#depth--;
    // Every text, as part of every text that it is in: a bound on time as well as on space.
    this.#left -= type.length;
    return { comments: this.#commentsOf(schema), type, notes: this.#notesOf(schema) };
  }

  #typeOf(schema: JsonObject): string {
    const choices = listOf(schema, 'anyOf') ?? listOf(schema, 'oneOf');
    if (choices) return this.#alternatives(choices, '|');
    const values = listOf(schema, 'enum');
    if (values) return values.map(pythonJson).join(' | ');
    const constant = own(schema, 'const');
    if (constant !== undefined) return pythonJson(constant);
    const types = listOf(schema, 'type');
    // Each alternative has all that the list has, and so repeats its description.
    if (types)
      return this.#alternatives(
        types.map((type) => ({ ...schema, type })),
        '|',
      );
    switch (own(schema, 'type')) {
      case 'integer':
      case 'number':
        return 'number';
      case 'string':
        return 'string';
      case 'boolean':
        return 'boolean';
      case 'null':
        return 'null';
      case 'array':
        return this.#list(schema);
    }
    const all = listOf(schema, 'allOf');
    if (all) this.doubts.add('combined');
    return all ? this.#alternatives(all, '&') : this.#object(schema);
  }

  /** On one line, unless one of them has something to say. */
  #alternatives(choices: readonly JsonValue[], sign: '|' | '&'): string {
    const shown = choices.map((choice) => this.#shown(choice));
    if (shown.every(isPlain)) return shown.map(({ type }) => type).join(` ${sign} `);
    const lines = shown.map(
      ({ comments, type, notes }) => `${comments} ${sign} ${type.trimStart()}${after(notes)}\n`,
    );
    return `\n${lines.join('')}`;
  }

  #object(schema: JsonObject): string {
    const required = new Set(listOf(schema, 'required'));
    const properties = propertiesOf(schema).map(
      ([name, value]) => [`${name}${required.has(name) ? '' : '?'}`, this.#shown(value)] as const,
    );
    const others = own(schema, 'additionalProperties');
    if (others === true || isJsonObject(others)) {
      this.doubts.add('combined');
      properties.push(['[key: string]', others === true ? ANY : this.#shown(others)]);
    }
    if (properties.length === 0) return own(schema, 'type') === 'object' ? 'object' : 'any';
    if (properties.every(([, shown]) => isPlain(shown))) {
      return `{ ${properties.map(([name, { type }]) => `${name}: ${type}`).join(', ')} }`;
    }
    return `{\n${properties.map(([name, shown]) => propertyLines(name, shown)).join('')}}`;
  }

  #list(schema: JsonObject): string {
    if (own(schema, 'prefixItems') !== undefined) this.doubts.add('combined');
    const items = own(schema, 'items');
    if (!isJsonObject(items)) return 'any[]';
    const shown = this.#shown(items);
    const { comments, type, notes } = shown;
    if (isPlain(shown)) {
      if (!type.includes(' | ')) return `${type}[]`;
      this.doubts.add('combined');
      return `Array<${type}>`;
    }
    const isList = type.startsWith('\n');
    return `Array<\n${comments}${isList ? type.slice(1) : `${type}${after(notes)}\n`}>`;
  }

  #commentsOf(schema: JsonObject): string {
    if (listOf(schema, 'examples')) this.doubts.add('combined');
    const title = commentOf(own(schema, 'title'));
    const description = commentOf(own(schema, 'description'));
    return title && description ? `${title}//\n${description}` : title + description;
  }

  #notesOf(schema: JsonObject): string[] {
    const type = own(schema, 'type');
    const [only, ...others] = Array.isArray(type) ? type : [type];
    const limits = (others.length === 0 && LIMITS.get(only)) || [];
    const notes = limits.flatMap((key) => {
      const value = own(schema, key);
      return value === undefined ? [] : `${key}: ${limitText(key, value, schema)}`;
    });
    if (notes.length > 0) this.doubts.add('constrained');
    const byDefault = own(schema, 'default');
    return byDefault === undefined ? notes : [`default: ${pythonJson(byDefault)}`, ...notes];
  }

  /** What a reference stands for, with what stands beside it. */
  #resolve(value: JsonValue): JsonObject {
    let schema = isJsonObject(value) ? value : {};
    const followed = new Set<string>();
    for (let to = referenceOf(schema); to !== undefined; to = referenceOf(schema)) {
      const { $ref: _, ...beside } = schema;
      const target = followed.has(to) ? undefined : pointedAt(this.#root, to);
      followed.add(to);
      schema = { ...(isJsonObject(target) ? target : {}), ...beside };
    }
    return schema;
  }
}

const NUMBER_LIMITS = [
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
] as const;

/** The keywords that are told after a type, in their order. */
const LIMITS: ReadonlyMap<unknown, readonly string[]> = new Map<unknown, readonly string[]>([
  ['string', ['minLength', 'maxLength', 'pattern', 'format']],
  ['number', NUMBER_LIMITS],
  ['integer', NUMBER_LIMITS],
  ['array', ['minItems', 'maxItems']],
]);

function limitText(key: string, value: JsonValue, schema: JsonObject): string {
  if (key === 'pattern') return `/${typeof value === 'string' ? value : pythonJson(value)}/`;
  const isFraction = own(schema, 'type') === 'number' && Number.isInteger(value);
  return isFraction ? `${String(value)}.0` : pythonJson(value);
}

function isPlain({ comments, type, notes }: Shown): boolean {
  return comments === '' && notes.length === 0 && !type.includes('\n');
}

function after(notes: readonly string[]): string {
  return notes.length > 0 ? ` // ${notes.join(', ')}` : '';
}

/** Where the type takes several lines, what would be said after it is said before. */
function propertyLines(name: string, { comments, type, notes }: Shown): string {
  if (!type.includes('\n')) return `${comments}${name}: ${type},${after(notes)}\n`;
  const before = notes.length > 0 ? `// ${notes.join(', ')}\n` : '';
  return `${comments}${before}${name}:${type.startsWith('\n') ? '' : ' '}${type},\n`;
}

function referenceOf(value: JsonValue): string | undefined {
  const reference = isJsonObject(value) ? own(value, '$ref') : undefined;
  return typeof reference === 'string' ? reference : undefined;
}

/** `#/$defs/Name`, as a JSON pointer. */
function pointedAt(root: JsonValue, pointer: string): JsonValue | undefined {
  const [start, ...keys] = pointer.split('/');
  if (start !== '#') return undefined;
  let value: JsonValue | undefined = root;
  for (const key of keys) {
    const name = key.replaceAll('~1', '/').replaceAll('~0', '~');
    value = isJsonObject(value) ? own(value, name) : undefined;
  }
  return value;
}

function propertiesOf(schema: JsonObject): [string, JsonValue][] {
  const properties = own(schema, 'properties');
  return isJsonObject(properties) ? Object.entries(properties) : [];
}

function listOf(schema: JsonObject, key: string): readonly JsonValue[] | undefined {
  const list = own(schema, key);
  return Array.isArray(list) ? list : undefined;
}

/** Each line of a text as a comment, without the space around it. */
function commentOf(text: JsonValue | undefined): string {
  if (typeof text !== 'string' || text === '') return '';
  const lines = text.trim().split('\n');
  return lines
    .map((line) => `// ${line.trim()}`.trimEnd())
    .join('\n')
    .concat('\n');
}
