/** Requests whose input is texts: embeddings, completions, moderations. */
import type { Part, RequestEndpoint, TextsRequest, TokenIds } from '../../core/request/request.ts';
import { isObject, type JsonFields } from '../usage/json-fields.ts';
import { answersIn } from './common.ts';
import type { RequestFormat } from './format.ts';
import { isNamed } from './media-endpoint.ts';
import { readContent } from './parts.ts';

export const EMBEDDINGS: RequestFormat = {
  endpoint: 'embeddings',
  title: 'an embeddings request ("input" and an embedding model)',
  matches: (fields) =>
    fields.has('input') &&
    (modelIs(fields, /embedding/) ||
      fields.has('encoding_format') ||
      fields.has('dimensions') ||
      isTextsOrTokens(fields.value('input'))) &&
    !modelIs(fields, /moderation/),
  read: (fields, source) => ({
    ...base(fields, 'embeddings', undefined, 1),
    source,
    texts: readTexts(fields, 'input'),
  }),
};

export const MODERATIONS: RequestFormat = {
  endpoint: 'moderations',
  title: 'a moderations request ("input" and a moderation model)',
  matches: (fields) => fields.has('input') && modelIs(fields, /moderation/),
  read: (fields, source) => {
    const input = fields.value('input');
    const isParts = Array.isArray(input) && input.some(isObject);
    return {
      ...base(fields, 'moderations', undefined, 1),
      source,
      texts: isParts ? [] : readTexts(fields, 'input'),
      parts: isParts ? readContent(input, 'input') : [],
    };
  },
};

const SUFFIX: Part = { kind: 'unknown', reason: 'no record shows what a suffix adds' };

/** Of a completion without `max_tokens`. */
const DEFAULT_COMPLETION_TOKENS = 16;

export const COMPLETIONS: RequestFormat = {
  endpoint: 'completions',
  title: 'a completions request ("prompt")',
  // Requests for images and videos have a prompt, too.
  matches: (fields) =>
    isTextsOrTokens(fields.value('prompt'), true) &&
    !modelIs(fields, /image|dall-e|sora/) &&
    !['size', 'quality', 'seconds'].some((key) => fields.has(key)),
  read: (fields, source) => {
    const texts = readTexts(fields, 'prompt');
    return {
      ...base(
        fields,
        'completions',
        fields.count('max_tokens') ?? DEFAULT_COMPLETION_TOKENS,
        // Each prompt has answers of its own, and those that `best_of` drops are billed as well.
        texts.length * Math.max(answersIn(fields, 'n'), answersIn(fields, 'best_of')),
      ),
      source,
      texts,
      parts: fields.text('suffix') === undefined ? [] : [SUFFIX],
    };
  },
};

function base(
  fields: JsonFields,
  endpoint: RequestEndpoint & TextsRequest['endpoint'],
  maxOutputTokens: number | undefined,
  answers: number,
): Omit<TextsRequest, 'source' | 'texts'> {
  return {
    kind: 'texts',
    endpoint,
    model: fields.text('model'),
    serviceTier: fields.text('service_tier'),
    maxOutputTokens,
    answers,
    parts: [],
  };
}

function modelIs(fields: JsonFields, name: RegExp): boolean {
  return isNamed(fields.value('model'), name);
}

function isTextsOrTokens(value: unknown, orText = false): boolean {
  if (typeof value === 'string') return orText;
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((each) => ['string', 'number'].includes(typeof each) || Array.isArray(each))
  );
}

/** A text, texts, the tokens of one, or the tokens of several. */
function readTexts(fields: JsonFields, key: string): (string | TokenIds)[] {
  const value = fields.value(key);
  if (typeof value === 'string') return [value];
  const list = fields.list(key);
  if (!list) throw fields.bad(key, 'is missing');
  if (list.length === 0) throw fields.bad(key, 'is empty; give at least one text');
  if (list.every(isToken)) return [{ tokens: list.length }];
  return list.map((each, index) => {
    if (typeof each === 'string') return each;
    if (Array.isArray(each) && each.every(isToken)) return { tokens: each.length };
    throw fields.bad(`${key}[${index}]`, 'is neither a text nor a list of tokens');
  });
}

function isToken(value: unknown): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
