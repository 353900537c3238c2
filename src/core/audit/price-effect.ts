/** What prices of another day make of the same usage: was more used, or did prices change? */

import { addRanges, compare, type Money, NOTHING, type Range, span } from '../money.ts';
import type { RateTable } from '../rates.ts';
import { type PricedCell, type PricingOptions, priceCell } from './audit.ts';
import type { Cell } from './ledger.ts';

/** A cell at the prices that were in force. */
export interface InForce {
  readonly priced: PricedCell;
  /** What it costs more at the other prices; undefined where it has no price at one of the two. */
  readonly effect: Range | undefined;
}

/** By the cell, for all that were priced at the rates of one day. */
export type PriceEffects = ReadonlyMap<Cell, InForce>;

export interface PriceEffect {
  /** What has a price, at the prices that were in force. */
  readonly inForce: Range;
  /** Rows that had no price then: the sum is a lower bound. */
  readonly rowsUnpriced: number;
  /** How much more it costs at the other prices, negative where it is less; undefined if of no row. */
  readonly effect: Range | undefined;
  /** Rows that have no price at one of the two, and are not in the effect. */
  readonly rowsLeftOut: number;
}

/** @param options those of the prices of another day, with `ratesAsOf` */
export function priceEffects(
  rates: RateTable,
  cells: readonly PricedCell[],
  options: PricingOptions,
): PriceEffects {
  const thatDay: PricingOptions = { ...options, memo: new Map() };
  const inForce: PricingOptions = { ...options, ratesAsOf: undefined, memo: new Map() };
  return new Map(
    cells.map((other) => {
      const priced = priceCell(rates, other.cell, inForce);
      const isPriced = [priced, other].every(({ state }) => state !== 'unpriced');
      const effect = isPriced ? effectIn(priced, other) : undefined;
      return [other.cell, { priced, effect }];
    }),
  );

  function effectIn(priced: PricedCell, other: PricedCell): Range | undefined {
    if (priced.state !== 'ranged' && other.state !== 'ranged') return difference(priced, other);
    const effects: Range[] = [];
    for (const way of waysOf(priced)) {
      const before = priceCell(rates, way, inForce);
      // A tier that the model did not have is no way in which it can have happened.
      if (before.state === 'unpriced') continue;
      const after = priceCell(rates, way, thatDay);
      if (after.state === 'unpriced') return undefined;
      effects.push(difference(before, after));
    }
    return effects.length === 0 ? undefined : effects.reduce(span);
  }
}

/** Each tier and context band that the data leaves open, alone: it is the same at both prices. */
function waysOf({ cell, line }: PricedCell): Cell[] {
  const above = line.model?.longContextAbove ?? Number.POSITIVE_INFINITY;
  const { least, most } = cell.inputTokensPerRequest;
  const lengths =
    least <= above && most > above
      ? [
          { least, most: above },
          { least: above + 1, most },
        ]
      : [{ least, most }];
  return cell.tiers.flatMap((tier) =>
    lengths.map((inputTokensPerRequest) => ({ ...cell, tiers: [tier], inputTokensPerRequest })),
  );
}

/** What is still open is open in the same way at both prices. */
function difference({ cost: before }: PricedCell, { cost: after }: PricedCell): Range {
  const ends = [after.low - before.low, after.high - before.high] as Money[];
  const [low, high] = ends.sort(compare);
  return { low: low ?? NOTHING.low, high: high ?? NOTHING.high };
}

/** What some cells come to. */
export function effectOf(cells: Iterable<PricedCell>, effects: PriceEffects): PriceEffect {
  let [inForce, effect] = [NOTHING, NOTHING];
  let [rowsKnown, rowsUnpriced, rowsLeftOut] = [0, 0, 0];
  for (const { cell } of cells) {
    const known = effects.get(cell);
    if (!known) continue;
    inForce = addRanges(inForce, known.priced.cost);
    if (known.priced.state === 'unpriced') rowsUnpriced += cell.rows;
    if (known.effect) {
      effect = addRanges(effect, known.effect);
      rowsKnown += cell.rows;
    } else rowsLeftOut += cell.rows;
  }
  const isKnown = rowsKnown > 0 || rowsLeftOut === 0;
  return { inForce, rowsUnpriced, effect: isKnown ? effect : undefined, rowsLeftOut };
}
