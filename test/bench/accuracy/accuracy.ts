/** How near what is counted comes to what was reported. */
import type { Counted } from './count.ts';
import type { Floor } from './kinds.ts';
import type { AccuracyRecord } from './records.ts';

export interface Row extends Counted {
  readonly record: AccuracyRecord;
  /** Reported, less what was expected; undefined where nobody can tell. */
  readonly difference: number | undefined;
}

export interface Accuracy {
  /** Those with an expectation. */
  readonly records: number;
  readonly unknown: number;
  /** Of the unknown: how many had fewer tokens than "at least". */
  readonly belowLeast: number;
  readonly exact: number;
  readonly within3: number;
  readonly within1Percent: number;
  readonly close: number;
  /** What was reported lies in the range that was given. */
  readonly inRange: number;
  readonly calledExact: number;
  readonly wronglyCalledExact: number;
}

/** OpenAI admits that an image may be a token off; records of the same image are two apart. */
const IMAGE_TOLERANCE = 2;

export function accuracyOf(rows: readonly Row[]): Accuracy {
  const known = rows.filter(({ difference }) => difference !== undefined);
  const count = (is: (row: Row, off: number) => boolean) =>
    known.filter((row) => is(row, Math.abs(row.difference ?? 0))).length;
  const isExact = ({ kind }: Row, off: number) => off <= (kind === 'image' ? IMAGE_TOLERANCE : 0);
  const isPercent = ({ reported }: Row, off: number) => off <= reported / 100;
  return {
    records: known.length,
    unknown: rows.length - known.length,
    belowLeast: rows.filter(
      ({ difference, reported, count: { low } }) => difference === undefined && reported < low,
    ).length,
    exact: count(isExact),
    within3: count((_, off) => off <= 3),
    within1Percent: count(isPercent),
    close: count((row, off) =>
      row.kind === 'image' ? isExact(row, off) : off <= 3 || isPercent(row, off),
    ),
    inRange: count(
      ({ reported, count: { low, high } }) => low <= reported && reported <= (high ?? reported),
    ),
    calledExact: count(({ count: { basis } }) => basis === 'exact'),
    wronglyCalledExact: count(({ count: { basis } }, off) => basis === 'exact' && off > 0),
  };
}

/** Undefined where nothing was measured. */
export function isReached(floor: Floor, { records, exact, close }: Accuracy): boolean | undefined {
  if (records === 0) return undefined;
  return 100 * exact >= floor.exact * records && 100 * close >= floor.close * records;
}
