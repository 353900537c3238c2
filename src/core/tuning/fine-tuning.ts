/** What it costs to fine-tune a model, what the tuned model costs, and from when on that pays. */

import { InputError } from '../input-error.ts';
import { type Money, NOTHING, type Range, span } from '../money.ts';
import { nearestNames, resolveModel } from '../names.ts';
import { type CostLine, priceUsage, type Total, totalOf } from '../price.ts';
import { type Model, type PriceVersion, type RateTable, type Unit, versionAt } from '../rates.ts';
import { type FramingTable, framingOf } from '../request/framing.ts';
import type { Source } from '../source.ts';
import type { Instant } from '../time.ts';
import type { ServiceTier, Usage } from '../usage.ts';
import { counted, eitherOf } from '../wording.ts';
import { type BreakEven, breakEven } from './break-even.ts';
import type { ExampleProblem, TuningMethod } from './fine-tuning-example.ts';
import { defaultEpochs, type FineTuningRules } from './fine-tuning-rules.ts';
import type { EpochTokens } from './training-tokens.ts';

/** A file of examples that has been gone through. */
export interface TrainingFile {
  readonly source: Source;
  readonly bytes: number;
  /** Of most of its examples; undefined where it has none. */
  readonly method: TuningMethod | undefined;
  /** Lines that are not blank. */
  readonly examples: number;
  /** Those that cannot be counted; they are missing in all figures. */
  readonly uncounted: number;
  /** The first of them; `errors` and `warnings` count all. */
  readonly problems: readonly (ExampleProblem & { readonly source: Source })[];
  readonly errors: number;
  readonly warnings: number;
}

export interface TuningRequest {
  /** As they were named: what is to be tuned. Several are alternatives. */
  readonly models: readonly string[];
  readonly at: Instant;
  /** Of the calls that are compared; training has one price. */
  readonly tier: ServiceTier;
  readonly epochs?: number | undefined;
  /** Input tokens of a call that the tuned model does without. */
  readonly promptTokensSaved?: number | undefined;
  /** Of a call of the tuned model; left out, the mean of the examples. */
  readonly promptTokens?: number | undefined;
  readonly outputTokens?: number | undefined;
  /** The most that the training may cost. */
  readonly budget?: Money | undefined;
}

/** A model that can be tuned. */
export interface TunableModel {
  /** The snapshot that a job names. */
  readonly name: string;
  /** What is tuned, and what comes of it. */
  readonly base: Model;
  readonly tuned: Model;
  /** What its training is billed by. */
  readonly unit: Extract<Unit, 'trainingToken' | 'trainingHour'>;
}

export interface ModelTuning {
  /** As it was named. */
  readonly name: string;
  readonly tunable: TunableModel;
  /** The same as `tunable.base`, for rules that speak of models. */
  readonly model: Model;
  readonly tokens: EpochTokens;
  /** Tokens of all epochs. */
  readonly trained: { readonly low: number; readonly high: number | null };
  readonly cost: TrainingCost;
  /** The most that is trained, priced; undefined where it is not billed by tokens that are known. */
  readonly line: CostLine | undefined;
  /** Of a million tokens, before and after. */
  readonly prices: { readonly base: TokenPrices; readonly tuned: TokenPrices };
  /** Only where it was asked for. */
  readonly breakEven: BreakEven | undefined;
}

/** A range, and why there is more than that. */
export interface TrainingCost extends Range {
  readonly unpriced: readonly string[];
}

export interface TokenPrices {
  readonly input: Total;
  readonly output: Total;
}

export interface Tuning {
  readonly rates: RateTable;
  readonly rules: FineTuningRules;
  readonly request: TuningRequest;
  readonly file: TrainingFile;
  readonly epochs: number;
  readonly models: readonly ModelTuning[];
}

const TRAINING_UNITS = ['trainingToken', 'trainingHour'] as const;

/** What can be tuned on a day, as the rate table says. */
export function tunableModels(rates: RateTable, at: Instant): TunableModel[] {
  return rates.models.flatMap((tuned) => {
    const units = versionAt(tuned, at)?.units ?? [];
    const unit = TRAINING_UNITS.find((each) => units.some((price) => price.unit === each));
    if (tuned.kind !== 'fine-tuned' || unit === undefined) return [];
    const names = [...tuned.aliases.map((alias) => alias.name), ...tuned.snapshots, tuned.id];
    return names.flatMap((each): TunableModel[] => {
      const name = each.replace(/^ft:/, '');
      const { model: base } = resolveModel(rates, name, at);
      return base ? [{ name, base, tuned, unit }] : [];
    });
  });
}

/** What is compared by default: what takes such a file and is still there on that day, if anything is. */
export function comparedForTuning(
  rates: RateTable,
  framing: FramingTable,
  at: Instant,
  method: TuningMethod | undefined,
): string[] {
  const fitting = tunableModels(rates, at).filter(
    ({ base, unit }) => unit === unitOf(method) && framingOf(framing, base.id).kind === 'messages',
  );
  const there = fitting.filter(({ name, base }) => {
    const end = base.shutdown.get(name) ?? base.shutdown.get(base.id);
    return end === undefined || at < end;
  });
  const found = there.length > 0 ? there : fitting;
  // Several names of one price are one line.
  const names = new Map(found.map(({ tuned, name }) => [tuned.id, name]));
  return found.filter(({ tuned, name }) => names.get(tuned.id) === name).map(({ name }) => name);
}

/**
 * The model that a job would tune.
 * @throws InputError that lists what can be tuned
 */
export function tunableModel(rates: RateTable, name: string, at: Instant): TunableModel {
  const all = tunableModels(rates, at);
  const named = all.find((each) => each.name === name);
  if (named) return named;
  const { model } = resolveModel(rates, name, at);
  const meant = [model?.id, ...(model?.standsFor.map((each) => each.model) ?? [])];
  const found = all.findLast(({ base }) => meant.includes(base.id));
  if (found) return found;
  const names = all.map((each) => each.name);
  const near = nearestNames([...names, ...all.map(({ base }) => base.id)], name);
  const hint = near.length > 0 ? `; did you mean ${eitherOf(near)}?` : '';
  const what = model ? `${name} cannot be tuned` : `unknown model ${name}`;
  throw new InputError(`${what}${hint} (these can be: ${names.join(', ')})`);
}

export function unitOf(method: TuningMethod | undefined): TunableModel['unit'] {
  return method === 'reinforcement' ? 'trainingHour' : 'trainingToken';
}

/**
 * Prices the training on a file. Pure: everything it needs is in its arguments.
 * @param tokensOf what the file has for a model
 */
export function tuning(
  request: TuningRequest,
  file: TrainingFile,
  tokensOf: (model: TunableModel) => EpochTokens,
  rates: RateTable,
  rules: FineTuningRules,
): Tuning {
  const epochs = request.epochs ?? defaultEpochs(rules.epochs, file.examples);
  const models = request.models.map((name): ModelTuning => {
    const tunable = tunableModel(rates, name, request.at);
    const tokens = tokensOf(tunable);
    const trained = {
      low: tokens.low * epochs,
      high: tokens.high === null ? null : tokens.high * epochs,
    };
    const { cost, line } = trainingCost(request, file, tunable, { ...tokens, trained }, rates);
    const call = (model: string) => callPrice(request, rates, model);
    return {
      ...{ name, tunable, model: tunable.base, tokens, trained, cost, line },
      prices: { base: pricesOf(call(tunable.name)), tuned: pricesOf(call(tunable.tuned.id)) },
      breakEven:
        request.promptTokensSaved === undefined
          ? undefined
          : breakEven(
              cost,
              {
                calls: file.examples - file.uncounted,
                promptTokens: tokens.prompts,
                answerTokens: tokens.answers,
                ...{ saved: request.promptTokensSaved },
                ...{ ofPrompt: request.promptTokens, ofAnswer: request.outputTokens },
              },
              call(tunable.name),
              call(tunable.tuned.id),
            ),
    };
  });
  return { rates, rules, request, file, epochs, models };
}

/** What calls of a model cost that have so many tokens together. */
type CallPrice = (input: number, output: number) => Total;

function callPrice({ at, tier }: TuningRequest, rates: RateTable, model: string): CallPrice {
  return (input, output) =>
    totalOf([
      priceUsage(rates, {
        ...usageAt(at, model, { file: '' }),
        tier,
        tokens: { text: { input, output } },
      }),
    ]);
}

const MILLION = 1_000_000;

function pricesOf(price: CallPrice): TokenPrices {
  return { input: price(MILLION, 0), output: price(0, MILLION) };
}

function trainingCost(
  { at }: TuningRequest,
  file: TrainingFile,
  { tuned, unit, name }: TunableModel,
  { trained, unknown }: Pick<ModelTuning, 'trained'> & Pick<EpochTokens, 'unknown'>,
  rates: RateTable,
): Pick<ModelTuning, 'cost' | 'line'> {
  const missing = missingCost(file, unit, name, versionAt(tuned, at));
  const reasons = missing === undefined ? unknown : [missing];
  if (unit !== unitOf(file.method) || unit === 'trainingHour') {
    return { cost: { ...NOTHING, unpriced: reasons }, line: undefined };
  }
  const usage = usageAt(at, tuned.id, file.source);
  const price = (amount: number) => priceUsage(rates, { ...usage, quantities: [{ unit, amount }] });
  const line = price(trained.high ?? trained.low);
  const [low, high] = [totalOf([price(trained.low)]), totalOf([line])];
  const unpriced = high.unpriced.map(({ item }) =>
    item.cost.kind === 'unpriced' ? item.cost.reason : '',
  );
  return { cost: { low: low.low, high: high.high, unpriced: [...unpriced, ...reasons] }, line };
}

function usageAt(at: Instant, model: string, source: Source): Usage {
  return {
    ...{ source, model, at, tier: 'standard', region: 'global', requests: 1, tokens: {} },
    inputTokensPerRequest: { least: 0, most: 0 },
  };
}

/** Why the cost of the training is not all known, whatever the examples have; undefined if it is. */
function missingCost(
  { method, uncounted, examples }: TrainingFile,
  unit: TunableModel['unit'],
  name: string,
  version: PriceVersion | undefined,
): string | undefined {
  if (unit !== unitOf(method)) {
    return unit === 'trainingHour'
      ? `${name} is tuned by reinforcement alone; examples for it have no answer, and what a grader needs`
      : `${name} is not tuned by reinforcement; name a model that is with --model`;
  }
  if (unit === 'trainingHour') {
    const price = version?.units.find((each) => each.unit === unit)?.usd;
    return `billed at $${price} an hour of training, and for the tokens of the grader; a file tells neither`;
  }
  if (examples === uncounted) return 'no example could be counted';
  return uncounted > 0 ? `${counted(uncounted, 'example')} could not be counted` : undefined;
}

/** What the training costs; of several models, which are alternatives, from the cheapest to the dearest. */
export function trainingRange({ models }: Pick<Tuning, 'models'>): Range | undefined {
  const known = models.filter(({ cost }) => cost.unpriced.length === 0);
  const [first, ...others] = (known.length > 0 ? known : models).map(({ cost }) => cost);
  return first && others.reduce<Range>(span, first);
}
