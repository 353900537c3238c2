import { describe, expect, it } from 'vitest';
import type { Files } from '../../src/core/files.ts';
import { trainingContent } from '../../src/input/training-content.ts';
import { inPieces } from '../run.ts';
import { example } from './read.ts';

/** Files that can be read once, as pipes can. */
function pipes(texts: Record<string, string>): Files {
  const left = new Map(Object.entries(texts));
  return {
    readFile: () => Promise.reject(new Error('not as a whole')),
    stream: (path) => {
      const text = left.get(path);
      left.delete(path);
      return inPieces(new TextEncoder().encode(text ?? ''), 4_096);
    },
    stat: (path) => (path in texts ? { kind: 'file', size: 0 } : undefined),
    glob: async () => [],
    walk: async () => [],
  };
}

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk.slice());
  return Buffer.concat(all).toString();
}

async function isTraining(text: string, file = 'file', as?: string): Promise<boolean> {
  const found = await trainingContent([file], as, pipes({ [file]: text }));
  // Whatever it is, it is read from its beginning, once.
  const content = 'training' in found ? found.training.content : found.files.stream(file);
  expect(await textOf(content)).toBe(text);
  return 'training' in found;
}

const lines = (...values: unknown[]) => values.map((each) => `${JSON.stringify(each)}\n`).join('');
const user = { role: 'user', content: 'Weather?' };
const long = 'word '.repeat(40_000);

describe('a fine-tuning file', () => {
  it.each([
    ['examples', lines(example('a', 'b'), example('a', 'b'))],
    ['examples after a byte order mark', `\uFEFF${lines(example('a', 'b'), example('a', 'b'))}`],
    ['pairs of answers', lines({ input: {}, preferred_output: [], non_preferred_output: [] })],
    ['examples for a grader', lines({ messages: [user], answer: 'a' }, { messages: [user] })],
  ])('is recognised by its %s', async (_, text) => {
    expect(await isTraining(text)).toBe(true);
    expect(await isTraining(text, '-')).toBe(true);
  });

  it('is recognised by its name and its first example, where others are broken or long', async () => {
    expect(await isTraining(`${lines(example('a', 'b'))}oops\n`, 'train.jsonl')).toBe(true);
    expect(await isTraining(lines(example('a', 'b')), 'train.jsonl')).toBe(true);
    expect(await isTraining(lines(example(long, 'b'), example('a', 'b')), 'train.jsonl')).toBe(
      true,
    );
  });

  it('is what somebody says that it is', async () => {
    expect(await isTraining('', 'train.txt', 'fine-tuning')).toBe(true);
    expect(await isTraining(lines(example('a', 'b')), 'train.jsonl', 'chat')).toBe(false);
  });
});

describe('no fine-tuning file', () => {
  const request = { model: 'gpt-5.4', messages: [user] };
  it.each([
    ['a text', 'Hello there'],
    ['nothing', ''],
    ['a request', JSON.stringify(request)],
    ['messages with an answer', JSON.stringify(example('a', 'b'))],
    ['a request on many lines', JSON.stringify(request, null, 2)],
    ['requests', lines(request, request)],
    ['requests without a model', lines({ messages: [user] }, { messages: [user] })],
    [
      'requests with settings alone',
      lines({ ...example('a', 'b'), temperature: 0 }, { messages: [user] }),
    ],
    [
      'lines of a batch',
      lines({ custom_id: 'a', body: request }, { custom_id: 'b', body: request }),
    ],
    [
      'requests that name their model late',
      lines({
        messages: [
          { ...user, content: long },
          { role: 'assistant', content: 'x' },
        ],
        model: 'gpt-5.4',
      }),
    ],
  ])('is %s', async (_, text) => {
    expect(await isTraining(text)).toBe(false);
    expect(await isTraining(text, '-')).toBe(false);
  });

  it('is a request in a file of them, whose model comes after all that is looked at first', async () => {
    const late = {
      messages: [
        { ...user, content: long },
        { role: 'assistant', content: 'x' },
      ],
      model: 'gpt-5.4',
    };
    expect(await isTraining(lines(late, late), 'requests.jsonl')).toBe(false);
  });

  it('are several files, or one that cannot be read', async () => {
    const files = pipes({ a: lines(example('a', 'b')), b: '' });
    expect(await trainingContent(['a', 'b'], undefined, files)).toEqual({ files });
    expect(await trainingContent(['missing'], undefined, files)).toEqual({ files });
    const broken = { ...files, stream: () => failing() };
    const found = await trainingContent(['a'], undefined, broken);
    if (!('files' in found)) throw new Error('recognised');
    await expect(textOf(found.files.stream('a'))).rejects.toThrow('EIO');
  });
});

// biome-ignore lint/correctness/useYield: it fails before it has anything
async function* failing(): AsyncGenerator<Uint8Array> {
  throw Object.assign(new Error('EIO'), { code: 'EIO' });
}
