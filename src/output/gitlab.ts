import type { Report, Severity } from '../core/report.ts';
import { homeOf, tellings } from './telling.ts';

/** For the Code Quality report of GitLab: an issue for each finding. */
export function gitlab(report: Report): string {
  const home = homeOf(report);
  const issues = tellings(report).map(
    ({ rule, severity, message, path = home, line = 1, fingerprint }) => ({
      description: message,
      check_name: rule,
      fingerprint,
      severity: SEVERITY[severity],
      location: { path, lines: { begin: line } },
    }),
  );
  return `${JSON.stringify(issues, null, 2)}\n`;
}

const SEVERITY = {
  error: 'critical',
  warning: 'minor',
  note: 'info',
} as const satisfies Record<Severity, string>;
