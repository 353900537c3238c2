import { type PricedCell, priceCell } from '../../src/core/audit/audit.ts';
import type { BilledEntry, UsageEntry } from '../../src/core/audit/entry.ts';
import { Ledger } from '../../src/core/audit/ledger.ts';
import { type Bill, BillFold } from '../../src/core/bill/bill.ts';
import {
  type ReconciledLine,
  type Reconciliation,
  reconcile,
} from '../../src/core/bill/reconcile.ts';
import { type Money, parseUsd } from '../../src/core/money.ts';
import { addDays, type Instant } from '../../src/core/time.ts';
import { instant, shipped } from '../table.ts';

/** Long after every day of the tests. */
export const NOW = instant('2026-11-22');

export function usd(text: string): Money {
  const amount = parseUsd(text.replace(/^-/, ''));
  if (amount === undefined) throw new TypeError(text);
  return (text.startsWith('-') ? -amount : amount) as Money;
}

export function used(
  day: string,
  model: string,
  text: NonNullable<UsageEntry['tokens']['text']>,
  more: Partial<UsageEntry> = {},
): UsageEntry {
  const start = instant(day);
  return {
    source: { file: 'usage.csv', line: 2 },
    start,
    end: addDays(start, 1),
    endpoint: 'completions',
    model,
    tiers: ['standard'],
    free: false,
    project: undefined,
    apiKey: undefined,
    user: undefined,
    requests: 1,
    tokens: { text },
    quantities: [],
    ...more,
  };
}

export function charged(
  day: string,
  lineItem: string | undefined,
  amount: string,
  quantity?: string | number | undefined,
  more: Partial<BilledEntry> = {},
): BilledEntry {
  const start = instant(day);
  return {
    source: { file: 'cost.csv', line: 2 },
    start,
    end: addDays(start, 1),
    amount: usd(amount),
    currency: 'usd',
    lineItem,
    project: undefined,
    apiKey: undefined,
    user: undefined,
    quantity: quantity === undefined ? undefined : String(quantity),
    quantityUnit: quantity === undefined ? undefined : 'tokens',
    ...more,
  };
}

export function cellsOf(entries: readonly UsageEntry[]): PricedCell[] {
  const ledger = new Ledger(shipped);
  for (const entry of entries) ledger.add(entry);
  return ledger.cells().map((cell) => priceCell(shipped, cell));
}

export function billOf(entries: readonly BilledEntry[]): Bill {
  const fold = new BillFold();
  for (const entry of entries) fold.add(entry);
  const bill = fold.end(shipped);
  if (!bill) throw new TypeError('an empty bill');
  return bill;
}

export function reconciled(
  usage: readonly UsageEntry[],
  bill: readonly BilledEntry[],
  now: Instant = NOW,
): Reconciliation {
  return reconcile(cellsOf(usage), billOf(bill), shipped, { now });
}

/** A later day of the bill, which keeps the days before it from being provisional. */
export function laterDay(day: string): BilledEntry {
  return charged(day, 'Vector storage', '0.01');
}

/** The lines that are left without those of other products. */
export function linesOf(result: Reconciliation): readonly ReconciledLine[] {
  return result.lines.filter(({ class: why }) => why !== 'other-product');
}
