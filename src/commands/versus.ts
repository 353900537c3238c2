import { bridge } from '../core/audit/bridge.ts';
import { isAllRead } from '../core/audit/in-sight.ts';
import type { Period } from '../core/calendar.ts';
import { InputError } from '../core/input-error.ts';
import {
  type AuditFacts,
  type AuditReport,
  exitCode,
  type Finding,
  SEVERITIES,
  type VersusReport,
} from '../core/report.ts';
import { formatInstant, parseInstant } from '../core/time.ts';
import type { Io } from '../io.ts';
import { openPrice } from '../rules/audit/open-price.ts';
import { overlap } from '../rules/audit/overlap.ts';
import { reconciliation } from '../rules/audit/reconciliation.ts';
import { unattributed } from '../rules/audit/unattributed.ts';
import { unpriced } from '../rules/audit/unpriced.ts';
import { AUDIT_RULES } from '../rules/audit-rules.ts';
import { findings } from '../rules/index.ts';
import { type AuditOptions, audit } from './audit.ts';
import { print } from './print.ts';
import { limitsFrom, wishesFrom } from './wishes.ts';

/** `openai-cost audit --versus`: the same, and why it costs more or less than an earlier period. */
export async function runVersus(
  names: readonly string[],
  versus: string,
  options: AuditOptions,
  io: Io,
): Promise<number> {
  const earlier = periodFrom(versus);
  const { since = earlier.end, until, ratesAsOf } = options;
  if (ratesAsOf !== undefined) {
    throw new InputError('--versus compares at the prices in force; leave out --rates-as-of');
  }
  if (since < earlier.end) {
    throw new InputError('--since must be no earlier than the end of --versus');
  }
  if (until !== undefined && until <= since) {
    throw new InputError(
      '--until must be later than --since, or without it than the end of --versus',
    );
  }
  const report = await audit(names, { ...options, since, earlier }, io);
  const { before } = report;
  if (before?.cells.length === 0 && report.cells.length === 0 && (before?.bill || report.bill)) {
    throw new InputError('--versus is for usage, and these files have none: they are of a bill');
  }
  const end = until ?? report.covered?.end;
  if (!before?.covered) throw nothingIn(formatInstant(earlier.start), formatInstant(earlier.end));
  if (!report.covered || end === undefined) {
    throw nothingIn(formatInstant(since), until === undefined ? undefined : formatInstant(until));
  }
  const compared: VersusReport = {
    ...report,
    bridge: bridge(
      { facts: before, period: earlier },
      { facts: report, period: { start: since, end } },
    ),
    before,
    findings: withEarlier(report, before, options),
    complete: report.complete && isAllRead(before) && before.rows.unpriced === 0,
  };
  await print(compared, (format) => format.versus(), options, io);
  return exitCode(compared);
}

/** @throws InputError unless it is two dates, the earlier one first */
function periodFrom(text: string): Period {
  const [start, end, ...others] = text.split('..').map((part) => parseInstant(part));
  if (start === undefined || end === undefined || others.length > 0) {
    throw new InputError(
      '--versus must be two dates, the second not included: 2026-09-01..2026-10-01',
    );
  }
  if (start >= end) throw new InputError('--versus must end after it begins');
  return { start, end };
}

function nothingIn(start: string, end: string | undefined): InputError {
  const period = end === undefined ? `from ${start} on` : `from ${start} to ${end}`;
  return new InputError(
    `the data has nothing ${period}, which is not the same as no cost; give the file that has it`,
  );
}

/** What makes a cost less sure, or wrong, has to be known of both; the other rules are about now. */
const OF_BOTH = [reconciliation, unattributed, unpriced, openPrice, overlap];

function withEarlier(
  report: AuditReport,
  before: AuditFacts,
  { rule = [], limit = [] }: AuditOptions,
): Finding[] {
  const ids = AUDIT_RULES.map(({ id }) => id);
  const earlier = findings(OF_BOTH, before, limitsFrom(limit), wishesFrom(rule, ids)).map(
    (finding) => ({ ...finding, message: `of the earlier period: ${finding.message}` }),
  );
  const all = [...report.findings, ...earlier];
  return SEVERITIES.flatMap((severity) => all.filter((each) => each.severity === severity));
}
