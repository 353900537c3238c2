import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exitCode, type Finding, SEVERITIES } from '../../src/core/report.ts';
import { endLine } from '../../src/output/budget-case.ts';
import { github } from '../../src/output/github.ts';
import { githubFiles } from '../../src/output/github-files.ts';
import { gitlab } from '../../src/output/gitlab.ts';
import { junit } from '../../src/output/junit.ts';
import { sarif } from '../../src/output/sarif.ts';
import { checkOf, checkReport, over } from './reports.ts';
import { outputsIn } from './runner.ts';

/** Budgets that are kept, exceeded or undecided, and findings that are of none of them. */
const reports = fc
  .record({
    verdicts: fc.array(fc.array(fc.constantFrom('kept', 'exceeded', 'undecided'))),
    others: fc.array(fc.constantFrom(...SEVERITIES)),
    isRead: fc.boolean(),
    warnOnly: fc.boolean(),
  })
  .map(({ verdicts, others, isRead, warnOnly }) => {
    const budgets = verdicts.map((all, index) => {
      const name = `budget-${index}`;
      const checks = all.map((verdict) =>
        checkOf(
          name,
          'a.md',
          verdict === 'exceeded' ? '2' : '1',
          '1',
          verdict === 'undecided' ? 'unknown model' : undefined,
        ),
      );
      return [name, checks] as const;
    });
    // As the rules do it: an error for each excess; what is undecided is incomplete.
    const excesses = budgets.flatMap(([name], index) =>
      verdicts[index]?.includes('exceeded') ? [over(name, 'a.md')] : [],
    );
    const findings: Finding[] = others.map((severity) => ({
      ...{ rule: 'unreadable', severity, message: 'x' },
    }));
    return checkReport(Object.fromEntries(budgets), {
      findings: [...excesses, ...findings],
      complete: isRead && !verdicts.flat().includes('undecided'),
      warnOnly,
    });
  });

describe('every format', () => {
  it('fails when the exit code does, and only then', () => {
    fc.assert(
      fc.property(reports, (report) => {
        const fails = exitCode(report) !== 0;
        expect(/<(failure|error) /.test(junit(report))).toBe(fails);
        expect(/^::error /m.test(github(report))).toBe(fails);
        expect(sarif(report).includes('\n          "level": "error",')).toBe(fails);
        expect(gitlab(report).includes('"severity": "critical"')).toBe(fails);
        expect(/ (passed|would fail)/.test(endLine(report))).toBe(!fails);
        const [file] = githubFiles(report, '', { GITHUB_OUTPUT: 'o' });
        expect(outputsIn(file?.text ?? '')['exit-code']).toBe(String(exitCode(report)));
      }),
    );
  });
});
