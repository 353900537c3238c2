import { spendsOf, unreadIn } from '../core/budget/usage-spends.ts';
import { InputError } from '../core/input-error.ts';
import type { Money } from '../core/money.ts';
import type { AuditFacts } from '../core/report.ts';
import type { Grant } from '../core/spending/credits.ts';
import { monthOutlook, type Outlook, outlookOf, spendingFrom } from '../core/spending/outlook.ts';
import type { SpendLimit } from '../core/spending/spend-limit.ts';
import { readGrants } from '../input/grants.ts';
import { type LimitFile, readSpendLimits } from '../input/spend-limits.ts';
import type { Io } from '../io.ts';
import { readSmallFile } from './load-rates.ts';

export interface OutlookOptions {
  readonly spendLimit?: Money | undefined;
  /** Percentages of it. */
  readonly alertAt?: readonly number[] | undefined;
  readonly spendLimits?: readonly string[] | undefined;
  readonly credits?: string | undefined;
}

/** @throws InputError for a file that cannot be read */
export async function outlookOfUsage(
  facts: AuditFacts,
  options: OutlookOptions,
  io: Io,
): Promise<Outlook> {
  const { now } = facts;
  const { spends, covered, billed, otherCurrency } = spendsOf(facts, []);
  const unread = unreadIn({ badRows: facts.rows.bad }, otherCurrency);
  const spending = spendingFrom(spends, covered, unread);
  const month = monthOutlook('', spending, options.spendLimit, now);
  const limits = [
    ...ownLimit(options),
    ...(await loadSpendLimits((options.spendLimits ?? []).map(limitFile), io)),
  ];
  return outlookOf(
    month ? [month] : [],
    spending,
    billed,
    limits,
    await grantsOf(options, io),
    now,
  );
}

function ownLimit({ spendLimit, alertAt = [] }: OutlookOptions): SpendLimit[] {
  if (spendLimit === undefined) {
    if (alertAt.length > 0) throw new InputError('--alert-at needs --spend-limit');
    return [];
  }
  return [
    {
      name: '--spend-limit',
      source: undefined,
      scope: { kind: 'organization' },
      interval: 'month',
      kind: 'hard',
      limit: spendLimit,
      thresholds: alertAt.map((percent) => ({ kind: 'percent', percent })),
      enforcement: undefined,
    },
  ];
}

/** `limits.json`, or `proj_a=limits.json` where the objects do not say whose they are. */
function limitFile(name: string): LimitFile {
  const [, project, file = name] = /^(proj_\w+)=(.*)$/.exec(name) ?? [];
  return { file, project };
}

/** @throws InputError for a file that cannot be read */
export async function loadSpendLimits(
  limitFiles: readonly LimitFile[],
  io: Pick<Io, 'readFile'>,
): Promise<SpendLimit[]> {
  const limits: SpendLimit[] = [];
  for (const each of limitFiles) {
    limits.push(...readSpendLimits(await readSmallFile(io, each.file), each));
  }
  return limits;
}

async function grantsOf({ credits }: OutlookOptions, io: Io): Promise<Grant[]> {
  return credits === undefined ? [] : readGrants(await readSmallFile(io, credits), credits);
}
