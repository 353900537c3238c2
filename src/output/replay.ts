import type { BilledDays } from '../core/budget/usage-spends.ts';
import type { RateTable } from '../core/rates.ts';
import type { Replay } from '../core/spending/replay.ts';
import { dayOf, type Instant } from '../core/time.ts';
import { SCHEMA_VERSION } from './json.ts';
import { outlookEntry, outlookText } from './outlook.ts';
import type { Terminal } from './terminal.ts';

export interface ReplayReport {
  readonly rates: RateTable;
  readonly now: Instant;
  readonly replays: readonly Replay[];
  /** Of usage and a bill, the days that count as they were billed. */
  readonly billed: BilledDays | undefined;
  /** Why not all of the cost is known. */
  readonly missing: string | undefined;
}

export const REPLAY_FORMATS = {
  text: ({ replays, billed }: ReplayReport, { width }: Terminal) =>
    `${outlookText({ months: [], replays, credits: undefined, billed }, width)}\n`,
  json: ({ rates, now, replays, billed, missing }: ReplayReport) => {
    const entry = outlookEntry({ months: [], replays, credits: undefined, billed });
    return `${JSON.stringify(
      {
        schemaVersion: SCHEMA_VERSION,
        command: 'replay',
        rates: { version: dayOf(rates.version), sha256: rates.sha256 },
        date: dayOf(now),
        billed: entry.billed,
        replays: entry.replays,
        complete: missing === undefined,
        reason: missing ?? null,
      },
      null,
      2,
    )}\n`;
  },
} as const;
export type ReplayFormat = keyof typeof REPLAY_FORMATS;
