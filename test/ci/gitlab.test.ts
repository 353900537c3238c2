import { describe, expect, it } from 'vitest';
import { gitlab } from '../../src/output/gitlab.ts';
import { run } from '../run.ts';
import { HOSTILE, hostileReport, MIXED, WELL } from './reports.ts';

interface Issue {
  readonly description: string;
  readonly check_name: string;
  readonly fingerprint: string;
  readonly severity: string;
  readonly location: { readonly path: string; readonly lines: { readonly begin: number } };
}

const issuesOf = (text: string): Issue[] => JSON.parse(text);

describe('gitlab', () => {
  it('has an issue for each finding', () => {
    const issues = issuesOf(gitlab(MIXED));
    expect(issues.map(({ fingerprint, description, ...issue }) => issue)).toEqual([
      issue('budget', 'critical', 'prompts/a.md', 1),
      issue('incomplete', 'critical', 'openai-cost.json', 1),
      issue('unreadable', 'minor', 'prompts/e.md', 3),
      issue('budget', 'minor', 'prompts/c.md', 1),
      issue('stale-rates', 'info', 'openai-cost.json', 1),
    ]);
    expect(issues[0]?.description).toBe('gpt-5.4 costs $2 a call, above $1');
  });

  function issue(check_name: string, severity: string, path: string, begin: number) {
    return { check_name, severity, location: { path, lines: { begin } } };
  }

  it('is an empty list when all is well', () => {
    expect(gitlab(WELL)).toBe('[]\n');
  });

  it('has fingerprints that are all different, and no control characters', () => {
    for (const text of HOSTILE) {
      const issues = issuesOf(gitlab(hostileReport(text)));
      expect(new Set(issues.map(({ fingerprint }) => fingerprint)).size).toBe(issues.length);
      for (const { fingerprint, description, location } of issues) {
        expect(fingerprint).toMatch(/^[0-9a-f]{64}$/);
        expect(`${description}${location.path}`).not.toMatch(/\p{Cc}/u);
      }
    }
  });

  it('shows what is about no file at the first file of the command', async () => {
    const cwd = new URL('../example/', import.meta.url).pathname;
    const env = { CI_PROJECT_DIR: cwd };
    const audit = await run(['audit', 'usage.csv', '--budget', '1', '-f', 'gitlab'], { cwd, env });
    const paths = issuesOf(audit.out).map(({ location }) => location.path);
    expect(new Set(paths)).toEqual(new Set(['usage.csv']));
    const stdin = ['estimate', '-', '-m', 'gpt-5.4', '-o', '1', '--budget', '0', '-f', 'gitlab'];
    const [only] = issuesOf((await run(stdin, { stdin: Buffer.from('Hi') })).out);
    expect(only?.location.path).toBe('openai-cost.json');
  });
});
