import type { Part } from '../../core/request/request.ts';
import { BadField, isObject, JsonFields, type JsonObject } from '../usage/json-fields.ts';

/** Content as the API takes it: a text, or a list of parts. */
export function readContent(value: unknown, path: string): Part[] {
  if (value === undefined) return [];
  if (typeof value === 'string') return [{ kind: 'text', text: value }];
  if (!Array.isArray(value)) throw new BadField(`${path} is neither a text nor a list of parts`);
  return value.map((part, index) => readPart(part, `${path}[${index}]`));
}

function readPart(value: unknown, path: string): Part {
  // Chat completions take texts as parts, too.
  if (typeof value === 'string') return { kind: 'text', text: value };
  const fields = new JsonFields(objectAt(value, path), path);
  const type = fields.text('type');
  if (type === undefined) throw fields.bad('type', 'is missing');
  const read = PARTS.get(type);
  const part: Part = read?.(fields, path) ?? {
    kind: 'unknown',
    reason: `${path} is of type ${type}`,
  };
  if (fields.value('prompt_cache_breakpoint') === undefined) return part;
  return { ...part, endsCache: true };
}

type ReadPart = (fields: JsonFields, path: string) => Part;

const readText: ReadPart = (fields) => ({ kind: 'text', text: textAt(fields, 'text') });

const PARTS: ReadonlyMap<string, ReadPart> = new Map<string, ReadPart>([
  ['text', readText],
  ['input_text', readText],
  ['output_text', readText],
  ['summary_text', readText],
  ['refusal', (fields) => ({ kind: 'text', text: textAt(fields, 'refusal') })],
  ['image_url', readImage],
  ['input_image', readImage],
  ['input_audio', readAudio],
  ['file', (fields, path) => readFile(objectIn(fields, 'file'), path)],
  ['input_file', readFile],
]);

function textAt(fields: JsonFields, key: string): string {
  if (fields.value(key) === undefined) throw fields.bad(key, 'is missing');
  return fields.text(key) ?? '';
}

/** Chat completions have an object where Responses have its fields. */
function readImage(fields: JsonFields, path: string): Part {
  const isNested = isObject(fields.value('image_url'));
  const inner = isNested ? objectIn(fields, 'image_url') : fields;
  const url = isNested ? inner.text('url') : fields.text('image_url');
  const fileId = fields.text('file_id');
  if (url === undefined && fileId === undefined) {
    throw fields.bad('image_url', 'is missing; give a URL or a data URL');
  }
  return { kind: 'image', path, ...located(url), fileId, detail: inner.text('detail') };
}

function readAudio(fields: JsonFields, path: string): Part {
  const audio = objectIn(fields, 'input_audio');
  return { kind: 'audio', path, data: audio.text('data') };
}

function readFile(fields: JsonFields, path: string): Part {
  return {
    ...{ kind: 'file', path, ...located(fields.text('file_url')) },
    ...(fields.has('file_data') ? { data: fields.text('file_data') } : {}),
    ...{ fileId: fields.text('file_id'), filename: fields.text('filename') },
  };
}

function located(url: string | undefined) {
  return url?.startsWith('data:') ? { data: url } : { url };
}

function objectIn(fields: JsonFields, key: string): JsonFields {
  const inner = fields.object(key);
  if (inner) return inner;
  throw fields.bad(key, 'is missing');
}

export function objectAt(value: unknown, path: string): JsonObject {
  if (isObject(value)) return value;
  throw new BadField(`${path} is no object`);
}
