/** What a file's bytes are before they are text: packed, or in another encoding. */

/** All chunks again, and the first bytes of them: as many as it takes, or all there are. */
export async function peek(
  chunks: AsyncIterable<Uint8Array>,
  isEnough: (head: Uint8Array) => boolean,
): Promise<{ head: Uint8Array; all: AsyncIterable<Uint8Array> }> {
  const iterator = chunks[Symbol.asyncIterator]();
  let head: Uint8Array = new Uint8Array();
  while (!isEnough(head)) {
    const { done, value } = await iterator.next();
    if (done) break;
    head = Buffer.concat([head, value]);
  }
  return { head, all: all() };

  async function* all(): AsyncGenerator<Uint8Array> {
    try {
      if (head.length > 0) yield head;
      for (;;) {
        const { done, value } = await iterator.next();
        if (done) return;
        yield value;
      }
    } finally {
      await iterator.return?.();
    }
  }
}

export function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

/** A piece of gzip unpacks to a thousand times its size at most, and that much is in memory. */
const GZIP_PIECE_BYTES = 16 * 1024;

/** What can be unpacked; if that is not all, `onDamage` is told before the end. */
export async function* gunzip(
  chunks: AsyncIterable<Uint8Array>,
  onDamage: (reason: string) => void,
): AsyncGenerator<Uint8Array> {
  const { createGunzip } = await import('node:zlib');
  const unzip = createGunzip();
  let unpacked: Uint8Array[] = [];
  unzip.on('data', (data: Uint8Array) => unpacked.push(data));
  const failed = new Promise<string>((resolve) => {
    unzip.on('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'Z_BUF_ERROR' ? 'is cut off' : 'is damaged'),
    );
  });
  const ended = new Promise<undefined>((resolve) => {
    unzip.on('end', () => resolve(undefined));
  });
  try {
    for await (const chunk of chunks) {
      for (let at = 0; at < chunk.length; at += GZIP_PIECE_BYTES) {
        const piece = chunk.slice(at, at + GZIP_PIECE_BYTES);
        const written = new Promise<undefined>((resolve) => {
          unzip.write(piece, () => resolve(undefined));
        });
        const reason = await Promise.race([failed, written]);
        yield* taken();
        if (reason !== undefined || unzip.errored) {
          return onDamage('the gzip data is damaged: what comes after is missing');
        }
      }
    }
    unzip.end();
    const reason = await Promise.race([failed, ended]);
    yield* taken();
    if (reason !== undefined) onDamage(`the gzip data ${reason}: what comes after is missing`);
  } finally {
    unzip.destroy();
  }

  function taken(): Uint8Array[] {
    const pieces = unpacked;
    unpacked = [];
    return pieces;
  }
}

/** The name of the encoding that a byte order mark stands for; undefined for UTF-8. */
export function encodingOf(head: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  return undefined;
}

export async function* toUtf8(
  chunks: AsyncIterable<Uint8Array>,
  encoding: 'utf-16le' | 'utf-16be',
): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder(encoding);
  for await (const chunk of chunks) yield Buffer.from(decoder.decode(chunk, { stream: true }));
  yield Buffer.from(decoder.decode());
}

const BLANKS: ReadonlySet<number> = new Set([0x09, 0x0a, 0x0d, 0x20]);

/** The first byte that is neither blank nor part of a byte order mark of UTF-8. */
export function firstByte(head: Uint8Array): number | undefined {
  const start = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0;
  return head.subarray(start).find((byte) => !BLANKS.has(byte));
}
