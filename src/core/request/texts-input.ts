/** What many texts are billed for that are embedded one by one, added up as they come. */
import type { Encoding } from '../encodings.ts';
import type { Model } from '../rates.ts';
import type { Source } from '../source.ts';
import { type InputCount, textCount } from './input-count.ts';
import { InputFold } from './input-fold.ts';

/** An empty text was billed as one token. */
const LEAST_TOKENS = 1;

export class TextsFold {
  readonly #folds: ReadonlyMap<Model | undefined, InputFold>;
  readonly #encodings: readonly Encoding[];
  texts = 0;

  /** @param models those that the texts are counted for */
  constructor(models: readonly (Model | undefined)[]) {
    this.#folds = new Map(models.map((model) => [model, new InputFold(model)]));
    this.#encodings = [...new Set(models.flatMap((model) => model?.encoding ?? []))];
  }

  add(countText: (encoding: Encoding) => number, source: Source): void {
    this.texts++;
    const counts = new Map(this.#encodings.map((encoding) => [encoding, countText(encoding)]));
    for (const [model, fold] of this.#folds) {
      const tokens = model?.encoding ? counts.get(model.encoding) : undefined;
      const input = textCount(tokens === undefined ? null : Math.max(LEAST_TOKENS, tokens));
      fold.add(input, source);
    }
  }

  countInput(model: Model | undefined): InputCount {
    const input = this.#folds.get(model)?.end();
    if (!input) throw new RangeError(`no text was counted for ${model?.id ?? 'this model'}`);
    return input;
  }
}
