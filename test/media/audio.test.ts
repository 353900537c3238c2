import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  audioInputTokens,
  audioOutputTokens,
  speechUse,
  transcriptionUse,
} from '../../src/core/media/audio-tokens.ts';
import { versionAt } from '../../src/core/rates.ts';
import { audioLengthOf } from '../../src/input/media/audio-length.ts';
import { dataOfBase64, dataOfBytes } from '../../src/input/media/data.ts';
import { instant, price, shipped } from '../table.ts';
import { base64, flac, mp3, mp4, ogg, opusHead, vorbisHead, wav, webm } from './files.ts';

const length = (bytes: Uint8Array) => audioLengthOf(dataOfBytes(bytes));
const seconds = (value: number) => ({ least: value, most: value });
const chat = { kind: 'audio', id: 'gpt-audio' } as const;

describe('audio in a request', () => {
  // Seconds, and the audio tokens that the API reported.
  it.each([
    [0.4, 4],
    [3.7, 37],
    [6.96, 69],
    [0, 0],
    [0.0999, 0],
    [0.1, 1],
    [0.7, 7],
    [1.1, 11],
    [3600, 36_000],
  ])('%d s: %i tokens, exactly', (value, tokens) => {
    expect(audioInputTokens(chat, seconds(value))).toEqual({
      basis: 'exact',
      low: tokens,
      high: tokens,
      reasons: [],
    });
  });

  it('counts every tenth of a second in full, whatever floats make of it', () => {
    for (let tenths = 0; tenths < 2_000; tenths++) {
      expect(audioInputTokens(chat, seconds(tenths / 10))).toMatchObject({ low: tenths });
    }
  });

  it('is documented for Realtime, at other rates in and out', () => {
    const realtime = { kind: 'realtime', id: 'gpt-realtime' } as const;
    expect(audioInputTokens(realtime, seconds(2))).toMatchObject({ basis: 'estimate', low: 20 });
    expect(audioOutputTokens(seconds(2))).toMatchObject({ basis: 'estimate', low: 40, high: 40 });
    expect(audioOutputTokens(undefined)).toMatchObject({ basis: 'unknown' });
  });

  it('is unknown without a length, and rejected with none that can be', () => {
    expect(audioInputTokens(chat, undefined)).toMatchObject({ basis: 'unknown' });
    for (const value of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(audioInputTokens(chat, seconds(value))).toMatchObject({ basis: 'rejected' });
    }
    expect(audioInputTokens({ kind: 'text', id: 'gpt-4o' }, seconds(1))).toMatchObject({
      basis: 'rejected',
      reason: 'gpt-4o takes no audio',
    });
  });
});

describe('transcription and speech', () => {
  const version = (id: string) => {
    const model = shipped.models.find((each) => each.id === id);
    const found = model && versionAt(model, instant('2026-11-20'));
    if (!found) throw new Error(id);
    return found;
  };

  it('is billed by the second at models with a price per minute', () => {
    const use = transcriptionUse(version('whisper-1'), seconds(90.5));
    if ('basis' in use) throw new Error(use.reason);
    const line = price('whisper-1', {}, { quantities: use.quantities });
    const cost = line.quantities?.[0]?.cost;
    // 90.5 s at $0.006 a minute are $0.00905.
    expect(cost?.kind === 'priced' && cost.amount).toBe(3600n * 905n * 10n ** 13n);
    expect(transcriptionUse(version('gpt-transcribe'), undefined)).toMatchObject({
      basis: 'unknown',
    });
  });

  it('is billed by tokens elsewhere, and nobody knows how long a transcript is', () => {
    const use = transcriptionUse(version('gpt-4o-transcribe'), seconds(10), 5);
    expect(use).toMatchObject({
      quantities: [],
      textInput: { low: 5, high: 5 },
      audioInput: { basis: 'estimate', low: 100, high: 100 },
      textOutput: { basis: 'unknown' },
    });
  });

  it('is billed by the character, or by tokens, where it speaks', () => {
    const text = { characters: 12, tokens: 3 };
    expect(speechUse(version('tts-1'), text, undefined)).toMatchObject({
      quantities: [{ unit: 'character', amount: 12 }],
      textInput: { high: 0 },
    });
    expect(speechUse(version('gpt-4o-mini-tts'), text, undefined)).toMatchObject({
      quantities: [],
      textInput: { low: 3 },
      audioOutput: { basis: 'unknown' },
    });
    expect(speechUse(version('gpt-4o-mini-tts'), text, seconds(2))).toMatchObject({
      audioOutput: { low: 40 },
    });
  });
});

describe('the length of audio', () => {
  it('of WAV, to the sample', () => {
    expect(length(wav(16_000))).toEqual(seconds(1));
    expect(length(wav(111_360))).toEqual(seconds(6.96));
    expect(length(wav(48_000, { rate: 48_000, before: 33 }))).toEqual(seconds(1));
    const data = dataOfBase64(base64(wav(3_200)));
    expect('reason' in data ? data : audioLengthOf(data)).toEqual(seconds(0.2));
  });

  it('of WAV that was streamed or cut off, by what is there', () => {
    expect(length(wav(16_000, { saysBytes: 0 }))).toEqual(seconds(1));
    expect(length(wav(16_000, { saysBytes: 2 ** 32 - 1 }))).toEqual(seconds(1));
    expect(length(wav(16_000).subarray(0, 44 + 16_000))).toEqual(seconds(0.5));
  });

  it('of FLAC, to the sample', () => {
    expect(length(flac(44_100 * 3, 44_100))).toEqual(seconds(3));
    // More samples than 32 bits can tell.
    expect(length(flac(96_000 * 50_000, 96_000))).toEqual(seconds(50_000));
  });

  it('of MP3, frame by frame, with the padding of encoders left open', () => {
    const frame = 1152 / 44_100;
    const found = length(mp3([9, 9, 9, 9, 9, 9, 9, 9, 9, 9]));
    expect(found).toEqual({
      least: expect.closeTo(8 * frame, 9),
      most: expect.closeTo(10 * frame, 9),
    });
    // Frames of other sizes take as long; so do frames after a tag.
    expect(length(mp3([1, 14, 5, 9, 9, 9, 9, 2, 9, 9], 1_000))).toEqual(found);
  });

  it('of Ogg, by its last page, without what Opus drops', () => {
    expect(length(ogg([opusHead(312)], 48_312, 960))).toEqual(seconds(1));
    expect(length(ogg([vorbisHead(44_100)], 44_100 * 5))).toEqual(seconds(5));
    // Pictures beside the sound, and a page on which nothing ends.
    const theora = [...Buffer.from('\u0080theora')];
    expect(length(ogg([theora, opusHead(0)], 24_000, undefined))).toEqual(seconds(0.5));
    expect(length(ogg([opusHead(500)], 100))).toEqual(seconds(0));
  });

  it('of MP4, by its movie header, wherever it lies', () => {
    expect(length(mp4(6_500, 1_000))).toEqual(seconds(6.5));
    expect(length(mp4(2 ** 33, 2 ** 31, { isLong: true }))).toEqual(seconds(4));
    expect(length(mp4(6_500, 1_000, { before: 100_000 }))).toEqual(seconds(6.5));
  });

  it('of WebM, as it says, with the padding of Opus left open', () => {
    const found = { least: expect.closeTo(4.308, 9), most: expect.closeTo(4.408, 9) };
    expect(length(webm(4_408))).toEqual(found);
    expect(length(webm(4_408_000, { scale: 1_000 }))).toEqual(found);
    expect(length(webm(4_408, { isOpen: true }))).toEqual(found);
  });

  it.each([
    [new Uint8Array(), /empty/],
    [wav(10).subarray(0, 30), /WAV audio that is cut off/],
    [wav(10, { codec: 0x55 }), /compressed/],
    [wav(10, { rate: 0 }), /WAV audio that is cut off or damaged/],
    [flac(0, 44_100), /does not say how long/],
    [flac(100, 44_100).subarray(0, 20), /does not say how long/],
    [new TextEncoder().encode('OggS and more'), /Ogg audio that is cut off/],
    [ogg([opusHead(0)], 48_000).subarray(0, 100), /Ogg audio that is cut off/],
    [ogg([[...Buffer.from('\u007fFLAC')]], 48_000), /neither Opus nor Vorbis/],
    [ogg([opusHead(0), vorbisHead(8_000)], 48_000), /several streams/],
    [ogg([opusHead(0)], 48_000, 9_000_000), /cut out of a longer one/],
    [ogg([vorbisHead(0)], 48_000), /neither Opus nor Vorbis/],
    [ogg([vorbisHead(1)], 10_000_001, 9), /which cannot be/],
    [new TextEncoder().encode('....ftypM4A '), /does not say how long/],
    [mp4(0, 1000), /does not say how long/],
    [mp4(2 ** 32 - 1, 1000), /does not say how long/],
    [mp4(1000, 0), /does not say how long/],
    [mp4(1000, 1000).subarray(0, 70), /does not say how long/],
    [new Uint8Array([0x1a, 0x45, 0xdf, 0xa3, 0, 0]), /does not say how long/],
    [webm(undefined), /does not say how long/],
    [webm(Number.NaN), /does not say how long/],
    [webm(-5), /does not say how long/],
    [new TextEncoder().encode('text'), /not audio of a format that is known/],
    [new Uint8Array([...mp3([9, 9]), ...new Uint8Array(10_000)]), /damaged/],
    [new Uint8Array([...new TextEncoder().encode('ID3'), 4, 0, 0, 0, 0, 7, 9]), /damaged/],
  ])('is not told by case %#', (bytes, message) => {
    expect(length(bytes)).toHaveProperty('reason', expect.stringMatching(message));
  });

  it('never throws or hangs, on anything', () => {
    const whole = [
      ...[wav(50), flac(100, 44_100), mp3([9, 1, 14], 30)],
      ...[ogg([opusHead(1)], 960), mp4(1, 1), webm(5)],
    ];
    const head = fc
      .constantFrom(...whole)
      .chain((bytes) => fc.nat(bytes.length).map((end) => bytes.slice(0, end)));
    const bytes = fc
      .array(fc.oneof(head, fc.uint8Array({ maxLength: 100 })), { maxLength: 4 })
      .map((parts) => new Uint8Array(parts.flatMap((part) => [...part])));
    fc.assert(
      fc.property(bytes, (hostile) => {
        const found = length(hostile);
        if ('reason' in found) return;
        expect(found.least).toBeGreaterThanOrEqual(0);
        expect(found.most).toBeGreaterThanOrEqual(found.least);
        expect(Number.isFinite(found.most)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
