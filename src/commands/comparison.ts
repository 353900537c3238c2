import { changesOf, type Renames } from '../core/budget/change.ts';
import { callPrompts, type PromptBudget } from '../core/budget/prompt-budget.ts';
import type { Unreadable } from '../core/estimate/estimate.ts';
import type { Files } from '../core/files.ts';
import { InputError, type InputProblem } from '../core/input-error.ts';
import type { RateTable } from '../core/rates.ts';
import type { BudgetedCall, Comparison } from '../core/report.ts';
import type { Filling } from '../core/request/template.ts';
import type { Instant } from '../core/time.ts';
import { readBaseReport } from '../input/base-report.ts';
import {
  type Commit,
  commitOf,
  filesAt,
  forkPoint,
  isCheckedOut,
  renamesSince,
} from '../input/git-tree.ts';
import { matcherOf } from '../input/patterns.ts';
import type { Io } from '../io.ts';
import { calledPrompts, type PromptsOf, type Tables } from './called-prompts.ts';
import { filesFromConfig, fromCwd, loadConfig } from './load-config.ts';
import { readSmallFile } from './load-rates.ts';

/** What is compared with the base. */
export interface Head {
  readonly budgets: readonly PromptBudget[];
  readonly called: readonly BudgetedCall[];
  /** The configuration; undefined where the budgets come from the command line. */
  readonly config: string | undefined;
  /** Undefined for the work tree. */
  readonly commit: Commit | undefined;
  readonly filling: Filling | undefined;
}

interface Before {
  readonly called: readonly BudgetedCall[];
  readonly unreadable: readonly Unreadable[];
  readonly isUncommitted: boolean;
  readonly renames: Renames;
}

/**
 * What prompts cost at the base, with the configuration that was there: a model that was changed
 * is a change. Both sides are priced at the same rates.
 * @throws InputError when there is no such base, or it cannot be read
 */
export async function compareWith(
  base: string,
  head: Head,
  tables: Tables,
  at: Instant,
  io: Io,
): Promise<Comparison> {
  const isReport = base.endsWith('.json') && io.stat(base)?.kind === 'file';
  const before = isReport
    ? await fromReport(base, head, tables.rates, at, io)
    : await fromGit(base, head, tables, at, io);
  const names = new Set([...head.called, ...before.called].map(({ budget }) => budget));
  return {
    base,
    head: head.commit?.ref,
    isUncommitted: before.isUncommitted,
    unreadable: before.unreadable,
    budgets: [...names].flatMap((name) => {
      const of = (calls: readonly BudgetedCall[]) => calls.filter(({ budget }) => budget === name);
      return changesOf(name, of(before.called), of(head.called), before.renames);
    }),
  };
}

async function fromGit(
  base: string,
  head: Head,
  tables: Tables,
  at: Instant,
  io: Io,
): Promise<Before> {
  const fork = await forkPoint(io.git, await commitOf(io.git, base), head.commit);
  const files = await filesAt(io.git, fork);
  const problems = head.called.flatMap(({ prompt: { source } }): InputProblem[] => {
    const submodule = files.submoduleOf(source.file);
    if (submodule === undefined) return [];
    const message = `is in the submodule ${submodule}, whose files are not in ${base}; compare with a JSON report instead, as "check -f json=report.json" writes it`;
    return [{ source, message }];
  });
  if (problems.length > 0) throw new InputError(problems);
  const renames = await renamesSince(io.git, fork, head.commit);
  const then = await budgetsAt(head, files, base, tables.rates);
  const before = { ...then, files, cwd: io.cwd, mayBeNone: true };
  const isUncommitted = head.commit === undefined && (await isCheckedOut(io.git, fork));
  return { ...(await calledPrompts(before, tables, at)), isUncommitted, renames };
}

/** A configuration that is new has no budgets before: then those of now say what there was. */
async function budgetsAt(
  { config, budgets, filling }: Head,
  files: Files,
  base: string,
  rates: RateTable,
): Promise<Pick<PromptsOf, 'config' | 'budgets' | 'filling'>> {
  if (config === undefined) return { config: '', budgets, filling };
  if (files.stat(config) === undefined) return { config, budgets, filling };
  try {
    const { config: then } = await loadConfig(config, files, async () => rates);
    return { config, budgets: then.prompts, filling: filledBy(then.filling, filling) };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const place = `as it is at ${base}; name another base, or set --no-base until it is mended there`;
    throw new InputError(
      error.problems.map(({ source, message }) => ({ source, message: `${message} (${place})` })),
    );
  }
}

/** With the values of then; a placeholder that has one only now had the same length before. */
function filledBy(then: Filling | undefined, now: Filling | undefined): Filling | undefined {
  if (!then || !now) return then;
  const hadNone = then.runs.every(({ size }) => size === 0);
  const [first = new Map()] = now.runs;
  return {
    ...then,
    runs: hadNone
      ? now.runs
      : then.runs.map((before, index) => new Map([...(now.runs[index] ?? first), ...before])),
    tokens: new Map([...now.tokens, ...then.tokens]),
  };
}

async function fromReport(
  file: string,
  head: Head,
  rates: RateTable,
  at: Instant,
  io: Io,
): Promise<Before> {
  const regions = rates.regions.map(({ id }) => id);
  const reported = readBaseReport(await readSmallFile(io, file), file, regions);
  const called = reported.flatMap(({ budget, prompt: told, settings }) => {
    const prompt = { ...told, source: { file: fromCwd(told.source.file, io) } };
    // An estimate knows of no budgets: a prompt counts for those that have its file.
    const names = budget === undefined ? budgetsWith(prompt.source.file, head, io) : [budget];
    const calls = callPrompts([{ prompt, settings, own: {} }], rates, at);
    return names.flatMap((name) => calls.map((call) => ({ ...call, budget: name })));
  });
  return { called, unreadable: [], isUncommitted: false, renames: new Map() };
}

function budgetsWith(file: string, { budgets, config }: Head, { cwd }: Io): string[] {
  return budgets
    .filter(({ files }) => matcherOf(filesFromConfig(config ?? '', files), cwd)(file))
    .map(({ name }) => name);
}
