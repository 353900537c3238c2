import { judgeSpent } from '../core/budget/spent.ts';
import { InputError } from '../core/input-error.ts';
import type { RateTable } from '../core/rates.ts';
import { exitCode, type TuningFacts, type TuningReport } from '../core/report.ts';
import { countedModel } from '../core/request/framing.ts';
import { instantOf } from '../core/time.ts';
import {
  comparedForTuning,
  type ModelTuning,
  type TrainingFile,
  type TunableModel,
  type TuningRequest,
  tunableModel,
  tuning,
} from '../core/tuning/fine-tuning.ts';
import type { TuningMethod } from '../core/tuning/fine-tuning-example.ts';
import { exampleLimit, type FineTuningRules } from '../core/tuning/fine-tuning-rules.ts';
import {
  ExampleCounter,
  type TrainingTables,
  TrainingTally,
} from '../core/tuning/training-tokens.ts';
import { unreadable } from '../input/file-names.ts';
import { readTrainingFile } from '../input/fine-tuning-file.ts';
import type { Io } from '../io.ts';
import { findings } from '../rules/index.ts';
import { TUNING_RULES } from '../rules/tuning-rules.ts';
import { countTokens } from '../tokens/index.ts';
import { type EstimateOptions, refuse } from './estimate.ts';
import { loadRates } from './load-rates.ts';
import { loadFineTuningRules, loadFraming, loadImageRules } from './load-shipped.ts';
import { print } from './print.ts';
import { requestCounter } from './request-counter.ts';
import { tierOf } from './tier.ts';

/** Options of an estimate that say nothing of a fine-tuning job. */
const WITHOUT_MEANING = {
  allModels: '--all-models',
  cachedTokens: '--cached-tokens',
  cachedShare: '--cached-share',
  compare: '--compare',
  cacheWriteTokens: '--cache-write-tokens',
  cacheTtl: '--cache-ttl',
  requests: '--requests',
  per: '--per',
  region: '--region',
  by: '--by',
  audioSeconds: '--audio-seconds',
  imageSize: '--image-size',
  online: '--online',
  vars: '--vars',
  column: '--column',
  var: '--var',
  varTokens: '--var-tokens',
  template: '--template',
} as const satisfies Partial<Record<keyof EstimateOptions, string>>;

/** `openai-cost estimate` of a fine-tuning file: what the training costs, and when it pays. */
export async function runFineTuning(
  file: string,
  chunks: AsyncIterable<Uint8Array>,
  options: EstimateOptions,
  io: Io,
): Promise<number> {
  const rates = await loadRates(io, options.rates);
  const rules = await loadFineTuningRules(io);
  const plan = planOf(options, rates, rules);
  const now = instantOf(io.now());
  const at = options.on ?? now;
  // What a file is for shows only when it has been read: until then, it may be for either.
  const framing = await loadFraming(io);
  const compared = (method: TuningMethod) => comparedForTuning(rates, framing, at, method);
  const names = options.model ?? [...compared('supervised'), ...compared('reinforcement')];
  const counter = requestCounter(framing, await loadImageRules(io));
  const examples = new ExampleCounter(counter, framing, countTokens);
  const models = names.map((name) => tunableModel(rates, name, at));
  const tallies = talliesFor(models, { examples, framing, rules });
  const read = await readExamples(file, chunks, rules, tallies);
  const request: TuningRequest = {
    ...plan,
    models: options.model ?? compared(read.method ?? 'supervised'),
    at,
  };
  const facts: TuningFacts = {
    ...tuning(request, read, (model) => tokensOf(tallies, model), rates, rules),
    comparison: options.model === undefined,
    now,
  };
  const report: TuningReport = {
    ...facts,
    command: 'tuning',
    explain: options.explain ?? false,
    findings: findings(TUNING_RULES, facts),
    complete: isComplete(facts),
  };
  await print(report, (format) => format.tuning(), options, io);
  return exitCode(report);
}

/** The request but for its models, which depend on the file. */
function planOf(
  options: EstimateOptions,
  rates: RateTable,
  rules: FineTuningRules,
): Omit<TuningRequest, 'models' | 'at'> {
  const { epochs, budget, promptTokensSaved, promptTokens, outputTokens } = options;
  refuse(options, WITHOUT_MEANING, 'says nothing of a fine-tuning file');
  if (budget !== undefined && options.model === undefined) {
    throw new InputError('--budget needs --model: a comparison of models has no single cost');
  }
  const [least, most] = rules.epochs.allowed;
  if (epochs !== undefined && (epochs < least || epochs > most)) {
    throw new InputError(`--epochs must be from ${least} to ${most}, which is what the API takes`);
  }
  const tier = tierOf(options.tier ?? 'standard', rates);
  return { tier, epochs, budget, promptTokensSaved, promptTokens, outputTokens };
}

type Tallies = ReadonlyMap<string, { readonly tally: TrainingTally; readonly isCounted: boolean }>;

/** By the snapshot that is tuned. */
function talliesFor(models: readonly TunableModel[], tables: TrainingTables): Tallies {
  return new Map(
    models.map(({ name, base, unit }) => {
      const tally = new TrainingTally(countedModel(base), exampleLimit(tables.rules, name), tables);
      // What is billed by the hour needs no count.
      return [name, { tally, isCounted: unit === 'trainingToken' }];
    }),
  );
}

function tokensOf(tallies: Tallies, { name }: TunableModel) {
  const found = tallies.get(name);
  if (!found) throw new RangeError(`not counted for ${name}`);
  return found.tally.end();
}

async function readExamples(
  file: string,
  chunks: AsyncIterable<Uint8Array>,
  { fewestExamples }: FineTuningRules,
  tallies: Tallies,
): Promise<TrainingFile> {
  const counted = [...tallies.values()].filter(({ isCounted }) => isCounted);
  try {
    return await readTrainingFile(file, chunks, fewestExamples, (conversations) => {
      for (const { tally } of counted) tally.add(conversations);
    });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    throw new InputError([{ source: { file }, message: unreadable(error) }]);
  }
}

/** Of a comparison nobody pays the whole: it is incomplete only when no model has a cost. */
function isComplete({ models, comparison, request, file }: TuningFacts): boolean {
  const isKnown = ({ cost }: ModelTuning) => cost.unpriced.length === 0;
  if (file.uncounted > 0) return false;
  if (comparison) return models.some(isKnown);
  const { budget } = request;
  return models.every(
    ({ cost }) =>
      cost.unpriced.length === 0 &&
      (budget === undefined || judgeSpent(cost, budget, undefined).kind !== 'undecided'),
  );
}
