import type { AudioLength } from '../../core/media/audio-tokens.ts';
import type { Unreadable } from './data.ts';

const PAGE_HEADER_BYTES = 27;
/** Opus counts in these, whatever rate its sound was recorded at. */
const OPUS_RATE = 48_000;

/** A stream of sound in the file: each is told apart by a number on its pages. */
interface Stream {
  /** Of its samples. */
  readonly rate: number;
  /** Samples that a decoder drops at the beginning. */
  readonly skipped: number;
  /** How many samples of it were over when its last page was. */
  samples: number;
}

/** A page has 255 pieces of 8,192 samples at most: what begins later was cut out of something. */
const MOST_ON_FIRST_PAGE = 255 * 8_192;

/** The length of Ogg audio in Opus or Vorbis: what its last page says. */
export function oggLength(bytes: Uint8Array): AudioLength | Unreadable {
  const streams = new Map<number, Stream>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length; ) {
    const page = pageAt(view, at);
    if (!page) return { reason: 'Ogg audio that is cut off or damaged' };
    const stream = streams.get(page.serial);
    if (stream && page.samples !== undefined) {
      if (stream.samples === 0 && page.samples > MOST_ON_FIRST_PAGE) {
        return { reason: 'Ogg audio that was cut out of a longer one' };
      }
      stream.samples = page.samples;
    }
    const begun = page.isFirst && streamIn(bytes.subarray(page.body, page.end));
    if (begun) streams.set(page.serial, begun);
    at = page.end;
  }
  const [stream, ...others] = streams.values();
  if (!stream) return { reason: 'Ogg audio that is neither Opus nor Vorbis' };
  if (others.length > 0) return { reason: 'Ogg audio of several streams' };
  const seconds = Math.max(0, stream.samples - stream.skipped) / stream.rate;
  return { least: seconds, most: seconds };
}

interface Page {
  readonly serial: number;
  readonly isFirst: boolean;
  /** Undefined where nothing ends on it. */
  readonly samples: number | undefined;
  /** Where its content lies. */
  readonly body: number;
  readonly end: number;
}

const OGGS = 0x4f676753;
const BEGINS_STREAM = 2;
const NOTHING_ENDS = 2n ** 64n - 1n;

function pageAt(view: DataView, at: number): Page | undefined {
  if (at + PAGE_HEADER_BYTES > view.byteLength || view.getUint32(at) !== OGGS) return undefined;
  const segments = view.getUint8(at + 26);
  const body = at + PAGE_HEADER_BYTES + segments;
  if (body > view.byteLength) return undefined;
  let end = body;
  for (let i = 0; i < segments; i++) end += view.getUint8(at + PAGE_HEADER_BYTES + i);
  if (end > view.byteLength) return undefined;
  const samples = view.getBigUint64(at + 6, true);
  return {
    serial: view.getUint32(at + 14, true),
    isFirst: (view.getUint8(at + 5) & BEGINS_STREAM) !== 0,
    samples: samples === NOTHING_ENDS ? undefined : Number(samples),
    ...{ body, end },
  };
}

/** Undefined where a stream is of something else, such as pictures. */
function streamIn(head: Uint8Array): Stream | undefined {
  const text = String.fromCharCode(...head.subarray(0, 8));
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (text === 'OpusHead' && head.length >= 12) {
    return { rate: OPUS_RATE, skipped: view.getUint16(10, true), samples: 0 };
  }
  if (!text.startsWith('\u0001vorbis') || head.length < 16) return undefined;
  const rate = view.getUint32(12, true);
  return rate === 0 ? undefined : { rate, skipped: 0, samples: 0 };
}
