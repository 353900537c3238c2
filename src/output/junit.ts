import { exitCode, type Finding, type Report } from '../core/report.ts';
import { type BudgetCase, budgetCases } from './budget-case.ts';
import { findingLine } from './finding.ts';
import { safeText } from './safe.ts';
import { incompleteness } from './telling.ts';

/** For what shows test results: a case for each budget, and one for whether all is in sight. */
export function junit(report: Report): string {
  const name = `openai-cost ${report.command}`;
  // What is not to fail the build is no failure here either.
  const isGate = exitCode(report) !== 0;
  const cases = [
    ...budgetCases(report).map((each) => testCase(`${name} budget`, each, isGate)),
    ...[completeness(report), ...otherErrors(report)].map((each) => testCase(name, each, isGate)),
  ];
  const count = (result: Result) => cases.filter((each) => each.result === result).length;
  const counts = `tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${name}" ${counts}>`,
    `  <testsuite name="${name}" ${counts} skipped="${count('skipped')}">`,
    ...cases.map(({ xml }) => xml),
    ...systemOut(report.findings),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function completeness(report: Report): BudgetCase {
  return report.complete
    ? { name: 'complete', outcome: 'passed', reasons: [] }
    : { name: 'complete', outcome: 'undecided', reasons: [incompleteness(report)] };
}

/** Errors that are of no budget fail the build as well, each rule as a case of its own. */
function otherErrors(report: Report): BudgetCase[] {
  const errors = report.findings.filter(
    ({ severity, rule, budget }) =>
      severity === 'error' && budget === undefined && rule !== 'budget',
  );
  return [...new Set(errors.map(({ rule }) => rule))].map((name) => ({
    name,
    outcome: 'failed',
    reasons: errors.filter(({ rule }) => rule === name).map(findingLine),
  }));
}

const RESULTS = { failed: 'failure', undecided: 'error', passed: 'passed' } as const;
type Result = (typeof RESULTS)[keyof typeof RESULTS] | 'skipped';

function testCase(group: string, { name, outcome, reasons }: BudgetCase, isGate: boolean) {
  const result: Result = outcome === 'passed' || isGate ? RESULTS[outcome] : 'skipped';
  const start = `    <testcase classname="${group}" name="${xmlText(name)}"`;
  if (result === 'passed') return { result, xml: `${start}/>` };
  const text = reasons.map(xmlText).join('\n');
  // The schema gives skipped cases no attributes.
  const attributes =
    result === 'skipped' ? '' : ` type="${outcome}" message="${xmlText(reasons[0] ?? '')}"`;
  const element = `      <${result}${attributes}>${text}</${result}>`;
  return { result, xml: [`${start}>`, element, '    </testcase>'].join('\n') };
}

function systemOut(findings: readonly Finding[]): string[] {
  if (findings.length === 0) return [];
  const lines = findings.map((finding) => xmlText(findingLine(finding)));
  return [`    <system-out>${lines.join('\n')}</system-out>`];
}

/** Text for an element or an attribute, without the characters that XML 1.0 does not have. */
function xmlText(text: string): string {
  return safeText(text)
    .replace(/[\p{Cs}\uFFFE\uFFFF]/gu, '\u{FFFD}')
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};
