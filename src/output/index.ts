import type {
  AuditReport,
  CheckReport,
  DiffReport,
  EstimateReport,
  Report,
} from '../core/report.ts';
import type { Terminal } from './terminal.ts';

/** Result in, text out: somebody else writes it. */
export type Reporter<Report> = (report: Report, terminal: Terminal) => string;

/** A format: how each command reports in it, loaded when asked for, and what it is good for. */
export interface Format {
  readonly estimate: () => Promise<Reporter<EstimateReport>>;
  readonly audit: () => Promise<Reporter<AuditReport>>;
  readonly check?: () => Promise<Reporter<CheckReport>>;
  readonly diff?: () => Promise<Reporter<DiffReport>>;
  readonly help: string;
  /** A format without room for findings leaves them to standard error. */
  readonly showsFindings: boolean;
}

export const FORMATS = {
  text: {
    estimate: async () => (await import('./text.ts')).text,
    audit: async () => (await import('./audit-text.ts')).auditText,
    check: async () => (await import('./check-text.ts')).checkText,
    diff: async () => (await import('./check-text.ts')).diffText,
    help: 'for people',
    showsFindings: true,
  },
  json: {
    estimate: async () => (await import('./json.ts')).json,
    audit: async () => (await import('./audit-json.ts')).auditJson,
    check: async () => (await import('./check-json.ts')).checkJson,
    diff: async () => (await import('./check-json.ts')).diffJson,
    help: 'for scripts, exact amounts',
    showsFindings: true,
  },
  csv: {
    estimate: async () => (await import('./csv.ts')).csv,
    audit: async () => (await import('./audit-csv.ts')).auditCsv,
    check: async () => (await import('./check-csv.ts')).checkCsv,
    diff: async () => (await import('./check-csv.ts')).diffCsv,
    help: 'for spreadsheets, exact amounts',
    showsFindings: false,
  },
  markdown: {
    estimate: async () => (await import('./markdown.ts')).markdown,
    audit: async () => (await import('./audit-markdown.ts')).auditMarkdown,
    check: async () => (await import('./check-markdown.ts')).checkMarkdown,
    diff: async () => (await import('./check-markdown.ts')).diffMarkdown,
    help: 'for pull requests',
    showsFindings: true,
  },
} as const satisfies Record<string, Format>;

export type FormatName = keyof typeof FORMATS;
export const FORMAT_NAMES = Object.keys(FORMATS) as [FormatName, ...FormatName[]];

/** The formats in which a command reports. */
export function formatsOf(command: Report['command']): FormatName[] {
  return FORMAT_NAMES.filter((name) => command in FORMATS[name]);
}

/** A format and the file that it goes to; undefined is standard output. */
export interface Destination<Name = FormatName> {
  readonly format: Name;
  readonly file: string | undefined;
}
