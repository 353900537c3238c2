import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { jsonPlaces } from '../src/input/json-place.ts';
import { run } from './run.ts';
import { shippedBytes } from './table.ts';

/** Of a key that is there twice, nobody knows which one was meant. */
describe('JSON that is written by hand, with a key that is there twice', () => {
  const cwd = mkdtempSync(join(tmpdir(), 'hand-written-'));
  const file = (name: string, text: string) => {
    writeFileSync(join(cwd, name), text);
    return name;
  };
  const usage = file('usage.csv', 'date,model,input\n2026-11-01,gpt-5.4,100\n');
  const map = ['--map', 'time=date,model=model,input=input,output=none'];
  const prompt = file('prompt.txt', 'hello {{a}}');

  it.each([
    [
      'credits',
      [
        ...['audit', usage, ...map, '--credits'],
        file(
          'credits.json',
          '[{"name": "a", "usd": 5,\n"usd": 50, "start": "2026-11-01", "expires": "2027-11-01"}]',
        ),
      ],
      'credits.json:2: error: [0].usd: is there twice',
    ],
    [
      'values',
      ['estimate', prompt, '-m', 'gpt-5.4', '--vars', file('vars.json', '{"a": "1",\n\n"a": "2"}')],
      'vars.json:3: error: a: is there twice',
    ],
    [
      'values on lines',
      [
        ...['estimate', prompt, '-m', 'gpt-5.4', '--vars'],
        file('vars.jsonl', '{"a": "1"}\n{"a": "1", "a": "2"}\n'),
      ],
      'vars.jsonl:2: error: a: is there twice',
    ],
    [
      'a rate table',
      [
        ...['estimate', prompt, '-m', 'gpt-5.4', '--rates'],
        file(
          'rates.json',
          Buffer.from(shippedBytes).toString().replace('"version"', '"version": "x",\n"version"'),
        ),
      ],
      'rates.json:5: error: version: is there twice',
    ],
  ])('is refused: %s', async (_, args, message) => {
    const { code, out, err } = await run(args, { cwd });
    expect(err).toContain(message);
    expect({ code, out }).toEqual({ code: 2, out: '' });
  });

  it('is named by its line, however many there are', () => {
    const text = `{${Array.from({ length: 5 }, (_, index) => `"a": ${index}`).join(',\n\n')}}`;
    expect(jsonPlaces(text).repeated.map(({ line }) => line)).toEqual([3, 5, 7, 9]);
  });
});
