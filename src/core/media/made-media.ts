/** Requests that make or take media: images, speech, transcriptions. What they are billed for. */

import type { Encoding } from '../encodings.ts';
import { type Model, versionAt } from '../rates.ts';
import { type InputCount, type Made, textCount } from '../request/input-count.ts';
import { Tally } from '../request/tally.ts';
import type { Instant } from '../time.ts';
import type { Quantity, Tokens } from '../usage.ts';
import { type AudioLength, type SpeechUse, speechUse, transcriptionUse } from './audio-tokens.ts';
import { type ImageRequest, imageGeneration } from './image-generation.ts';
import type { ImageRules } from './image-rules.ts';
import { type MediaTokens, NO_TOKENS, type Rejected, tokensAt } from './media-tokens.ts';

/** As it would be sent, whatever model it is sent to. */
export type MediaRequest = ImagesRequest | SpeechRequest | TranscriptionRequest;

export interface ImagesRequest {
  readonly kind: 'images';
  readonly model: string | undefined;
  readonly prompt: string;
  /** But for the tokens of the prompt, which depend on the model. */
  readonly asked: Omit<ImageRequest, 'promptTokens'>;
}

export interface SpeechRequest {
  readonly kind: 'speech';
  readonly model: string | undefined;
  /** What is to be spoken. */
  readonly text: string;
  /** How it is to be spoken; empty where nobody says it. */
  readonly instructions: string;
}

export interface TranscriptionRequest {
  readonly kind: 'transcription';
  readonly model: string | undefined;
  readonly prompt: string;
  /** Undefined where nobody knows it. */
  readonly length: AudioLength | undefined;
}

export interface MediaTables {
  readonly images: ImageRules;
  readonly at: Instant;
  /** Of the speech that somebody expects, or of audio that does not tell. */
  readonly length: AudioLength | undefined;
  countText(text: string, encoding: Encoding): number;
}

/** Of all calls: what there is to be priced. */
interface Billed {
  readonly textInput: MediaTokens;
  readonly textOutput: MediaTokens;
  readonly imageInput: MediaTokens;
  readonly imageOutput: MediaTokens;
  readonly audioInput: MediaTokens;
  readonly audioOutput: MediaTokens;
  readonly quantities: readonly Quantity[];
  /** 1 where there is an answer that the request does not settle. */
  readonly answers: number;
  readonly images?: number | undefined;
  readonly perImage?: MediaTokens | undefined;
}

const NOTHING_BILLED: Billed = {
  ...{ textInput: NO_TOKENS, textOutput: NO_TOKENS },
  ...{ imageInput: NO_TOKENS, imageOutput: NO_TOKENS },
  ...{ audioInput: NO_TOKENS, audioOutput: NO_TOKENS },
  quantities: [],
  answers: 0,
};

const NO_SECONDS: Quantity = { unit: 'second', amount: 0 };

/** One call, or why the API would refuse it. `model` is undefined where the table has it not. */
export function mediaInput(
  request: MediaRequest,
  model: Model | undefined,
  tables: MediaTables,
): InputCount | Rejected {
  if (!model) return settled(textCount(null));
  const billed = billedFor(request, model, tables);
  if ('basis' in billed) {
    if (billed.basis === 'rejected') return billed;
    return inputOf({ ...NOTHING_BILLED, textInput: billed });
  }
  const refused = partsOf(billed).find((part) => part.basis === 'rejected');
  return refused?.basis === 'rejected' ? refused : inputOf(billed);
}

function billedFor(
  request: MediaRequest,
  model: Model,
  tables: MediaTables,
): Billed | Exclude<MediaTokens, { basis: 'exact' | 'estimate' }> {
  const count = (text: string) =>
    model.encoding === null ? undefined : tables.countText(text, model.encoding);
  switch (request.kind) {
    case 'images': {
      const made = imageGeneration(tables.images, model.id, {
        ...request.asked,
        promptTokens: count(request.prompt),
      });
      if (made.basis !== 'generation') return made;
      const { textInput, textOutput, imageInput, imageOutput, quantities, images, perImage } = made;
      return {
        ...{ ...NOTHING_BILLED, textInput, textOutput, imageInput, imageOutput },
        ...{ quantities, images, perImage },
      };
    }
    case 'speech': {
      if (model.kind !== 'speech') return wrongKind(model, 'speaks no text');
      const { text, instructions } = request;
      const tokens = count(text + instructions);
      const characters = [...text].length;
      return used(speechUse(versionOf(model, tables), { characters, tokens }, tables.length));
    }
    case 'transcription': {
      if (model.kind !== 'transcription') return wrongKind(model, 'writes down no audio');
      const length = request.length ?? tables.length;
      const use = transcriptionUse(versionOf(model, tables), length, count(request.prompt));
      // By the second, of which nobody knows how many.
      if ('basis' in use) return { ...NOTHING_BILLED, audioInput: use, quantities: [NO_SECONDS] };
      // A transcript is output like any answer: nobody knows it before, and somebody may expect one.
      const isOpen = use.textOutput.basis === 'unknown';
      return isOpen ? { ...used(use), textOutput: NO_TOKENS, answers: 1 } : used(use);
    }
  }
}

function used(use: SpeechUse): Billed {
  return { ...NOTHING_BILLED, ...use };
}

function wrongKind({ id }: Model, what: string): Rejected {
  return { basis: 'rejected', reason: `${id} ${what}; name another model with --model` };
}

function versionOf(model: Model, { at }: MediaTables) {
  return versionAt(model, at) ?? { units: [] };
}

function partsOf(billed: Billed): readonly MediaTokens[] {
  const { textInput, textOutput, imageInput, imageOutput, audioInput, audioOutput } = billed;
  return [textInput, textOutput, imageInput, imageOutput, audioInput, audioOutput];
}

function inputOf(billed: Billed): InputCount {
  const tally = new Tally();
  tallied(tally, 'text', billed.textInput);
  tallied(tally, 'images', billed.imageInput);
  tallied(tally, 'audio', billed.audioInput);
  const { total, parts } = tally.end();
  const least = total.low;
  return {
    shares: [
      {
        calls: 1,
        ...{ low: tokensOf(billed, 'low'), high: tokensOf(billed, 'high') },
        quantities: billed.quantities,
        unknown: partsOf(billed).flatMap((part) => (part.basis === 'unknown' ? part.reason : [])),
        inputTokensPerRequest: { least, most: total.high ?? least },
        answers: billed.answers,
        maxOutputTokens: undefined,
      },
    ],
    total,
    parts,
    made: madeBy(billed),
  };
}

function madeBy({ images, perImage, imageOutput, quantities }: Billed): Made | undefined {
  if (images === undefined || perImage === undefined) return undefined;
  const output = (end: 'low' | 'high') => ({ image: { output: tokensAt(perImage, end) } });
  return {
    images,
    ...('low' in imageOutput
      ? { basis: imageOutput.basis, low: imageOutput.low, high: imageOutput.high }
      : { basis: 'unknown', low: 0, high: null }),
    expected: 'low' in imageOutput && imageOutput.low === imageOutput.high ? imageOutput.low : null,
    reasons: 'reasons' in imageOutput ? imageOutput.reasons : [imageOutput.reason],
    each: {
      low: output('low'),
      high: output('high'),
      quantities: quantities.map((quantity) => ({ ...quantity, amount: 1 })),
    },
  };
}

function tallied(tally: Tally, part: 'text' | 'images' | 'audio', tokens: MediaTokens): void {
  if ('low' in tokens && tokens.high === 0) return;
  if ('low' in tokens) tally.between(part, tokens.low, tokens.high, tokens.reasons);
  else tally.unknown(part, tokens.reason);
}

/** What is known of them. */
function tokensOf(billed: Billed, end: 'low' | 'high'): Tokens {
  const known = (tokens: MediaTokens) => ('low' in tokens ? tokens[end] : 0);
  return {
    text: { input: known(billed.textInput), output: known(billed.textOutput) },
    image: { input: known(billed.imageInput), output: known(billed.imageOutput) },
    audio: { input: known(billed.audioInput), output: known(billed.audioOutput) },
  };
}

/** No answer comes on top of it. */
function settled(input: InputCount): InputCount {
  return { ...input, shares: input.shares.map((share) => ({ ...share, answers: 0 })) };
}
