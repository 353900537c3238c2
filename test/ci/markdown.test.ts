import { describe, expect, it } from 'vitest';
import { comment, MOST_CHARACTERS } from '../../src/output/comment.ts';
import { check, config, folderOf, prompts } from '../budgets/build.ts';

/** Reports in Markdown, as long as GitHub takes them. */

const table = (rows: number, name = 'row', foot: readonly string[] = []) =>
  [
    '| Name |',
    '| --- |',
    ...Array.from({ length: rows }, (_, at) => `| ${name} ${at} |`),
    ...foot,
  ].join('\n');
const list = (rows: number) => Array.from({ length: rows }, (_, at) => `- item ${at}`).join('\n');
const rowsIn = (text: string, start: string) =>
  text.split('\n').filter((line) => line.startsWith(start)).length;
const leftIn = (text: string) =>
  [...text.matchAll(/_([\d,]+) more rows? left out/g)].map(([, number = '']) =>
    Number(number.replaceAll(',', '')),
  );

describe('a comment', () => {
  it('is whole where there is room, to the last character', () => {
    const length = comment('check', ['x']).length - 1;
    const most = 'x'.repeat(MOST_CHARACTERS - length);
    const whole = `<!-- openai-cost: check -->\n\n${most}\n`;
    expect(comment('check', [most, ''])).toBe(whole);
    expect(whole.length).toBe(MOST_CHARACTERS);
  });

  it('loses rows at their ends, and says how many', () => {
    const text = comment('check', ['**answer**', table(9000, 'é'), '- Total: **$1**', 'rates']);
    expect(text.length).toBeLessThanOrEqual(MOST_CHARACTERS);
    expect(text.length).toBeGreaterThan(MOST_CHARACTERS - 1000);
    expect(rowsIn(text, '| é') + (leftIn(text)[0] ?? 0)).toBe(9000);
    expect(text).toMatch(/\| é \d+ \|\n\n_[\d,]+ more rows left out/);
    for (const kept of ['**answer**', '- Total: **$1**', 'rates\n']) expect(text).toContain(kept);
  });

  it('takes from the longest, and keeps the sum of a table', () => {
    const foot = ['| Total |'];
    const text = comment('audit', [table(6000, 'long', foot), list(6000), table(20, 'short')]);
    expect(text.length).toBeLessThanOrEqual(MOST_CHARACTERS);
    expect(rowsIn(text, '| Total |')).toBe(1);
    expect(rowsIn(text, '| short')).toBe(20);
    const [ofTable = 0, ofList = 0] = leftIn(text);
    expect(rowsIn(text, '| long') + ofTable).toBe(6000);
    expect(rowsIn(text, '- item') + ofList).toBe(6000);
    expect(Math.min(ofTable, ofList)).toBeGreaterThan(0);
  });
});

it('check with very many failures fits, as a comment and as the summary of a step', async () => {
  const files = Object.fromEntries(
    Array.from({ length: 700 }, (_, at) => [`prompts/${at}-${'a'.repeat(60)}.md`, 'Hello']),
  );
  const folder = folderOf({
    ...files,
    'openai-cost.json': config(prompts({ limits: { usdPerCall: 0 } })),
  });
  const { code, out } = await check(folder, ['-f', 'markdown']);
  expect(code).toBe(1);
  expect(out.length).toBeLessThanOrEqual(MOST_CHARACTERS);
  expect(out).toContain('1 of 1 budget exceeded');
  expect(rowsIn(out, '- prompts/') + (leftIn(out)[0] ?? 0)).toBe(700);
  expect(rowsIn(out, '| prompts |') + (leftIn(out)[1] ?? 0)).toBe(700);
});
