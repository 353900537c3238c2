/** The token counts of a single request, as OpenAI nests them: cached inside input, and so on. */
import { MODALITIES, type Modality, type TokenKind, type Tokens } from '../../core/usage.ts';
import { firstOf, type JsonFields } from './json-fields.ts';

/** Which of a request's images and outputs are billed as what, where the details do not tell. */
export interface Billing {
  /** Images in a prompt of a chat are billed as its text. */
  readonly imageInput: 'text' | 'image';
  readonly output: Modality;
}

export const CHAT: Billing = { imageInput: 'text', output: 'text' };
export const REALTIME: Billing = { imageInput: 'image', output: 'text' };
export const IMAGES: Billing = { imageInput: 'image', output: 'image' };

type Split = Record<Modality, number>;

/**
 * @param usage of chat completions, Responses, embeddings, images, transcription, realtime or batches
 * @throws BadField for a number that cannot be, such as more cached tokens than input
 */
export function requestTokens(usage: JsonFields, billing: Billing): Tokens {
  const inputKey = largerOf(usage, 'input_tokens', 'prompt_tokens');
  const outputKey = largerOf(usage, 'output_tokens', 'completion_tokens');
  const details = firstOf(
    ['input_tokens_details', 'prompt_tokens_details', 'input_token_details'],
    (key) => usage.object(key),
  );
  const outputDetails = firstOf(
    ['output_tokens_details', 'completion_tokens_details', 'output_token_details'],
    (key) => usage.object(key),
  );
  const input = split(usage, inputKey, details, billing.imageInput, 'text');
  const output = split(usage, outputKey, outputDetails, 'image', billing.output);
  const cached = splitCached(details, input, billing);
  const written = writtenTokens(details);

  const tokens: Tokens = {};
  for (const modality of MODALITIES) {
    const rest = input[modality] - cached[modality] - (modality === 'text' ? written.all : 0);
    if (rest < 0) throw usage.bad(inputKey, 'is less than the cached and written tokens in it');
    put(tokens, modality, 'input', rest);
    put(tokens, modality, 'cachedInput', cached[modality]);
    put(tokens, modality, 'output', output[modality]);
  }
  put(tokens, 'text', 'cacheWrite30m', written.all - written.hours12);
  put(tokens, 'text', 'cacheWrite12h', written.hours12);
  checkTotal(usage, inputKey, outputKey);
  return tokens;
}

/** Leaves out what is none. */
export function put(tokens: Tokens, modality: Modality, kind: TokenKind, amount: number): void {
  if (amount === 0) return;
  const ofModality = tokens[modality] ?? {};
  tokens[modality] = ofModality;
  ofModality[kind] = amount;
}

/** A batch has both names of each sum, and 0 under that which its endpoint does not use. */
function largerOf(usage: JsonFields, name: string, oldName: string): string {
  return (usage.count(name) ?? -1) >= (usage.count(oldName) ?? 0) ? name : oldName;
}

/** What the details do not tell is of the modality `rest`. */
function split(
  usage: JsonFields,
  key: string,
  details: JsonFields | undefined,
  images: 'text' | 'image',
  rest: Modality,
): Split {
  const all = usage.count(key) ?? 0;
  const parts: Split = { text: 0, audio: 0, image: 0 };
  parts.audio += details?.count('audio_tokens') ?? 0;
  parts[images] += details?.count('image_tokens') ?? 0;
  if (rest !== 'text') parts.text += details?.count('text_tokens') ?? 0;
  const told = parts.text + parts.audio + parts.image;
  if (told > all) throw usage.bad(key, 'is less than the sum of its details');
  parts[rest] += all - told;
  return parts;
}

function splitCached(details: JsonFields | undefined, input: Split, billing: Billing): Split {
  const cached: Split = { text: 0, audio: 0, image: 0 };
  const all = details?.count('cached_tokens') ?? 0;
  if (!details || all === 0) return cached;
  const told = details.object('cached_tokens_details');
  const used = MODALITIES.filter((modality) => input[modality] > 0);
  if (told) {
    cached.audio += told.count('audio_tokens') ?? 0;
    cached[billing.imageInput] += told.count('image_tokens') ?? 0;
    const text = all - cached.audio - (told.count('image_tokens') ?? 0);
    if (text < 0) throw details.bad('cached_tokens', 'is less than the sum of its details');
    cached.text += text;
  } else if (used.length <= 1) {
    cached[used[0] ?? 'text'] = all;
  } else {
    throw details.bad('cached_tokens', `does not tell how many are ${used.join(' and how many ')}`);
  }
  return cached;
}

/** Tokens that were written to the cache live for 30 minutes, unless it says 12 hours. */
function writtenTokens(details: JsonFields | undefined): { all: number; hours12: number } {
  const byLife = details?.object('cache_write_tokens_details');
  const hours12 = byLife?.count('ttl_12h_tokens') ?? 0;
  const told = hours12 + (byLife?.count('ttl_30m_tokens') ?? 0);
  const all = details?.count('cache_write_tokens') ?? told;
  if (details && told > all) {
    throw details.bad('cache_write_tokens', 'is less than the sum of its details');
  }
  return { all, hours12 };
}

function checkTotal(usage: JsonFields, inputKey: string, outputKey: string): void {
  const total = usage.count('total_tokens');
  const sum = (usage.count(inputKey) ?? 0) + (usage.count(outputKey) ?? 0);
  if (total !== undefined && total !== 0 && total !== sum) {
    throw usage.bad('total_tokens', `is ${total}, and not ${inputKey} + ${outputKey} = ${sum}`);
  }
}
