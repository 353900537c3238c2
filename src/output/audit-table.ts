import { aliasOf, withoutAddresses } from '../core/audit/alias.ts';
import { type Dimension, type Group, type Sum, TIME_DIMENSIONS } from '../core/audit/audit.ts';
import { effectOf } from '../core/audit/price-effect.ts';
import { BILL_DIMENSIONS, type BillLine } from '../core/bill/bill.ts';
import type { ReconciledLine } from '../core/bill/reconcile.ts';
import { grouped } from '../core/grouped.ts';
import { add, compare, type Money, ZERO } from '../core/money.ts';
import type { AuditReport } from '../core/report.ts';
import { dayOf, formatInstant } from '../core/time.ts';
import { inputTokens, sumTokens } from '../core/usage.ts';
import { count, percent } from '../core/wording.ts';
import { type Amount, formatSigned, placesFor } from './amount.ts';
import type { Column, TableData } from './table.ts';

/** A group as a row; groups within groups are indented. */
export interface GroupRow {
  readonly group: Group;
  readonly depth: number;
}

export const TITLES: Readonly<Record<Dimension, string>> = {
  model: 'Model',
  day: 'Day',
  week: 'Week',
  month: 'Month',
  project: 'Project',
  key: 'Key',
  user: 'User',
  tier: 'Tier',
  batch: 'Batch',
  endpoint: 'Endpoint',
  file: 'File',
};

/** The sum as an amount: "at least" where rows have no price, or could not be read. */
export function amountOf(sum: Sum, isRead = true): Amount {
  return { ...sum.cost, unpriced: sum.rows.unpriced > 0 || !isRead ? [sum] : [] };
}

/** What a group is called; keys and users by an alias, unless they are asked for. */
export function nameOfGroup(
  { dimension, value }: Pick<Group, 'dimension' | 'value'>,
  { request }: Pick<AuditReport, 'request'>,
): string {
  if (value === undefined) return '(not in the data)';
  return request.showIds ? value : aliasOf(dimension, value);
}

/** The groups that were asked for, as a tree. */
export function auditTable(report: AuditReport): TableData<GroupRow> {
  const { request, total, groups } = report;
  const rows = rowsOf(groups, 0, request.top);
  const columns: Column<GroupRow>[] = [
    {
      title: request.by.map((dimension) => TITLES[dimension]).join(' / '),
      kind: 'name',
      value: ({ group, depth }) => '  '.repeat(depth) + nameOfGroup(group, report),
    },
    {
      title: costTitle(report),
      kind: 'cost',
      scale: 'cost',
      value: ({ group }) => amountOf(group.sum),
    },
    ...effectColumns(report, rows),
  ];
  // Of what is at least spent, where that is all that can be said.
  const isOpen = total.rows.unpriced > 0;
  const end = isOpen ? 'low' : 'high';
  if (total.cost[end] > 0n) {
    columns.push({
      title: isOpen ? 'Of known' : 'Share',
      kind: 'share',
      optional: true,
      value: ({ group: { sum } }) =>
        sum.rows.unpriced > 0 && sum.cost[end] === 0n
          ? undefined
          : shareOf(sum.cost[end], total.cost[end]),
    });
  }
  if (total.freeValue.high > 0n) {
    columns.push({
      title: 'Free, worth',
      kind: 'cost',
      optional: 'last',
      value: ({ group }) =>
        group.sum.freeValue.high > 0n ? { ...group.sum.freeValue, unpriced: [] } : undefined,
    });
  }
  columns.push(
    {
      title: 'Requests',
      kind: 'price',
      optional: 'last',
      value: ({ group }) => requestsOf(group.sum),
    },
    {
      title: 'Tokens/request',
      kind: 'price',
      optional: true,
      value: ({ group }) => tokensPerRequest(group.sum),
    },
    {
      title: 'Cached',
      kind: 'price',
      optional: true,
      value: ({ group }) => cachedShare(group.sum),
    },
  );
  return { columns, rows };
}

function costTitle({ request }: AuditReport): string {
  return request.ratesAsOf === undefined ? 'Cost' : `At ${formatInstant(request.ratesAsOf)}`;
}

/** Beside the cost at the prices of one day, that at those in force, and what makes the difference. */
function effectColumns({ effects }: AuditReport, rows: readonly GroupRow[]): Column<GroupRow>[] {
  if (!effects) return [];
  const effectIn = ({ group }: GroupRow) => effectOf(group.cells, effects);
  const known = rows.flatMap((row) => effectIn(row).effect ?? []);
  const places = placesFor(known.flatMap(({ low, high }) => [low, high]));
  return [
    {
      title: 'In force',
      kind: 'cost',
      scale: 'cost',
      value: (row) => {
        const { inForce, rowsUnpriced } = effectIn(row);
        return { ...inForce, unpriced: rowsUnpriced > 0 ? [row] : [] };
      },
    },
    {
      title: 'Effect',
      kind: 'price',
      value: (row) => {
        const { effect } = effectIn(row);
        return effect ? formatSigned(effect, places) : 'unknown';
      },
    },
  ];
}

function rowsOf(groups: readonly Group[], depth: number, top: number | undefined): GroupRow[] {
  return groups
    .slice(0, top)
    .flatMap((group) => [{ group, depth }, ...rowsOf(group.groups, depth + 1, top)]);
}

/** How many groups `--top` leaves out, next to those that it shows. */
export function leftOut(groups: readonly Group[], top: number | undefined): number {
  const shown = groups.slice(0, top);
  return shown.reduce(
    (others, group) => others + leftOut(group.groups, top),
    groups.length - shown.length,
  );
}

const SHARE_SCALE = 10n ** 15n;

export function shareOf(part: Money, whole: Money): number {
  // More digits than any bar or percentage shows, so that what is something is never nothing.
  return whole > 0n ? Number((part * SHARE_SCALE) / whole) / Number(SHARE_SCALE) : 0;
}

export function requestsOf({ requests, requestsUnknown }: Sum): string {
  if (requestsUnknown === 0) return count(requests);
  return requests === 0 ? 'unknown' : `>= ${count(requests)}`;
}

function tokensPerRequest({ tokens, requests, requestsUnknown }: Sum): string {
  const all = sumTokens(tokens, () => true);
  if (requests === 0 || requestsUnknown > 0) return '';
  return count(Math.round(all / requests));
}

function cachedShare({ tokens }: Sum): string {
  const input = inputTokens(tokens);
  const cached = sumTokens(tokens, (kind) => kind === 'cachedInput');
  return input === 0 ? '' : percent(cached / input);
}

/** All lines of a bill that are one group. */
interface BilledGroup {
  readonly names: readonly (string | undefined)[];
  readonly amount: Money;
  readonly lines: readonly BillLine[];
}

/** What was billed, by what is asked for: the largest first, or in the order of time. */
export function billTable({ bill, request }: AuditReport): TableData<BilledGroup> {
  const asked = request.by.filter((name) => Object.hasOwn(BILL_DIMENSIONS, name));
  const by = asked.length > 0 ? (asked as (keyof typeof BILL_DIMENSIONS)[]) : ['model' as const];
  const namesOf = (line: BillLine) => by.map((dimension) => BILL_DIMENSIONS[dimension](line));
  const groups = grouped(bill?.lines ?? [], (line) => JSON.stringify(namesOf(line)));
  const rows = [...groups.values()].flatMap((lines): BilledGroup[] => {
    const [first] = lines;
    if (!first) return [];
    return [{ names: namesOf(first), lines, amount: lines.map((line) => line.amount).reduce(add) }];
  });
  return {
    columns: [
      ...by.map(
        (dimension, index): Column<BilledGroup> => ({
          title: dimension === 'model' ? 'Line item' : TITLES[dimension],
          kind: 'name',
          value: ({ names }) => withoutAddresses(names[index] ?? '(not in the data)'),
        }),
      ),
      { title: 'Billed', kind: 'cost', value: ({ amount }) => settled(amount) },
      {
        title: 'Share',
        kind: 'share',
        optional: true,
        value: ({ amount }) => shareOf(amount, bill?.total ?? ZERO),
      },
      ...(by.includes('model')
        ? [{ title: 'Rate', kind: 'name', optional: 'last', value: rateOf } as const]
        : []),
    ],
    rows: rows.sort(isTimed(by.slice(0, 1)) ? byNames : byAmount),
  };
}

function byAmount(a: BilledGroup, b: BilledGroup): number {
  return compare(b.amount, a.amount) || byNames(a, b);
}

function byNames(a: BilledGroup, b: BilledGroup): number {
  return a.names.join('\n') < b.names.join('\n') ? -1 : 1;
}

/** What the amounts and quantities imply, beside our rates. */
function rateOf({ lines }: BilledGroup): string {
  const checks = lines.map(({ rateCheck }) => rateCheck);
  // A rate of another tier is right for that tier: bills may not name it.
  const differing = checks.filter(
    (check) => check && !check.agrees && check.otherTiers.length === 0,
  );
  const tiers = new Set(
    checks.flatMap((check) => (check?.agrees ? [] : (check?.otherTiers ?? []))),
  );
  if (differing.length > 0) {
    return `differs on ${count(differing.length)} of ${count(lines.length)} days`;
  }
  if (tiers.size > 0) return `as listed for ${[...tiers].join(', ')}`;
  return checks.every((check) => check) ? 'as listed' : 'not checked';
}

export function settled(amount: Money): Amount {
  return { low: amount, high: amount, unpriced: [] };
}

/** The differences between the bill and our own sums that are worth a line. */
export function reconciliationTable(
  lines: readonly ReconciledLine[],
  reasonOf: (line: ReconciledLine) => string,
): TableData<ReconciledLine> {
  return {
    columns: [
      { title: 'Day', kind: 'name', value: ({ day }) => dayOf(day) },
      { title: 'Line item', kind: 'name', value: ({ lineItem }) => lineItem },
      {
        title: 'Computed',
        kind: 'cost',
        scale: 'bill',
        value: ({ computed }) => computed && { ...computed, unpriced: [] },
      },
      {
        title: 'Billed',
        kind: 'cost',
        scale: 'bill',
        value: ({ billed }) => (billed === undefined ? undefined : settled(billed)),
      },
      { title: 'Why', kind: 'name', value: reasonOf },
    ],
    rows: lines,
  };
}

/** Days in the order of time, for a chart; those without use are shown as gaps. */
export function isTimed(dimensions: readonly Dimension[]): boolean {
  return dimensions.some((dimension) => TIME_DIMENSIONS.has(dimension));
}
