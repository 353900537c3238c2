/** What many texts are billed for that are embedded one by one, added up as they come. */
import type { Encoding } from './encodings.ts';
import { type InputCount, textCount } from './input-count.ts';
import { InputFold } from './input-fold.ts';
import type { Model } from './rates.ts';

/** An empty text was billed as one token. */
const LEAST_TOKENS = 1;

export class TextsFold {
  readonly #folds: ReadonlyMap<Model | undefined, { fits: InputFold; isTooLong: InputFold }>;
  readonly #encodings: readonly Encoding[];
  texts = 0;

  /** @param models those that the texts are counted for */
  constructor(models: readonly (Model | undefined)[]) {
    this.#folds = new Map(
      models.map((model) => [
        model,
        { fits: new InputFold(model), isTooLong: new InputFold(model) },
      ]),
    );
    this.#encodings = [...new Set(models.flatMap((model) => model?.encoding ?? []))];
  }

  add(countText: (encoding: Encoding) => number): void {
    this.texts++;
    const counts = new Map(this.#encodings.map((encoding) => [encoding, countText(encoding)]));
    for (const [model, { fits, isTooLong }] of this.#folds) {
      const tokens = model?.encoding ? counts.get(model.encoding) : undefined;
      const most = model?.maxInputTokens ?? model?.contextWindow ?? Number.POSITIVE_INFINITY;
      const fold = tokens !== undefined && tokens > most ? isTooLong : fits;
      fold.add(textCount(tokens === undefined ? null : Math.max(LEAST_TOKENS, tokens)));
    }
  }

  /** Those that are too long are a share of their own: the API would refuse them. */
  countInput(model: Model | undefined): InputCount {
    const { fits, isTooLong } = this.#folds.get(model) ?? {};
    const some = [fits?.end(), isTooLong?.end()].filter((input) => input !== undefined);
    const [first, second] = some;
    if (!first) throw new RangeError(`no text was counted for ${model?.id ?? 'this model'}`);
    if (!second) return first;
    const { low, expected, high } = second.total;
    return {
      shares: [...first.shares, ...second.shares],
      total: {
        basis: first.total.basis,
        low: first.total.low + low,
        expected:
          expected === null || first.total.expected === null
            ? null
            : first.total.expected + expected,
        high: high === null || first.total.high === null ? null : first.total.high + high,
      },
      parts: [],
    };
  }
}
