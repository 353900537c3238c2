/** What the requests of an estimate begin with alike, in whatever files they are. */

import { compare, larger, type Money, ZERO } from '../money.ts';
import { countedModel } from '../request/framing.ts';
import type { ModelRequest } from '../request/request.ts';
import type { RequestCounter } from '../request/request-tokens.ts';
import type { Source } from '../source.ts';
import {
  type BetterPrefix,
  nothingShared,
  orderSaving,
  type PrefixCounting,
  type PrefixPricing,
  type PrefixSaving,
  prefixSaving,
} from './prefix-saving.ts';
import { VaryingParts } from './shared-parts.ts';
import { definitionsOf, type SentTo, SharedPrefixes } from './shared-prefix.ts';

/** Groups that are counted and priced: those with the most requests. */
const MOST_PRICED = 100;

export class Beginnings {
  readonly #counter: RequestCounter;
  readonly #prefixes: SharedPrefixes;
  readonly #parts: VaryingParts;

  /** @param keyOf what stands for a text that may be long */
  constructor(counter: RequestCounter, keyOf: (text: string) => string) {
    this.#counter = counter;
    this.#prefixes = new SharedPrefixes(keyOf);
    this.#parts = new VaryingParts(keyOf);
  }

  add(request: ModelRequest, to: SentTo, source: Source): void {
    // What only OpenAI has comes before anything that could be compared.
    if (request.kind !== 'conversation' || request.elsewhere.length > 0) return;
    const definitions = definitionsOf(request, to);
    this.#prefixes.add(request, to, source, definitions);
    this.#parts.add(request, to, source, definitions);
  }

  /** Of requests to one model, those first that may save the most. */
  savings(to: SentTo['model'], pricing: PrefixPricing): PrefixSaving[] {
    const model = countedModel(pricing.model);
    const rule = this.#counter.cachingRule(model);
    if (!rule) return [];
    const counting: PrefixCounting = {
      rule,
      countBeginning: (request) => this.#counter.countBeginning(request, model),
    };
    const found = this.#prefixes
      .list(to)
      .slice(0, MOST_PRICED)
      .flatMap((shared) => prefixSaving(shared, counting, pricing) ?? []);
    for (const shared of this.#parts.list(to).slice(0, MOST_PRICED)) {
      const { first, requests } = shared;
      const all = requests * pricing.calls;
      const index = found.findIndex((each) => each.first === first && each.requests === all);
      const known = found[index] ?? nothingShared(shared, counting, pricing);
      const better = orderSaving(shared, counting, pricing);
      if (!better || !isWorthMoving(better, known)) continue;
      found.splice(index < 0 ? found.length : index, 1, { ...known, better });
    }
    return found.sort((a, b) => compare(bestOf(b), bestOf(a)));
  }
}

/** A few tokens more, such as the line break at the end, are no reason to rearrange a prompt. */
function isWorthMoving({ cacheable, saving }: BetterPrefix, known: PrefixSaving): boolean {
  const before = known.better?.cacheable ?? known.cacheable;
  return saving.high > bestOf(known) && (cacheable - before) * 100 > before;
}

function bestOf({ saving, better }: PrefixSaving): Money {
  return larger(saving.high, better?.saving.high ?? ZERO);
}
