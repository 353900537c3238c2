import type { Assumption } from '../core/budget/check.ts';
import { FREE_NAMES, type Permitted } from '../core/budget/permitted.ts';
import type {
  IncreaseLimits,
  Override,
  PromptBudget,
  PromptLimits,
  PromptSettings,
} from '../core/budget/prompt-budget.ts';
import type { UsageBudget } from '../core/budget/usage-budget.ts';
import type { Scope } from '../core/budget/usage-spends.ts';
import { InputError } from '../core/input-error.ts';
import { type Money, parseAmount, ZERO } from '../core/money.ts';
import type { Filling } from '../core/request/template.ts';
import type { Source } from '../core/source.ts';
import type { Grant } from '../core/spending/credits.ts';
import { type Instant, parseInstant } from '../core/time.ts';
import type { ServiceTier } from '../core/usage.ts';
import { matchesAny } from '../core/wildcard.ts';
import type { ConfigForm, OverrideForm, PromptsForm, UsageForm } from './config-form.ts';
import { problemsOf } from './hand-written.ts';
import { parseJson } from './json-file.ts';
import { jsonPlaces } from './json-place.ts';
import type { LimitFile } from './spend-limits.ts';

export const CONFIG_NAME = 'openai-cost.json';

/** What `openai-cost.json` says, in the terms of this program. */
export interface Config {
  readonly source: Source;
  readonly rates: string | undefined;
  readonly maxRatesAgeDays: number | undefined;
  readonly assume: Assumption | undefined;
  readonly warnOnly: boolean;
  readonly base: string | undefined;
  /** How placeholders in prompts are filled; undefined takes them for text. */
  readonly filling: Filling | undefined;
  /** A file with more values for that, from the folder of the configuration on. */
  readonly varsFile: string | undefined;
  readonly prompts: readonly PromptBudget[];
  readonly usage: readonly ConfiguredUsage[];
  /** Where each budget stands, by its name. */
  readonly places: ReadonlyMap<string, Source>;
}

export interface ConfiguredUsage extends UsageBudget {
  readonly spendLimits: readonly LimitFile[];
  readonly credits: readonly Grant[];
}

/** What names stand for in the rate table of the configuration; both throw an InputError that lists what is known. */
export interface Names {
  tierOf(name: string): ServiceTier;
  regionOf(name: string): string;
}

/**
 * Reads a configuration; every problem is named, with file, line or JSON path and remedy.
 * @throws InputError when it cannot be followed in full
 */
export async function readConfig(
  bytes: Uint8Array,
  file: string,
  namesOf: (rates: string | undefined) => Promise<Names>,
): Promise<Config> {
  const { checkConfigForm } = await import('./config-form.ts');
  const checked = checkConfigForm(parseJson(bytes, file));
  const json = jsonPlaces(new TextDecoder().decode(bytes));
  const placeOf = (path: readonly PropertyKey[]): Source => {
    const line = json.lineOf(path);
    return line === undefined ? { file } : { file, line };
  };
  const problems = problemsOf(json, file);
  if ('problems' in checked) {
    problems.push(
      ...checked.problems.map(({ path, steps, message }) => ({
        source: placeOf(steps),
        message: path ? `${path}: ${message}` : message,
      })),
    );
  }
  if ('problems' in checked || problems.length > 0) throw new InputError(problems);
  const { form } = checked;
  const places = new Map(
    (['prompts', 'usage'] as const).flatMap((kind) =>
      (form[kind] ?? []).map(({ name }, index): [string, Source] => [
        name,
        placeOf([kind, index, 'name']),
      ]),
    ),
  );
  const table = await namesOf(form.rates);
  /** What is not known is a problem of the budget that has it. */
  function known<Of>(budget: string, resolve: () => Of, otherwise: Of): Of {
    try {
      return resolve();
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      const source = places.get(budget);
      problems.push(
        ...error.problems.map(({ message }) => ({ source, message: `${budget}: ${message}` })),
      );
      return otherwise;
    }
  }
  const namesIn = (budget: string): Names => ({
    tierOf: (name) => known(budget, () => table.tierOf(name), 'standard'),
    regionOf: (name) => known(budget, () => table.regionOf(name), name),
  });
  const config: Config = {
    source: { file },
    rates: form.rates,
    maxRatesAgeDays: form.maxRatesAgeDays,
    assume: form.assume,
    warnOnly: form.warnOnly ?? false,
    base: form.base,
    filling: fillingOf(form),
    varsFile: typeof form.vars === 'string' ? form.vars : undefined,
    prompts: (form.prompts ?? []).map((entry) => promptBudget(entry, namesIn(entry.name))),
    usage: (form.usage ?? []).map(usageBudget),
    places,
  };
  for (const { name, tiers } of config.usage) {
    for (const tier of [...(tiers.allow ?? []), ...(tiers.forbid ?? [])]) {
      if (!tier.includes('*') && !FREE_NAMES.includes(tier)) namesIn(name).tierOf(tier);
    }
  }
  for (const { name, message } of problemsIn(config)) {
    problems.push({ source: config.places.get(name) ?? { file }, message });
  }
  if (problems.length > 0) throw new InputError(problems);
  return config;
}

function fillingOf({
  vars = {},
  varTokens = {},
  template = 'auto',
}: ConfigForm): Filling | undefined {
  if (template === 'none') return undefined;
  const sets = typeof vars === 'string' ? [{}] : Array.isArray(vars) ? vars : [vars];
  return {
    style: template,
    runs: sets.map((set) => new Map(Object.entries(set))),
    tokens: new Map(Object.entries(varTokens)),
    from: 'configuration',
    found: new Set(),
  };
}

function promptBudget(form: PromptsForm, names: Names): PromptBudget {
  return {
    name: form.name,
    form: form.as ?? 'chat',
    files: listOf(form.files),
    models: listOf(form.models),
    outputTokens: form.outputTokens,
    requests: form.requests ?? 1,
    per: form.per ?? 'run',
    tier: form.tier === undefined ? undefined : names.tierOf(form.tier),
    region: names.regionOf(form.region ?? 'global'),
    cachedShare: form.cachedShare,
    cacheWriteShare: form.cacheWriteShare,
    limits: limitsOf(form.limits ?? {}),
    increase: increaseOf(form.increase?.perFile ?? {}),
    totalIncrease: increaseOf(form.increase?.total ?? {}),
    overrides: (form.overrides ?? []).map(overrideOf),
    warnAt: form.warnAt ?? [],
  };
}

/** Only what is there: what is left out stays as the budget has it. */
function overrideOf(form: OverrideForm): Override {
  const { files, models, outputTokens, requests, per, limits, increase } = form;
  const { cachedShare, cacheWriteShare } = form;
  return {
    files: listOf(files),
    settings: {
      ...(models === undefined ? {} : { models: listOf(models) }),
      ...(outputTokens === undefined ? {} : { outputTokens }),
      ...(requests === undefined ? {} : { requests }),
      ...(per === undefined ? {} : { per }),
      ...(cachedShare === undefined ? {} : { cachedShare }),
      ...(cacheWriteShare === undefined ? {} : { cacheWriteShare }),
      ...(limits === undefined ? {} : { limits: limitsOf(limits) }),
      ...(increase === undefined ? {} : { increase: increaseOf(increase) }),
    },
  };
}

function limitsOf(form: NonNullable<PromptsForm['limits']>): PromptLimits {
  const { usdPerCall, usdPerRun, usdPerMonth, tokensPerFile, contextShare } = form;
  return {
    ...(usdPerCall === undefined ? {} : { usdPerCall: amountOf(usdPerCall) }),
    ...(usdPerRun === undefined ? {} : { usdPerRun: amountOf(usdPerRun) }),
    ...(usdPerMonth === undefined ? {} : { usdPerMonth: amountOf(usdPerMonth) }),
    ...(tokensPerFile === undefined ? {} : { tokensPerFile }),
    ...(contextShare === undefined ? {} : { contextShare }),
  };
}

function increaseOf(form: {
  usd?: string | number | undefined;
  percent?: number | undefined;
  tokens?: number | undefined;
}): IncreaseLimits {
  const { usd, percent, tokens } = form;
  return {
    ...(usd === undefined ? {} : { usd: amountOf(usd) }),
    ...(percent === undefined ? {} : { percent }),
    ...(tokens === undefined ? {} : { tokens }),
  };
}

function usageBudget(form: UsageForm): ConfiguredUsage {
  const { usd, usdPerDay, usdPerMonth, tokensPerRequest } = form.limits ?? {};
  const scope = Object.fromEntries(
    Object.entries(form.scope ?? {}).map(([dimension, names]) => [dimension, listOf(names)]),
  ) as Scope;
  return {
    name: form.name,
    files: listOf(form.files),
    scope,
    each: form.each === undefined ? [] : listOf(form.each),
    limits: {
      usd: usd === undefined ? undefined : amountOf(usd),
      usdPerDay: usdPerDay === undefined ? undefined : amountOf(usdPerDay),
      usdPerMonth: usdPerMonth === undefined ? undefined : amountOf(usdPerMonth),
      tokensPerRequest,
    },
    models: permittedOf(form.models),
    tiers: permittedOf(form.tiers),
    imageQualities: permittedOf(form.imageQualities),
    warnAt: form.warnAt ?? [],
    allowEmpty: form.allowEmpty ?? false,
    spendLimits: (form.spendLimits ?? []).map((limit) =>
      typeof limit === 'string' ? { file: limit } : limit,
    ),
    credits: (form.credits ?? []).map(({ name, usd: amount, start, expires }) => ({
      name,
      amount: amountOf(amount),
      start: dayOf(start),
      expiry: dayOf(expires),
    })),
  };
}

function permittedOf(form: UsageForm['models']): Permitted {
  const { allow, forbid } = form ?? {};
  return {
    allow: allow === undefined ? undefined : listOf(allow),
    forbid: forbid === undefined ? undefined : listOf(forbid),
  };
}

/** The form has been checked, so each of these is one. */
function amountOf(usd: string | number): Money {
  return parseAmount(String(usd)) ?? ZERO;
}

function dayOf(text: string): Instant {
  return parseInstant(text) ?? (0 as Instant);
}

function listOf<Name extends string>(names: Name | readonly Name[]): readonly Name[] {
  return typeof names === 'string' ? [names] : names;
}

/** What a file of the right form can still get wrong: a limit that would never be checked, above all. */
function* problemsIn(config: Config): Generator<{ name: string; message: string }> {
  const all = [...config.prompts, ...config.usage];
  if (all.length === 0) {
    yield { name: '', message: 'has no budget; add one to "prompts" or "usage"' };
  }
  const seen = new Set<string>();
  for (const { name } of all) {
    if (seen.has(name)) {
      yield { name, message: `two budgets have the name "${name}"; give each its own` };
    }
    seen.add(name);
  }
  for (const budget of config.prompts) {
    for (const message of promptProblems(budget)) {
      yield { name: budget.name, message: `${budget.name}: ${message}` };
    }
  }
  for (const budget of config.usage) {
    if (!hasLimit(budget)) {
      yield {
        name: budget.name,
        message: `${budget.name}: has no limit; add "limits", "models", "tiers", "imageQualities", "spendLimits" or "credits"`,
      };
    }
    const { allow = [], forbid = [] } = budget.imageQualities;
    for (const quality of [...allow, ...forbid]) {
      if (IMAGE_QUALITIES.some((known) => matchesAny([quality], known))) continue;
      yield {
        name: budget.name,
        message: `${budget.name}: there is no image quality "${quality}"; known are ${IMAGE_QUALITIES.join(', ')}`,
      };
    }
    for (const grant of budget.credits) {
      if (grant.expiry > grant.start) continue;
      yield {
        name: budget.name,
        message: `${budget.name}: the credit ${grant.name} expires before it starts`,
      };
    }
  }
}

/** As requests for images name them. */
const IMAGE_QUALITIES = ['low', 'medium', 'high', 'auto', 'standard', 'hd'];

function* promptProblems(budget: PromptBudget): Generator<string> {
  const all: Partial<PromptSettings>[] = [
    budget,
    ...budget.overrides.map(({ settings }) => settings),
  ];
  const isEmpty = (limits: object | undefined) => Object.keys(limits ?? {}).length === 0;
  const isIdle = all.every(({ limits, increase }) => isEmpty(limits) && isEmpty(increase));
  if (isIdle && isEmpty(budget.totalIncrease)) {
    yield 'has no limit; add "limits" or "increase"';
  }
  for (const { settings } of budget.overrides) {
    const per = settings.per ?? budget.per;
    if ((per === 'run') === (budget.per === 'run')) continue;
    const limit = budget.per === 'run' ? 'usdPerRun' : 'usdPerMonth';
    const own = per === 'run' ? 'usdPerRun' : 'usdPerMonth';
    if (budget.limits[limit] !== undefined && settings.limits?.[own] === undefined) {
      yield `${limit} does not hold files that are called per ${per}; give the override ${own} in its limits`;
    }
    if (!isEmpty(budget.totalIncrease)) {
      yield `the calls of an override are per ${per}, and cannot be added to those per ${budget.per} for increase.total; make two budgets of it`;
    }
  }
  for (const settings of all) {
    const per = settings.per ?? budget.per;
    if (per === 'run' && settings.limits?.usdPerMonth !== undefined) {
      yield 'usdPerMonth needs to know how often the files are called; set "requests" and "per"';
    }
    if (per !== 'run' && settings.limits?.usdPerRun !== undefined) {
      yield `usdPerRun is of a run, but the requests are per ${per}; use usdPerMonth`;
    }
  }
}

function hasLimit(budget: ConfiguredUsage): boolean {
  const { limits, models, tiers, imageQualities, spendLimits, credits } = budget;
  const isSet = (value: unknown) => value !== undefined;
  return (
    [limits, models, tiers, imageQualities].some((of) => Object.values(of).some(isSet)) ||
    spendLimits.length > 0 ||
    credits.length > 0
  );
}
