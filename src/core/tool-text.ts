/**
 * What the model is shown of functions: a block that looks like TypeScript. Nobody documents it for
 * these models; the form is the one that reproduces the counts which the API reported.
 */
import { isJsonObject, type JsonObject, type JsonValue, own } from './json.ts';
import type { CustomTool, FunctionTool } from './request.ts';

export interface ToolText {
  readonly text: string;
  /** Whether the text is all of it: it is not for schemas that no model could be shown. */
  readonly isWhole: boolean;
  /** What no reported count has shown how it is written, each a clause of its own. */
  readonly doubts: readonly ToolDoubt[];
}
export type ToolDoubt = keyof typeof TOOL_DOUBTS;

export const TOOL_DOUBTS = {
  recursive: 'a schema that contains itself',
  'described-list': 'a list of objects with descriptions of their own',
  combined: 'allOf, not or another keyword that combines schemas',
  grammar: 'the grammar of a custom tool',
} as const;

/** More than any context window holds, and enough to stop schemas that multiply by references. */
const MAX_CHARACTERS = 20_000_000;
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
    const head = comment(description);
    if (!isJsonObject(parameters) || propertiesOf(parameters).length === 0) {
      return `${head}type ${name} = () => any;\n\n`;
    }
    const schema = this.#resolve(parameters);
    return `${head}type ${name} = (_: ${titleAndDescription(schema)}${this.#object(schema)}) => any;\n\n`;
  }

  customText({ name, description, grammar }: CustomTool): string {
    if (grammar !== undefined) this.doubts.add('grammar');
    return `${comment(description)}${comment(grammar)}type ${name} = (FREEFORM) => any;\n\n`;
  }

  /** On one line, unless a property has something to say. */
  #object(schema: JsonObject): string {
    const required = requiredOf(schema);
    const properties = inOrder(schema, required).map(
      ([name, value]) => [name, value, this.#resolve(value)] as const,
    );
    if (properties.length === 0) return 'object';
    const mark = (name: string) => (required.has(name) ? '' : '?');
    if (!properties.some(([, , property]) => hasComment(property))) {
      const inline = properties.map(
        ([name, value]) => `${name}${mark(name)}: ${this.#type(value)}`,
      );
      return this.#written(`{ ${inline.join(', ')} }`);
    }
    const lines = properties.map(([name, value, property]) => {
      const type = this.#type(value);
      const byDefault = own(property, 'default');
      const end = byDefault === undefined ? '' : ` // default: ${JSON.stringify(byDefault)}`;
      return `${titleAndDescription(property)}${name}${mark(name)}: ${type},${end}\n`;
    });
    return this.#written(`{\n${lines.join('')}}`);
  }

  #type(value: JsonValue): string {
    if (!this.isWhole) return '';
    const reference = referenceOf(value);
    if (this.#depth >= MAX_DEPTH || (reference !== undefined && this.#open.has(reference))) {
      this.doubts.add('recursive');
      return 'any';
    }
    this.#depth++;
    if (reference !== undefined) this.#open.add(reference);
    const text = this.#written(this.#typeOf(this.#resolve(value)));
    if (reference !== undefined) this.#open.delete(reference);
    this.#depth--;
    return text;
  }

  #typeOf(schema: JsonObject): string {
    const choices = listOf(schema, 'anyOf') ?? listOf(schema, 'oneOf');
    if (choices) return choices.map((choice) => this.#type(choice)).join(' | ');
    const values = listOf(schema, 'enum');
    if (values) return values.map((each) => JSON.stringify(each)).join(' | ');
    const constant = own(schema, 'const');
    if (constant !== undefined) return JSON.stringify(constant);
    const types = listOf(schema, 'type');
    if (types) return types.map((type) => this.#named(schema, type)).join(' | ');
    return this.#named(schema, own(schema, 'type'));
  }

  #named(schema: JsonObject, type: JsonValue | undefined): string {
    switch (type) {
      case 'integer':
        return 'number';
      case 'array':
        return this.#list(own(schema, 'items'));
      case 'string':
      case 'number':
      case 'boolean':
      case 'null':
        return type;
    }
    if (propertiesOf(schema).length > 0) return this.#object(schema);
    const all = listOf(schema, 'allOf');
    if (all || own(schema, 'not') !== undefined) this.doubts.add('combined');
    if (all) return all.map((each) => this.#type(each)).join(' & ');
    return type === 'object' ? 'object' : 'any';
  }

  #list(items: JsonValue | undefined): string {
    if (!isJsonObject(items)) return 'any[]';
    const item = this.#resolve(items);
    if (propertiesOf(item).some(([, property]) => hasComment(this.#resolve(property)))) {
      this.doubts.add('described-list');
    }
    return `${this.#type(items)}[]`;
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

  /** Every text, as part of every text that it is in: a bound on time as well as on space. */
  #written(text: string): string {
    this.#left -= text.length;
    return this.isWhole ? text : '';
  }
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

function requiredOf(schema: JsonObject): ReadonlySet<JsonValue> {
  return new Set(listOf(schema, 'required') ?? []);
}

/** Required properties come first, in the order in which they are required. */
function inOrder(schema: JsonObject, required: ReadonlySet<JsonValue>): [string, JsonValue][] {
  const rank = new Map([...required].map((name, index) => [name, index]));
  return propertiesOf(schema)
    .map((property, index) => ({ property, rank: rank.get(property[0]) ?? required.size + index }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ property }) => property);
}

function listOf(schema: JsonObject, key: string): readonly JsonValue[] | undefined {
  const list = own(schema, key);
  return Array.isArray(list) ? list : undefined;
}

function hasComment(schema: JsonObject): boolean {
  return titleAndDescription(schema) !== '' || own(schema, 'default') !== undefined;
}

function titleAndDescription(schema: JsonObject): string {
  return comment(own(schema, 'title')) + comment(own(schema, 'description'));
}

/** Each line of a text as a comment, without the space around it. */
function comment(text: JsonValue | undefined): string {
  if (typeof text !== 'string' || text === '') return '';
  const lines = text.trim().split('\n');
  return lines
    .map((line) => `// ${line.trim()}`.trimEnd())
    .join('\n')
    .concat('\n');
}
