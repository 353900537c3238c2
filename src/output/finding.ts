import type { Finding } from '../core/report.ts';
import { safeText } from './safe.ts';
import type { Terminal } from './terminal.ts';
import { wrap } from './wrap.ts';

export function nameOf(file: string): string {
  return file === '-' ? 'standard input' : file;
}

/** One finding as a line: `prompt.txt: warning: message [rule]`. */
export function findingLine({ rule, severity, message, source }: Finding): string {
  const where = source
    ? `${nameOf(source.file)}${source.line === undefined ? '' : `:${source.line}`}: `
    : '';
  return `${safeText(`${where}${severity}: ${message}`)} [${rule}]`;
}

export function paintFinding(finding: Finding, { paint, width }: Terminal): string {
  return paint[finding.severity](wrap(findingLine(finding), width));
}
