/** Some media, of which only the start is decoded: a request may carry 10 MB in base64. */
export interface Data {
  /** Bytes; where base64 has line breaks in it, a little more than there are. */
  readonly length: number;
  /** Fewer only where there are no more. */
  first(bytes: number): Uint8Array;
}

export interface Unreadable {
  /** What is wrong, and where possible what to do. */
  readonly reason: string;
}

export function dataOfBytes(bytes: Uint8Array): Data {
  return { length: bytes.length, first: (count) => bytes.subarray(0, count) };
}

const NOT_BASE64 = /[^\w+/=\s-]/;
const CHARACTERS = 4;
const BYTES = 3;
/** A multiple of four characters, so that no group of them is cut. */
const SNIFFED_CHARACTERS = 1_024;

/** @param from where the base64 begins in the text */
export function dataOfBase64(text: string, from = 0): Data | Unreadable {
  if (NOT_BASE64.test(text.slice(from, from + SNIFFED_CHARACTERS))) {
    return { reason: 'not base64' };
  }
  let end = text.length;
  while (end > from && text[end - 1] === '=') end--;
  return {
    length: Math.floor(((end - from) * BYTES) / CHARACTERS),
    first: (count) => {
      const characters = Math.ceil(count / BYTES) * CHARACTERS;
      return Buffer.from(text.slice(from, from + characters), 'base64').subarray(0, count);
    },
  };
}

/** What may stand before the comma: a media type with parameters. */
const MAX_HEAD = 256;

/** Such as `data:image/png;base64,iVBORw0...`. */
export function dataOfUrl(url: string): Data | Unreadable {
  const head = url.slice(0, MAX_HEAD);
  const comma = head.indexOf(',');
  if (!/^data:/i.test(head) || comma < 0) return { reason: 'not a data URL' };
  if (!/;base64$/i.test(head.slice(0, comma))) {
    return { reason: 'a data URL without base64; the API takes data:image/png;base64,...' };
  }
  return dataOfBase64(url, comma + 1);
}
