import { larger, type Money, ZERO } from '../core/money.ts';
import type { PrefixSaving } from '../core/prefix/prefix-saving.ts';
import type { EstimateFacts } from '../core/report.ts';
import { count, usd } from '../core/wording.ts';
import { type Remark, type Rule, shortened } from './rule.ts';

/** Of a comparison of many models each would say much the same. */
const MOST_MODELS = 3;
const SHOWN = 3;

/** What all requests begin with is paid for in full each time, unless it is read from the cache. */
export const sharedPrefix: Rule<EstimateFacts> = {
  id: 'shared-prefix',
  severity: 'note',
  *check({ models }) {
    if (models.length > MOST_MODELS) return;
    for (const { name, prefixes } of models) {
      const remarks = prefixes.filter(isWorthTelling).map((prefix) => remarkOn(prefix, name));
      yield* shortened(remarks, SHOWN, (others) => ({
        message: `and ${count(others)} more groups of requests to ${name} that begin alike`,
      }));
    }
  },
};

/** Half of what the cache takes can be made up for; less is no prompt to cache. */
function isWorthTelling(prefix: PrefixSaving): boolean {
  return bestOf(prefix) > ZERO || prefix.tokens * 2 >= prefix.minimum;
}

function bestOf({ saving, better }: PrefixSaving): Money {
  return larger(saving.high, better?.saving.high ?? ZERO);
}

function remarkOn(prefix: PrefixSaving, name: string): Remark {
  const { first, requests, tokens, minimum } = prefix;
  const few = tokens < minimum ? `; the cache takes ${count(minimum)} and more` : '';
  const begin = tokens === 0 ? '' : ` begin with the same ${count(tokens)} tokens${few}`;
  const clauses = [asItIs(prefix), ifChanged(prefix, name)].filter((text) => text !== '');
  const what = `${count(requests)} requests to ${name}${begin}`;
  return {
    source: first,
    message: [what, clauses.join('; ')]
      .filter((text) => text !== '')
      .join(begin === '' ? ': ' : '; '),
    saving: { low: ZERO, high: bestOf(prefix) },
    certainty: 'possible',
  };
}

function asItIs({ cacheable, saving, writing, tier }: PrefixSaving): string {
  if (cacheable === 0) return '';
  const chance = tier === 'batch' ? ', which nobody promises in a batch' : '';
  const cost = writing
    ? `; if each of them writes them and none reads them, they cost ${usd(writing.high)} more`
    : '';
  return `caching saves up to ${usd(saving.high)} if one of them writes ${count(cacheable)} tokens and all others read them${chance}${cost}`;
}

function ifChanged({ cacheable, better, tokens }: PrefixSaving, name: string): string {
  if (!better) return '';
  const most = usd(better.saving.high);
  if (better.change === 'order') {
    return `${better.differsIn} differs, and much that is the same comes after it: with what differs put last, ${count(better.cacheable)} tokens could be read from the cache, which saves up to ${most}`;
  }
  const now = cacheable === 0 ? 'none of them is' : `${count(cacheable)} of them are`;
  return `${now} read from the cache, as ${name} reads only up to a mark or to where an earlier request ended: a prompt_cache_breakpoint after these ${count(tokens)} tokens saves up to ${most}`;
}
