import type { JsonValue } from '../../core/json.ts';
import type { ResponseFormat, ToolChoice, ToolDefinition } from '../../core/request/request.ts';
import { isObject, JsonFields } from '../usage/json-fields.ts';
import { objectAt } from './parts.ts';

/** The API takes ten levels; more than this is no schema, and a danger to the stack. */
const MAX_SCHEMA_DEPTH = 100;

/** In chat completions the definition is an object of its own, in Responses it is not. */
export function readTool(value: unknown, path: string): ToolDefinition {
  const outer = new JsonFields(objectAt(value, path), path);
  const type = outer.text('type');
  if (type === undefined) throw outer.bad('type', 'is missing');
  if (type !== 'function' && type !== 'custom') return { kind: 'built-in', type };
  const fields = outer.object(type) ?? outer;
  return type === 'function' ? readFunction(fields) : readCustom(fields);
}

/** Tools that the API runs: what they return is billed as input, and many have a price of their own. */
export function usesBilled(tools: readonly ToolDefinition[]): string[] {
  const types = tools.flatMap((tool) => (tool.kind === 'built-in' ? tool.type : []));
  return [...new Set(types)].map(useIsBilled);
}

export function useIsBilled(what: string): string {
  return `each use of ${what} is billed besides`;
}

/** As `functions` of chat completions had them, too. */
export function readFunction(fields: JsonFields): ToolDefinition {
  return {
    kind: 'function',
    name: nameIn(fields),
    description: fields.text('description'),
    parameters: schemaIn(fields, 'parameters'),
  };
}

function readCustom(fields: JsonFields): ToolDefinition {
  const format = fields.object('format');
  const grammar = (format?.object('grammar') ?? format)?.text('definition');
  return {
    kind: 'custom',
    name: nameIn(fields),
    description: fields.text('description'),
    grammar,
  };
}

export function readToolChoice(fields: JsonFields, key: string): ToolChoice {
  const value = fields.value(key);
  if (value === undefined || value === 'auto') return { kind: 'auto' };
  if (value === 'none' || value === 'required') return { kind: value };
  const choice = fields.object(key);
  const name = (choice?.object('function') ?? choice)?.text('name');
  return name === undefined ? { kind: 'other' } : { kind: 'named', name };
}

/** Undefined where the request leaves it out. */
export function readFormat(format: JsonFields | undefined): ResponseFormat {
  const type = format?.text('type');
  if (!format || type === undefined || type === 'text') return { kind: 'text' };
  if (type === 'json_object') return { kind: 'json-object' };
  if (type !== 'json_schema') {
    throw format.bad('type', `is ${type}; use text, json_object or json_schema`);
  }
  const fields = format.object('json_schema') ?? format;
  const schema = schemaIn(fields, 'schema');
  if (schema === undefined) throw fields.bad('schema', 'is missing');
  return {
    kind: 'json-schema',
    name: nameIn(fields),
    description: fields.text('description'),
    schema,
  };
}

function nameIn(fields: JsonFields): string {
  const name = fields.text('name');
  if (name === undefined) throw fields.bad('name', 'is missing');
  return name;
}

function schemaIn(fields: JsonFields, key: string): JsonValue | undefined {
  const schema = fields.value(key);
  if (schema === undefined) return undefined;
  if (!isObject(schema)) throw fields.bad(key, 'is no JSON Schema, which is an object');
  if (isDeeper(schema, MAX_SCHEMA_DEPTH)) {
    throw fields.bad(key, `is nested more than ${MAX_SCHEMA_DEPTH} levels deep; make it flatter`);
  }
  // What JSON.parse has made is a JSON value.
  return schema as JsonValue;
}

/** Goes no deeper than it is asked about, so that the stack is safe. */
function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  for (const inner of Object.values(value)) if (isDeeper(inner, levels - 1)) return true;
  return false;
}
