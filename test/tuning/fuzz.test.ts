import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { run } from '../run.ts';
import { example } from './read.ts';

/** What a file may hold: sound lines, lines cut off, and bytes that are nothing at all. */
const sound = `${JSON.stringify(example('Weather?', 'Rain'))}\n`.repeat(3);
const content = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.nat(sound.length).map((length) => new TextEncoder().encode(sound.slice(0, length))),
  fc
    .tuple(fc.nat(sound.length - 1), fc.nat(255))
    .map(([at, byte]) => new TextEncoder().encode(sound).with(at, byte)),
);

describe('any bytes', () => {
  it.each([
    ['fine-tuning', 'gpt-4.1-mini'],
    ['media', 'gpt-image-2'],
    ['audio', 'whisper-1'],
  ])('as %s end with a documented exit code', async (as, model) => {
    await fc.assert(
      fc.asyncProperty(content, async (stdin) => {
        const args = ['estimate', '-', '--as', as, '--model', model, '--format', 'json'];
        const { code, out, err } = await run(args, { stdin });
        expect([0, 1, 2, 3]).toContain(code);
        if (code === 2) expect(err).toMatch(/^(?:-: )?error: /);
        else expect(JSON.parse(out).schemaVersion).toBe(1);
      }),
      { numRuns: 25 },
    );
  });
});
