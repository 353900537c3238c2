import type { Model, PriceVersion } from '../rates.ts';
import type { Quantity } from '../usage.ts';
import { bounded, type MediaTokens, NO_TOKENS } from './media-tokens.ts';

/** Seconds: the fewest and the most that the audio can have. */
export interface AudioLength {
  readonly least: number;
  readonly most: number;
}

/**
 * A token for each whole 100 ms of audio in a request: 0.4 s were billed as 4, 3.7 s as 37 and
 * 6.96 s as 69 (chat completions). OpenAI documents the same for input of Realtime sessions, and a
 * token for each 50 ms of audio that the model speaks.
 */
const INPUT_TOKENS_PER_SECOND = 10;
const OUTPUT_TOKENS_PER_SECOND = 20;

const LENGTH_UNKNOWN = 'the length of the audio is not known; say it with --audio-seconds';

/** The input tokens of audio in a chat request or a Realtime session. */
export function audioInputTokens(
  { kind, id }: Pick<Model, 'kind' | 'id'>,
  length: AudioLength | undefined,
): MediaTokens {
  if (kind !== 'audio' && kind !== 'realtime') {
    return { basis: 'rejected', reason: `${id} takes no audio` };
  }
  if (!length) return { basis: 'unknown', reason: LENGTH_UNKNOWN };
  const reasons =
    kind === 'audio' ? [] : ['documented by OpenAI, with small variations around the audio'];
  return overTime(length, INPUT_TOKENS_PER_SECOND, reasons);
}

/** The output tokens of speech of a length that somebody expects. */
export function audioOutputTokens(length: AudioLength | undefined): MediaTokens {
  if (!length) {
    return {
      basis: 'unknown',
      reason: 'how long the model will speak is not known; say it with --audio-seconds',
    };
  }
  return overTime(length, OUTPUT_TOKENS_PER_SECOND, [
    'documented by OpenAI for Realtime sessions only',
  ]);
}

function overTime(
  { least, most }: AudioLength,
  perSecond: number,
  reasons: readonly string[],
): MediaTokens {
  if (!(least >= 0) || !(most >= least) || !Number.isFinite(most)) {
    const reason = `the audio is ${least} to ${most} seconds long; give a length of at least 0`;
    return { basis: 'rejected', reason };
  }
  const padding =
    least === most ? [] : ['whether padding at its ends is counted is not documented'];
  return bounded(wholeTokens(least, perSecond), wholeTokens(most, perSecond), [
    ...reasons,
    ...padding,
  ]);
}

/** Below this a difference is one of floats: 0.7 s x 10 must not fall short of 7. */
const MICROSECONDS = 1_000_000;

function wholeTokens(seconds: number, perSecond: number): number {
  return Math.floor((Math.round(seconds * MICROSECONDS) * perSecond) / MICROSECONDS);
}

/** What a request to write down or to speak is billed by. */
export interface SpeechUse {
  readonly textInput: MediaTokens;
  readonly textOutput: MediaTokens;
  readonly audioInput: MediaTokens;
  readonly audioOutput: MediaTokens;
  /** Of models that are billed by the minute or by the character. */
  readonly quantities: readonly Quantity[];
}

const NOTHING_USED: SpeechUse = {
  textInput: NO_TOKENS,
  textOutput: NO_TOKENS,
  audioInput: NO_TOKENS,
  audioOutput: NO_TOKENS,
  quantities: [],
};

const MILLISECONDS = 1_000;

/**
 * Transcription and translation: by the second at models that have a price per minute; at others
 * by tokens, where the transcript is output that nobody can count beforehand.
 *
 * @param promptTokens of the text that may go along with the audio
 */
export function transcriptionUse(
  version: Pick<PriceVersion, 'units'>,
  length: AudioLength | undefined,
  promptTokens = 0,
): SpeechUse | { readonly basis: 'unknown'; readonly reason: string } {
  if (isBilledBy(version, 'minute')) {
    if (!length) return { basis: 'unknown', reason: LENGTH_UNKNOWN };
    const amount = Math.round(length.most * MILLISECONDS);
    return { ...NOTHING_USED, quantities: [{ unit: 'second', amount, per: MILLISECONDS }] };
  }
  return {
    ...NOTHING_USED,
    textInput: bounded(promptTokens, promptTokens, []),
    audioInput: length
      ? overTime(length, INPUT_TOKENS_PER_SECOND, [
          'the tokens per second are those of chat requests; nobody documents them for transcription',
        ])
      : { basis: 'unknown', reason: LENGTH_UNKNOWN },
    textOutput: { basis: 'unknown', reason: 'how long the transcript will be is not known' },
  };
}

/**
 * Speech from text: by the character, or by tokens of the text and of the audio.
 *
 * @param characters of the text, and its tokens where they can be counted
 * @param length of the speech, where somebody expects one
 */
export function speechUse(
  version: Pick<PriceVersion, 'units'>,
  text: { readonly characters: number; readonly tokens: number | undefined },
  length: AudioLength | undefined,
): SpeechUse {
  if (isBilledBy(version, 'character')) {
    return { ...NOTHING_USED, quantities: [{ unit: 'character', amount: text.characters }] };
  }
  return {
    ...NOTHING_USED,
    textInput:
      text.tokens === undefined
        ? { basis: 'unknown', reason: 'the tokens of the text are not known' }
        : bounded(text.tokens, text.tokens, ['no count that the API reported confirms it']),
    audioOutput: audioOutputTokens(length),
  };
}

function isBilledBy({ units }: Pick<PriceVersion, 'units'>, unit: Quantity['unit']): boolean {
  return units.some((price) => price.unit === unit && !price.estimate);
}
