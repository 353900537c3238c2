import type { AudioLength } from '../../core/media/audio-tokens.ts';
import type { Data, Unreadable } from './data.ts';

/** Kilobits per second of layer III by index, of MPEG 1 and of MPEG 2 and 2.5. */
const KILOBITS = {
  1: [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  2: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
} as const;
/** Samples per second of MPEG 1 by index; MPEG 2 has half of them, 2.5 a quarter. */
const RATES = [44_100, 48_000, 32_000];
const SAMPLES = { 1: 1152, 2: 576 } as const;

/** An encoder fills up its first and last frames; decoders drop the silence, or do not. */
const PADDING_FRAMES = 2;
/** What may follow the last frame: tags of a known size, and little else. */
const MOST_TAIL_BYTES = 4_096;

interface Frame {
  readonly bytes: number;
  readonly samples: number;
  readonly rate: number;
}

/**
 * The length of MP3 audio: the sum of its frames, as they may differ in size. Undefined where it is
 * no MP3.
 */
export function mp3Length(data: Data): AudioLength | Unreadable | undefined {
  const tag = tagBytes(data.first(TAG_HEADER_BYTES));
  if (tag === 0 && !frameAt(data.first(FRAME_HEADER_BYTES), 0)) return undefined;
  const bytes = data.first(data.length);
  let at = tag;
  let [frames, seconds, padding] = [0, 0, 0];
  for (;;) {
    const frame = frameAt(bytes, at);
    if (!frame) break;
    frames++;
    seconds += frame.samples / frame.rate;
    padding = (PADDING_FRAMES * frame.samples) / frame.rate;
    at += frame.bytes;
  }
  const isTag = String.fromCharCode(...bytes.subarray(at, at + 3)) === 'TAG';
  if (frames === 0 || (bytes.length - at > MOST_TAIL_BYTES && !isTag)) {
    return { reason: 'MP3 audio that is damaged' };
  }
  return { least: Math.max(0, seconds - padding), most: seconds };
}

const TAG_HEADER_BYTES = 10;
const FRAME_HEADER_BYTES = 4;

/** An ID3 tag before the first frame, whose size is written in bytes of seven bits. */
function tagBytes(start: Uint8Array): number {
  if (String.fromCharCode(...start.subarray(0, 3)) !== 'ID3') return 0;
  return (
    start.subarray(6, TAG_HEADER_BYTES).reduce((size, byte) => size * 128 + (byte & 0x7f), 0) +
    TAG_HEADER_BYTES
  );
}

function frameAt(bytes: Uint8Array, at: number): Frame | undefined {
  const [sync = 0, kind = 0, sizes = 0] = bytes.subarray(at, at + FRAME_HEADER_BYTES);
  const version = (kind >> 3) & 3;
  const isLayer3 = ((kind >> 1) & 3) === 1;
  if (sync !== 0xff || kind < 0xe0 || version === 1 || !isLayer3) return undefined;
  const mpeg = version === 3 ? 1 : 2;
  const kilobits = KILOBITS[mpeg][sizes >> 4];
  const fullRate = RATES[(sizes >> 2) & 3];
  if (!kilobits || !fullRate) return undefined;
  const rate = fullRate / (mpeg === 1 ? 1 : version === 2 ? 2 : 4);
  const isPadded = (sizes >> 1) & 1;
  const samples = SAMPLES[mpeg];
  const frameBytes = Math.floor((samples * kilobits * 125) / rate) + isPadded;
  return { bytes: frameBytes, samples, rate };
}
