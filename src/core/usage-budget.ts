/** Budgets for what was used and billed: all of it, or some, held against limits. */
import { aliasOf } from './alias.ts';
import { DIMENSIONS, type Dimension, itemsOf, type PricedCell } from './audit.ts';
import type { Bill } from './bill.ts';
import { type Check, judgeTokens, judgeUsd, type Strictness, type Verdict } from './check.ts';
import { grouped } from './grouped.ts';
import type { Cell } from './ledger.ts';
import { subjectOf } from './line-item.ts';
import { addRanges, type Money, NOTHING, type Range } from './money.ts';
import { resolveModel } from './names.ts';
import type { RateTable } from './rates.ts';
import { dayOf, type Instant } from './time.ts';
import { inputTokens } from './usage.ts';
import { matchesAny } from './wildcard.ts';
import { count } from './wording.ts';

/** What a budget can be limited to, or be of each. */
export const SCOPE_DIMENSIONS = [
  'model',
  'project',
  'key',
  'user',
  'endpoint',
] as const satisfies readonly Dimension[];
export type ScopeDimension = (typeof SCOPE_DIMENSIONS)[number];
/** Wildcards by dimension; what is left out is not limited. */
export type Scope = Partial<Readonly<Record<ScopeDimension, readonly string[]>>>;

export interface UsageLimits {
  /** Of everything in the files. */
  readonly usd?: Money | undefined;
  /** Of each day, and of each calendar month: UTC. */
  readonly usdPerDay?: Money | undefined;
  readonly usdPerMonth?: Money | undefined;
  /** Input tokens of a request; the average of a day where the data has only sums. */
  readonly tokensPerRequest?: number | undefined;
}

/** Wildcards; a name has to match one of `allow`, where there is any, and none of `forbid`. */
export interface Permitted {
  readonly allow?: readonly string[] | undefined;
  readonly forbid?: readonly string[] | undefined;
}

export interface UsageBudget {
  readonly name: string;
  /** Patterns, as the configuration has them. */
  readonly files: readonly string[];
  readonly scope: Scope;
  /** The limits are of each of these, and not of all together. */
  readonly each: readonly ScopeDimension[];
  readonly limits: UsageLimits;
  readonly models: Permitted;
  readonly tiers: Permitted;
  readonly imageQualities: Permitted;
  readonly warnAt: readonly number[];
  /** Whether a scope without any use passes. */
  readonly allowEmpty: boolean;
}

/** What a budget is held against. */
export interface UsageData {
  readonly rates: RateTable;
  readonly cells: readonly PricedCell[];
  /** Counts only where there are no cells: what was billed was spent. */
  readonly bill: Bill | undefined;
  /** Rows that could not be read: whose they are nobody knows. */
  readonly badRows: number;
  readonly showIds: boolean;
}

/** An amount that was spent, and on what. Undefined where the data does not tell. */
export interface Spend {
  readonly day: Instant;
  readonly of: Readonly<Record<ScopeDimension, string | undefined>>;
  readonly cost: Range;
  readonly unpriced: string | undefined;
  readonly cell: Cell | undefined;
}

export function spendsOf({ cells, bill }: Pick<UsageData, 'cells' | 'bill'>): Spend[] {
  if (cells.length > 0 || !bill) return cells.map(spendOfCell);
  return bill.lines.map(({ day, item, project, amount }) => ({
    day,
    of: { model: subjectOf(item), project, key: undefined, user: undefined, endpoint: undefined },
    cost: { low: amount, high: amount },
    unpriced: undefined,
    cell: undefined,
  }));
}

function spendOfCell({ cell, line, state, cost }: PricedCell): Spend {
  const of = Object.fromEntries(
    SCOPE_DIMENSIONS.map((dimension) => [dimension, DIMENSIONS[dimension](cell)]),
  ) as Spend['of'];
  const [reason] = itemsOf(line).flatMap((item) =>
    item.cost.kind === 'unpriced' ? [item.cost.reason] : [],
  );
  const unpriced = state === 'unpriced' ? `${cell.model ?? 'a model'}: ${reason ?? ''}` : undefined;
  return { day: cell.day, of, cost, unpriced, cell };
}

/** What a budget is about, and what may be about it too, as the data does not tell. */
export interface Scoped {
  readonly spends: readonly Spend[];
  readonly unclear: readonly Spend[];
}

export function inScope(
  spends: readonly Spend[],
  scope: Scope,
  { rates }: Pick<UsageData, 'rates'>,
): Scoped {
  const found: Spend[] = [];
  const unclear: Spend[] = [];
  for (const spend of spends) {
    const answers = Object.entries(scope).map(([dimension, patterns]) =>
      isIn(patterns, dimension as ScopeDimension, spend, rates),
    );
    if (answers.includes(false)) continue;
    if (answers.includes(undefined)) unclear.push(spend);
    else found.push(spend);
  }
  return { spends: found, unclear };
}

/** Undefined where the data does not tell. */
function isIn(
  patterns: readonly string[],
  dimension: ScopeDimension,
  { of, day }: Spend,
  rates: RateTable,
): boolean | undefined {
  const name = of[dimension];
  if (name === undefined) return undefined;
  return (
    matchesAny(patterns, name) || (dimension === 'model' && isModelIn(patterns, name, day, rates))
  );
}

/** By what the name stands for. */
function isModelIn(patterns: readonly string[], name: string, at: Instant, rates: RateTable) {
  const id = resolveModel(rates, name, at).model?.id;
  return id !== undefined && matchesAny(patterns, id);
}

/** What a budget is about, and by what its limits are of each: one group without a name otherwise. */
export interface BudgetedSpends {
  readonly groups: readonly (readonly [subject: string, spends: Spend[]])[];
  readonly spends: readonly Spend[];
  /** Why some of it may not be in sight. */
  readonly missing: string | undefined;
}

export function budgetedSpends(budget: UsageBudget, data: UsageData): BudgetedSpends {
  const { spends, unclear } = inScope(spendsOf(data), budget.scope, data);
  const unread = data.badRows > 0 ? `${count(data.badRows)} rows cannot be read` : undefined;
  const unknown = unclear.some(({ cost, unpriced }) => cost.high > 0n || unpriced !== undefined)
    ? `some of the usage does not tell its ${Object.keys(budget.scope).join(' and ')}`
    : undefined;
  return {
    groups: groupsOf(spends, budget.each, data.showIds),
    spends,
    missing: unread ?? unknown,
  };
}

/** Holds what was spent against a budget. Nothing in scope is no check at all: the caller decides. */
export function judgeUsage(budget: UsageBudget, data: UsageData, strictness: Strictness): Check[] {
  const { groups, spends, missing } = budgetedSpends(budget, data);
  const about: About = { budget, strictness, missing };
  return [
    ...groups.flatMap(([subject, members]) => judgeSpends(about, subject, members)),
    ...permissions(about, spends, data.rates),
  ];
}

interface About {
  readonly budget: UsageBudget;
  readonly strictness: Strictness;
  /** What is missing from everything. */
  readonly missing: string | undefined;
}

/** By the dimensions that the limits are of each of; the name of the only group says whose it is. */
function groupsOf(
  spends: readonly Spend[],
  each: readonly ScopeDimension[],
  showIds: boolean,
): [string, Spend[]][] {
  const nameOf = ({ of }: Spend) =>
    each
      .map((dimension) => `${dimension} ${shownAs(dimension, of[dimension], showIds)}`)
      .join(', ');
  return [...grouped(spends, nameOf)].sort(([a], [b]) => (a < b ? -1 : 1));
}

function shownAs(dimension: ScopeDimension, value: string | undefined, showIds: boolean): string {
  if (value === undefined) return 'not in the data';
  return showIds ? value : aliasOf(dimension, value);
}

function judgeSpends(about: About, subject: string, spends: readonly Spend[]): Check[] {
  const { usd, usdPerDay, usdPerMonth, tokensPerRequest } = about.budget.limits;
  const checks: Check[] = [];
  if (usd !== undefined) {
    checks.push(judgeSum(about, 'usd', subject || 'everything', spends, usd));
  }
  if (usdPerDay !== undefined) {
    checks.push(...judgePeriods(about, 'usdPerDay', subject, spends, usdPerDay));
  }
  if (usdPerMonth !== undefined) {
    checks.push(...judgePeriods(about, 'usdPerMonth', subject, spends, usdPerMonth));
  }
  if (tokensPerRequest !== undefined) {
    checks.push(...judgeRequests(about, subject, spends, tokensPerRequest));
  }
  return checks;
}

function judgeSum(
  { budget, strictness, missing }: About,
  limit: Check['limit'],
  subject: string,
  spends: readonly Spend[],
  allowed: Money,
): Check {
  const sum = spends.reduce<Range>((all, { cost }) => addRanges(all, cost), NOTHING);
  const unpriced = spends.find((spend) => spend.unpriced !== undefined)?.unpriced;
  return {
    ...{ budget: budget.name, limit, subject },
    allowed: { unit: 'usd', low: allowed, high: allowed },
    found: { unit: 'usd', ...sum },
    verdict: judgeUsd(sum, allowed, strictness, unpriced ?? missing),
  };
}

/** Every period that fails; where none does, the dearest one alone. */
function judgePeriods(
  about: About,
  limit: 'usdPerDay' | 'usdPerMonth',
  subject: string,
  spends: readonly Spend[],
  allowed: Money,
): Check[] {
  const length = limit === 'usdPerDay' ? 'YYYY-MM-DD'.length : 'YYYY-MM'.length;
  const periods = [...grouped(spends, ({ day }) => dayOf(day).slice(0, length))].sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  const checks = periods.map(([period, members]) =>
    judgeSum(about, limit, subject ? `${subject} in ${period}` : period, members, allowed),
  );
  const failed = checks.filter(({ verdict }) => verdict.kind !== 'within');
  return failed.length > 0 ? failed : dearest(checks);
}

function dearest(checks: readonly Check[]): Check[] {
  const [first, ...others] = checks;
  if (!first) return [];
  return [others.reduce((a, b) => (highOf(b) > highOf(a) ? b : a), first)];
}

function highOf({ found }: Check): bigint {
  return found === undefined || found.unit === 'name' ? 0n : BigInt(found.high);
}

/** Every day and model that fails; where none does, the one with the longest requests. */
function judgeRequests(
  { budget, strictness, missing }: About,
  subject: string,
  spends: readonly Spend[],
  allowed: number,
): Check[] {
  const places = grouped(spends, ({ day, of }) => `${of.model ?? 'no model'} on ${dayOf(day)}`);
  const checks = [...places].map(([place, members]): Check => {
    const known = tokensPerRequest(members);
    const found = known ?? { low: 0, high: 0 };
    const uncounted = known ? missing : 'the data does not tell the tokens of its requests';
    return {
      ...{ budget: budget.name, limit: 'tokensPerRequest' as const },
      subject: subject ? `${subject}, ${place}` : place,
      allowed: { unit: 'tokens', low: allowed, high: allowed },
      found: known && { unit: 'tokens', ...found },
      verdict: judgeTokens(found, allowed, strictness, uncounted),
    };
  });
  const failed = checks.filter(({ verdict }) => verdict.kind !== 'within');
  return failed.length > 0 ? failed : dearest(checks);
}

/** The most of any request where every row is one; otherwise the average, rounded up. */
function tokensPerRequest(spends: readonly Spend[]): { low: number; high: number } | undefined {
  let tokens = 0;
  let requests = 0;
  let most: number | undefined = 0;
  for (const { cell } of spends) {
    if (!cell || cell.requestsUnknown > 0) return undefined;
    tokens += inputTokens(cell.tokens);
    requests += cell.requests;
    const isSingle = cell.rows === cell.requests;
    most =
      isSingle && most !== undefined ? Math.max(most, cell.inputTokensPerRequest.most) : undefined;
  }
  if (requests === 0) return undefined;
  const found = most ?? Math.ceil(tokens / requests);
  return { low: found, high: found };
}

/** Names that are not allowed, each once; where all are, one check that says so. */
function permissions(about: About, spends: readonly Spend[], rates: RateTable): Check[] {
  const { models, tiers, imageQualities } = about.budget;
  const modelsAt = new Map(spends.map(({ of, day }) => [of.model, day]));
  const isAllowed = (permitted: Permitted) => (name: string) =>
    permits(permitted, (patterns) => matchesAny(patterns, name));
  return [
    ...permitted(about, 'models', models, [...modelsAt.keys()].map(onlyOne), (name) =>
      permits(
        models,
        (patterns) =>
          matchesAny(patterns, name) ||
          isModelIn(patterns, name, modelsAt.get(name) as Instant, rates),
      ),
    ),
    ...permitted(
      about,
      'tiers',
      tiers,
      spends.flatMap(({ cell }) => (cell ? [cell.free ? ['free'] : cell.tiers] : [[]])),
      isAllowed(tiers),
    ),
    ...permitted(
      about,
      'imageQualities',
      imageQualities,
      spends.flatMap(({ cell }) =>
        (cell?.quantities ?? [])
          .filter(({ unit }) => unit === 'image')
          .map(({ quality }) => onlyOne(quality)),
      ),
      isAllowed(imageQualities),
    ),
  ];
}

function onlyOne(name: string | undefined): string[] {
  return name === undefined ? [] : [name];
}

function permits({ allow, forbid }: Permitted, isAmong: (patterns: readonly string[]) => boolean) {
  return (allow === undefined || isAmong(allow)) && !(forbid !== undefined && isAmong(forbid));
}

/** `used`: for each use, every name that it may have had; none where the data does not tell. */
function permitted(
  { budget }: About,
  limit: 'models' | 'tiers' | 'imageQualities',
  { allow, forbid }: Permitted,
  used: readonly (readonly string[])[],
  isAllowed: (name: string) => boolean,
): Check[] {
  if (allow === undefined && forbid === undefined) return [];
  const about = { budget: budget.name, limit, allowed: undefined };
  const verdicts = new Map<string, Verdict>();
  for (const names of used) {
    if (names.length === 0) {
      verdicts.set('', { kind: 'undecided', reason: `the data does not tell its ${NOUNS[limit]}` });
    }
    const forbidden = names.filter((name) => !isAllowed(name));
    const sure = forbidden.length === names.length;
    for (const name of forbidden) {
      const earlier = verdicts.get(name);
      const isSure = sure || (earlier?.kind === 'exceeded' && earlier.sure);
      verdicts.set(name, { kind: 'exceeded', sure: isSure });
    }
  }
  if (verdicts.size === 0) {
    return [{ ...about, subject: 'everything', found: undefined, verdict: { kind: 'within' } }];
  }
  return [...verdicts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, verdict]) => ({
      ...about,
      subject: name || 'some of the usage',
      found: name ? { unit: 'name', name } : undefined,
      verdict,
    }));
}

const NOUNS = { models: 'model', tiers: 'tier', imageQualities: 'image quality' } as const;
