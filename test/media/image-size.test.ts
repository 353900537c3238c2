import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Data, dataOfBase64, dataOfBytes, dataOfUrl } from '../../src/input/media/data.ts';
import { imageSizeOf } from '../../src/input/media/image-size.ts';
import { base64, gif, jpeg, png, webpExtended, webpLossless, webpLossy } from './files.ts';

const of = (bytes: Uint8Array) => imageSizeOf(dataOfBytes(bytes));
const url = (bytes: Uint8Array, mime = 'image/png') => `data:${mime};base64,${base64(bytes)}`;

function ofBase64(text: string) {
  const data = dataOfBase64(text);
  return 'reason' in data ? data : imageSizeOf(data);
}

function ofUrl(text: string) {
  const data = dataOfUrl(text);
  return 'reason' in data ? data : imageSizeOf(data);
}

describe('the size of an image', () => {
  it.each([
    ['png', png(640, 480), 640, 480],
    ['png', png(2 ** 31 - 1, 1), 2 ** 31 - 1, 1],
    ['gif', gif(640, 480), 640, 480],
    ['webp', webpLossy(640, 480), 640, 480],
    ['webp', webpLossless(640, 480), 640, 480],
    ['webp', webpExtended(5000, 4000), 5000, 4000],
    ['jpeg', jpeg(640, 480), 640, 480],
    ['jpeg', jpeg(640, 480, 200_000), 640, 480],
  ])('of a %s, from bytes, base64 and a data URL', (format, bytes, width, height) => {
    const expected = { format, width, height };
    expect(of(bytes)).toEqual(expected);
    expect(ofBase64(base64(bytes))).toEqual(expected);
    expect(ofUrl(url(bytes))).toEqual(expected);
  });

  it('is the stored one: a turn by EXIF data swaps what no rule tells apart', () => {
    expect(of(jpeg(640, 480, 0, 6))).toMatchObject({ width: 640, height: 480 });
  });

  it('does not mind base64 for URLs, line breaks, or a media type with parameters', () => {
    const bytes = jpeg(640, 480, 5_000);
    const text = base64(bytes);
    const expected = { format: 'jpeg', width: 640, height: 480 };
    expect(ofBase64(text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', ''))).toEqual(
      expected,
    );
    expect(ofBase64(text.replace(/.{76}/g, '$&\r\n'))).toEqual(expected);
    expect(ofUrl(`DATA:image/jpeg;name=a.jpg;base64,${text}`)).toEqual(expected);
  });

  it('takes a few KB of a large image', () => {
    const { data, asked } = watched(padded(png(640, 480), 10_000_000));
    expect(imageSizeOf(data)).toMatchObject({ width: 640 });
    expect(asked).toEqual([4_096]);
  });
});

function padded(bytes: Uint8Array, length: number): Uint8Array {
  const longer = new Uint8Array(length);
  longer.set(bytes);
  return longer;
}

/** Data that remembers how much of it was asked for. */
function watched(whole: Uint8Array): { data: Data; asked: number[] } {
  const asked: number[] = [];
  const first = (bytes: number) => {
    asked.push(bytes);
    return whole.subarray(0, bytes);
  };
  return { data: { length: whole.length, first }, asked };
}

describe('what is no image', () => {
  it.each([
    [png(640, 480).subarray(0, 20), /PNG image that is cut off/],
    [gif(640, 480).subarray(0, 8), /GIF image that is cut off/],
    [webpLossy(640, 480).subarray(0, 20), /WebP image that is cut off/],
    [jpeg(640, 480, 200_000).subarray(0, 100_000), /JPEG image that is cut off/],
    [jpeg(640, 480).subarray(0, 3), /JPEG image that is cut off/],
    [new Uint8Array(), /empty/],
    [new TextEncoder().encode('BM this is another format'), /not a PNG, JPEG, WebP or GIF/],
    [new TextEncoder().encode('<svg width="1" height="1"/>'), /not a PNG, JPEG, WebP or GIF/],
  ])('case %#', (bytes, message) => {
    expect(of(bytes)).toHaveProperty('reason', expect.stringMatching(message));
  });

  it.each([
    ['https://example.com/a.png', /not a data URL/],
    ['data:image/png;base64', /not a data URL/],
    ['data:image/png,%89PNG', /without base64/],
    ['data:image/png;base64,<omitted 100 bytes>', /not base64/],
    ['data:image/png;base64,', /empty/],
    ['', /not a data URL/],
    [`data:${'x'.repeat(1_000_000)}`, /not a data URL/],
  ])('a URL such as %.60s', (text, message) => {
    expect(ofUrl(text)).toHaveProperty('reason', expect.stringMatching(message));
  });

  it('is no JPEG of which the first 4 MiB have no size', () => {
    // Fill bytes, which may stand before any marker.
    const endless = new Uint8Array(10_000_000).fill(0xff);
    endless[1] = 0xd8;
    const { data, asked } = watched(endless);
    expect(imageSizeOf(data)).toHaveProperty('reason', expect.stringMatching(/damaged/));
    expect(Math.max(...asked)).toBe(4 * 1024 ** 2);
  });

  it('never throws, on anything', () => {
    const heads = [png(1, 1), jpeg(1, 1), gif(1, 1), webpLossy(1, 1), webpExtended(1, 1)];
    const head = fc
      .constantFrom(...heads)
      .chain((bytes) => fc.nat(bytes.length).map((length) => bytes.slice(0, length)));
    // The boxes of HEIC and AVIF, which the library also reads.
    const box = fc
      .constantFrom('ftypheic', 'ftypavif', 'meta')
      .map((name) => new Uint8Array([0, 0, 0, 24, ...new TextEncoder().encode(name)]));
    const bytes = fc
      .array(fc.oneof(head, box, fc.uint8Array({ maxLength: 200 })), { maxLength: 5 })
      .map((parts) => new Uint8Array(parts.flatMap((part) => [...part])));
    fc.assert(
      fc.property(bytes, (hostile) => {
        const found = of(hostile);
        if ('reason' in found) expect(found.reason).not.toBe('');
        else expect(Number.isInteger(found.width) && Number.isInteger(found.height)).toBe(true);
        expect(ofBase64(base64(hostile))).toEqual(found);
      }),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (text) => {
        ofUrl(text);
        ofUrl(`data:image/png;base64,${text}`);
      }),
    );
  });
});
