import type { PricedRepeats } from '../core/estimate/estimate.ts';
import { MOST_REMEMBERED } from '../core/estimate/repeats.ts';
import { totalOf } from '../core/price.ts';
import type { EstimateFacts } from '../core/report.ts';
import type { Source } from '../core/source.ts';
import { count, counted, usdRange } from '../core/wording.ts';
import { listed, type Rule } from './rule.ts';

/** The same request twice is mostly a mistake, and always paid for twice. */
export const duplicates: Rule<EstimateFacts> = {
  id: 'duplicates',
  severity: 'warning',
  *check({ models }) {
    for (const { name, prompts } of models) {
      for (const { prompt, repeats } of prompts) {
        if (!repeats) continue;
        const of = models.length > 1 ? ` to ${name}` : '';
        const are = repeats.requests === 1 ? 'is' : 'are';
        const least = repeats.isPartial ? 'at least ' : '';
        yield {
          source: prompt.source,
          message: `${least}${counted(repeats.requests, 'request')}${of} ${are} the same as an earlier one, and ${costText(repeats.lines)}: ${placesOf(repeats)}`,
          rows: repeats.requests,
        };
      }
    }
  },
};

function costText(lines: PricedRepeats['lines']): string {
  const total = totalOf(lines);
  if (total.unpriced.length > 0)
    return total.high === 0n
      ? 'no price is known'
      : `cost at least ${usdRange({ low: total.low, high: total.low })}`;
  return `cost ${usdRange(total)}`;
}

function placesOf({ most, different, isPartial }: PricedRepeats): string {
  const told = most.map(({ first, others, requests }) => {
    const places = others.map((source) => placeIn(source, first));
    const more = requests - 1 - others.length;
    const all = more > 0 ? [...places, counted(more, 'more')] : places;
    return `${placeIn(first, undefined)} again in ${listed(all)}`;
  });
  const others = different - most.length;
  return [
    ...told,
    ...(others > 0 ? [`${count(others)} more that come again`] : []),
    ...(isPartial ? [`only the first ${count(MOST_REMEMBERED)} different ones are compared`] : []),
  ].join('; ');
}

/** `line 3`, with its file where that is another. */
function placeIn({ file, line }: Source, first: Source | undefined): string {
  if (line === undefined) return file;
  return first === undefined || first.file === file ? `line ${line}` : `${file}:${line}`;
}
