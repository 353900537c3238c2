import { imageDimensionsFromData } from 'image-dimensions';
import type { ImageSize } from '../../core/media/image-tokens.ts';
import type { Data, Unreadable } from './data.ts';

const FORMATS = ['png', 'jpeg', 'webp', 'gif'] as const;
export type ImageFormat = (typeof FORMATS)[number];

export interface ImageHeader extends ImageSize {
  readonly format: ImageFormat;
}

/** Holds the header of nearly every image; the next try takes eight times as much. */
const FIRST_BYTES = 4_096;
const GROWTH = 8;
/** What a camera may put before the size of a JPEG is some 100 KB; this is no header any more. */
const MOST_BYTES = 4 * 1024 ** 2;

/**
 * The size of an image as it is stored, from its header. A turn by EXIF data is not made: it swaps
 * width and height, and no image rule tells them apart.
 */
export function imageSizeOf(data: Data): ImageHeader | Unreadable {
  const most = Math.min(data.length, MOST_BYTES);
  for (let bytes = FIRST_BYTES; ; bytes = Math.min(bytes * GROWTH, most)) {
    const start = data.first(bytes);
    const found = readHeader(start);
    if (found) return found;
    if (bytes >= most || !mayComeLater(start)) return whyNot(start);
  }
}

function readHeader(start: Uint8Array): ImageHeader | Unreadable | undefined {
  let found: ReturnType<typeof imageDimensionsFromData>;
  try {
    found = imageDimensionsFromData(start);
  } catch {
    return undefined; // A header that points past its own end.
  }
  if (!found) return undefined;
  const { width, height, type } = found;
  const format = FORMATS.find((each) => each === type);
  if (!format) return { reason: `an ${type.toUpperCase()} image, ${CONVERT}` };
  return { width, height, format };
}

const CONVERT = 'which the API does not take; convert it to PNG, JPEG, WebP or GIF';

const SIGNATURES: readonly (readonly [name: string, at: number, bytes: readonly number[]])[] = [
  ['PNG', 0, [0x89, 0x50, 0x4e, 0x47]],
  ['JPEG', 0, [0xff, 0xd8, 0xff]],
  ['GIF', 0, [0x47, 0x49, 0x46, 0x38]],
  ['WebP', 8, [0x57, 0x45, 0x42, 0x50]],
];

function signatureOf(start: Uint8Array): string | undefined {
  const [name] =
    SIGNATURES.find(([, at, bytes]) => bytes.every((byte, i) => start[at + i] === byte)) ?? [];
  return name;
}

/** Only JPEG has anything of any length before its size. */
function mayComeLater(start: Uint8Array): boolean {
  return signatureOf(start) === 'JPEG';
}

function whyNot(start: Uint8Array): Unreadable {
  if (start.length === 0) return { reason: 'an empty image' };
  const name = signatureOf(start);
  if (name) return { reason: `a ${name} image that is cut off or damaged before its size` };
  return { reason: 'not a PNG, JPEG, WebP or GIF image, and the API takes no others' };
}
