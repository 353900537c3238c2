/** What prompts cost now, beside what they cost before: both at the same rates. */
import {
  assumed,
  type Check,
  judgeIncrease,
  judgeTokens,
  judgeUsd,
  type Strictness,
  type Verdict,
} from './check.ts';
import { type Money, type Range, subtract, ZERO } from './money.ts';
import { type CalledPrompt, type Calls, type PromptBudget, sumCalls } from './prompt-budget.ts';

export const CHANGE_KINDS = ['new', 'removed', 'renamed', 'changed', 'same'] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** A prompt with a model, before and after. A side is undefined where there is no such prompt. */
export interface PromptChange {
  readonly kind: ChangeKind;
  readonly before: CalledPrompt | undefined;
  readonly after: CalledPrompt | undefined;
}

/** All prompts of a budget with one model, in the order of their files. */
export interface BudgetChange {
  readonly budget: string;
  /** As it is now, or as it was if it is no longer used. */
  readonly model: string;
  /** The model before, where the budget has moved from one to another. */
  readonly modelBefore: string | undefined;
  readonly prompts: readonly PromptChange[];
  /** All calls of all prompts, in a run or a month as the budget says. */
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
  return modelPairs(before, after).map(({ was, is }): BudgetChange => {
    const old = before.filter(({ model }) => model === was);
    const now = after.filter(({ model }) => model === is);
    return {
      budget,
      model: is ?? was ?? '',
      modelBefore: was !== undefined && is !== undefined && was !== is ? was : undefined,
      prompts: pairedByFile(old, now, renames),
      before: sumCalls(old.map(({ all }) => all)),
      after: sumCalls(now.map(({ all }) => all)),
    };
  });
}

/** The same model on both sides; and where each side has but one, they are a pair: it was changed. */
function modelPairs(before: readonly CalledPrompt[], after: readonly CalledPrompt[]) {
  const [were, are] = [before, after].map((all) => [...new Set(all.map(({ model }) => model))]);
  if (were?.length === 1 && are?.length === 1) return [{ was: were[0], is: are[0] }];
  const all = [...new Set([...(are ?? []), ...(were ?? [])])];
  return all.map((model) => ({
    was: were?.includes(model) ? model : undefined,
    is: are?.includes(model) ? model : undefined,
  }));
}

function pairedByFile(
  before: readonly CalledPrompt[],
  after: readonly CalledPrompt[],
  renames: Renames,
): PromptChange[] {
  const old = new Map(before.map((prompt) => [prompt.prompt.source.file, prompt]));
  const changes = after.map((now): PromptChange => {
    const { file } = now.prompt.source;
    const source = old.has(file) ? file : renames.get(file);
    const was = source === undefined ? undefined : old.get(source);
    if (was) old.delete(was.prompt.source.file);
    return { kind: kindOf(was, now), before: was, after: now };
  });
  const removed = [...old.values()].map(
    (was): PromptChange => ({ kind: 'removed', before: was, after: undefined }),
  );
  return [...changes, ...removed].sort((a, b) => (fileOf(a) < fileOf(b) ? -1 : 1));
}

export function isChanged({ kind }: PromptChange): boolean {
  return kind !== 'same';
}

export function fileOf({ before, after }: PromptChange): string {
  return (after ?? before)?.prompt.source.file ?? '';
}

function kindOf(was: CalledPrompt | undefined, now: CalledPrompt): ChangeKind {
  if (!was) return 'new';
  if (was.prompt.source.file !== now.prompt.source.file) return 'renamed';
  const isSame =
    was.inputTokens === now.inputTokens && was.model === now.model && isSameCost(was.all, now.all);
  return isSame ? 'same' : 'changed';
}

function isSameCost(a: Calls, b: Calls): boolean {
  return a.known.low === b.known.low && a.known.high === b.known.high && a.missing === b.missing;
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
    ...change.prompts.flatMap((prompt) => judgeFile(budget.name, prompt, strictness)),
    ...judgeTotal(budget, change, strictness),
  ]);
}

function judgeFile(budget: string, change: PromptChange, strictness: Strictness): Check[] {
  const { before, after } = change;
  if (!after) return [];
  const { usd, percent, tokens } = after.settings.increase;
  const { source } = after.prompt;
  const about = { budget, source, subject: `${source.file} with ${after.model}` };
  const sides = { before: before?.call, after: after.call, missing: missingIn([change]) };
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
    checks.push({
      ...{ ...about, limit: 'increase.perFile.tokens' },
      allowed: { unit: 'tokens', low: tokens, high: tokens },
      found: missing === undefined ? { unit: 'tokens', low: more, high: more } : undefined,
      verdict: judgeTokens({ low: more, high: more }, tokens, strictness, missing),
    });
  }
  // A new file has nothing to be a percentage of; it counts in full in the increase of all.
  if (percent !== undefined && before) {
    checks.push(
      judgePercent({ ...about, limit: 'increase.perFile.percent' }, sides, percent, strictness),
    );
  }
  return checks;
}

function judgeTotal(budget: PromptBudget, change: BudgetChange, strictness: Strictness): Check[] {
  const { usd, percent } = budget.totalIncrease;
  const { before, after, model, prompts } = change;
  const about = { budget: budget.name, subject: `all files with ${model}` };
  const sides = { before, after, missing: missingIn(prompts) };
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
  readonly before: Calls | undefined;
  readonly after: Calls;
  /** What leaves the comparison open. */
  readonly missing: string | undefined;
}

function judgeUsdIncrease(
  about: About,
  { before, after, missing }: Sides,
  allowed: Money,
  { assume }: Strictness,
): Check {
  // The same end of both: what leaves a price open today left it open before.
  const was = before ? assumed(before.known, assume) : ZERO;
  const difference = subtract(assumed(after.known, assume), was);
  const more = difference > 0n ? difference : ZERO;
  return {
    ...about,
    allowed: { unit: 'usd', low: allowed, high: allowed },
    found: { unit: 'usd', low: more, high: more },
    verdict: judgeUsd({ low: more, high: more }, allowed, undefined, missing),
  };
}

function judgePercent(
  about: About,
  { before, after, missing }: Sides,
  percent: number,
  { assume }: Strictness,
): Check {
  const [was, is] = [before ? assumed(before.known, assume) : ZERO, assumed(after.known, assume)];
  const verdict: Verdict =
    missing === undefined
      ? judgeIncrease(was, is, percent)
      : { kind: 'undecided', reason: missing };
  const found = was > 0n ? percentOf(is - was, was) : undefined;
  return {
    ...about,
    allowed: { unit: 'percent', low: percent, high: percent },
    found: found === undefined ? undefined : { unit: 'percent', low: found, high: found },
    verdict,
  };
}

/** For people: to a hundredth of a percent, rounded up, so that what is above a limit looks it. */
function percentOf(part: bigint, whole: bigint): number {
  if (part <= 0n) return 0;
  return Number((part * 10_000n + whole - 1n) / whole) / 100;
}

/** The first thing that leaves a comparison open. */
function missingIn(changes: readonly PromptChange[]): string | undefined {
  for (const { before, after } of changes) {
    const missing =
      after?.call.missing ?? (before?.call.missing && `before, ${before.call.missing}`);
    if (missing !== undefined) return missing;
    if (after && isOpen(after.call) && !isAnsweredAlike(before, after)) return OUTPUT_UNKNOWN;
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
function isAnsweredAlike(before: CalledPrompt | undefined, after: CalledPrompt): boolean {
  return (
    before !== undefined &&
    before.model === after.model &&
    before.settings.outputTokens === undefined &&
    before.settings.tier === after.settings.tier
  );
}
