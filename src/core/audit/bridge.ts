/**
 * From the cost of one period to that of a later one: how much of the difference prices make, and how
 * much use. Practice calls it a price-volume variance.
 */

import type { Period } from '../calendar.ts';
import {
  addRanges,
  compare,
  larger,
  type Money,
  NOTHING,
  type Range,
  subtract,
  ZERO,
} from '../money.ts';
import type { AuditFacts } from '../report.ts';
import { addDays, dayStart, type Instant } from '../time.ts';
import {
  type Dimension,
  EMPTY_SUM,
  groupBy,
  type PricedCell,
  priceCell,
  type Sum,
  TIME_DIMENSIONS,
} from './audit.ts';
import type { Cell } from './ledger.ts';
import { effectOf, type PriceEffects, priceEffects } from './price-effect.ts';

/**
 * The parts of a difference. Where all are exact they add up to it; of ranges each holds the truth,
 * and so does their sum.
 */
export interface Change {
  readonly difference: Range;
  /** What is used now at its own prices, less the same at those of the earlier period's end. */
  readonly byPrices: Range;
  /** The rest: that at those prices, less what the earlier period cost. */
  readonly byUse: Range;
}

export interface BridgeLine {
  /** The model, or whatever else is grouped by; undefined where the data does not tell. */
  readonly value: string | undefined;
  readonly status: 'both' | 'new' | 'gone';
  readonly before: Sum;
  readonly now: Sum;
  /** Undefined where use of either period has no price. */
  readonly change: Change | undefined;
  /** Of now, those without a price at the earlier period's end: all that they cost is by use. */
  readonly rowsWithoutEarlierPrice: number;
}

/** One of the two periods. */
export interface BridgeSide {
  /** What was asked for; where no end was, that of the data. */
  readonly asked: Period;
  /** As much of it as the data is about, in whole days; a day that is still going on counts in part. */
  readonly data: Period;
  readonly perDay: Range;
}

export interface Bridge {
  readonly by: Dimension;
  /** The last moment of the earlier period, whose prices are compared with. */
  readonly pricesOf: Instant;
  readonly before: BridgeSide;
  readonly now: BridgeSide;
  /** The greatest change first, and what nobody knows last. */
  readonly lines: readonly BridgeLine[];
  /** Of all lines whose change is known. */
  readonly change: Change;
  /** What prices that changed within the earlier period make of it; it is part of the use. */
  readonly priceChangeBefore: Range;
}

export interface Compared {
  readonly facts: AuditFacts;
  /** As it was asked for. */
  readonly period: Period;
}

export function bridge(before: Compared, now: Compared): Bridge {
  const { rates, request, now: clock } = now.facts;
  const pricesOf = (before.period.end - 1) as Instant;
  const atEarlier = pricesAt(pricesOf, now.facts);
  const [first = 'model'] = request.by;
  const by = TIME_DIMENSIONS.has(first) ? 'model' : first;
  const groupsOf = ({ facts }: Compared) =>
    new Map(groupBy(facts.cells, [by]).map((group) => [group.value, group]));
  const [groupsBefore, groupsNow] = [groupsOf(before), groupsOf(now)];
  const values = new Set([...groupsNow.keys(), ...groupsBefore.keys()]);
  const lines = [...values]
    .map((value): BridgeLine => {
      const { sum: was = EMPTY_SUM } = groupsBefore.get(value) ?? {};
      const { sum: is = EMPTY_SUM, cells = [] } = groupsNow.get(value) ?? {};
      const status = !groupsBefore.has(value) ? 'new' : groupsNow.has(value) ? 'both' : 'gone';
      return { value, status, before: was, now: is, ...changeOf(was, is, cells, atEarlier) };
    })
    .sort(greatestFirst);
  const ofEarlier = pricesAt(pricesOf, before.facts);
  return {
    by,
    pricesOf,
    before: sideOf(before, clock),
    now: sideOf(now, clock),
    lines,
    change: lines.reduce((sum, { change = NO_CHANGE }) => sumOfChanges(sum, change), NO_CHANGE),
    priceChangeBefore: effectOf(before.facts.cells, ofEarlier.effects).effect ?? NOTHING,
  };

  function pricesAt(at: Instant, { cells }: AuditFacts): AtEarlier {
    const pricing = { region: request.region, ratesAsOf: at, memo: new Map() };
    const priced = cells.map(({ cell }) => priceCell(rates, cell, pricing));
    return {
      costs: new Map(priced.map(({ cell, cost }) => [cell, cost])),
      effects: priceEffects(rates, priced, pricing),
    };
  }
}

/** At the prices of the earlier period's end. */
interface AtEarlier {
  readonly costs: ReadonlyMap<Cell, Range>;
  /** How much more that is than at the prices in force. */
  readonly effects: PriceEffects;
}

function changeOf(
  before: Sum,
  now: Sum,
  cells: readonly PricedCell[],
  { costs, effects }: AtEarlier,
): Pick<BridgeLine, 'change' | 'rowsWithoutEarlierPrice'> {
  if (before.rows.unpriced + now.rows.unpriced > 0) {
    return { change: undefined, rowsWithoutEarlierPrice: 0 };
  }
  let [atEarlier, byPrices] = [NOTHING, NOTHING];
  let rows = 0;
  for (const { cell, cost } of cells) {
    const effect = effects.get(cell)?.effect;
    if (effect) {
      byPrices = difference(byPrices, effect);
      atEarlier = addRanges(atEarlier, costs.get(cell) ?? NOTHING);
    } else {
      atEarlier = addRanges(atEarlier, cost);
      rows += cell.rows;
    }
  }
  const change = {
    difference: difference(now.cost, before.cost),
    byPrices,
    byUse: difference(atEarlier, before.cost),
  };
  return { change, rowsWithoutEarlierPrice: rows };
}

/** Of two ranges that have nothing to do with each other. */
function difference(a: Range, b: Range): Range {
  return { low: subtract(a.low, b.high), high: subtract(a.high, b.low) };
}

const NO_CHANGE: Change = { difference: NOTHING, byPrices: NOTHING, byUse: NOTHING };

function sumOfChanges(a: Change, b: Change): Change {
  return {
    difference: addRanges(a.difference, b.difference),
    byPrices: addRanges(a.byPrices, b.byPrices),
    byUse: addRanges(a.byUse, b.byUse),
  };
}

function greatestFirst(a: BridgeLine, b: BridgeLine): number {
  if (!a.change || !b.change) return Number(!a.change) - Number(!b.change) || byValue(a, b);
  return compare(sizeOf(b.change), sizeOf(a.change)) || byValue(a, b);
}

function sizeOf({ difference: { low, high } }: Change): Money {
  return larger(high, subtract(ZERO, low));
}

function byValue({ value: a = '' }: BridgeLine, { value: b = '' }: BridgeLine): number {
  return a < b ? -1 : 1;
}

function sideOf({ facts, period }: Compared, clock: Instant): BridgeSide {
  const { covered = period, total } = facts;
  const start = Math.max(dayStart(covered.start), period.start) as Instant;
  const dayEnd = addDays(dayStart((covered.end - 1) as Instant), 1);
  const whole = Math.min(dayEnd, period.end) as Instant;
  const end = clock > start && clock < whole ? clock : whole;
  return { asked: period, data: { start, end }, perDay: perDay(total.cost, end - start) };
}

const DAY_SECONDS = 86_400n;

/** Rounded to the money unit: down where it is one amount, outwards where it is a range. */
function perDay({ low, high }: Range, seconds: number): Range {
  const over = BigInt(seconds);
  const least = (low * DAY_SECONDS) / over;
  const most = (high * DAY_SECONDS + over - 1n) / over;
  return { low: least as Money, high: (low === high ? least : most) as Money };
}
