import type { Report, Severity } from '../core/report.ts';
import { homeOf, tellings } from './telling.ts';
import type { Terminal } from './terminal.ts';

/** For the Code Quality report of GitLab: an issue for each finding. */
export function gitlab(report: Report, { fromRoot }: Pick<Terminal, 'fromRoot'> = {}): string {
  const home = homeOf(report, fromRoot);
  const issues = tellings(report, fromRoot).map(
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
