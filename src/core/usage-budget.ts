/** Budgets for what was used and billed: all of it, or some, held against limits. */
import { aliasOf } from './alias.ts';
import { DIMENSIONS, type Dimension, itemsOf, type PricedCell } from './audit.ts';
import type { Bill } from './bill.ts';
import type { Period } from './calendar.ts';
import {
  type Check,
  isFailure,
  judgeTokens,
  judgeUsd,
  type Strictness,
  type Verdict,
} from './check.ts';
import { grouped } from './grouped.ts';
import type { Cell } from './ledger.ts';
import { subjectOf } from './line-item.ts';
import { add, addRanges, larger, type Money, NOTHING, type Range, span } from './money.ts';
import { resolveModel } from './names.ts';
import type { RateTable } from './rates.ts';
import { addDays, dayOf, dayStart, type Instant } from './time.ts';
import { inputTokens } from './usage.ts';
import { matchesAny } from './wildcard.ts';
import { counted } from './wording.ts';

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
  readonly covered: Period | undefined;
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
  readonly groups: readonly SpendGroup[];
  readonly spends: readonly Spend[];
  /** What may be in its scope too. */
  readonly unclear: readonly Spend[];
  /** Why some of it may not be in sight. */
  readonly missing: string | undefined;
  /** The same, but for what is unclear. */
  readonly unread: string | undefined;
}

export interface SpendGroup {
  readonly subject: string;
  readonly spends: readonly Spend[];
  /** Whether the data does not tell whose they are: they may be of any of the others. */
  readonly isUnclear: boolean;
}

export function budgetedSpends(budget: UsageBudget, data: UsageData): BudgetedSpends {
  const { spends, unclear } = inScope(spendsOf(data), budget.scope, data);
  const unread = unreadIn(data);
  const isCostly = unclear.some(({ cost, unpriced }) => cost.high > 0n || unpriced !== undefined);
  return {
    ...{ groups: groupsOf(spends, budget.each, data.showIds), spends, unclear, unread },
    missing: unread ?? (isCostly ? untold(Object.keys(budget.scope)) : undefined),
  };
}

function unreadIn({ badRows, cells, bill }: UsageData): string | undefined {
  if (badRows > 0) return `${counted(badRows, 'row')} cannot be read`;
  const isOfBill = cells.length === 0;
  const [other] = isOfBill ? (bill?.otherCurrencies ?? []) : [];
  return other && `part of it was billed in ${other.currency.toUpperCase()}`;
}

function untold(dimensions: readonly string[]): string {
  return `some of the usage does not tell its ${dimensions.join(' and ')}`;
}

/** Holds what was spent against a budget. Nothing in scope is no check at all: the caller decides. */
export function judgeUsage(budget: UsageBudget, data: UsageData, strictness: Strictness): Check[] {
  const { groups, spends, unclear, unread } = budgetedSpends(budget, data);
  const about: About = {
    ...{ budget, strictness, unread, unclear },
    untold: untold(Object.keys(budget.scope)),
  };
  // What cannot be read, or may be in its scope, has to be held against something.
  const isNothing = groups.length + unclear.length === 0 && unread === undefined;
  if (isNothing) return [];
  const all = groups.length > 0 ? groups : [{ subject: '', spends: [], isUnclear: false }];
  const loose = all.filter(({ isUnclear }) => isUnclear);
  const ofAny = loose.flatMap((group) => group.spends);
  return [
    ...all.flatMap((group) =>
      judgeSpends(
        loose.length === 0 || group.isUnclear
          ? about
          : { ...about, unclear: [...unclear, ...ofAny], untold: untold(budget.each) },
        group,
      ),
    ),
    ...permissions(about, spends, data.rates),
  ];
}

interface About {
  readonly budget: UsageBudget;
  readonly strictness: Strictness;
  /** What is missing from everything. */
  readonly unread: string | undefined;
  /** What may count too, and what the data does not tell of it. */
  readonly unclear: readonly Spend[];
  readonly untold: string;
}

/** By the dimensions that the limits are of each of; the name of the only group says whose it is. */
function groupsOf(
  spends: readonly Spend[],
  each: readonly ScopeDimension[],
  showIds: boolean,
): SpendGroup[] {
  const keyOf = ({ of }: Spend) => JSON.stringify(each.map((dimension) => of[dimension] ?? null));
  return [...grouped(spends, keyOf).values()]
    .map((members): SpendGroup => {
      const [first] = members;
      const values = each.map((dimension) => [dimension, first?.of[dimension]] as const);
      return {
        subject: values
          .map(([dimension, value]) => `${dimension} ${shownAs(dimension, value, showIds)}`)
          .join(', '),
        spends: members,
        isUnclear: values.some(([, value]) => value === undefined),
      };
    })
    .sort((a, b) => (a.subject < b.subject ? -1 : 1));
}

function shownAs(dimension: ScopeDimension, value: string | undefined, showIds: boolean): string {
  if (value === undefined) return 'not in the data';
  return showIds ? value : aliasOf(dimension, value);
}

function judgeSpends(about: About, group: SpendGroup): Check[] {
  const { usd, usdPerDay, usdPerMonth, tokensPerRequest } = about.budget.limits;
  const checks: Check[] = [];
  if (usd !== undefined) {
    const subject = group.subject || 'everything';
    checks.push(judgeSum(about, { ...group, subject }, 'usd', usd));
  }
  if (usdPerDay !== undefined) {
    checks.push(...judgePeriods(about, group, 'usdPerDay', usdPerDay));
  }
  if (usdPerMonth !== undefined) {
    checks.push(...judgePeriods(about, group, 'usdPerMonth', usdPerMonth));
  }
  if (tokensPerRequest !== undefined) {
    checks.push(...judgeRequests(about, group, tokensPerRequest));
  }
  return checks;
}

function judgeSum(
  { budget, strictness, unread, unclear, untold: reason }: About,
  { subject, spends, isUnclear }: SpendGroup,
  limit: Check['limit'],
  allowed: Money,
): Check {
  const sum = sumOf(spends);
  const unpriced = spends.find((spend) => spend.unpriced !== undefined)?.unpriced;
  // Usage of nobody knows whose may be of one or of many; what may count as well must fit too.
  const found = isUnclear ? span(NOTHING, sum) : sum;
  const most = larger(sum.high, add(sum.high, sumOf(unclear).high));
  const isOpen = unclear.some((spend) => spend.unpriced !== undefined);
  const fits = !isOpen && most <= allowed;
  const lacking = isUnclear ? untold(budget.each) : unclear.length > 0 ? reason : undefined;
  const missing = unpriced ?? unread ?? (fits ? undefined : lacking);
  // Of what has no price at all nothing was found, which is not an amount of zero.
  const isNothing = missing !== undefined && found.high === 0n;
  return {
    ...{ budget: budget.name, limit, subject },
    allowed: { unit: 'usd', low: allowed, high: allowed },
    found: isNothing ? undefined : { unit: 'usd', ...found },
    verdict: judgeUsd(found, allowed, strictness, missing),
  };
}

function sumOf(spends: readonly Spend[]): Range {
  return spends.reduce<Range>((all, { cost }) => addRanges(all, cost), NOTHING);
}

/** Every period that fails; where none does, the dearest one alone. */
function judgePeriods(
  about: About,
  group: SpendGroup,
  limit: 'usdPerDay' | 'usdPerMonth',
  allowed: Money,
): Check[] {
  const periodsOf = limit === 'usdPerDay' ? daysOf : monthsOf;
  const inPeriods = (spends: readonly Spend[]) => byPeriod(spends, periodsOf);
  const unclear = inPeriods(about.unclear);
  const periods = inPeriods(group.spends);
  const names = [...new Set([...periods.keys(), ...unclear.keys()])].sort();
  const checks = names.map((period) => {
    const subject = group.subject ? `${group.subject} in ${period}` : period;
    const ofPeriod = { ...about, unclear: unclear.get(period) ?? [] };
    const spends = periods.get(period) ?? [];
    return judgeSum(ofPeriod, { ...group, subject, spends }, limit, allowed);
  });
  if (checks.length === 0) {
    return [judgeSum(about, { ...group, subject: group.subject || 'everything' }, limit, allowed)];
  }
  return failuresOrDearest(checks);
}

/** All that fail; where none does, the one that is dearest says how near they come. */
function failuresOrDearest(checks: readonly Check[]): Check[] {
  const failed = checks.filter(isFailure);
  return failed.length > 0 ? failed : dearest(checks);
}

/** A bucket that reaches beyond a period has spent anything from none to all of its cost in it. */
function byPeriod(
  spends: readonly Spend[],
  periodsOf: (start: Instant, end: Instant) => string[],
): Map<string, Spend[]> {
  const found = new Map<string, Spend[]>();
  for (const spend of spends) {
    const { day, cell, cost } = spend;
    const start = dayStart(day);
    const periods = periodsOf(start, lastOf(cell?.lastEnd ?? start, addDays(start, 1)));
    const part = periods.length > 1 ? { ...spend, cost: span(NOTHING, cost) } : spend;
    for (const period of periods) {
      const known = found.get(period);
      if (known) known.push(part);
      else found.set(period, [part]);
    }
  }
  return found;
}

function lastOf(a: Instant, b: Instant): Instant {
  return a > b ? a : b;
}

function daysOf(start: Instant, end: Instant): string[] {
  const days: string[] = [];
  for (let day = start; day < end; day = addDays(day, 1)) days.push(dayOf(day));
  return days;
}

function monthsOf(start: Instant, end: Instant): string[] {
  return [...new Set(daysOf(start, end).map((day) => day.slice(0, 'YYYY-MM'.length)))];
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
  { budget, strictness, unread, unclear, untold: reason }: About,
  { subject, spends }: SpendGroup,
  allowed: number,
): Check[] {
  const missing = unread ?? (unclear.some(hasTokens) ? reason : undefined);
  const places = grouped(
    spends.filter(hasTokens),
    ({ day, of }) => `${of.model ?? 'no model'} on ${dayOf(day)}`,
  );
  // Nothing of what can be read is sent by the token: there is one check all the same.
  if (places.size === 0) places.set('everything', []);
  const checks = [...places].map(([place, members]): Check => {
    const known = members.length === 0 ? { low: 0, high: 0 } : tokensPerRequest(members);
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
  return failuresOrDearest(checks);
}

/** Whether it is, or may be, a matter of requests with tokens: storage, sessions and images are none. */
function hasTokens({ cell }: Spend): boolean {
  return cell === undefined || Object.keys(cell.tokens).length > 0;
}

/** The most of any request where every row is one; otherwise the average, rounded up. */
function tokensPerRequest(spends: readonly Spend[]): { low: number; high: number } | undefined {
  let tokens = 0;
  let requests = 0;
  let most: number | undefined = 0;
  for (const { cell } of spends) {
    if (!cell || cell.requestsUnknown > 0 || hasUncounted(cell)) return undefined;
    tokens += inputTokens(cell.tokens);
    requests += cell.requests;
    const isSingle = cell.rows === cell.requests;
    most =
      isSingle && most !== undefined ? Math.max(most, cell.inputTokensPerRequest.most) : undefined;
  }
  if (requests === 0) return undefined;
  const found = most ?? Number((BigInt(tokens) + BigInt(requests) - 1n) / BigInt(requests));
  return { low: found, high: found };
}

function hasUncounted({ tokens }: Cell): boolean {
  return Object.values(tokens).some((kinds) =>
    Object.entries(kinds).some(([kind, count]) => kind !== 'output' && count === null),
  );
}

/** Names that are not allowed, each once; where all are, one check that says so. */
function permissions(about: About, spends: readonly Spend[], rates: RateTable): Check[] {
  const { models, tiers, imageQualities } = about.budget;
  const modelsAt = new Map(spends.map(({ of, day }) => [of.model, day]));
  const isAllowed = (permitted: Permitted, namesOf: (name: string) => readonly string[]) => {
    return (name: string) =>
      permits(permitted, (patterns) => namesOf(name).some((each) => matchesAny(patterns, each)));
  };
  const modelNames = (name: string) => {
    const at = modelsAt.get(name);
    const id = at === undefined ? undefined : resolveModel(rates, name, at).model?.id;
    return [name, ...onlyOne(id)];
  };
  const tierNames = (name: string) => {
    if (name === FREE) return FREE_NAMES;
    return [name, ...(rates.serviceTiers.find(({ id }) => id === name)?.aliases ?? [])];
  };
  return [
    ...permitted(
      about,
      'models',
      models,
      [...modelsAt.keys()].map(onlyOne),
      isAllowed(models, modelNames),
    ),
    ...permitted(
      about,
      'tiers',
      tiers,
      spends.map(({ cell }) => (cell?.free ? [FREE] : (cell?.tiers ?? []))),
      isAllowed(tiers, tierNames),
    ),
    ...permitted(
      about,
      'imageQualities',
      imageQualities,
      spends.flatMap(({ cell }) => (cell ? imageQualitiesIn(cell) : [[]])),
      isAllowed(imageQualities, onlyOne),
    ),
  ];
}

const FREE = 'free';
/** Complimentary tokens, as reports and as OpenAI's exports name them. */
export const FREE_NAMES: readonly string[] = [FREE, 'incentivized-tier'];

/** For each kind of image, the quality that it had; none where the data does not tell. */
function imageQualitiesIn({ quantities, tokens }: Cell): string[][] {
  const images = quantities.filter(({ unit }) => unit === 'image');
  if (images.length > 0) return images.map(({ quality }) => onlyOne(quality));
  // Images that are billed by the token: of their quality nothing is told.
  return tokens.image?.output === undefined || tokens.image.output === 0 ? [] : [[]];
}

function onlyOne(name: string | undefined): string[] {
  return name === undefined ? [] : [name];
}

function permits({ allow, forbid }: Permitted, isAmong: (patterns: readonly string[]) => boolean) {
  return (allow === undefined || isAmong(allow)) && !(forbid !== undefined && isAmong(forbid));
}

/** `used`: for each use, every name that it may have had; none where the data does not tell. */
function permitted(
  { budget, unread, unclear, untold: reason }: About,
  limit: 'models' | 'tiers' | 'imageQualities',
  { allow, forbid }: Permitted,
  used: readonly (readonly string[])[],
  isAllowed: (name: string) => boolean,
): Check[] {
  if (allow === undefined && forbid === undefined) return [];
  const about = { budget: budget.name, limit, allowed: undefined };
  const verdicts = new Map<string, Verdict>();
  const missing = unread ?? (unclear.length > 0 ? reason : undefined);
  if (missing !== undefined) verdicts.set('', { kind: 'undecided', reason: missing });
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
