import type { Finding } from '../core/report.ts';
import type { Io } from '../io.ts';
import { FORMATS, type Format, type FormatName, type Reporter } from '../output/index.ts';
import { type Terminal, terminalOf } from '../output/terminal.ts';

export interface PrintOptions {
  readonly format?: FormatName;
  readonly color?: boolean;
  readonly quiet?: boolean;
}

/**
 * Writes the report in the format asked for. A format without room for findings leaves them to
 * standard error, so that nothing is said nowhere.
 */
export async function print<Report extends { readonly findings: readonly Finding[] }>(
  report: Report,
  reporterOf: (format: Format) => Promise<Reporter<Report>>,
  options: PrintOptions,
  io: Io,
): Promise<void> {
  const format = FORMATS[options.format ?? 'text'];
  const reporter = await reporterOf(format);
  const shown = options.quiet ? withErrorsOnly(report) : report;
  io.out(reporter(shown, await terminalFor(options, io)));
  if (!format.showsFindings) {
    const { findingLine } = await import('../output/finding.ts');
    for (const finding of shown.findings) io.err(`${findingLine(finding)}\n`);
  }
}

function withErrorsOnly<Report extends { readonly findings: readonly Finding[] }>(
  report: Report,
): Report {
  return { ...report, findings: report.findings.filter(({ severity }) => severity === 'error') };
}

export async function terminalFor(options: PrintOptions, io: Io): Promise<Terminal> {
  const colour = options.color ?? wantsColour(io);
  // What is piped is not wrapped: a program reads lines, and so does grep.
  const width = io.columns ?? (Number(io.env.COLUMNS) || Number.POSITIVE_INFINITY);
  return terminalOf(width, colour);
}

/** The conventions of no-color.org and force-color.org; then whether there is a terminal. */
function wantsColour({ env, columns }: Io): boolean {
  if (env.NO_COLOR) return false;
  const forced = env.FORCE_COLOR;
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false';
  return columns !== undefined && env.TERM !== 'dumb';
}
