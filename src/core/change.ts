/** What prompts cost now, beside what they cost before: both at the same rates. */
import {
  type Assumption,
  assumed,
  type Check,
  judgeIncrease,
  judgeTokens,
  judgeUsd,
  type Strictness,
} from './check.ts';
import { grouped } from './grouped.ts';
import { add, larger, type Money, type Range, span, subtract, ZERO } from './money.ts';
import {
  alternatives,
  type CalledPrompt,
  type Calls,
  type Choice,
  isByRun,
  type PromptBudget,
  sumCalls,
} from './prompt-budget.ts';

export const CHANGE_KINDS = ['new', 'removed', 'renamed', 'changed', 'same'] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** A prompt with a model, before and after. A side is undefined where there is no such prompt. */
export interface PromptChange {
  readonly kind: ChangeKind;
  /** As it is called now, or was if it is no longer there. */
  readonly file: string;
  readonly before: CalledPrompt | undefined;
  readonly after: CalledPrompt | undefined;
}

/** All files of a budget, called in one of the ways in which they may be. */
export interface BudgetChange {
  readonly budget: string;
  /** Those in which files are called now, or were if they no longer are: `a`, or `a and b`. */
  readonly model: string;
  /** The model before, where the budget has moved from one to another. */
  readonly modelBefore: string | undefined;
  /** In the order of their files; a prompt that is part of several ways is here once. */
  readonly prompts: readonly PromptChange[];
  /** Every file once. */
  readonly all: readonly PromptChange[];
  /** All calls of all files, in a run or a month as the budget says. */
  readonly before: Calls;
  readonly after: Calls;
}

/** How files are called now, by what they were called before. */
export type Renames = ReadonlyMap<string, string>;

/** Pairs what a budget calls now with what it called before. */
export function changesOf(
  budget: string,
  before: readonly CalledPrompt[],
  after: readonly CalledPrompt[],
  renames: Renames,
): BudgetChange[] {
  const told = new Set<PromptChange>();
  return alternatives(pairs(before, after, renames), asChoice).map(({ items }): BudgetChange => {
    const all = [...items].sort((a, b) => (a.file < b.file ? -1 : 1));
    const prompts = all.filter((change) => !told.has(change));
    for (const change of prompts) told.add(change);
    const models = [...new Set(all.map(modelOf))];
    const modelsBefore = [...new Set(all.flatMap((change) => change.before?.model ?? []))];
    const [was = ''] = modelsBefore;
    const isMoved = models.length === 1 && modelsBefore.length === 1 && !models.includes(was);
    return {
      ...{ budget, model: models.join(' and '), modelBefore: isMoved ? was : undefined },
      ...{ prompts, all },
      before: sumCalls(all.flatMap((change) => change.before?.all ?? [])),
      after: sumCalls(all.flatMap((change) => change.after?.all ?? [])),
    };
  });
}

function asChoice(change: PromptChange): Choice {
  const { all } = change.after ?? change.before ?? {};
  return { file: change.file, model: modelOf(change), cost: all ?? sumCalls([]) };
}

/** Each prompt with what it was: by its file, and then by its model. */
function pairs(
  before: readonly CalledPrompt[],
  after: readonly CalledPrompt[],
  renames: Renames,
): PromptChange[] {
  const old = grouped(before, ({ prompt }) => prompt.source.file);
  const files = grouped(after, ({ prompt }) => prompt.source.file);
  const changes: PromptChange[] = [];
  for (const [file, now] of files) {
    const then = renames.get(file);
    // What is still there under its name is no other file.
    const source = old.has(file) || then === undefined || files.has(then) ? file : then;
    changes.push(...pairedByModel(file, old.get(source) ?? [], now));
    old.delete(source);
  }
  for (const [file, was] of old) changes.push(...pairedByModel(file, was, []));
  return changes;
}

/** The same model; and where each side has one more, that is a pair: the model was changed. */
function pairedByModel(
  file: string,
  before: readonly CalledPrompt[],
  after: readonly CalledPrompt[],
): PromptChange[] {
  const old = new Map(before.map((was) => [was.model, was]));
  const changes: PromptChange[] = [];
  const added: CalledPrompt[] = [];
  for (const now of after) {
    const was = old.get(now.model);
    if (!was || !old.delete(now.model)) added.push(now);
    else changes.push({ kind: kindOf(was, now), file, before: was, after: now });
  }
  const left = [...old.values()];
  const [was] = left;
  const isMoved = left.length === 1 && added.length === 1;
  for (const now of added) {
    const from = isMoved ? was : undefined;
    changes.push({ kind: kindOf(from, now), file, before: from, after: now });
  }
  if (isMoved) return changes;
  const removed = left.map(
    (was): PromptChange => ({ kind: 'removed', file, before: was, after: undefined }),
  );
  return [...changes, ...removed];
}

export function isChanged({ kind }: PromptChange): boolean {
  return kind !== 'same';
}

export function modelOf({ before, after }: PromptChange): string {
  return (after ?? before)?.model ?? '';
}

function kindOf(was: CalledPrompt | undefined, now: CalledPrompt): ChangeKind {
  if (!was) return 'new';
  if (was.prompt.source.file !== now.prompt.source.file) return 'renamed';
  const isSame =
    was.inputTokens === now.inputTokens && was.model === now.model && isSameCost(was.all, now.all);
  return isSame ? 'same' : 'changed';
}

function isSameCost(a: Calls, b: Calls): boolean {
  const isSame = (was: Range | undefined, is: Range | undefined) =>
    was?.low === is?.low && was?.high === is?.high;
  return (
    isSame(a.known, b.known) &&
    isSame(a.perThousandOutput, b.perThousandOutput) &&
    a.missing === b.missing
  );
}

/** What was added, at each end of the ranges: negative where it is less. */
export function added(before: Calls | undefined, after: Calls | undefined): Range {
  const [a, b] = [before?.known, after?.known];
  const [low, high] = [
    subtract(b?.low ?? ZERO, a?.low ?? ZERO),
    subtract(b?.high ?? ZERO, a?.high ?? ZERO),
  ];
  return low <= high ? { low, high } : { low: high, high: low };
}

/** Holds every change, and all of them together, against what a budget allows. */
export function judgeChanges(
  budget: PromptBudget,
  changes: readonly BudgetChange[],
  strictness: Strictness,
): Check[] {
  return changes.flatMap((change) => [
    ...change.prompts.flatMap((prompt) => judgeFile(budget, prompt, strictness)),
    ...judgeTotal(budget, change, strictness),
  ]);
}

function judgeFile(budget: PromptBudget, change: PromptChange, strictness: Strictness): Check[] {
  const { before, after } = change;
  if (!after) return [];
  const { usd, percent, tokens } = after.settings.increase;
  const { source } = after.prompt;
  const about = { budget: budget.name, source, subject: `${source.file} with ${after.model}` };
  const sides = { changes: [change], of: 'call', missing: missingIn([change], 'call') } as const;
  const checks: Check[] = [];
  if (usd !== undefined) {
    checks.push(
      judgeUsdIncrease({ ...about, limit: 'increase.perFile.usd' }, sides, usd, strictness),
    );
  }
  if (tokens !== undefined) {
    const [was, is] = [before ? before.inputTokens : 0, after.inputTokens];
    const more = Math.max(0, (is ?? 0) - (was ?? 0));
    const missing = was === null || is === null ? 'its tokenizer is not known' : undefined;
    const known = { low: missing === undefined ? more : 0, high: more };
    checks.push({
      ...{ ...about, limit: 'increase.perFile.tokens' },
      allowed: { unit: 'tokens', low: tokens, high: tokens },
      found: missing === undefined ? { unit: 'tokens', low: more, high: more } : undefined,
      verdict: judgeTokens(known, tokens, strictness, missing),
    });
  }
  if (percent !== undefined) {
    const limit = 'increase.perFile.percent';
    // A new file has nothing to be a percentage of. Another limit holds it in full, if there is one.
    if (before) checks.push(judgePercent({ ...about, limit }, sides, percent, strictness));
    else if (!holdsNew(budget, after)) {
      checks.push({
        ...{ ...about, limit, found: undefined },
        allowed: { unit: 'percent', low: percent, high: percent },
        verdict: { kind: 'undecided', reason: NEW_FILE },
      });
    }
  }
  return checks;
}

/** Whether a file that is new counts in full against any limit of an increase. */
function holdsNew({ totalIncrease }: PromptBudget, { settings }: CalledPrompt): boolean {
  const { usd, tokens } = settings.increase;
  return [usd, tokens, totalIncrease.usd, totalIncrease.percent].some((is) => is !== undefined);
}

const NEW_FILE =
  'it is not at the base, so no percentage can be told; limit the increase in usd or tokens too, or in total';

function judgeTotal(budget: PromptBudget, change: BudgetChange, strictness: Strictness): Check[] {
  const { usd, percent } = budget.totalIncrease;
  const { all, model } = change;
  const about = { budget: budget.name, subject: `all files with ${model}` };
  const missing = missingIn(all, 'all') ?? mixedIn(all);
  const sides = { changes: all, of: 'all', missing } as const;
  const checks: Check[] = [];
  if (usd !== undefined) {
    checks.push(
      judgeUsdIncrease({ ...about, limit: 'increase.total.usd' }, sides, usd, strictness),
    );
  }
  if (percent !== undefined) {
    checks.push(
      judgePercent({ ...about, limit: 'increase.total.percent' }, sides, percent, strictness),
    );
  }
  return checks;
}

type About = Pick<Check, 'budget' | 'limit' | 'subject' | 'source'>;

interface Sides {
  readonly changes: readonly PromptChange[];
  /** One call of each, or all calls. */
  readonly of: 'call' | 'all';
  /** What leaves the comparison open. */
  readonly missing: string | undefined;
}

function judgeUsdIncrease(
  about: About,
  { changes, of, missing }: Sides,
  allowed: Money,
  strictness: Strictness,
): Check {
  const [a, b] = (['low', 'high'] as const).map((end) => {
    const { was, is } = endsOf(changes, of, end);
    return larger(subtract(is, was), ZERO);
  });
  const more = span({ low: a ?? ZERO, high: a ?? ZERO }, { low: b ?? ZERO, high: b ?? ZERO });
  return {
    ...about,
    allowed: { unit: 'usd', low: allowed, high: allowed },
    found: { unit: 'usd', ...more },
    verdict: judgeUsd(more, allowed, strictness, missing),
  };
}

function judgePercent(
  about: About,
  { changes, of, missing }: Sides,
  percent: number,
  { assume, warnAt }: Strictness,
): Check {
  const verdictAt = (end: Assumption) => {
    const { was, is } = endsOf(changes, of, end);
    return judgeIncrease(was, is, percent, warnAt);
  };
  const verdict = missing === undefined ? verdictAt(assume) : undefined;
  const sure = verdictAt('low').kind === 'exceeded' && verdictAt('high').kind === 'exceeded';
  const { was, is } = endsOf(changes, of, assume);
  const found = was > 0n ? percentOf(is - was, was) : undefined;
  return {
    ...about,
    allowed: { unit: 'percent', low: percent, high: percent },
    found: found === undefined ? undefined : { unit: 'percent', low: found, high: found },
    verdict:
      verdict?.kind === 'exceeded'
        ? { kind: 'exceeded', sure }
        : (verdict ?? { kind: 'undecided', reason: missing ?? '' }),
  };
}

/** What changes cost before and after, where what is open turns out as it is assumed. */
function endsOf(
  changes: readonly PromptChange[],
  of: 'call' | 'all',
  assume: Assumption,
): { readonly was: Money; readonly is: Money } {
  let [was, is] = [ZERO, ZERO];
  for (const { before, after } of changes) {
    // What leaves a price open now left it open before; but not if that is another model.
    const then = isPricedAlike(before, after) ? assume : OPPOSITE[assume];
    if (before) was = add(was, assumed(before[of].known, then));
    if (after) is = add(is, assumed(after[of].known, assume));
  }
  return { was, is };
}

const OPPOSITE = { high: 'low', mid: 'mid', low: 'high' } as const;

function isPricedAlike(a: CalledPrompt | undefined, b: CalledPrompt | undefined): boolean {
  const [from, to] = [a?.settings, b?.settings];
  return a?.model === b?.model && from?.tier === to?.tier && from?.region === to?.region;
}

/** For people: to a hundredth of a percent, rounded up, so that what is above a limit looks it. */
function percentOf(part: bigint, whole: bigint): number {
  if (part <= 0n) return 0;
  return Number((part * 10_000n + whole - 1n) / whole) / 100;
}

/** The first thing that leaves a comparison open. */
function missingIn(changes: readonly PromptChange[], of: 'call' | 'all'): string | undefined {
  for (const { before, after } of changes) {
    const missing =
      after?.[of].missing ?? (before?.[of].missing && `before, ${before[of].missing}`);
    if (missing !== undefined) return missing;
    if (after && isOpen(after[of]) && !isAnsweredAlike(before?.[of], after[of])) {
      return OUTPUT_UNKNOWN;
    }
  }
  return undefined;
}

const OUTPUT_UNKNOWN =
  'the output is not known, and it costs another amount than before; set outputTokens';

/** Whether the output was not given. */
function isOpen({ known, most }: Calls): boolean {
  return most === undefined || most.low !== known.low || most.high !== known.high;
}

/** Whether output that nobody gave costs as much as before, so that it changes nothing. */
function isAnsweredAlike(before: Calls | undefined, after: Calls): boolean {
  const [was, is] = [before?.perThousandOutput, after.perThousandOutput];
  return was !== undefined && is !== undefined && was.low === is.low && was.high === is.high;
}

/** Calls of a run and calls of a month have no common sum, and no difference. */
function mixedIn(changes: readonly PromptChange[]): string | undefined {
  const called = changes.flatMap(({ before, after }) => [before ?? [], after ?? []].flat());
  if (new Set(called.map(isByRun)).size < 2) return undefined;
  return 'some calls are counted by the run and others by the month, so that they cannot be compared';
}
