/** Makes the tokens of OpenAI's usage disjoint: the file counts some of them more than once. */
import { MODALITIES, type Modality, TOKEN_KINDS, type Tokens } from '../../core/usage.ts';
import { type Cells, fail, needed } from './values.ts';

export const TOKEN_COLUMNS = [
  'input_tokens',
  'output_tokens',
  'input_cached_tokens',
  'input_cache_write_tokens',
  'input_cache_write_30m_tokens',
  'input_cache_write_12h_tokens',
  'input_uncached_tokens',
  'input_text_tokens',
  'output_text_tokens',
  'input_cached_text_tokens',
  'input_audio_tokens',
  'input_cached_audio_tokens',
  'output_audio_tokens',
  'input_image_tokens',
  'input_cached_image_tokens',
  'output_image_tokens',
] as const;

type Parts = Readonly<Record<Modality, number>>;

/**
 * `input_tokens` is uncached, cached and written input together, and each of these is text, audio
 * and image; `output_tokens` holds the reasoning. Sums that do not fit make a bad row.
 */
export function completionTokens(cells: Cells): Tokens {
  const input = needed(cells.count('input_tokens'), 'input_tokens');
  const output = needed(cells.count('output_tokens'), 'output_tokens');
  const givenUncached = cells.count('input_uncached_tokens');
  const cached =
    cells.count('input_cached_tokens') ??
    // Which part of the input was cached decides its price; nothing but the sum can stand in.
    (givenUncached === input ? 0 : fail('input_cached_tokens is missing'));
  const written = writtenTokens(cells);
  const taken = cached + written.total;
  if (taken > input) {
    fail(`cached and written tokens, ${taken}, are more than input_tokens, ${input}`);
  }
  const uncached = givenUncached ?? input - taken;
  if (uncached + taken !== input) {
    fail(
      `uncached, cached and written tokens are ${uncached + taken}, but input_tokens is ${input}`,
    );
  }
  const inputs = uncachedParts(cells, uncached);
  const cachedInputs = partsWithin(cells, 'input_cached', cached);
  const outputs = partsWithin(cells, 'output', output);
  // No column tells the modality of what was written.
  const text = {
    input: inputs.text,
    cachedInput: cachedInputs.text,
    cacheWrite30m: written.halfHour,
    cacheWrite12h: written.halfDay,
    output: outputs.text,
  };
  const tokens: Tokens = { text };
  for (const modality of ['audio', 'image'] as const) {
    const input = inputs[modality];
    const cachedInput = cachedInputs[modality];
    const output = outputs[modality];
    if (input + cachedInput + output > 0) tokens[modality] = { input, cachedInput, output };
  }
  return withoutZeros(tokens);
}

/** Those that are there at all: what is left out is none. */
export function withoutZeros(tokens: Tokens): Tokens {
  const some: Tokens = {};
  for (const modality of MODALITIES) {
    const counts = tokens[modality];
    if (counts === undefined) continue;
    for (const kind of TOKEN_KINDS) {
      const count = counts[kind];
      if (count === undefined || count === 0) continue;
      const ofModality = some[modality] ?? {};
      some[modality] = ofModality;
      ofModality[kind] = count;
    }
  }
  return some;
}

function writtenTokens(cells: Cells): { total: number; halfHour: number; halfDay: number } {
  const given = cells.count('input_cache_write_tokens');
  const halfHour = cells.count('input_cache_write_30m_tokens');
  const halfDay = cells.count('input_cache_write_12h_tokens');
  const total = given ?? (halfHour ?? 0) + (halfDay ?? 0);
  const known = (halfHour ?? 0) + (halfDay ?? 0);
  if (known > total || (halfHour !== undefined && halfDay !== undefined && known !== total)) {
    fail(
      `tokens written for 30 minutes and 12 hours are ${known}, but input_cache_write_tokens is ${total}`,
    );
  }
  // 30 minutes is what a request gets that does not ask for 12 hours.
  const ofHalfDay = halfDay ?? (halfHour === undefined ? 0 : total - halfHour);
  return { total, halfHour: total - ofHalfDay, halfDay: ofHalfDay };
}

function uncachedParts(cells: Cells, uncached: number): Parts {
  const audio = cells.count('input_audio_tokens') ?? 0;
  const image = cells.count('input_image_tokens') ?? 0;
  const text = cells.count('input_text_tokens') ?? uncached - audio - image;
  const sum = text + audio + image;
  if (text < 0 || sum !== uncached) {
    const parts = text < 0 ? audio + image : sum;
    fail(`text, audio and image input is ${parts}, but the uncached input is ${uncached}`);
  }
  return { text, audio, image };
}

/** Parts of `total` by modality; what none of them has is text. */
function partsWithin(cells: Cells, name: 'input_cached' | 'output', total: number): Parts {
  const text = cells.count(`${name}_text_tokens`) ?? 0;
  const audio = cells.count(`${name}_audio_tokens`) ?? 0;
  const image = cells.count(`${name}_image_tokens`) ?? 0;
  const sum = text + audio + image;
  if (sum > total) {
    fail(`text, audio and image tokens of ${name}_tokens are ${sum}, more than ${total}`);
  }
  return { text: total - audio - image, audio, image };
}
