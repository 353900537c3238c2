import { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { Crew, type PartOwner } from '../../src/tokens/crew.ts';
import { countTokens, TokenStream } from '../../src/tokens/index.ts';
import { PART, Parts, STATE } from '../../src/tokens/parts.ts';
import { SerialStream } from '../../src/tokens/serial-stream.ts';
import { KIND_NAMES, makeText } from './corpus.ts';
import { Random } from './random.ts';

class Recorder implements PartOwner {
  readonly encoding = 'cl100k_base';
  readonly added: unknown[] = [];
  readonly counted: string[] = [];

  add(count: unknown): void {
    this.added.push(count);
  }

  countHere(part: Uint8Array): void {
    this.counted.push(Buffer.from(part).toString());
  }
}

describe('a crew', () => {
  function setUp(places: number) {
    const parts = Parts.for(places);
    return { parts, crew: new Crew(parts), owner: new Recorder() };
  }

  test('gives back what nobody has taken', () => {
    const { crew, owner } = setUp(2);
    crew.handOver(Buffer.from('one'), owner);
    crew.handOver(Buffer.from('two'), owner);
    expect(crew.hasRoom).toBe(false);
    crew.finish(owner);
    expect(owner.counted).toEqual(['one', 'two']);
    expect(owner.added).toEqual([]);
    expect(crew.hasRoom).toBe(true);
  });

  test('gives back what a thread has failed at, once its owner has ended', () => {
    const { parts, crew, owner } = setUp(1);
    crew.handOver(Buffer.from('one'), owner);
    expect(parts.take(0)).toBe(true);
    parts.setState(0, STATE.FAILED);
    expect(crew.hasRoom).toBe(false);
    crew.finish(owner);
    expect(owner.counted).toEqual(['one']);
    expect(crew.hasRoom).toBe(true);
  });

  test('adds what a thread has counted to its owner, whoever needs the place', () => {
    const { parts, crew, owner } = setUp(1);
    const other = new Recorder();
    crew.handOver(Buffer.from('one'), owner);
    expect(parts.take(0)).toBe(true);
    parts.setCount(0, { tokens: 7, isRepaired: true });
    crew.handOver(Buffer.from('two'), other);
    crew.finish(owner);
    expect(owner).toMatchObject({ counted: [], added: [{ tokens: 7, isRepaired: true }] });
    crew.finish(other);
    expect(other).toMatchObject({ counted: ['two'], added: [] });
  });

  test('refuses what does not fit', () => {
    const { crew, owner } = setUp(1);
    expect(() => crew.handOver(Buffer.alloc(PART.BYTES + 1), owner)).toThrow(RangeError);
    crew.handOver(Buffer.alloc(PART.BYTES, 'a'), owner);
    expect(() => crew.handOver(Buffer.from('b'), owner)).toThrow(RangeError);
  });

  test('has threads that count, and go when there is nothing to count', async () => {
    const { parts, crew, owner } = setUp(2);
    const text = Buffer.concat([Buffer.from('café ol\xe9 ', 'latin1'), Buffer.from('it’s')]);
    const thread = new Worker(new URL('../../dist/count-worker.cjs', import.meta.url), {
      workerData: parts.memory,
    });
    const gone = new Promise((resolve) => thread.on('exit', resolve));
    crew.handOver(text, owner);
    await expect.poll(() => parts.state(0), { timeout: 10_000 }).toBe(STATE.COUNTED);
    crew.finish(owner);
    const tokens = countTokens(text, owner.encoding);
    expect(owner).toMatchObject({ counted: [], added: [{ tokens, isRepaired: true }] });
    expect(await gone).toBe(0);
  });
});

describe('a text that is long enough for threads', () => {
  // Of every kind a little, then much of it; what cannot be cut is there too.
  const random = new Random(11);
  const parts = random
    .times(280, 280, () => random.pick(KIND_NAMES))
    .map((kind, seed) => makeText(kind, 40_000, seed));
  const text = [...parts, '='.repeat(700_000), 'a'.repeat(700_000), ...parts].join('');
  const bytes = Buffer.from(text);

  function serialCount(whole: Uint8Array): number {
    const stream = new SerialStream('o200k_base');
    stream.write(whole);
    return stream.end();
  }

  test('has the count of one thread, as bytes and as a string', { timeout: 60_000 }, () => {
    expect(text.length).toBeGreaterThan(10 << 20);
    const count = serialCount(bytes);
    expect(countTokens(bytes, 'o200k_base')).toBe(count);
    expect(countTokens(text, 'o200k_base')).toBe(count);
  });

  test('also in chunks, some of which are wrong', { timeout: 60_000 }, () => {
    const wrong = Buffer.from(bytes);
    for (let round = 0; round < 40; round++) wrong[random.below(wrong.length)] = 0xff;
    const stream = new TokenStream('o200k_base');
    for (let from = 0; from < wrong.length; ) {
      const to = from + 1 + random.below(2 ** (1 + random.below(20)));
      stream.write(wrong.subarray(from, to));
      from = to;
    }
    expect(stream.end()).toBe(serialCount(wrong));
    expect(stream.isRepaired).toBe(true);
    stream.write('short and right');
    expect(stream.end()).toBe(3);
    expect(stream.isRepaired).toBe(false);
  });
});
