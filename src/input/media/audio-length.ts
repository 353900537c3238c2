import type { AudioLength } from '../../core/media/audio-tokens.ts';
import type { Data, Unreadable } from './data.ts';
import { mp3Length } from './mp3.ts';
import { mp4Length } from './mp4.ts';
import { oggLength } from './ogg.ts';
import { webmLength } from './webm.ts';

/** Where the data of a WAV file begins, and what FLAC and WebM say of themselves, is within this. */
const HEADER_BYTES = 65_536;

/** No file that the API takes holds so many: a header that says it is damaged. */
const MOST_SECONDS = 10_000_000;

/**
 * How long some audio is, as it says itself, in the formats that the API takes: WAV and MP3, which
 * chat requests take, and those that transcriptions take besides. Else somebody has to say it.
 */
export function audioLengthOf(data: Data): AudioLength | Unreadable {
  const start = data.first(HEADER_BYTES);
  if (start.length === 0) return { reason: 'empty audio' };
  const [, , read] =
    FORMATS.find(([magic, at]) => text(start, at, at + magic.length) === magic) ?? [];
  const length = read ? read(data, start) : mp3Length(data);
  if (!length) return { reason: `not audio of a format that is known here; ${SAY_IT}` };
  if ('reason' in length) return { reason: `${length.reason}; ${SAY_IT}` };
  if (length.most <= MOST_SECONDS) return length;
  return { reason: `audio of ${length.most} seconds, which cannot be; ${SAY_IT}` };
}

const SAY_IT = 'say its length with --audio-seconds';

type ReadLength = (data: Data, start: Uint8Array) => AudioLength | Unreadable;

/** By what stands at a place in their first bytes. */
const FORMATS: readonly (readonly [magic: string, at: number, ReadLength])[] = [
  ['WAVE', 8, (data, start) => wavLength(start, data)],
  ['fLaC', 0, (_, start) => flacLength(start)],
  ['OggS', 0, (data) => oggLength(data.first(data.length))],
  ['ftyp', 4, (data) => mp4Length(data.first(data.length))],
  ['\u001aE\u00df\u00a3', 0, (_, start) => webmLength(start)],
];

function text(bytes: Uint8Array, from: number, to: number): string {
  return String.fromCharCode(...bytes.subarray(from, to));
}

/** Those where bytes per second are a matter of the format: PCM, float, A-law, mu-law, any of them. */
const PLAIN_CODECS = [1, 3, 6, 7, 0xfffe];

function wavLength(start: Uint8Array, data: Data): AudioLength | Unreadable {
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  let bytesPerSecond = 0;
  for (let at = 12; at + 8 <= start.length; ) {
    const name = text(start, at, at + 4);
    const size = view.getUint32(at + 4, true);
    const body = at + 8;
    if (name === 'fmt ' && body + 16 <= start.length) {
      const codec = view.getUint16(body, true);
      if (!PLAIN_CODECS.includes(codec)) {
        return { reason: `WAV audio that is compressed (codec ${codec})` };
      }
      bytesPerSecond = view.getUint32(body + 8, true);
    }
    if (name === 'data' && bytesPerSecond > 0) {
      // A stream says 0 or 4 GiB, as it does not know yet; what is there, is there.
      const there = data.length - body;
      const bytes = size === 0 ? there : Math.min(size, there);
      return exactly(bytes / bytesPerSecond);
    }
    // Chunks begin at even places.
    at = body + size + (size % 2);
  }
  return { reason: 'WAV audio that is cut off or damaged before its samples' };
}

function flacLength(start: Uint8Array): AudioLength | Unreadable {
  const [, , high = 0, middle = 0, low = 0, count4 = 0, ...rest] = start.subarray(16, 26);
  const rate = (high << 12) | (middle << 4) | (low >> 4);
  let samples = count4 & 0x0f;
  for (const byte of rest) samples = samples * 256 + byte;
  if (start.length < 26 || rate === 0 || samples === 0) {
    return { reason: 'FLAC audio that does not say how long it is' };
  }
  return exactly(samples / rate);
}

function exactly(seconds: number): AudioLength {
  return { least: seconds, most: seconds };
}
