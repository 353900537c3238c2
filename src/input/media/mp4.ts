import type { AudioLength } from '../../core/media/audio-tokens.ts';
import type { Unreadable } from './data.ts';

/** The length of an MP4 or M4A file: what its movie header says. */
export function mp4Length(bytes: Uint8Array): AudioLength | Unreadable {
  const movie = boxIn(bytes, 'moov');
  const header = movie && boxIn(movie, 'mvhd');
  const seconds = header && secondsIn(header);
  if (seconds === undefined) return { reason: 'MP4 audio that does not say how long it is' };
  return { least: seconds, most: seconds };
}

const HEADER_BYTES = 8;
const LONG_HEADER_BYTES = 16;

/** What is in the first box of a type; undefined where there is none that is whole. */
function boxIn(bytes: Uint8Array, type: string): Uint8Array | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + HEADER_BYTES <= bytes.length; ) {
    let size = view.getUint32(at);
    let header = HEADER_BYTES;
    // 1: its size does not fit there; 0: it goes on to the end.
    if (size === 1 && at + LONG_HEADER_BYTES <= bytes.length) {
      size = Number(view.getBigUint64(at + HEADER_BYTES));
      header = LONG_HEADER_BYTES;
    } else if (size === 0) size = bytes.length - at;
    if (size < header || at + size > bytes.length) return undefined;
    if (String.fromCharCode(...bytes.subarray(at + 4, at + 8)) === type) {
      return bytes.subarray(at + header, at + size);
    }
    at += size;
  }
  return undefined;
}

/** Undefined where it is left open, as it is in a file that was sent while it was made. */
function secondsIn(header: Uint8Array): number | undefined {
  const isLong = header[0] === 1;
  if (header.length < (isLong ? 32 : 20)) return undefined;
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const perSecond = view.getUint32(isLong ? 20 : 12);
  const units = isLong ? Number(view.getBigUint64(24)) : view.getUint32(16);
  const isOpen = units === 0 || units === (isLong ? 2 ** 64 : 2 ** 32 - 1);
  return isOpen || perSecond === 0 ? undefined : units / perSecond;
}
