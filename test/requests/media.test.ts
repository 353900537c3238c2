import { describe, expect, it } from 'vitest';
import { countRequestTokens } from '../../src/index.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');

/** Half a second of silence: 8 kHz, one channel, 8 bits. */
function wav(): string {
  const bytes = Buffer.alloc(44 + 4000);
  bytes.write('RIFF', 0);
  bytes.writeUInt32LE(bytes.length - 8, 4);
  bytes.write('WAVEfmt ', 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(8000, 24);
  bytes.writeUInt32LE(8000, 28);
  bytes.writeUInt16LE(1, 32);
  bytes.writeUInt16LE(8, 34);
  bytes.write('data', 36);
  bytes.writeUInt32LE(4000, 40);
  return bytes.toString('base64');
}

async function partOf(part: string, content: unknown, model: string) {
  const body = { model, messages: [{ role: 'user', content: [content] }] };
  const { parts } = await countRequestTokens(body);
  return parts.find((each) => each.part === part);
}

describe('what a request carries along', () => {
  it('is counted by its length, if it is a sound', async () => {
    const content = { type: 'input_audio', input_audio: { data: wav(), format: 'wav' } };
    expect(await partOf('audio', content, 'gpt-audio')).toMatchObject({
      ...{ basis: 'exact', expected: 5 },
    });
    expect(await partOf('messages', content, 'gpt-audio')).toMatchObject({ expected: 2 + 4 + 5 });
    expect(await partOf('audio', content, 'gpt-4o')).toMatchObject({
      ...{ basis: 'unknown', reasons: ['gpt-4o takes no audio'] },
    });
  });

  it('is counted as text, if it is a file of text', async () => {
    const file = {
      filename: 'a.txt',
      file_data: `data:text/plain;base64,${base64('hello hello')}`,
    };
    expect(await partOf('files', { type: 'file', file }, 'gpt-4o')).toMatchObject({
      ...{ basis: 'estimate', expected: 2 },
    });
  });

  it.each([
    [{ filename: 'a.pdf', file_data: base64('%PDF-1.4 /Type /Page') }, /^a PDF .*\(1 page\)/],
    [
      { file_id: 'file-1' },
      /^the file at messages\[0\]\.content\[0\] is file-1, which only OpenAI/,
    ],
    [{ filename: 'a.txt', file_data: 'no base64!' }, /: not base64$/],
    [{ filename: 'a.txt' }, /^the content of the file is not known$/],
  ])('is unknown, with the reason: %j', async (file, reason) => {
    const part = await partOf('files', { type: 'file', file }, 'gpt-4o');
    expect(part).toMatchObject({ basis: 'unknown', expected: null });
    expect(part?.reasons[0]).toMatch(reason);
  });

  it('has a range, if it is an image of which nobody knows the size', async () => {
    const image_url = { url: 'https://example.com/a.png' };
    const part = await partOf('images', { type: 'image_url', image_url }, 'gpt-4o');
    expect(part?.basis).toBe('estimate');
    expect(part?.low).toBeLessThan(part?.high ?? 0);
  });
});
