/** What CI systems are told of a report: the same things, in the same order, in each format. */
import { createHash } from 'node:crypto';
import { exitCode, type Finding, type Report, SEVERITIES, type Severity } from '../core/report.ts';
import { safeText } from './safe.ts';
import type { FromRoot } from './terminal.ts';
import { unpricedReasons } from './text.ts';

/** A finding as a CI system is told it: its texts are safe, and in one line each. */
export interface Telling {
  readonly rule: string;
  readonly severity: Severity;
  readonly message: string;
  /** From the root of the repository on, with `/` between folders; undefined if it is about no file. */
  readonly path: string | undefined;
  readonly line: number | undefined;
  /** Unlike that of any other telling, and the same when only figures have changed. */
  readonly fingerprint: string;
}

/** The most severe first, so that what fails the build is seen first. */
export function tellings(report: Report, fromRoot?: FromRoot): Telling[] {
  const seen = new Map<string, number>();
  return [...incomplete(report), ...report.findings]
    .map((finding) => ({ ...finding, severity: weightOf(finding, report) }))
    .sort(byWeightAndPlace)
    .map((finding) => {
      const path = pathOf(finding.source?.file, fromRoot);
      const subject = subjectOf(finding, path, report);
      const earlier = seen.get(subject) ?? 0;
      seen.set(subject, earlier + 1);
      return {
        rule: finding.rule,
        severity: finding.severity,
        message: safeText(finding.message),
        path,
        line: finding.source?.line,
        fingerprint: hash(`${subject}\n${earlier}`),
      };
    });
}

/** What makes a report incomplete is not always a finding, but it fails the build. */
function incomplete(report: Report): Finding[] {
  if (report.complete) return [];
  return [{ rule: 'incomplete', severity: 'error', message: incompleteness(report) }];
}

/** What an incomplete report lacks, as far as no finding says it. */
export function incompleteness(report: Report): string {
  return ['not everything could be read, priced or judged', ...reasonsOf(report)].join('; ');
}

function reasonsOf(report: Report): string[] {
  switch (report.command) {
    case 'estimate':
      return unpricedReasons(report).map(({ models, reason }) => `${models.join(', ')}: ${reason}`);
    case 'tuning':
      return report.models.flatMap(({ name, cost }) =>
        cost.unpriced.map((reason) => `${name}: ${reason}`),
      );
    case 'check':
      return report.budgets.flatMap(({ name, checks }) => {
        const reasons = checks.flatMap(({ verdict }) =>
          verdict.kind === 'undecided' ? [verdict.reason] : [],
        );
        return reasons.length > 0 ? [`${name}: ${[...new Set(reasons)].join(', ')}`] : [];
      });
    case 'diff':
      return report.findings.map(({ message }) => message);
    default:
      return [];
  }
}

/** Where failures are only to be told, nothing is to look like one. */
function weightOf({ severity }: Finding, report: Report): Severity {
  const isTold = severity === 'error' && exitCode(report) === 0;
  return isTold ? 'warning' : severity;
}

function byWeightAndPlace(a: Finding, b: Finding): number {
  const weight = SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity);
  if (weight !== 0) return weight;
  const [left, right] = [a, b].map(({ source, rule, message }) => {
    const line = String(source?.line ?? 0).padStart(LINE_DIGITS, '0');
    return [source ? '' : 'last', source?.file ?? '', line, rule, message].join('\0');
  }) as [string, string];
  return left < right ? -1 : Number(left > right);
}

const LINE_DIGITS = 16;

/** A path as CI systems know it; undefined for standard input, which is no file of theirs. */
function pathOf(file: string | undefined, fromRoot: FromRoot = (same) => same): string | undefined {
  if (file === undefined || file === '-') return undefined;
  return safeText(
    fromRoot(file)
      .replaceAll('\\', '/')
      .replace(/^(?:\.\/+)+/, ''),
  );
}

/** The file that a finding without one is shown at, where a format cannot do without. */
export function homeOf(report: Report, fromRoot?: FromRoot): string {
  return pathOf(mainFileOf(report), fromRoot) ?? 'openai-cost.json';
}

function mainFileOf(report: Report): string | undefined {
  switch (report.command) {
    case 'estimate':
      return report.request.prompts[0]?.source.file;
    case 'audit':
      return report.files[0]?.file;
    case 'check':
      return report.config.file;
    case 'diff':
      return report.called[0]?.prompt.source.file;
    case 'tuning':
      return report.file.source.file;
  }
}

function subjectOf(
  { rule, budget, message }: Finding,
  path: string | undefined,
  { command }: Report,
): string {
  const words = message
    .replace(FIGURE, '#')
    .replaceAll('# to #', '#')
    .replace(/s\b(?<=# \p{L}+)/gu, '');
  return JSON.stringify([command, rule, budget ?? '', path ?? '', words]);
}

/** Amounts and counts: numbers that stand alone, not those of a date or of a model's name. */
const FIGURE = /(?<![\p{L}\p{N}.,-])-?\$?\d[\d,]*(?:\.\d+)?%?(?!\.?\p{N}|[\p{L}-])/gu;

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
