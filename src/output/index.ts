import type {
  AuditReport,
  CheckReport,
  DiffReport,
  EstimateReport,
  Report,
  TuningReport,
  VersusReport,
} from '../core/report.ts';
import type { Terminal } from './terminal.ts';

/** Result in, text out: somebody else writes it. */
export type Reporter<Report> = (report: Report, terminal: Terminal) => string | Promise<string>;

export type Environment = Readonly<Record<string, string | undefined>>;

/** Text that is to be added to the end of a file. */
export interface Appendix {
  readonly file: string;
  readonly text: string;
}

/** A format: how each command reports in it, loaded when asked for, and what it is good for. */
export interface Format {
  readonly estimate: () => Promise<Reporter<EstimateReport>>;
  readonly audit: () => Promise<Reporter<AuditReport>>;
  readonly versus: () => Promise<Reporter<VersusReport>>;
  readonly check: () => Promise<Reporter<CheckReport>>;
  readonly diff: () => Promise<Reporter<DiffReport>>;
  readonly tuning: () => Promise<Reporter<TuningReport>>;
  readonly help: string;
  /** What it adds to files that the environment names; the report is there in Markdown as well. */
  readonly appendices?: () => Promise<
    (report: Report, markdown: string, env: Environment) => Appendix[]
  >;
  /** A format without room for findings leaves them to standard error. */
  readonly showsFindings: boolean;
}

export const FORMATS = {
  text: {
    estimate: async () => (await import('./text.ts')).text,
    audit: async () => (await import('./audit-text.ts')).auditText,
    versus: async () => (await import('./versus.ts')).versusText,
    check: async () => (await import('./check-text.ts')).checkText,
    diff: async () => (await import('./check-text.ts')).diffText,
    tuning: async () => (await import('./tuning-text.ts')).tuningText,
    help: 'for people',
    showsFindings: true,
  },
  json: {
    estimate: async () => (await import('./json.ts')).json,
    audit: async () => (await import('./audit-json.ts')).auditJson,
    versus: async () => (await import('./versus.ts')).versusJson,
    check: async () => (await import('./check-json.ts')).checkJson,
    diff: async () => (await import('./check-json.ts')).diffJson,
    tuning: async () => (await import('./tuning-json.ts')).tuningJson,
    help: 'for scripts, exact amounts',
    showsFindings: true,
  },
  csv: {
    estimate: async () => (await import('./csv.ts')).csv,
    audit: async () => (await import('./audit-csv.ts')).auditCsv,
    versus: async () => (await import('./versus.ts')).versusCsv,
    check: async () => (await import('./check-csv.ts')).checkCsv,
    diff: async () => (await import('./check-csv.ts')).diffCsv,
    tuning: async () => (await import('./tuning-csv.ts')).tuningCsv,
    help: 'for spreadsheets, exact amounts',
    showsFindings: false,
  },
  markdown: {
    estimate: async () => (await import('./markdown.ts')).markdown,
    audit: async () => (await import('./audit-markdown.ts')).auditMarkdown,
    versus: async () => (await import('./versus.ts')).versusMarkdown,
    check: async () => (await import('./check-markdown.ts')).checkMarkdown,
    diff: async () => (await import('./check-markdown.ts')).diffMarkdown,
    tuning: async () => (await import('./tuning-markdown.ts')).tuningMarkdown,
    help: 'for pull requests',
    showsFindings: true,
  },
  github: {
    ...forAll(async () => (await import('./github.ts')).github),
    appendices: async () => (await import('./github-files.ts')).githubFiles,
    help: 'annotations, a summary and outputs of a GitHub workflow',
    showsFindings: true,
  },
  junit: {
    ...forAll(async () => (await import('./junit.ts')).junit),
    help: 'test results',
    showsFindings: true,
  },
  sarif: {
    ...forAll(async () => (await import('./sarif.ts')).sarif),
    help: 'code scanning',
    showsFindings: true,
  },
  gitlab: {
    ...forAll(async () => (await import('./gitlab.ts')).gitlab),
    help: 'code quality in GitLab',
    showsFindings: true,
  },
} as const satisfies Record<string, Format>;

/** A format that tells the same of every report. */
function forAll(reporter: () => Promise<Reporter<Report>>) {
  return {
    estimate: reporter,
    audit: reporter,
    versus: reporter,
    check: reporter,
    diff: reporter,
    tuning: reporter,
  };
}

export type FormatName = keyof typeof FORMATS;
export const FORMAT_NAMES = Object.keys(FORMATS) as [FormatName, ...FormatName[]];

/** A format and the file that it goes to; undefined is standard output. */
export interface Destination<Name = FormatName> {
  readonly format: Name;
  readonly file: string | undefined;
}
