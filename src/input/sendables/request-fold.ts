/** Adds up the requests of a file, for each model that they are to be counted for. */
import type { Prompt } from '../../core/estimate/estimate.ts';
import type { Repeated } from '../../core/estimate/repeats.ts';
import type { RepeatCount, SentLines } from '../../core/estimate/sent-lines.ts';
import { resolveModel } from '../../core/names.ts';
import type { Model } from '../../core/rates.ts';
import { type CallShare, type InputCount, unknownCount } from '../../core/request/input-count.ts';
import { InputFold } from '../../core/request/input-fold.ts';
import type { ModelRequest } from '../../core/request/request.ts';
import type { Source } from '../../core/source.ts';
import type { ServiceTier } from '../../core/usage.ts';
import { counted } from '../../core/wording.ts';
import type { Counting } from './kind.ts';

/** A request on its way to being counted. */
export interface Call {
  /** As the request names it. */
  readonly model: string | undefined;
  /** Where it asks for one. */
  readonly tier: ServiceTier | undefined;
  /** The same for the same body to the same endpoint, and for nothing else; undefined if unknown. */
  readonly digest: string | undefined;
  /** Undefined for what is no conversation and no text. */
  readonly request: ModelRequest | undefined;
  countInput(model: Model | undefined): InputCount;
}

export interface RequestCounts {
  readonly requests: number;
  readonly nameless: { readonly requests: number; readonly first: Source } | undefined;
}

/** A file of more is no file of requests. */
const MOST_MODELS = 1_000;
/** Repeated requests of which the cost is told one by one: the most frequent ones. */
const MOST_REPEATED_TOLD = 3;
/** Repeated requests of which it is remembered what one comes to. */
const MOST_REPEATED_COUNTED = 1_000;

export class RequestFold {
  readonly #counting: Counting;
  /** Of all requests, where they do not say another. */
  readonly #tier: ServiceTier | undefined;
  /** By the model that requests name; undefined where they name none, or it does not matter. */
  readonly #byModel = new Map<string | undefined, ModelFold>();

  constructor(counting: Counting, tier: ServiceTier | undefined) {
    this.#counting = counting;
    this.#tier = tier;
  }

  /** Why it cannot be counted, if it cannot. */
  add(call: Call, source: Source): string | undefined {
    const { across, models } = this.#counting;
    const name = models ? undefined : call.model;
    const fold = this.#byModel.get(name) ?? this.#begin(name);
    if (!fold) return `more than ${counted(MOST_MODELS, 'model')} in one file`;
    const tier = this.#tier ?? call.tier;
    const { digest } = call;
    const repeated = digest === undefined ? undefined : across.repeats.add(digest, source);
    fold.add(call, source, tier, repeated);
    if (call.request) {
      across.beginnings.add(call.request, { model: name, tier: tier ?? 'standard' }, source);
    }
    return undefined;
  }

  /**
   * A prompt for each model that requests name.
   * @param linesOf what is known of the file, with the requests that are priced and those that
   *   name no model where others do
   */
  end(file: string, bytes: number, linesOf: (counts: RequestCounts) => SentLines): Prompt[] {
    const all = [...this.#byModel];
    const folds = all.length > 1 ? all.filter(([name]) => name !== undefined) : all;
    const nameless = all.length > 1 ? this.#byModel.get(undefined) : undefined;
    const requests = folds.reduce((sum, [, fold]) => sum + fold.requests, 0);
    const lines = linesOf({ requests, nameless });
    return folds.map(([name, fold], index) => {
      // What is known of a file is said once.
      const isFirst = index === 0;
      return {
        source: { file },
        bytes: isFirst ? bytes : 0,
        peculiarities: [],
        asks: { model: name, tier: this.#tier },
        countInput: (model) => fold.countInput(model, isFirst ? missing(lines) : undefined),
        countRepeats: (model) => fold.countRepeats(model, this.#counting.across.repeats.isFull),
        ...(isFirst ? { lines } : {}),
      };
    });
  }

  #begin(name: string | undefined): ModelFold | undefined {
    if (this.#byModel.size >= MOST_MODELS) return undefined;
    const { rates, at, models, compared, besides } = this.#counting;
    const targets =
      models ?? (name === undefined ? compared : [resolveModel(rates, name, at).model]);
    const fold = new ModelFold([...targets, ...besides]);
    this.#byModel.set(name, fold);
    return fold;
  }
}

/** What lines that are no requests leave open. */
function missing({ bad }: SentLines): string | undefined {
  const [first] = bad.first;
  if (!first) return undefined;
  const place = bad.all === 1 ? `line ${first.line}` : `the first is line ${first.line}`;
  return `${counted(bad.all, 'line')} that cannot be read (${place}: ${first.reason})`;
}

/** Requests that name the same model, counted for each model that somebody may ask about. */
class ModelFold {
  readonly #folds: ReadonlyMap<Model | undefined, { all: InputFold; repeats: InputFold }>;
  /** What one of the requests that come again is billed for. */
  readonly #repeated = new Map<Repeated, Map<Model | undefined, readonly CallShare[]>>();
  #repeats = 0;
  #different = 0;
  #first: Source | undefined;
  requests = 0;

  constructor(models: readonly (Model | undefined)[]) {
    this.#folds = new Map(
      models.map((model) => [model, { all: new InputFold(model), repeats: new InputFold(model) }]),
    );
  }

  add(
    call: Call,
    source: Source,
    tier: ServiceTier | undefined,
    repeated: Repeated | undefined,
  ): void {
    this.requests++;
    this.#first ??= source;
    if (repeated) this.#repeats++;
    if (repeated?.requests === 2) this.#different++;
    for (const [model, { all, repeats }] of this.#folds) {
      const input = withTier(call.countInput(model), tier);
      all.add(input, source);
      if (!repeated) continue;
      repeats.add(input);
      this.#remember(repeated, model, input.shares);
    }
  }

  get first(): Source {
    return this.#first ?? { file: '' };
  }

  /** @param missing why there is more than was counted */
  countInput(model: Model | undefined, missing: string | undefined): InputCount {
    const input = this.#folds.get(model)?.all.end() ?? this.#notCountedFor(model);
    const [first, ...others] = input.shares;
    if (missing === undefined || !first) return input;
    const shares = [{ ...first, unknown: [...first.unknown, missing] }, ...others];
    return { ...input, shares };
  }

  countRepeats(model: Model | undefined, isPartial: boolean): RepeatCount | undefined {
    const shares = this.#folds.get(model)?.repeats.end()?.shares;
    if (!shares) return undefined;
    const most = [...this.#repeated]
      .sort(([a], [b]) => b.requests - a.requests)
      .slice(0, MOST_REPEATED_TOLD)
      .map(([repeated, byModel]) => ({ ...repeated, shares: byModel.get(model) ?? [] }));
    return { requests: this.#repeats, different: this.#different, shares, most, isPartial };
  }

  #remember(repeated: Repeated, model: Model | undefined, shares: readonly CallShare[]): void {
    let byModel = this.#repeated.get(repeated);
    if (!byModel) {
      if (this.#repeated.size >= MOST_REPEATED_COUNTED) return;
      byModel = new Map();
      this.#repeated.set(repeated, byModel);
    }
    if (!byModel.has(model)) byModel.set(model, shares);
  }

  /** A file is read once, and other files may name models that were not known then. */
  #notCountedFor(model: Model | undefined): InputCount {
    const name = model?.id ?? 'an unknown model';
    const { shares, ...rest } = unknownCount(
      `it was read before anybody asked for ${name}; name the models with --model`,
    );
    return { ...rest, shares: shares.map((share) => ({ ...share, calls: this.requests })) };
  }
}

function withTier(input: InputCount, tier: ServiceTier | undefined): InputCount {
  if (tier === undefined) return input;
  return { ...input, shares: input.shares.map((share) => ({ ...share, tier })) };
}
