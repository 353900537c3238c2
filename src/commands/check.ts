import type { Dimension } from '../core/audit/audit.ts';
import {
  ASSUMPTIONS,
  type Assumption,
  type Check,
  type JudgedBudget,
} from '../core/budget/check.ts';
import { judgeChanges } from '../core/budget/increase.ts';
import { judgePrompts } from '../core/budget/prompt-budget.ts';
import { isNothing, judgeUsage } from '../core/budget/usage-budget.ts';
import {
  type BudgetedSpends,
  budgetedSpends,
  missingOf,
  SCOPE_DIMENSIONS,
  type Spend,
  type UsageData,
} from '../core/budget/usage-spends.ts';
import { InputError, type InputProblem } from '../core/input-error.ts';
import type { RateTable } from '../core/rates.ts';
import {
  type AuditFacts,
  type CheckFacts,
  type CheckReport,
  type Comparison,
  exitCode,
} from '../core/report.ts';
import {
  judgeCredits,
  judgeReplays,
  limitText,
  monthOutlook,
  type Outlook,
  outlookOf,
  spendingFrom,
} from '../core/spending/outlook.ts';
import { isInactive, type SpendLimit } from '../core/spending/spend-limit.ts';
import { instantOf } from '../core/time.ts';
import type { Config, ConfiguredUsage } from '../input/config.ts';
import { USAGE_FILES } from '../input/usage/index.ts';
import type { Io } from '../io.ts';
import { CHECK_RULES } from '../rules/check-rules.ts';
import { findings } from '../rules/index.ts';
import { factsOf } from './audit.ts';
import { type BudgetedUnreadable, type CalledPrompts, calledPrompts } from './called-prompts.ts';
import { compareWith } from './comparison.ts';
import { filesOf, findConfig, fromConfig, loadConfig, ratesAsked } from './load-config.ts';
import { loadTables } from './load-tables.ts';
import { loadSpendLimits } from './outlook.ts';
import { type PrintOptions, print } from './print.ts';

export interface CheckOptions extends PrintOptions {
  readonly config?: string;
  /** False with `--no-base`. */
  readonly base?: string | false;
  readonly assume?: Assumption;
  readonly warnOnly?: boolean;
  readonly rates?: string;
  readonly showIds?: boolean;
}

/** `openai-cost check`: whether the budgets of the configuration hold. */
export async function runCheck(options: CheckOptions, io: Io): Promise<number> {
  const file = findConfig(options.config, io);
  const { config, rates } = await loadConfig(file, io, ratesAsked(options.rates, io));
  const wishes = wishesOf(options, config, io);
  const now = instantOf(io.now());
  const tables = await loadTables(io, rates, now);
  const { called, unreadable } = await calledPrompts(
    {
      ...{ budgets: config.prompts, config: file, files: io, cwd: io.cwd },
      ...{ filling: config.filling, mayBeNone: false },
    },
    tables,
    now,
  );
  const { prompts: budgets, filling } = config;
  const head = { budgets, called, config: file, commit: undefined, filling };
  const comparison =
    wishes.base === undefined ? undefined : await compareWith(wishes.base, head, tables, now, io);
  const prompts = promptBudgets(config, { called, unreadable }, comparison, wishes.assume);
  const usage = await usageBudgets(config, wishes, options, rates, io);
  const facts: CheckFacts = {
    ...{ rates, now, config: config.source, assume: wishes.assume },
    budgets: [...prompts, ...usage.map(({ judged }) => judged)],
    outlooks: usage.map(({ judged, outlook }) => ({ ...outlook, budget: judged.name })),
    ...{ places: config.places, maxRatesAgeDays: config.maxRatesAgeDays },
    unchecked: comparison ? [] : config.prompts.filter(hasIncrease).map(({ name }) => name),
    ...{ called, comparison, unreadable },
  };
  const report: CheckReport = {
    ...facts,
    command: 'check',
    findings: findings(CHECK_RULES, facts),
    complete: isComplete(facts),
    warnOnly: wishes.warnOnly,
  };
  await print(report, (format) => format.check(), options, io);
  return exitCode(report);
}

/** What is asked for: by an option, else by the environment, else by the configuration. */
interface Wishes {
  readonly assume: Assumption;
  readonly warnOnly: boolean;
  readonly base: string | undefined;
}

function wishesOf(options: CheckOptions, config: Config, io: Io): Wishes {
  const base = options.base ?? setIn(io, 'OPENAI_COST_BASE') ?? config.base;
  const idle = config.prompts.filter(hasIncrease);
  if (base === undefined && idle.length > 0) {
    throw new InputError(
      idle.map(({ name }) => ({
        source: config.places.get(name),
        message: `${name} limits an increase, and there is nothing to compare with; set --base REF, or --no-base to leave it unchecked`,
      })),
    );
  }
  const warnOnly = setIn(io, 'OPENAI_COST_WARN_ONLY');
  return {
    assume: options.assume ?? assumptionIn(io) ?? config.assume ?? 'high',
    warnOnly: options.warnOnly ?? (warnOnly === undefined ? config.warnOnly : isTrue(warnOnly)),
    base: base === false ? undefined : base,
  };
}

/** An empty variable is one that is not set. */
function setIn({ env }: Io, name: string): string | undefined {
  return env[name] || undefined;
}

function assumptionIn(io: Io): Assumption | undefined {
  const value = setIn(io, 'OPENAI_COST_ASSUME');
  const found = ASSUMPTIONS.find((assumption) => assumption === value);
  if (value === undefined || found) return found;
  throw new InputError(`OPENAI_COST_ASSUME must be one of ${ASSUMPTIONS.join(', ')}`);
}

function isTrue(value: string): boolean {
  if (/^(1|true|yes)$/i.test(value)) return true;
  if (/^(0|false|no)$/i.test(value)) return false;
  throw new InputError('OPENAI_COST_WARN_ONLY must be true or false');
}

function hasIncrease({ increase, totalIncrease, overrides }: Config['prompts'][number]): boolean {
  const all = [
    increase,
    totalIncrease,
    ...overrides.map(({ settings }) => settings.increase ?? {}),
  ];
  return all.some((limits) => Object.keys(limits).length > 0);
}

function promptBudgets(
  { prompts }: Config,
  { called, unreadable }: CalledPrompts,
  comparison: Comparison | undefined,
  assume: Assumption,
): JudgedBudget[] {
  return prompts.map((budget) => {
    const strictness = { assume, warnAt: budget.warnAt };
    const calls = called.filter((call) => call.budget === budget.name);
    const changes = comparison?.budgets.filter((change) => change.budget === budget.name) ?? [];
    const checks = [
      ...unreadable.filter((file) => file.budget === budget.name).map(unreadCheck),
      ...judgePrompts(budget, calls, strictness),
      ...judgeChanges(budget, changes, strictness),
    ];
    return { name: budget.name, kind: 'prompts', checks, asides: [] };
  });
}

/** What cannot be read cannot be held against anything. */
function unreadCheck({ budget, source, reason }: BudgetedUnreadable): Check {
  return {
    ...{ budget, limit: 'files', subject: source.file, source },
    ...{ allowed: undefined, found: undefined, verdict: { kind: 'undecided', reason } },
  };
}

/** Budgets of the same files share one reading of them. */
async function usageBudgets(
  config: Config,
  strict: Pick<Wishes, 'assume'>,
  options: CheckOptions,
  rates: RateTable,
  io: Io,
): Promise<JudgedUsage[]> {
  const read = new Map<string, AuditFacts>();
  const problems: InputProblem[] = [];
  const judged: JudgedUsage[] = [];
  for (const budget of config.usage) {
    const found = await filesOf(budget, config.source.file, io, io.cwd, USAGE_FILES);
    if (found.problems.length > 0) throw new InputError(found.problems);
    const key = JSON.stringify(budget.files);
    const by = dimensionsFor(config.usage.filter((other) => isOfFiles(other, budget)));
    const facts = read.get(key) ?? (await factsOf(found.paths, { by, format: [] }, rates, io));
    read.set(key, facts);
    const limits = await loadSpendLimits(
      budget.spendLimits.map((limit) => ({
        ...limit,
        file: fromConfig(config.source.file, [limit.file])[0] ?? limit.file,
      })),
      io,
    );
    const spends = budgetedSpends(budget, usageIn(facts, options));
    if (isNothing(spends) && !budget.allowEmpty) {
      problems.push({
        source: config.places.get(budget.name),
        message: `${budget.name}: nothing in its files is in its scope${scopeOf(budget)}; correct it, or set "allowEmpty"`,
      });
    }
    judged.push(judgeUsageBudget(budget, spends, limits, strict.assume, facts));
  }
  if (problems.length > 0) throw new InputError(problems);
  return judged;
}

interface JudgedUsage {
  readonly judged: JudgedBudget;
  readonly outlook: Outlook;
}

function judgeUsageBudget(
  budget: ConfiguredUsage,
  of: BudgetedSpends,
  limits: readonly SpendLimit[],
  assume: Assumption,
  { rates, now }: Pick<AuditFacts, 'rates' | 'now'>,
): JudgedUsage {
  const strictness = { assume, warnAt: budget.warnAt };
  const { groups, spends, covered, billed, billLeftOut } = of;
  const historyOf = (some: readonly Spend[]) => spendingFrom(some, covered, missingOf(of, []));
  const months = groups.flatMap(
    ({ subject, spends: members }) =>
      monthOutlook(subject, historyOf(members), budget.limits.usdPerMonth, now) ?? [],
  );
  const outlook = outlookOf(months, historyOf(spends), billed, limits, budget.credits, now);
  const checks = [
    ...judgeUsage(budget, of, rates, strictness),
    ...judgeReplays(budget.name, outlook.replays, of, strictness),
  ];
  const isOfCredits = checks.length === 0 && budget.credits.length > 0;
  return {
    judged: {
      ...{ name: budget.name, kind: 'usage' },
      checks: isOfCredits ? [judgeCredits(budget.name, of)] : checks,
      asides: [
        ...(billLeftOut ? [`${billLeftOut}, so that the usage counts and the bill does not`] : []),
        ...limits
          .filter(isInactive)
          .map((limit) => `the ${limitText(limit)} is inactive, and was not checked`),
      ],
    },
    outlook,
  };
}

/** What usage has to be told apart by: the less, the less memory. */
function dimensionsFor(budgets: readonly ConfiguredUsage[]): Dimension[] {
  const asked = budgets.flatMap(({ scope, each }) => [...Object.keys(scope), ...each]);
  return ['model', ...SCOPE_DIMENSIONS.filter((dimension) => asked.includes(dimension))];
}

function isOfFiles(a: ConfiguredUsage, b: ConfiguredUsage): boolean {
  return JSON.stringify(a.files) === JSON.stringify(b.files);
}

function usageIn(facts: AuditFacts, options: CheckOptions): UsageData {
  const { cells, bill, rows, rates, now, covered } = facts;
  return { rates, now, cells, bill, covered, badRows: rows.bad, showIds: options.showIds ?? false };
}

function scopeOf({ scope }: ConfiguredUsage): string {
  const parts = Object.entries(scope).map(
    ([dimension, names]) => `${dimension} ${names.join(', ')}`,
  );
  return parts.length > 0 ? ` (${parts.join('; ')})` : '';
}

/** Whether everything could be read and judged. */
function isComplete({ budgets, unreadable }: CheckFacts): boolean {
  const isDecided = ({ verdict }: Check) => verdict.kind !== 'undecided';
  return unreadable.length === 0 && budgets.every(({ checks }) => checks.every(isDecided));
}
