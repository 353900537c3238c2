import type { AudioLength } from '../../core/media/audio-tokens.ts';
import type { Unreadable } from './data.ts';

const IDS = { segment: 0x18538067, info: 0x1549a966, scale: 0x2ad7b1, duration: 0x4489 } as const;
const NANOSECONDS = 1_000_000_000;
/** Nanoseconds of a tick, where nothing is said. */
const DEFAULT_SCALE = 1_000_000;

/** What Opus may have before its sound, which it says to drop, and in its last packet after it. */
const PADDING_SECONDS = 0.1;

/** The length of a WebM file: what it says of itself, which one that was streamed does not. */
export function webmLength(start: Uint8Array): AudioLength | Unreadable {
  const segment = elementIn(start, IDS.segment);
  const info = segment && elementIn(segment, IDS.info);
  const duration = info && elementIn(info, IDS.duration);
  const ticks = duration && floatIn(duration);
  const scale = info && elementIn(info, IDS.scale);
  const seconds = ((ticks ?? 0) * (scale ? wholeIn(scale) : DEFAULT_SCALE)) / NANOSECONDS;
  if (!(seconds > 0) || !Number.isFinite(seconds)) {
    return { reason: 'WebM audio that does not say how long it is' };
  }
  return { least: Math.max(0, seconds - PADDING_SECONDS), most: seconds };
}

/** What is in the first element with an id, as far as it is there. */
function elementIn(bytes: Uint8Array, id: number): Uint8Array | undefined {
  for (let at = 0; at < bytes.length; ) {
    const idBytes = lengthOf(bytes[at]);
    const sizeBytes = lengthOf(bytes[at + idBytes]);
    const body = at + idBytes + sizeBytes;
    if (idBytes === 0 || idBytes > 4 || sizeBytes === 0 || body > bytes.length) return undefined;
    const found = wholeIn(bytes.subarray(at, at + idBytes));
    const size = sizeIn(bytes.subarray(at + idBytes, body));
    const end = size === undefined ? bytes.length : body + size;
    if (found === id) return bytes.subarray(body, end);
    at = end;
  }
  return undefined;
}

/** How many bytes a number takes: as many as the place of its first bit; 0 where it is none. */
function lengthOf(first: number | undefined): number {
  return first === undefined || first === 0 ? 0 : Math.clz32(first) - 23;
}

/** Without the bit that tells how many bytes it takes. All others set: nobody knew how long it would be. */
function sizeIn([first = 0, ...rest]: Uint8Array): number | undefined {
  const most = 0xff >> (rest.length + 1);
  const isOpen = (first & most) === most && rest.every((byte) => byte === 0xff);
  return isOpen ? undefined : rest.reduce((value, byte) => value * 256 + byte, first & most);
}

function wholeIn(bytes: Uint8Array): number {
  return bytes.reduce((value, byte) => value * 256 + byte, 0);
}

function floatIn(bytes: Uint8Array): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length === 4) return view.getFloat32(0);
  return bytes.length === 8 ? view.getFloat64(0) : undefined;
}
