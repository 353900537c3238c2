import { describe, expect, it } from 'vitest';
import { isValidReport } from '../report-schema.ts';
import { run } from '../run.ts';
import { example } from './read.ts';

const stdin = (...lines: unknown[]) =>
  new TextEncoder().encode(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
const ten = Array.from({ length: 10 }, () => example('Weather?', 'Rain'));
const estimate = (lines: readonly unknown[], ...args: string[]) =>
  run(['estimate', '-', '--as', 'fine-tuning', ...args], { stdin: stdin(...lines) });

describe('the exit code of a fine-tuning file', () => {
  const model = ['--model', 'gpt-4.1-mini'];

  it('is 0 where all is well, and 1 where the API would refuse it', async () => {
    expect((await estimate(ten, ...model)).code).toBe(0);
    expect((await estimate(ten.slice(1), ...model)).code).toBe(1);
    expect((await estimate([...ten, { messages: [] }], ...model)).code).toBe(1);
  });

  it('is 1 above the budget, and 0 exactly at it', async () => {
    const { out } = await estimate(ten, ...model, '--format', 'json');
    const most = JSON.parse(out).byModel[0].usdHigh;
    expect((await estimate(ten, ...model, '--budget', most)).code).toBe(0);
    expect((await estimate(ten, ...model, '--budget', (most - 1e-9).toFixed(12))).code).toBe(1);
  });

  it('is 3 where nobody knows the cost, and a budget does not pass', async () => {
    const graded = ten.map(() => ({ messages: [{ role: 'user', content: 'x' }], answer: 'y' }));
    const args = ['--model', 'o4-mini', '--budget', '1000'];
    const { code, out } = await estimate(graded, ...args);
    expect(code).toBe(3);
    expect(out).toContain('cannot be held against the budget of $1000');
  });

  it('is 2 for a budget without a model, and for one that cannot be tuned', async () => {
    expect((await estimate(ten, '--budget', '1')).code).toBe(2);
    expect((await estimate(ten, '--model', 'gpt-4.1-nanoo')).err).toContain(
      'unknown model gpt-4.1-nanoo; did you mean gpt-4.1-nano?',
    );
  });
});

describe('the report of a fine-tuning file', () => {
  it.each([
    ['problems', [...ten, { messages: [] }, 'x']],
    ['nothing', []],
    ['pairs', [{ input: { messages: [] }, preferred_output: [], non_preferred_output: [] }]],
  ])('with %s has the published form', async (_, lines) => {
    const { out } = await estimate(lines, '--format', 'json', '--prompt-tokens-saved', '9');
    expect(isValidReport(JSON.parse(out))).toEqual({ valid: true, errors: [] });
  });

  it.each(['junit', 'sarif', 'gitlab', 'github'])(
    'as %s tells what the API would refuse',
    async (format) => {
      const { out } = await estimate(
        [...ten, { messages: [] }],
        '--model',
        'gpt-4.1-mini',
        '--format',
        format,
      );
      expect(out).toContain('messages is missing or empty');
    },
  );

  it('tells when no job can be made any more', async () => {
    const args = ['--model', 'gpt-4.1-mini', '--on'];
    expect((await estimate(ten, ...args, '2027-01-06')).out).toContain('can make jobs until');
    expect((await estimate(ten, ...args, '2027-01-07')).out).toContain(
      'since 2027-01-06 nobody can make a job any more',
    );
  });

  it('has more problems than it tells', async () => {
    const { out } = await estimate(
      Array.from({ length: 30 }, () => 'x'),
      '--model',
      'gpt-4.1-mini',
    );
    expect(out).toContain('and 10 more errors of this kind or others');
  });

  it('goes by calls as long as somebody says', async () => {
    const args = ['--model', 'gpt-4.1-mini', '--prompt-tokens-saved', '100', '--format', 'json'];
    const { out } = await estimate(ten, ...args, '--prompt-tokens', '50', '--output-tokens', '7');
    expect(JSON.parse(out).byModel[0].breakEven).toMatchObject({
      meanPromptTokens: 50,
      meanAnswerTokens: 7,
    });
  });

  it('neutralises what a file brings along', async () => {
    const hostile = { ...example('a', 'b'), '\u001b[31m::error::=1+1': 1 };
    for (const format of ['text', 'csv', 'markdown', 'github']) {
      const { out, err } = await estimate(
        [...ten, hostile],
        '--model',
        'gpt-4.1-mini',
        '--format',
        format,
      );
      expect(out + err).not.toContain('\u001b');
      expect(out + err).not.toContain('=1+1');
    }
  });
});
