/** How much more prompts cost than before, held against what a budget allows. */

import { add, larger, type Money, span, subtract, ZERO } from '../money.ts';
import type { ServiceTier } from '../usage.ts';
import type { BudgetChange, PromptChange } from './change.ts';
import {
  type Assumption,
  assumed,
  type Check,
  judgeIncrease,
  judgeTokens,
  judgeUsd,
  type Strictness,
} from './check.ts';
import { type CalledPrompt, type Calls, isByRun, type PromptBudget } from './prompt-budget.ts';

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
  const sides = { changes: [change], of: 'call', lack: lackIn([change], 'call') } as const;
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
  const called = all.flatMap(({ before, after }) => after ?? before ?? []);
  const per = called.some((each) => !isByRun(each)) ? 'month' : 'run';
  const about = { budget: budget.name, subject: `all files with ${model}`, per } as const;
  const sides = { changes: all, of: 'all', lack: lackIn(all, 'all') ?? mixedIn(all) } as const;
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

type About = Pick<Check, 'budget' | 'limit' | 'subject' | 'per' | 'source'>;

interface Sides {
  readonly changes: readonly PromptChange[];
  /** One call of each, or all calls. */
  readonly of: 'call' | 'all';
  readonly lack: Lack | undefined;
}

/** What leaves a comparison open. */
interface Lack {
  readonly reason: string;
  /** Whether it can only be more than is known: what is not known of before makes it less. */
  readonly isAtLeast: boolean;
}

function judgeUsdIncrease(
  about: About,
  { changes, of, lack }: Sides,
  allowed: Money,
  strictness: Strictness,
): Check {
  const [a, b] = (['low', 'high'] as const).map((end) => {
    const { was, is } = endsOf(changes, of, end);
    return larger(subtract(is, was), ZERO);
  });
  const more = span({ low: a ?? ZERO, high: a ?? ZERO }, { low: b ?? ZERO, high: b ?? ZERO });
  const isOpen = lack?.isAtLeast === false;
  return {
    ...about,
    allowed: { unit: 'usd', low: allowed, high: allowed },
    found: isOpen ? undefined : { unit: 'usd', ...more },
    verdict: isOpen
      ? { kind: 'undecided', reason: lack.reason }
      : judgeUsd(more, allowed, strictness, lack?.reason),
  };
}

function judgePercent(
  about: About,
  { changes, of, lack }: Sides,
  percent: number,
  { assume, warnAt }: Strictness,
): Check {
  const verdictAt = (end: Assumption) => {
    const { was, is } = endsOf(changes, of, end);
    return judgeIncrease(was, is, percent, warnAt);
  };
  const verdict = lack ? undefined : verdictAt(assume);
  const sure = verdictAt('low').kind === 'exceeded' && verdictAt('high').kind === 'exceeded';
  const { was, is } = endsOf(changes, of, assume);
  // Of what is not all known before, the rest is no part to take a percentage of.
  const isTold = was > 0n && lack?.isAtLeast !== false;
  const found = isTold ? percentOf(is - was, was) : undefined;
  return {
    ...about,
    allowed: { unit: 'percent', low: percent, high: percent },
    found: found === undefined ? undefined : { unit: 'percent', low: found, high: found },
    verdict:
      verdict?.kind === 'exceeded'
        ? { kind: 'exceeded', sure }
        : (verdict ?? { kind: 'undecided', reason: lack?.reason ?? '' }),
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
  return (
    a?.model === b?.model && tierOf(a) === tierOf(b) && a?.settings.region === b?.settings.region
  );
}

function tierOf(called: CalledPrompt | undefined): ServiceTier | undefined {
  return called && (called.settings.tier ?? called.prompt.asks?.tier ?? 'standard');
}

/** For people: to a hundredth of a percent, rounded up, so that what is above a limit looks it. */
function percentOf(part: bigint, whole: bigint): number {
  if (part <= 0n) return 0;
  return Number((part * 10_000n + whole - 1n) / whole) / 100;
}

/** What is lacking of before, or of the answers, wins: then nothing can be said at all. */
function lackIn(changes: readonly PromptChange[], of: 'call' | 'all'): Lack | undefined {
  let atLeast: Lack | undefined;
  for (const { before, after } of changes) {
    const then = before?.[of].missing;
    if (then !== undefined) return { reason: `before, ${then}`, isAtLeast: false };
    const now = after?.[of].missing;
    if (now !== undefined) atLeast ??= { reason: now, isAtLeast: true };
    else if (after && isOpen(after[of]) && !isAnsweredAlike(before?.[of], after[of])) {
      return { reason: OUTPUT_UNKNOWN, isAtLeast: before === undefined };
    }
  }
  return atLeast;
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
function mixedIn(changes: readonly PromptChange[]): Lack | undefined {
  const called = changes.flatMap(({ before, after }) => [before ?? [], after ?? []].flat());
  if (new Set(called.map(isByRun)).size < 2) return undefined;
  const reason =
    'some calls are counted by the run and others by the month, so that they cannot be compared';
  return { reason, isAtLeast: false };
}
