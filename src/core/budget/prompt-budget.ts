/** Budgets for prompts that are to be sent: what calls of them cost, held against limits. */

import { PERIODS_PER_MONTH, type Period } from '../estimate/choices.ts';
import {
  estimate,
  hasOutput,
  type ModelEstimate,
  type Prompt,
  type PromptEstimate,
} from '../estimate/estimate.ts';
import { shareOf } from '../estimate/share-cost.ts';
import { grouped } from '../grouped.ts';
import { addRanges, compare, type Money, NOTHING, type Range, times } from '../money.ts';
import { type RateMemo, totalOf } from '../price.ts';
import type { Model, RateTable } from '../rates.ts';
import type { TextForm } from '../request/choices.ts';
import type { Instant } from '../time.ts';
import type { ServiceTier } from '../usage.ts';
import { assumed, type Check, judgeTokens, judgeUsd, type Strictness } from './check.ts';
import { longestOf, singleCalls } from './single-calls.ts';

export interface PromptLimits {
  readonly usdPerCall?: Money | undefined;
  readonly usdPerRun?: Money | undefined;
  /** Of 30 days. */
  readonly usdPerMonth?: Money | undefined;
  /** Input tokens of one call. */
  readonly tokensPerFile?: number | undefined;
  /** Input tokens of one call, of all that the model can take: 0.5 is half of it. */
  readonly contextShare?: number | undefined;
}

/** How much more something may be than before. */
export interface IncreaseLimits {
  readonly usd?: Money | undefined;
  readonly percent?: number | undefined;
  readonly tokens?: number | undefined;
}

/** What calls are counted by: once a run of the build, or a rate. */
export const PERIODS = ['run', 'hour', 'day', 'month'] as const satisfies readonly (
  | 'run'
  | Period
)[];

/** How a prompt is called, and what that may cost. */
export interface PromptSettings {
  /** Alternatives: each of them is held against the limits. */
  readonly models: readonly string[];
  /** Of each call; `maximum` is the longest answer that the model can give. */
  readonly outputTokens?: number | 'maximum' | undefined;
  readonly requests: number;
  readonly per: (typeof PERIODS)[number];
  /** Left out, what a request asks for, or else standard. */
  readonly tier: ServiceTier | undefined;
  readonly region: string;
  /** How much of the input is read from the cache, from 0 to 1. */
  readonly cachedShare?: number | undefined;
  /** How much of it is written to the cache; left out, what may be written is a range. */
  readonly cacheWriteShare?: number | undefined;
  readonly limits: PromptLimits;
  /** Of each file: USD and percent of one call, and its tokens. */
  readonly increase: IncreaseLimits;
}

/** Settings of its own for some of the files. */
export interface Override {
  readonly files: readonly string[];
  readonly settings: Partial<Omit<PromptSettings, 'tier' | 'region'>>;
}

export interface PromptBudget extends PromptSettings {
  readonly name: string;
  /** How its text is sent. */
  readonly form: TextForm;
  /** Patterns, as the configuration has them. */
  readonly files: readonly string[];
  readonly overrides: readonly Override[];
  readonly warnAt: readonly number[];
  /** Of the cost of all files together, for a run or a month as `per` says. */
  readonly totalIncrease: Omit<IncreaseLimits, 'tokens'>;
}

/** The settings of a file: those of the budget, and over them its own; the last one wins. */
export function settingsFor(
  budget: PromptBudget,
  isOneOf: (files: readonly string[]) => boolean,
): Omit<BudgetedPrompt, 'prompt'> {
  let settings: PromptSettings = budget;
  let own: PromptLimits = {};
  for (const { files, settings: over } of budget.overrides) {
    if (!isOneOf(files)) continue;
    const { limits, increase, ...others } = over;
    settings = { ...settings, ...others, increase: { ...settings.increase, ...increase } };
    own = { ...own, ...limits };
  }
  return { settings, own };
}

/** A prompt and what holds for it: the budget's settings, and over them its own. */
export interface BudgetedPrompt {
  readonly prompt: Prompt;
  readonly settings: PromptSettings;
  /** Limits that the file alone has: those for a run or a month are then its own. */
  readonly own: PromptLimits;
}

/** What calls of a prompt cost: `known`, and up to `most` where the output is not given. */
export interface Calls {
  readonly known: Range;
  readonly most: Range | undefined;
  /** Why not all of it is known. */
  readonly missing: string | undefined;
  /** What 1,000 output tokens of each call add, where the output is not given. */
  readonly perThousandOutput?: Range | undefined;
}

/** A prompt with one of its models. */
export interface CalledPrompt {
  readonly prompt: Prompt;
  /** As the configuration has it. */
  readonly model: string;
  /** Undefined when the rate table does not know it. */
  readonly known: Model | undefined;
  /** Of one call, of several the longest; null when not all of it is known. */
  readonly inputTokens: number | null;
  /** What one call costs: of several, the dearest. */
  readonly call: Calls;
  /** All its calls, in a run or, if they are a rate, in a month. */
  readonly all: Calls;
  readonly settings: PromptSettings;
  readonly own: PromptLimits;
  readonly estimate: ModelEstimate;
}

/**
 * Prices every prompt with each of its models. Never fails: what has no price is `missing`.
 * @throws InputError when more tokens are counted than can be counted exactly
 */
export function callPrompts(
  prompts: readonly BudgetedPrompt[],
  rates: RateTable,
  at: Instant,
): CalledPrompt[] {
  const memo: RateMemo = new Map();
  return prompts.flatMap(({ prompt, settings, own }) => {
    const { outputTokens, tier, region, cachedShare, cacheWriteShare } = settings;
    const models = [...new Set(settings.models)];
    const tokens = typeof outputTokens === 'number' ? { outputTokens } : {};
    const caching = { cachedShare, cacheWriteShare };
    const request = { models, at, tier, region, ...caching, ...tokens };
    return estimate({ ...request, prompts: [prompt] }, rates, memo).models.flatMap((of) => {
      const {
        name,
        model,
        prompts: [priced],
      } = of;
      if (!priced) return [];
      const file = callOf(priced, model, outputTokens);
      const each = singleCalls(priced).map((single) => {
        const [one] = estimate(
          { ...request, models: [name], prompts: [single] },
          rates,
          memo,
        ).models;
        return one?.prompts.map((call) => callOf(call, model, outputTokens)) ?? [];
      });
      return [
        {
          ...{ prompt, model: name, known: model, inputTokens: longestOf(priced.input).expected },
          call: dearestOf(each.flat(), (call) => call) ?? file,
          ...{ all: timesCalls(file, callsIn(settings)), settings, own, estimate: of },
        },
      ];
    });
  });
}

function callOf(
  { lines, atMaximumOutput, perThousandOutput }: PromptEstimate,
  model: Model | undefined,
  output: PromptSettings['outputTokens'],
): Calls {
  const given = totalOf(lines);
  const longest = atMaximumOutput && totalOf(atMaximumOutput);
  const [unpriced] = (output === 'maximum' ? (longest ?? given) : given).unpriced;
  const missing = unpriced?.item.cost.kind === 'unpriced' ? unpriced.item.cost.reason : undefined;
  if (typeof output === 'number' || !hasOutput(model)) {
    return { known: given, most: given, missing };
  }
  const most = longest?.unpriced.length === 0 ? longest : undefined;
  if (output === undefined) {
    const added = perThousandOutput && totalOf([perThousandOutput]);
    const isPriced = added?.unpriced.length === 0;
    return { known: given, most, missing, perThousandOutput: isPriced ? added : undefined };
  }
  return {
    known: most ?? given,
    most,
    missing: missing ?? (most ? undefined : 'the longest answer that it can give is not known'),
  };
}

/** In a run, or in a month if they are a rate. */
function callsIn({ requests, per }: PromptSettings): number {
  return per === 'run' ? requests : requests * PERIODS_PER_MONTH[per];
}

function timesCalls({ known, most, missing, perThousandOutput }: Calls, calls: number): Calls {
  const all = ({ low, high }: Range) => ({ low: times(low, calls), high: times(high, calls) });
  return {
    ...{ known: all(known), most: most && all(most), missing },
    perThousandOutput: perThousandOutput && all(perThousandOutput),
  };
}

/** All of them together; the first thing that is missing is the reason. */
export function sumCalls(all: readonly Calls[]): Calls {
  return all.reduce<Calls>(
    (sum, { known, most, missing }) => ({
      known: addRanges(sum.known, known),
      most: sum.most && most && addRanges(sum.most, most),
      missing: sum.missing ?? missing,
    }),
    { known: NOTHING, most: NOTHING, missing: undefined },
  );
}

/** Holds every prompt, and all of them together, against the limits of their budget. */
export function judgePrompts(
  budget: PromptBudget,
  called: readonly CalledPrompt[],
  strictness: Strictness,
): Check[] {
  const { usdPerRun, usdPerMonth } = budget.limits;
  const checks = called.flatMap((prompt) => judgePrompt(budget.name, prompt, strictness));
  // Files that are called by the run and files that are called by the month have no common sum.
  for (const [limit, allowed, isOfLimit] of [
    ['usdPerRun', usdPerRun, isByRun],
    ['usdPerMonth', usdPerMonth, isByMonth],
  ] as const) {
    if (allowed === undefined) continue;
    for (const { items } of alternatives(called.filter(isOfLimit), asCall)) {
      const [first, ...others] = items;
      const about = {
        ...{ budget: budget.name, limit, subject: subjectOfAll(items) },
        source: others.length === 0 ? first?.prompt.source : undefined,
      };
      const sum = sumCalls(items.map(({ all }) => all));
      checks.push(judgeCalls(about, sum, allowed, strictness));
    }
  }
  return checks;
}

function subjectOfAll(items: readonly CalledPrompt[]): string {
  if (items.length === 1) return subjectOf(items[0]);
  const models = [...new Set(items.map(({ model }) => model))];
  return `all ${items.length} files with ${models.join(' and ')}`;
}

/** A file with one of its models, and what all calls of it cost. */
export interface Choice {
  readonly file: string;
  readonly model: string;
  readonly cost: Calls;
}

const asCall = ({ prompt, model, all }: CalledPrompt): Choice => ({
  ...{ file: prompt.source.file, model, cost: all },
});

/**
 * The ways to call all files: one for each model, and each with every file once. A file that is not
 * sent to that model is there with the dearest of its own, for a sum of some of the files is none.
 */
export function alternatives<Item>(
  items: readonly Item[],
  choiceOf: (item: Item) => Choice,
): { readonly model: string; readonly items: readonly Item[] }[] {
  const choices = items.map((item) => ({ item, ...choiceOf(item) }));
  const files = [...grouped(choices, ({ file }) => file).values()];
  const found = new Map<string, { model: string; items: Item[] }>();
  for (const model of new Set(choices.map((choice) => choice.model))) {
    const chosen = files.flatMap(
      (all) =>
        all.find((choice) => choice.model === model) ?? dearestOf(all, ({ cost }) => cost) ?? [],
    );
    const key = JSON.stringify(chosen.map(({ file, model: own }) => [file, own]));
    if (!found.has(key)) found.set(key, { model, items: chosen.map(({ item }) => item) });
  }
  return [...found.values()];
}

/** What has no price may cost anything. */
function dearestOf<Of>(choices: readonly Of[], costOf: (of: Of) => Calls): Of | undefined {
  const high = (of: Of) => (costOf(of).most ?? costOf(of).known).high;
  return (
    choices.find((choice) => costOf(choice).missing !== undefined) ??
    [...choices].sort((a, b) => compare(high(b), high(a)))[0]
  );
}

export const isByRun = ({ settings }: CalledPrompt) => settings.per === 'run';
const isByMonth = ({ settings }: CalledPrompt) => settings.per !== 'run';

const UNCOUNTED = { low: 0, high: null } as const;

function judgePrompt(budget: string, called: CalledPrompt, strictness: Strictness): Check[] {
  const { settings, own, known, call, all } = called;
  const { usdPerCall, tokensPerFile, contextShare } = { ...settings.limits, ...own };
  const about = { budget, subject: subjectOf(called), source: called.prompt.source };
  const checks: Check[] = [];
  if (usdPerCall !== undefined) {
    checks.push(judgeCalls({ ...about, limit: 'usdPerCall' }, call, usdPerCall, strictness));
  }
  const ownLimit = isByRun(called) ? ('usdPerRun' as const) : ('usdPerMonth' as const);
  const ownTotal = own[ownLimit];
  if (ownTotal !== undefined) {
    checks.push(judgeCalls({ ...about, limit: ownLimit }, all, ownTotal, strictness));
  }
  const [priced] = called.estimate.prompts;
  const { low, high } = priced ? longestOf(priced.input) : UNCOUNTED;
  const tokens = { low, high: high ?? low };
  const uncounted =
    high !== null
      ? undefined
      : known?.encoding
        ? (call.missing ?? 'not all of its tokens are known')
        : 'its tokenizer is not known';
  const found = uncounted === undefined ? ({ unit: 'tokens', ...tokens } as const) : undefined;
  if (tokensPerFile !== undefined) {
    checks.push({
      ...{ ...about, limit: 'tokensPerFile', found },
      allowed: { unit: 'tokens', low: tokensPerFile, high: tokensPerFile },
      verdict: judgeTokens(tokens, tokensPerFile, strictness, uncounted),
    });
  }
  if (contextShare !== undefined) {
    const most = known?.maxInputTokens ?? known?.contextWindow;
    const limit = shareOf(most ?? 0, contextShare);
    const missing =
      uncounted ?? (most === undefined ? 'its context window is not known' : undefined);
    checks.push({
      ...{ ...about, limit: 'contextShare', found },
      allowed: { unit: 'tokens', low: limit, high: limit },
      verdict:
        missing === undefined
          ? judgeTokens(tokens, limit, strictness)
          : { kind: 'undecided', reason: missing },
    });
  }
  return checks;
}

function judgeCalls(
  about: Pick<Check, 'budget' | 'limit' | 'subject' | 'source'>,
  { known, most, missing }: Calls,
  limit: Money,
  strictness: Strictness,
): Check {
  // Where the output is not given, the longest answer has to fit.
  const longestFits = most !== undefined && assumed(most, strictness.assume) <= limit;
  const found = missing === undefined && longestFits ? most : known;
  const unknown = longestFits ? undefined : OUTPUT_UNKNOWN;
  const isWhole = most !== undefined && most.low === known.low && most.high === known.high;
  // Of what has no price at all nothing was found, which is not an amount of zero.
  const isNothing = missing !== undefined && found.high === 0n;
  return {
    ...about,
    allowed: { unit: 'usd', low: limit, high: limit },
    found: isNothing ? undefined : { unit: 'usd', low: found.low, high: found.high },
    verdict: judgeUsd(found, limit, strictness, missing ?? (isWhole ? undefined : unknown)),
  };
}

const OUTPUT_UNKNOWN =
  'the output is not known, and as much as the model can give would not fit; set outputTokens';

function subjectOf(called: CalledPrompt | undefined): string {
  return called ? `${called.prompt.source.file} with ${called.model}` : '';
}
