import type { EstimateReport } from '../core/report.ts';
import type { Terminal } from './terminal.ts';

export type Reporter = (report: EstimateReport, terminal: Terminal) => string;

/** A format: when to load it, what it is good for, and whether it has room for findings. */
interface Format {
  readonly load: () => Promise<Reporter>;
  readonly help: string;
  readonly showsFindings: boolean;
}

export const FORMATS = {
  text: {
    load: async () => (await import('./text.ts')).text,
    help: 'for people',
    showsFindings: true,
  },
  json: {
    load: async () => (await import('./json.ts')).json,
    help: 'for scripts, exact amounts',
    showsFindings: true,
  },
  csv: {
    load: async () => (await import('./csv.ts')).csv,
    help: 'for spreadsheets, exact amounts',
    showsFindings: false,
  },
  markdown: {
    load: async () => (await import('./markdown.ts')).markdown,
    help: 'for pull requests',
    showsFindings: true,
  },
} as const satisfies Record<string, Format>;

export type FormatName = keyof typeof FORMATS;
export const FORMAT_NAMES = Object.keys(FORMATS) as [FormatName, ...FormatName[]];
