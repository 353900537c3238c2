import { InputError, type InputProblem } from '../core/input-error.ts';
import { parseAmount } from '../core/money.ts';
import type { Grant } from '../core/spending/credits.ts';
import { parseInstant } from '../core/time.ts';
import { parseHandWritten } from './hand-written.ts';
import { plainText } from './usage/json-fields.ts';

/**
 * Credits as `openai-cost.json` has them: `[{ "name": ..., "usd": ..., "start": ..., "expires": ... }]`.
 * @throws InputError that names each one that cannot be read
 */
export function readGrants(bytes: Uint8Array, file: string): Grant[] {
  const list = parseHandWritten(bytes, file);
  if (!Array.isArray(list)) {
    throw new InputError([{ source: { file }, message: `must be a list of credits; ${FORM}` }]);
  }
  const problems: InputProblem[] = [];
  const grants = list.flatMap((value: unknown, index): Grant[] => {
    const grant = grantOf(value);
    if (typeof grant !== 'string') return [grant];
    problems.push({ source: { file }, message: `[${index}]: ${grant}; ${FORM}` });
    return [];
  });
  if (problems.length > 0) throw new InputError(problems);
  return grants;
}

const FORM =
  'each is such as {"name": "grant", "usd": 500, "start": "2026-11-01", "expires": "2027-11-01"}';

/** What is wrong with it, where something is. */
function grantOf(value: unknown): Grant | string {
  if (typeof value !== 'object' || value === null) return 'is no credit';
  const { name, usd, start, expires } = value as Readonly<Record<string, unknown>>;
  if (typeof name !== 'string' || name === '') return 'name is missing';
  const amount = parseAmount(plainText(usd));
  if (amount === undefined || amount < 0n) return 'usd is no amount';
  const [from, to] = [start, expires].map((day) => parseInstant(plainText(day)));
  if (from === undefined) return 'start is no day';
  if (to === undefined) return 'expires is no day';
  return to > from ? { name, amount, start: from, expiry: to } : 'expires before it starts';
}
