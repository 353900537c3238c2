import { callPrompts, type PromptBudget, settingsFor } from '../core/budget/prompt-budget.ts';
import type { Encoding } from '../core/encodings.ts';
import type { Prompt, Unreadable } from '../core/estimate/estimate.ts';
import type { Files } from '../core/files.ts';
import { grouped } from '../core/grouped.ts';
import { InputError, type InputProblem } from '../core/input-error.ts';
import { resolveModel } from '../core/names.ts';
import { once } from '../core/once.ts';
import type { RateTable } from '../core/rates.ts';
import type { BudgetedCall } from '../core/report.ts';
import type { TextForm } from '../core/request/choices.ts';
import type { FramingTable } from '../core/request/framing.ts';
import type { Filling } from '../core/request/template.ts';
import { textInput } from '../core/request/text-input.ts';
import type { Instant } from '../core/time.ts';
import { matcherOf } from '../input/patterns.ts';
import { readEach, type TokenCounters } from '../input/prompts.ts';
import type { Counting } from '../input/sendables/kind.ts';
import { TokenStream } from '../tokens/index.ts';
import { filesFromConfig, filesOf } from './load-config.ts';

/** Prompts of budgets, as they are in some files. */
export interface PromptsOf {
  readonly budgets: readonly PromptBudget[];
  /** The configuration that has the budgets: their files are named from its folder on. */
  readonly config: string;
  readonly files: Files;
  /** The working directory, absolute. */
  readonly cwd: string;
  /** How placeholders are filled; undefined takes them for text. */
  readonly filling: Filling | undefined;
  /** Before a budget was there, it had no files: that is no mistake. */
  readonly mayBeNone: boolean;
}

/** What prices and counts go by. */
export interface Tables {
  readonly rates: RateTable;
  readonly framing: FramingTable;
  /** Asked for when there is more to count than text. */
  countingOf(models: readonly string[], filling: Filling | undefined): Promise<Counting>;
}

export interface CalledPrompts {
  readonly called: BudgetedCall[];
  readonly unreadable: BudgetedUnreadable[];
}

export interface BudgetedUnreadable extends Unreadable {
  readonly budget: string;
}

/** @throws InputError for names that stand for no file, each with the budget that has it */
export async function calledPrompts(
  { budgets, config, files, cwd, filling, mayBeNone }: PromptsOf,
  { rates, framing, countingOf }: Tables,
  at: Instant,
): Promise<CalledPrompts> {
  const problems: InputProblem[] = [];
  const paths = new Map<PromptBudget, readonly string[]>();
  for (const budget of budgets) {
    const { paths: all, problems: ofBudget } = await filesOf(budget, config, files, cwd);
    paths.set(budget, all);
    problems.push(...ofBudget);
    problems.push(...idleOverrides(budget, all, config, cwd));
  }
  if (problems.length > 0 && !mayBeNone) throw new InputError(problems);
  const called: BudgetedCall[] = [];
  const unreadable: BudgetedUnreadable[] = [];
  const counters = once(() => countersFor(budgets, rates, at));
  const counting = once(() => countingOf(modelsOf(budgets), filling));
  const byForm = new Map<TextForm, Awaited<ReturnType<typeof readAs>>>();
  for (const budget of budgets) {
    const { form } = budget;
    const read = byForm.get(form) ?? (await readAs(form));
    byForm.set(form, read);
    const own = paths.get(budget) ?? [];
    const prompts = own.flatMap((path) => read.prompts.get(path) ?? []);
    called.push(...callsOf(budget, prompts, { config, cwd }, rates, at));
    for (const file of own.flatMap((path) => read.unreadable.get(path) ?? [])) {
      unreadable.push({ ...file, budget: budget.name });
    }
  }
  return { called, unreadable };

  /** The files of all budgets that are sent in the same way, each read once. */
  async function readAs(form: TextForm) {
    const alike = budgets.filter((budget) => budget.form === form);
    const all = [...new Set(alike.flatMap((budget) => paths.get(budget) ?? []))];
    const read = await readEach(all, files, {
      ...{ counters, sendables: { counting }, filling },
      inputOf: (countText) => textInput(countText, form, framing),
    });
    return {
      prompts: grouped(read.prompts, ({ source }) => source.file),
      unreadable: grouped(read.unreadable, ({ source }) => source.file),
    };
  }
}

/** A limit of files that are not there would never be checked. */
function idleOverrides(
  { name, overrides }: PromptBudget,
  paths: readonly string[],
  config: string,
  cwd: string,
): InputProblem[] {
  return overrides.flatMap(({ files }) => {
    const isOne = matcherOf(filesFromConfig(config, files), cwd);
    if (paths.some(isOne)) return [];
    const message = `${files.join(', ')} in its overrides matches none of the files of the budget ${name}`;
    return [{ source: { file: config }, message }];
  });
}

function callsOf(
  budget: PromptBudget,
  prompts: readonly Prompt[],
  { config, cwd }: Pick<PromptsOf, 'config' | 'cwd'>,
  rates: RateTable,
  at: Instant,
): BudgetedCall[] {
  const matchers = new Map(
    budget.overrides.map(({ files }) => [files, matcherOf(filesFromConfig(config, files), cwd)]),
  );
  const budgeted = prompts.map((prompt) => ({
    prompt,
    ...settingsFor(budget, (files) => matchers.get(files)?.(prompt.source.file) ?? false),
  }));
  return callPrompts(budgeted, rates, at).map((call) => ({ ...call, budget: budget.name }));
}

function countersFor(
  budgets: readonly PromptBudget[],
  rates: RateTable,
  at: Instant,
): TokenCounters {
  const encodings = new Set<Encoding>();
  for (const name of modelsOf(budgets)) {
    const encoding = resolveModel(rates, name, at).model?.encoding;
    if (encoding) encodings.add(encoding);
  }
  return new Map([...encodings].map((name) => [name, new TokenStream(name)]));
}

function modelsOf(budgets: readonly PromptBudget[]): string[] {
  const models = budgets.flatMap(({ models: all, overrides }) => [
    ...all,
    ...overrides.flatMap(({ settings }) => settings.models ?? []),
  ]);
  return [...new Set(models)];
}
