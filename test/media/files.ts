/** Media made by hand: headers as their formats say, without what nobody reads. */

const ascii = (text: string) => [...text].map((character) => character.charCodeAt(0));
const big = (value: number, bytes: number) =>
  Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** (bytes - 1 - i)) % 256);
const little = (value: number, bytes: number) => big(value, bytes).reverse();
const zeros = (count: number) => new Array<number>(count).fill(0);

export function png(width: number, height: number, body = 100): Uint8Array {
  const signature = [0x89, ...ascii('PNG\r\n\u001a\n')];
  const header = [
    ...big(13, 4),
    ...ascii('IHDR'),
    ...big(width, 4),
    ...big(height, 4),
    8,
    6,
    0,
    0,
    0,
  ];
  return new Uint8Array([...signature, ...header, ...zeros(body)]);
}

export function gif(width: number, height: number): Uint8Array {
  return new Uint8Array([
    ...ascii('GIF89a'),
    ...little(width, 2),
    ...little(height, 2),
    ...zeros(20),
  ]);
}

const webp = (chunk: string, body: number[]) =>
  new Uint8Array([
    ...ascii('RIFF'),
    ...little(body.length + 12, 4),
    ...ascii('WEBP'),
    ...ascii(chunk),
    ...little(body.length, 4),
    ...body,
  ]);

export const webpLossy = (width: number, height: number) =>
  webp('VP8 ', [0, 0, 0, 0x9d, 0x01, 0x2a, ...little(width, 2), ...little(height, 2), ...zeros(8)]);

export const webpLossless = (width: number, height: number) =>
  webp('VP8L', [0x2f, ...little((width - 1) | ((height - 1) << 14), 4), ...zeros(8)]);

export const webpExtended = (width: number, height: number) =>
  webp('VP8X', [0, 0, 0, 0, ...little(width - 1, 3), ...little(height - 1, 3), ...zeros(8)]);

/** @param before bytes of EXIF or other data before the size */
export function jpeg(width: number, height: number, before = 0, orientation = 1): Uint8Array {
  const segments: number[] = [];
  for (let left = before; left > 0; left -= 60_000) {
    const size = Math.min(left, 60_000);
    segments.push(0xff, 0xe2, ...big(size + 2, 2), ...zeros(size));
  }
  const tiff = [...ascii('MM'), 0, 42, ...big(8, 4), 0, 1, ...big(0x112, 2), 0, 3, ...big(1, 4)];
  const exif = [...ascii('Exif\0\0'), ...tiff, ...big(orientation, 2), 0, 0, ...zeros(4)];
  const app1 = [0xff, 0xe1, ...big(exif.length + 2, 2), ...exif];
  const frame = [0xff, 0xc0, ...big(17, 2), 8, ...big(height, 2), ...big(width, 2), 3, ...zeros(9)];
  return new Uint8Array([0xff, 0xd8, ...app1, ...segments, ...frame, 0xff, 0xda, ...zeros(50)]);
}

export function wav(
  samples: number,
  {
    rate = 16_000,
    codec = 1,
    saysBytes = samples * 2,
    before = 0,
  }: { rate?: number; codec?: number; saysBytes?: number; before?: number } = {},
): Uint8Array {
  const format = [
    ...little(codec, 2),
    1,
    0,
    ...little(rate, 4),
    ...little(rate * 2, 4),
    2,
    0,
    16,
    0,
  ];
  const list =
    before > 0 ? [...ascii('LIST'), ...little(before, 4), ...zeros(before + (before % 2))] : [];
  return new Uint8Array([
    ...ascii('RIFF'),
    ...little(36 + saysBytes, 4),
    ...ascii('WAVEfmt '),
    ...little(16, 4),
    ...format,
    ...list,
    ...ascii('data'),
    ...little(saysBytes, 4),
    ...zeros(samples * 2),
  ]);
}

export function flac(samples: number, rate: number): Uint8Array {
  const high = Math.floor(samples / 2 ** 32);
  const packed = [...big(rate * 16 + 2, 3), 0xf0 | high, ...big(samples % 2 ** 32, 4)];
  return new Uint8Array([...ascii('fLaC'), 0, 0, 0, 34, ...zeros(10), ...packed, ...zeros(16)]);
}

/** Frames of MPEG 1 layer III at 44.1 kHz; 9 is 128 kbit/s, 14 is 320. */
export function mp3(bitrates: readonly number[], tag = 0): Uint8Array {
  const id3 = tag > 0 ? [...ascii('ID3'), 4, 0, 0, 0, 0, tag >> 7, tag & 0x7f, ...zeros(tag)] : [];
  const kilobits = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
  const frames = bitrates.flatMap((index) => {
    const bytes = Math.floor((144 * (kilobits[index] ?? 0) * 1000) / 44_100);
    return [0xff, 0xfb, index << 4, 0, ...zeros(bytes - 4)];
  });
  return new Uint8Array([...id3, ...frames]);
}

export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

export const opusHead = (skipped: number) => [
  ...ascii('OpusHead'),
  1,
  1,
  ...little(skipped, 2),
  ...little(16_000, 4),
  ...zeros(3),
];

export const vorbisHead = (rate: number) => [
  ...ascii('\u0001vorbis'),
  ...zeros(4),
  1,
  ...little(rate, 4),
  ...zeros(14),
];

/** @param first where its first page of sound ends, and its last one; undefined is a page on which nothing does */
export function ogg(heads: readonly number[][], last: number, first?: number): Uint8Array {
  const page = (flags: number, samples: number | undefined, serial: number, body: number[]) => [
    ...ascii('OggS'),
    ...[0, flags],
    ...(samples === undefined ? Array(8).fill(0xff) : little(samples, 8)),
    ...little(serial, 4),
    ...zeros(8),
    ...[1, body.length],
    ...body,
  ];
  return new Uint8Array([
    ...heads.flatMap((head, serial) => page(2, 0, serial, head)),
    ...heads.flatMap((_, serial) => page(0, first, serial, zeros(50))),
    ...heads.flatMap((_, serial) => page(4, last, serial, zeros(50))),
  ]);
}

const box = (type: string, body: readonly number[]) => [
  ...big(body.length + 8, 4),
  ...ascii(type),
  ...body,
];

/** @param before bytes of sound before the header that tells its length */
export function mp4(
  units: number,
  perSecond: number,
  { isLong = false, before = 0 }: { isLong?: boolean; before?: number } = {},
): Uint8Array {
  const bytes = isLong ? 8 : 4;
  const header = [
    ...[isLong ? 1 : 0, 0, 0, 0],
    ...zeros(2 * bytes),
    ...big(perSecond, 4),
    ...big(units, bytes),
    ...zeros(80),
  ];
  const longBox = [...big(1, 4), ...ascii('mdat'), ...big(before + 16, 8), ...zeros(before)];
  return new Uint8Array([
    ...box('ftyp', ascii('M4A isom')),
    ...(before > 0 ? longBox : []),
    ...box('moov', [...box('free', zeros(4)), ...box('mvhd', header)]),
  ]);
}

/** @param ticks undefined as where it was streamed */
export function webm(
  ticks: number | undefined,
  { scale, isOpen = false }: { scale?: number; isOpen?: boolean } = {},
): Uint8Array {
  const element = (id: number[], body: readonly number[]) => [
    ...id,
    ...[0x01, ...big(body.length, 7)],
    ...body,
  ];
  const float = Buffer.alloc(8);
  float.writeDoubleBE(ticks ?? 0);
  const info = element(
    [0x15, 0x49, 0xa9, 0x66],
    [
      ...(scale === undefined ? [] : element([0x2a, 0xd7, 0xb1], big(scale, 4))),
      ...(ticks === undefined ? [] : element([0x44, 0x89], [...float])),
    ],
  );
  const content = [...element([0xec], zeros(300)), ...info];
  const segment = [0x18, 0x53, 0x80, 0x67];
  return new Uint8Array([
    ...element([0x1a, 0x45, 0xdf, 0xa3], zeros(20)),
    ...(isOpen
      ? [...segment, 0x01, ...Array(7).fill(0xff), ...content]
      : element(segment, content)),
  ]);
}
