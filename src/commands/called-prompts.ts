import type { Encoding } from '../core/encodings.ts';
import type { Prompt, Unreadable } from '../core/estimate.ts';
import type { Files } from '../core/files.ts';
import type { FramingTable } from '../core/framing.ts';
import { InputError, type InputProblem } from '../core/input-error.ts';
import { resolveModel } from '../core/names.ts';
import { callPrompts, type PromptBudget, settingsFor } from '../core/prompt-budget.ts';
import type { RateTable } from '../core/rates.ts';
import type { BudgetedCall } from '../core/report.ts';
import { textInput } from '../core/text-input.ts';
import type { Instant } from '../core/time.ts';
import { matchedBy } from '../input/file-names.ts';
import { matcherOf } from '../input/git-tree.ts';
import { type InputOf, readPrompts, type TokenCounters } from '../input/prompts.ts';
import { TokenStream } from '../tokens/index.ts';
import { fromConfig } from './load-config.ts';

/** Prompts of budgets, as they are in some files. */
export interface PromptsOf {
  readonly budgets: readonly PromptBudget[];
  /** The configuration that has the budgets: their files are named from its folder on. */
  readonly config: string;
  readonly files: Files;
  /** Before a budget was there, it had no files: that is no mistake. */
  readonly mayBeNone: boolean;
}

/** What prices and counts go by. */
export interface Tables {
  readonly rates: RateTable;
  readonly framing: FramingTable;
}

/** @throws InputError for names that stand for no file, each with the budget that has it */
export async function calledPrompts(
  { budgets, config, files, mayBeNone }: PromptsOf,
  { rates, framing }: Tables,
  at: Instant,
): Promise<{ called: BudgetedCall[]; unreadable: Unreadable[] }> {
  const problems: InputProblem[] = [];
  const paths = new Map<PromptBudget, readonly string[]>();
  for (const budget of budgets) {
    const matched = await matchedBy(fromConfig(config, budget.files), files);
    paths.set(budget, matched.paths);
    for (const { source, message } of matched.problems) {
      problems.push({ source, message: `${message} (files of the budget ${budget.name})` });
    }
  }
  if (problems.length > 0 && !mayBeNone) throw new InputError(problems);
  const all = [...new Set([...paths.values()].flat())];
  if (all.length === 0) return { called: [], unreadable: [] };
  const inputOf: InputOf = (countText) => textInput(countText, 'chat', framing);
  const read = await readPrompts(all, files, countersFor(budgets, rates, at), inputOf);
  const byPath = new Map(read.prompts.map((prompt) => [prompt.source.file, prompt]));
  const called = budgets.flatMap((budget) => {
    const prompts = (paths.get(budget) ?? []).flatMap((path) => byPath.get(path) ?? []);
    return callsOf(budget, prompts, config, rates, at);
  });
  return { called, unreadable: read.unreadable };
}

function callsOf(
  budget: PromptBudget,
  prompts: readonly Prompt[],
  config: string,
  rates: RateTable,
  at: Instant,
): BudgetedCall[] {
  const matchers = new Map(
    budget.overrides.map(({ files }) => [files, matcherOf(fromConfig(config, files))]),
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
  const models = budgets.flatMap(({ models: all, overrides }) => [
    ...all,
    ...overrides.flatMap(({ settings }) => settings.models ?? []),
  ]);
  const encodings = new Set<Encoding>();
  for (const name of new Set(models)) {
    const encoding = resolveModel(rates, name, at).model?.encoding;
    if (encoding) encodings.add(encoding);
  }
  return new Map([...encodings].map((name) => [name, new TokenStream(name)]));
}
