/** What prompts cost now, beside what they cost before: both at the same rates. */
import { grouped } from '../grouped.ts';
import { type Range, subtract, ZERO } from '../money.ts';
import {
  alternatives,
  type CalledPrompt,
  type Calls,
  type Choice,
  sumCalls,
} from './prompt-budget.ts';

type ChangeKind = 'new' | 'removed' | 'renamed' | 'changed' | 'same';

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
    was.inputTokens === now.inputTokens &&
    was.model === now.model &&
    // Where tokens are not known, nothing else tells; a report has no bytes.
    (now.inputTokens !== null || was.prompt.bytes === now.prompt.bytes) &&
    isSameCost(was.all, now.all);
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
