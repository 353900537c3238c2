import type { PromptBudget } from '../core/budget/prompt-budget.ts';
import type { Unreadable } from '../core/estimate/estimate.ts';
import { InputError } from '../core/input-error.ts';
import type { RateTable } from '../core/rates.ts';
import { type Comparison, type DiffReport, EXIT, type Finding } from '../core/report.ts';
import type { Filling } from '../core/request/template.ts';
import { instantOf } from '../core/time.ts';
import { type Commit, commitOf, filesAt } from '../input/git-tree.ts';
import type { Io } from '../io.ts';
import { calledPrompts } from './called-prompts.ts';
import { compareWith } from './comparison.ts';
import { findConfig, loadConfig, ratesAsked } from './load-config.ts';
import { loadRates } from './load-rates.ts';
import { loadTables } from './load-tables.ts';
import { type PrintOptions, print } from './print.ts';

export interface DiffOptions extends PrintOptions {
  readonly config?: string;
  readonly files?: readonly string[];
  readonly model?: readonly string[];
  readonly outputTokens?: number;
  readonly rates?: string;
}

/** `openai-cost diff`: what prompts cost now, and what they cost at a base. */
export async function runDiff(
  base: string,
  headRef: string | undefined,
  options: DiffOptions,
  io: Io,
): Promise<number> {
  const commit = headRef === undefined ? undefined : await commitOf(io.git, headRef);
  const files = commit ? await filesAt(io.git, commit) : io;
  const { config, budgets, filling, rates } = await budgetsFor(options, commit, files, io);
  const now = instantOf(io.now());
  const tables = await loadTables(io, rates, now);
  const { called, unreadable } = await calledPrompts(
    {
      ...{ budgets, config: config ?? '', files, cwd: io.cwd, filling },
      mayBeNone: commit !== undefined,
    },
    tables,
    now,
  );
  const head = { budgets, called, config, commit, filling };
  const comparison = await compareWith(base, head, tables, now, io);
  if (called.length + unreadable.length + comparison.budgets.length === 0) {
    throw new InputError('none of the files is there, neither now nor at the base');
  }
  const findings = [
    ...unread(unreadable, 'not counted'),
    ...unread(comparison.unreadable, `not counted at ${base}, and so shown as new`),
    ...unpriced(comparison),
  ];
  const report: DiffReport = {
    command: 'diff',
    ...{ rates, now, called, comparison, findings },
    // Each of them says why something is not.
    complete: findings.length === 0,
  };
  await print(report, (format) => format.diff(), options, io);
  return report.complete ? EXIT.ok : EXIT.incomplete;
}

/** Each file once, in however many budgets it is. */
function unread(files: readonly Unreadable[], what: string): Finding[] {
  const byFile = new Map(files.map((file) => [file.source.file, file]));
  return [...byFile.values()].map(({ source, reason }) => ({
    rule: 'unreadable',
    severity: 'warning',
    isUndecided: true,
    source,
    message: `${what}: ${reason}`,
  }));
}

/** What leaves it open by how much something has changed. */
function unpriced({ budgets }: Comparison): Finding[] {
  return budgets.flatMap(({ budget, model, before, after }) => {
    const reason = after.missing ?? (before.missing && `before, ${before.missing}`);
    if (reason === undefined) return [];
    const message = `the cost of ${budget} with ${model} is not known: ${reason}`;
    return [{ rule: 'unpriced', severity: 'warning', isUndecided: true, message }];
  });
}

interface Asked {
  readonly config: string | undefined;
  readonly budgets: readonly PromptBudget[];
  readonly filling: Filling | undefined;
  readonly rates: RateTable;
}

/** What is named on the command line, else what the configuration has. */
async function budgetsFor(
  options: DiffOptions,
  commit: Commit | undefined,
  files: Pick<Io, 'readFile' | 'stat'>,
  io: Io,
): Promise<Asked> {
  const { files: named, model: models, outputTokens } = options;
  if (named !== undefined || models !== undefined) {
    if (named === undefined || models === undefined) {
      throw new InputError('--files and --model go together');
    }
    const budget: PromptBudget = {
      ...{ name: 'prompts', files: named, models, outputTokens, requests: 1, per: 'run' },
      ...{ tier: undefined, region: 'global', limits: {}, increase: {}, totalIncrease: {} },
      ...{ overrides: [], warnAt: [], form: 'chat' },
    };
    const rates = await loadRates(io, options.rates);
    const filling = {
      style: 'auto',
      runs: [new Map()],
      tokens: new Map(),
      from: 'configuration',
      found: new Set<string>(),
    } as const;
    return { config: undefined, budgets: [budget], filling, rates };
  }
  const config = findConfig(options.config, io);
  if (commit && files.stat(config) === undefined) {
    throw new InputError(`${config}: is not there at ${commit.ref}; name --files and --model`);
  }
  const loaded = await loadConfig(config, files, ratesAsked(options.rates, io));
  const { prompts, filling } = loaded.config;
  return { config, budgets: prompts, filling, rates: loaded.rates };
}
