import type { Report, Severity } from '../core/report.ts';
import { endLine } from './budget-case.ts';
import { type Telling, tellings } from './telling.ts';
import type { Terminal } from './terminal.ts';
import { withoutCommands } from './workflow-commands.ts';

/** For the log of a GitHub workflow: an annotation for each finding, and how it ended. */
export function github(report: Report, { fromRoot }: Pick<Terminal, 'fromRoot'> = {}): string {
  return [...tellings(report, fromRoot).map(annotation), endLine(report)]
    .map((line) => `${line}\n`)
    .join('');
}

const COMMANDS = {
  error: 'error',
  warning: 'warning',
  note: 'notice',
} as const satisfies Record<Severity, string>;

function annotation({ rule, severity, message, path, line }: Telling): string {
  const properties = Object.entries({ file: path, line, title: `openai-cost: ${rule}` })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${propertyText(String(value))}`);
  return `::${COMMANDS[severity]} ${properties.join(',')}::${dataText(message)}`;
}

/** Text that is one line, and no command. */
function dataText(text: string): string {
  return withoutCommands(text)
    .replaceAll('%', '%25')
    .replaceAll('\r', '%0D')
    .replaceAll('\n', '%0A');
}

function propertyText(text: string): string {
  return dataText(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
