import { count } from '../core/wording.ts';

/** `89`, or `89 to 96`: from the fewest of all to the most; empty where there are none. */
export function spanText(ranges: readonly { low: number; high: number }[]): string {
  if (ranges.length === 0) return '';
  const low = Math.min(...ranges.map((range) => range.low));
  const high = Math.max(...ranges.map((range) => range.high));
  return low === high ? count(low) : `${count(low)} to ${count(high)}`;
}
