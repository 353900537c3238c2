import { judge } from '../core/budget/budget.ts';
import { WRITE_DOUBT } from '../core/estimate/cache-write.ts';
import type { CacheTtl, Period, WhatIfAxis } from '../core/estimate/choices.ts';
import {
  alternativesOf,
  costOf,
  type Estimate,
  type EstimateRequest,
  estimate,
  type ModelEstimate,
  type Prompt,
} from '../core/estimate/estimate.ts';
import type { WhatIf } from '../core/estimate/what-if.ts';
import { InputError } from '../core/input-error.ts';
import type { ImageSize } from '../core/media/image-tokens.ts';
import type { Money } from '../core/money.ts';
import { resolveModel } from '../core/names.ts';
import { once } from '../core/once.ts';
import type { RateTable } from '../core/rates.ts';
import {
  type EstimateFacts,
  type EstimateReport,
  exitCode,
  type GroupBy,
  type OnlineCount,
} from '../core/report.ts';
import { TEXT_FORMS, type TextForm } from '../core/request/choices.ts';
import { reasoningModels } from '../core/request/framing.ts';
import { unusedNames } from '../core/request/template.ts';
import { textInput } from '../core/request/text-input.ts';
import { type Instant, instantOf } from '../core/time.ts';
import type { TokenKind } from '../core/usage.ts';
import {
  type ReadPrompts,
  readPrompts,
  type SendableReading,
  type TokenCounters,
} from '../input/prompts.ts';
import type { Counting } from '../input/sendables/kind.ts';
import { trainingContent } from '../input/training-content.ts';
import type { Io } from '../io.ts';
import { ESTIMATE_RULES } from '../rules/estimate-rules.ts';
import { findings } from '../rules/index.ts';
import { TokenStream } from '../tokens/index.ts';
import type { Tables } from './called-prompts.ts';
import { type FillingOptions, fillingFrom } from './filling.ts';
import { loadRates } from './load-rates.ts';
import { loadFraming } from './load-shipped.ts';
import { type Plan, planOf } from './plan.ts';
import { type PrintOptions, print } from './print.ts';

export interface EstimateOptions extends PrintOptions, FillingOptions {
  readonly model?: readonly string[];
  readonly allModels?: boolean;
  readonly outputTokens?: number;
  readonly cachedTokens?: number;
  readonly cachedShare?: number;
  readonly compare?: readonly WhatIfAxis[];
  readonly cacheWriteTokens?: number;
  readonly cacheTtl?: CacheTtl;
  readonly requests?: number;
  readonly per?: Period;
  readonly tier?: string;
  readonly region?: string;
  readonly on?: Instant;
  readonly budget?: Money;
  readonly by?: GroupBy;
  /** A form of text, or the id of a kind of sendable. */
  readonly as?: string;
  readonly rates?: string;
  readonly imageSize?: ImageSize;
  readonly column?: string;
  readonly online?: boolean;
  /** Seconds. */
  readonly timeout?: number;
  readonly explain?: boolean;
  readonly epochs?: number;
  readonly promptTokensSaved?: number;
  readonly promptTokens?: number;
  readonly audioSeconds?: number;
}

/** `openai-cost estimate`: what prompts will cost, before they are sent, or what training will. */
export async function runEstimate(
  names: readonly string[],
  options: EstimateOptions,
  io: Io,
): Promise<number> {
  const found = await trainingContent(names, options.as, io);
  if (!('training' in found)) return estimatePrompts(names, options, { ...io, ...found.files });
  const { runFineTuning } = await import('./fine-tuning.ts');
  return runFineTuning(found.training.file, found.training.content, options, io);
}

/** Options that speak of training. */
const OF_TRAINING = {
  epochs: '--epochs',
  promptTokensSaved: '--prompt-tokens-saved',
  promptTokens: '--prompt-tokens',
} as const satisfies Partial<Record<keyof EstimateOptions, string>>;

async function estimatePrompts(
  names: readonly string[],
  options: EstimateOptions,
  io: Io,
): Promise<number> {
  refuse(options, OF_TRAINING, 'is for a fine-tuning file, and there is none alone');
  const rates = await loadRates(io, options.rates);
  const now = instantOf(io.now());
  const plan = planOf(options, rates, now);
  const facts = await factsOf(names, options, plan, { rates, now }, io);
  const { request } = facts;
  const isSingle = alternativesOf(facts).length === 1;
  const report: EstimateReport = {
    ...facts,
    command: 'estimate',
    by: options.by ?? (request.prompts.length > 1 && isSingle ? 'file' : 'model'),
    explain: options.explain ?? false,
    whatIfs: options.compare && (await comparedWith(options.compare, request, plan, rates)),
    findings: findings(ESTIMATE_RULES, facts),
    complete: isComplete(facts),
  };
  await print(report, (format) => format.estimate(), options, io);
  return exitCode(report);
}

/** Reads and counts what is to be sent, and says what it costs. */
async function factsOf(
  names: readonly string[],
  options: EstimateOptions,
  plan: Plan,
  { rates, now }: Pick<EstimateFacts, 'rates' | 'now'>,
  io: Io,
): Promise<EstimateFacts> {
  const framing = await loadFraming(io);
  const filling = await fillingFrom(options, io);
  const read = await readSent(names, options, plan, { rates, framing, filling }, io);
  // Nobody compares what has been decided.
  const isDecided = !options.allModels && read.prompts.some(asksForModel);
  const isAsked = options.model === undefined && isDecided;
  const comparison = options.model === undefined && !isAsked;
  if (options.budget !== undefined && comparison) {
    throw new InputError('--budget needs --model: a comparison of models has no single cost');
  }
  const models = isAsked ? [] : plan.models;
  const { prompts, counts } = options.online
    ? await countedOnline(read.prompts, options, { ...plan, models, rates }, io)
    : { prompts: read.prompts, counts: [] };
  const made = estimate({ ...plan, models, prompts, beginnings: read.beginnings }, rates);
  return {
    ...made,
    unusedOptions: unusedOptions(options, made, read.used),
    ...{ comparison, unreadable: read.unreadable, online: counts, now },
    reasoningModels: reasoningModels(framing),
    unusedValues: filling ? unusedNames(filling) : [],
  };
}

/** @throws InputError where options are given that have no meaning */
export function refuse(
  options: EstimateOptions,
  names: Partial<Record<keyof EstimateOptions, string>>,
  why: string,
): void {
  const given = Object.entries(names).filter(
    ([key]) => options[key as keyof EstimateOptions] !== undefined,
  );
  if (given.length === 0) return;
  throw new InputError(given.map(([, name]) => ({ message: `${name} ${why}; leave it out` })));
}

/** The size of images and the length of audio are looked at while they are counted. */
function unusedOptions(
  { imageSize, audioSeconds, cacheTtl }: EstimateOptions,
  { models }: Estimate,
  used: Counting['used'],
): string[] {
  const items = models
    .flatMap(({ prompts }) => prompts.flatMap(({ lines }) => lines))
    .flatMap((line) => line.items);
  const isWritten = items.some(
    ({ kind, cost }) =>
      WRITE_KINDS.has(kind) || (cost.kind === 'ranged' && cost.doubts.includes(WRITE_DOUBT)),
  );
  return [
    ...(imageSize !== undefined && !used.has('imageSize') ? ['--image-size'] : []),
    ...(audioSeconds !== undefined && !used.has('audioSeconds') ? ['--audio-seconds'] : []),
    ...(cacheTtl !== undefined && !isWritten ? ['--cache-ttl'] : []),
  ];
}

const WRITE_KINDS: ReadonlySet<TokenKind> = new Set(['cacheWrite30m', 'cacheWrite12h']);

async function readSent(
  names: readonly string[],
  options: EstimateOptions,
  plan: Plan,
  { rates, framing, filling }: Pick<Tables, 'rates' | 'framing'> & Pick<Counting, 'filling'>,
  io: Io,
): Promise<ReadPrompts & Pick<EstimateRequest, 'beginnings'> & Pick<Counting, 'used'>> {
  const { as, model, allModels } = options;
  const form = TEXT_FORMS.find((each) => each === as);
  const isSent = form !== 'text' && form !== 'embedding';
  let beginnings: EstimateRequest['beginnings'];
  let used: Counting['used'] = new Set();
  const loaded = once(counting);
  const read = await readPrompts(names, io, {
    counters: once(() => countersFor(plan, rates)),
    inputOf: (countText) => textInput(countText, form ?? 'chat', framing),
    filling,
    keepsContent: options.online === true && isSent,
    sendables: sendablesFor(form, options, loaded),
    ...(isSent ? { beginnings: async () => (await loaded()).across.beginnings } : {}),
  });
  return { ...read, beginnings, used };

  // Most calls are about plain text.
  async function counting() {
    const { loadCounting } = await import('./load-counting.ts');
    const named = allModels ? plan.models : model;
    const tables = await loadCounting(io, {
      ...{ rates, framing, filling, at: plan.at, named, compared: plan.models },
      besides: options.compare?.includes('models') ? plan.models : [],
      imageSize: options.imageSize,
      keepsContent: options.online === true,
      audioSeconds: options.audioSeconds,
    });
    beginnings = tables.across.beginnings;
    used = tables.used;
    return tables;
  }
}

function sendablesFor(
  form: TextForm | undefined,
  { as, column }: EstimateOptions,
  counting: SendableReading['counting'],
): SendableReading | undefined {
  if (form === 'embedding') return { counting, texts: { column } };
  if (column !== undefined) {
    throw new InputError('--column names the texts of --as embedding; add that');
  }
  return form === undefined ? { forced: as, counting } : undefined;
}

/** @throws InputError where nobody has said for which model */
async function countedOnline(
  prompts: readonly Prompt[],
  { model, timeout = DEFAULT_TIMEOUT }: EstimateOptions,
  { models, rates, at }: Plan & { readonly rates: RateTable },
  io: Io,
): Promise<{ prompts: readonly Prompt[]; counts: readonly OnlineCount[] }> {
  if (model === undefined && models.length > 0) {
    throw new InputError('--online needs --model: it does not count for all that are compared');
  }
  const { countOnline } = await import('./online.ts');
  return countOnline(prompts, { models, rates, at, timeoutSeconds: timeout }, io);
}

/** Seconds. */
const DEFAULT_TIMEOUT = 30;

/** What was asked for beside the models that are compared by default, or those that were named. */
async function comparedWith(
  axes: readonly WhatIfAxis[],
  request: EstimateRequest,
  { models }: Plan,
  rates: RateTable,
): Promise<WhatIf[]> {
  const { whatIfs } = await import('../core/estimate/what-if.ts');
  const asked = request.prompts.flatMap(({ asks }) => asks?.model ?? []);
  const all = axes.includes('models')
    ? new Set([...request.models, ...asked, ...models])
    : request.models;
  return whatIfs(request, new Set(axes), [...all], rates);
}

function asksForModel({ asks }: Prompt): boolean {
  return asks?.model !== undefined;
}

/** One counter for each tokenizer that the models need. */
function countersFor({ models, at }: Plan, rates: RateTable): TokenCounters {
  const encodings = models.flatMap((name) => resolveModel(rates, name, at).model?.encoding ?? []);
  return new Map([...new Set(encodings)].map((name) => [name, new TokenStream(name)]));
}

/**
 * Whether the cost is known as far as it was asked for. Of a comparison nobody pays the whole: it
 * is incomplete only when no model has a price.
 */
function isComplete(facts: EstimateFacts): boolean {
  if (facts.unreadable.length > 0) return false;
  const isPriced = (model: ModelEstimate) => costOf(model).unpriced.length === 0;
  if (facts.comparison) return facts.models.some(isPriced);
  const { budget } = facts.request;
  return alternativesOf(facts).every(
    (model) =>
      isPriced(model) && (budget === undefined || judge(facts, model, budget).kind !== 'undecided'),
  );
}
