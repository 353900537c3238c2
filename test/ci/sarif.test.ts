import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Finding, Report } from '../../src/core/report.ts';
import { sarif } from '../../src/output/sarif.ts';
import { VERSION } from '../../src/version.ts';
import { checkReport, diffReport, HOSTILE, hostileReport, MIXED, WELL } from './reports.ts';

const { resolve } = createRequire(import.meta.url);
const { $schema, id, ...schema } = JSON.parse(
  readFileSync(resolve('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json'), 'utf8'),
);
const validate = new Ajv({
  strict: false,
  // The schema has patterns that are none for `u`.
  unicodeRegExp: false,
  allErrors: true,
  formats: {
    uri: URL.canParse,
    'uri-reference': (text: string) => !/[^!-~]|%(?![0-9A-F]{2})|[\\"<>^`{|}]/.test(text),
    'date-time': true,
  },
}).compile(schema);

const logOf = (report: Report) => JSON.parse(sarif(report));
const resultsOf = (report: Report) => logOf(report).runs[0].results;

function problemsOf(log: unknown): string[] {
  validate(log);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

const at = (file?: string, line?: number): Report =>
  checkReport(
    {},
    {
      findings: [
        {
          ...{ rule: 'unreadable', severity: 'warning', message: 'is binary' },
          ...(file === undefined
            ? {}
            : { source: { file, ...(line === undefined ? {} : { line }) } }),
        },
      ],
    },
  );

describe('sarif', () => {
  it('has the schema of SARIF 2.1.0', () => {
    expect(schema.title).toContain('SARIF) Version 2.1.0');
    for (const report of [MIXED, WELL, { ...MIXED, warnOnly: true }, diffReport([], false)]) {
      expect(problemsOf(logOf(report))).toEqual([]);
    }
    expect(problemsOf({ ...logOf(WELL), version: '2.0.0' })).not.toEqual([]);
  });

  it('has it whatever is in it', () => {
    const hold = (text: string) => {
      expect(problemsOf(logOf(hostileReport(text)))).toEqual([]);
    };
    for (const text of HOSTILE) hold(text);
    fc.assert(fc.property(fc.string({ unit: 'binary' }), hold));
  });

  it('names the tool, the command, how it ended, and the rules in use', () => {
    const [run] = logOf(MIXED).runs;
    expect(run.tool.driver).toMatchObject({ name: 'openai-cost', version: VERSION });
    expect(run.automationDetails).toEqual({ id: 'openai-cost/check/' });
    expect(run.invocations).toEqual([{ executionSuccessful: false, exitCode: 1 }]);
    expect(run.tool.driver.rules.map(({ id: rule }: { id: string }) => rule)).toEqual([
      'budget',
      'incomplete',
      'stale-rates',
      'unreadable',
    ]);
    expect(run.tool.driver.rules[0]).toEqual({
      id: 'budget',
      shortDescription: { text: 'The cost is above the budget, or cannot be judged.' },
      defaultConfiguration: { level: 'error' },
    });
  });

  it('has a result for each finding, with its rule', () => {
    const { results, tool } = logOf(MIXED).runs[0];
    expect(results.length).toBe(5);
    for (const { ruleId, ruleIndex } of results) {
      expect(tool.driver.rules[ruleIndex].id).toBe(ruleId);
    }
    expect(results[0]).toMatchObject({
      ...{ ruleId: 'budget', level: 'error' },
      message: { text: 'gpt-5.4 costs $2 a call, above $1' },
    });
  });

  it.each([
    ['prompts/a.md', 'prompts/a.md'],
    ['./prompts\\a b.md', 'prompts/a%20b.md'],
    ['../ä#?%.md', '../%C3%A4%23%3F%25.md'],
    ['javascript:alert(1)', 'javascript%3Aalert(1)'],
    ['/home/me/a.md', 'file:///home/me/a.md'],
    ['C:\\me\\a.md', 'file:///C:/me/a.md'],
    ['-', 'openai-cost.json'],
    [undefined, 'openai-cost.json'],
  ])('is about %j at %j', (file, uri) => {
    const [result] = resultsOf(at(file, file === '../ä#?%.md' ? 7 : undefined));
    expect(result.locations).toEqual([
      {
        physicalLocation: {
          artifactLocation: { uri },
          region: { startLine: file === '../ä#?%.md' ? 7 : 1 },
        },
      },
    ]);
  });

  it('has no links', () => {
    const [{ message }] = resultsOf(hostileReport('[click](http://example.org)'));
    expect(message.text).toBe('[click] (http://example.org)');
  });
});

describe('fingerprints', () => {
  const printsOf = (...findings: Partial<Finding>[]) =>
    resultsOf(
      checkReport(
        {},
        {
          findings: findings.map((finding) => ({
            ...{ rule: 'budget', severity: 'error', message: 'x', source: { file: 'a.md' } },
            ...finding,
          })),
        },
      ),
    ).map((result: { partialFingerprints: object }) => result.partialFingerprints);

  const over1 = 'a.md with gpt-5.4 costs $2.50 a call, above $1';

  it.each([
    [over1, 'a.md with gpt-5.4 costs $1,112 a call, above $1.000001'],
    [over1, 'a.md with gpt-5.4 costs $2.50 to $3 a call, above $1'],
    ['272,001 input tokens, 12% more', '9 input tokens, 1.5% more'],
    ['was shut down on 2026-12-11, in 15 days', 'was shut down on 2026-12-11, in 1 day'],
  ])('are the same when only figures change: %j', (before, after) => {
    expect(printsOf({ message: before })).toEqual(printsOf({ message: after }));
  });

  it.each([
    [{ message: over1 }, { message: over1.replace('gpt-5.4', 'gpt-5.5') }],
    [{ message: 'on 2026-12-11' }, { message: 'on 2026-12-12' }],
    [{ rule: 'budget' }, { rule: 'unpriced' }],
    [{ budget: 'chat' }, { budget: 'mail' }],
    [{ source: { file: 'a.md' } }, { source: { file: 'b.md' } }],
  ])('differ with what they are about: %j', (before, after) => {
    expect(printsOf(before)).not.toEqual(printsOf(after));
  });

  it.each(['1,', '1.', '$1', 's', '# s', '9', '-'])('are found in many of %j', (part) => {
    expect(printsOf({ message: `${part.repeat(200_000)}x` }).length).toBe(1);
  });

  it('differ within a report, even for the same finding at two lines', () => {
    const prints = printsOf({}, {}, { source: { file: 'a.md', line: 2 } });
    expect(new Set(prints.map(JSON.stringify)).size).toBe(3);
  });

  it('do not depend on the order of the findings', () => {
    expect(sarif({ ...MIXED, findings: [...MIXED.findings].reverse() })).toBe(sarif(MIXED));
  });
});
