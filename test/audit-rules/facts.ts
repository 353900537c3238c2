import { type PricedCell, priceCell, sumOf } from '../../src/core/audit/audit.ts';
import type { UsageEntry } from '../../src/core/audit/entry.ts';
import { Ledger } from '../../src/core/audit/ledger.ts';
import { type Money, parseUsd } from '../../src/core/money.ts';
import type { AuditFacts, Finding } from '../../src/core/report.ts';
import { addDays } from '../../src/core/time.ts';
import { AUDIT_RULES } from '../../src/rules/audit-rules.ts';
import { findings } from '../../src/rules/index.ts';
import { DEFAULT_LIMITS, type Limits } from '../../src/rules/limits.ts';
import { instant, shipped } from '../table.ts';

export const TODAY = instant('2026-11-22');

type Row = Partial<Omit<UsageEntry, 'start' | 'end' | 'tokens'>> & {
  readonly day?: string;
  readonly text?: UsageEntry['tokens']['text'];
  readonly tokens?: UsageEntry['tokens'];
};

/** A day of usage, by default of gpt-5.4 with standard processing. */
export function row({ day = '2026-11-10', text, tokens, ...more }: Row = {}): UsageEntry {
  const start = instant(day);
  return {
    source: { file: 'usage.csv', line: 2 },
    start,
    end: addDays(start, 1),
    endpoint: 'completions',
    model: 'gpt-5.4',
    tiers: ['standard'],
    free: false,
    project: undefined,
    apiKey: undefined,
    user: undefined,
    requests: 1,
    tokens: tokens ?? (text ? { text } : {}),
    quantities: [],
    ...more,
  };
}

/** The same on each day from the first of November on. */
export function daily(days: number, more: (index: number) => Row): UsageEntry[] {
  return Array.from({ length: days }, (_, index) =>
    row({ day: `2026-11-${String(index + 1).padStart(2, '0')}`, ...more(index) }),
  );
}

export function cellsOf(entries: readonly UsageEntry[]): PricedCell[] {
  const ledger = new Ledger(shipped);
  for (const entry of entries) ledger.add(entry);
  return ledger.cells().map((cell) => priceCell(shipped, cell));
}

const NO_ROWS = { billed: 0, empty: 0, duplicate: 0, outside: 0, bad: 0 };

export function factsOf(
  entries: readonly UsageEntry[],
  more: Partial<AuditFacts> = {},
): AuditFacts {
  const cells = cellsOf(entries);
  const total = sumOf(cells);
  return {
    rates: shipped,
    now: TODAY,
    request: { by: ['model'] },
    files: [],
    rows: { ...total.rows, ...NO_ROWS, read: entries.length },
    period: undefined,
    covered: undefined,
    cells,
    total,
    overlaps: [],
    perhapsTwice: [],
    ofNobody: [],
    isCut: { since: false, until: false },
    dropped: [],
    bad: [],
    notAsked: { models: new Set(), projects: new Set() },
    unattributed: { usage: 0, billed: 0 },
    bill: undefined,
    reconciliation: undefined,
    ...more,
  };
}

export function found(facts: AuditFacts, limits: Partial<Limits> = {}): Finding[] {
  return findings(AUDIT_RULES, facts, { ...DEFAULT_LIMITS, ...limits });
}

/** What one rule says of some usage. */
export function said(
  rule: string,
  entries: readonly UsageEntry[],
  limits: Partial<Limits> = {},
): Finding[] {
  return found(factsOf(entries), limits).filter((finding) => finding.rule === rule);
}

export function dollars(text: string): Money {
  const amount = parseUsd(text);
  if (amount === undefined) throw new TypeError(text);
  return amount;
}
