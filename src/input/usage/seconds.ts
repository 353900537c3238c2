/** Audio is billed by the second, and its length has parts of one: they are kept. */
import type { Quantity } from '../../core/usage.ts';

/** What is shorter is noise of a number that was computed in binary. */
const PARTS = 1_000_000;
const FORM = /^\d{1,9}(?:\.\d+)?$/;

/** `12.5` seconds, in millionths where there are parts; undefined for what is no length. */
export function secondsOf(text: string): Quantity | undefined {
  const seconds = Number(text);
  if (!FORM.test(text)) return undefined;
  if (Number.isInteger(seconds)) return { unit: 'second', amount: seconds };
  return { unit: 'second', amount: Math.round(seconds * PARTS), per: PARTS };
}
