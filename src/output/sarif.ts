import { exitCode, type Report } from '../core/report.ts';
import { VERSION } from '../version.ts';
import { ruleTitle } from './rule-titles.ts';
import { homeOf, type Telling, tellings } from './telling.ts';
import type { Terminal } from './terminal.ts';

/** For code scanning: a result for each finding, in SARIF 2.1.0. */
export function sarif(report: Report, { fromRoot }: Pick<Terminal, 'fromRoot'> = {}): string {
  const told = tellings(report, fromRoot);
  const rules = [...new Set(told.map(({ rule }) => rule))].sort();
  const home = homeOf(report, fromRoot);
  const document = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'openai-cost',
            version: VERSION,
            semanticVersion: VERSION,
            informationUri: 'https://www.npmjs.com/package/openai-cost',
            rules: rules.map(ruleEntry),
          },
        },
        // Results of another command are not to take the place of these.
        automationDetails: { id: `openai-cost/${report.command}/` },
        invocations: [{ executionSuccessful: report.complete, exitCode: exitCode(report) }],
        columnKind: 'utf16CodeUnits',
        results: told.map((telling) => resultEntry(telling, rules.indexOf(telling.rule), home)),
      },
    ],
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function ruleEntry(id: string) {
  const { title, severity } = ruleTitle(id);
  return {
    id,
    shortDescription: { text: title },
    defaultConfiguration: { level: severity },
  };
}

function resultEntry(telling: Telling, ruleIndex: number, home: string) {
  const { rule, severity, message, path = home, line = 1, fingerprint } = telling;
  return {
    ruleId: rule,
    ruleIndex,
    level: severity,
    message: { text: withoutLinks(message) },
    // GitHub refuses a result without a place.
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(path) },
          region: { startLine: line },
        },
      },
    ],
    // The only one that GitHub looks at. Those that it makes itself, from the text of the line,
    // would be the same for all findings about a file.
    partialFingerprints: { primaryLocationLineHash: fingerprint },
  };
}

/** A message in plain text may hold links, `[text](target)`; ours has none. */
function withoutLinks(message: string): string {
  return message.replaceAll('](', '] (');
}

function uriOf(path: string): string {
  const uri = path
    .replace(/\p{Cs}/gu, '\u{FFFD}')
    .split('/')
    .map(encodeURIComponent)
    .join('/');
  if (path.startsWith('/')) return `file://${uri}`;
  return /^[A-Za-z]:\//.test(path) ? `file:///${uri.replace('%3A', ':')}` : uri;
}
