/** From how many calls on a tuned model, with a shorter prompt, has saved what its training cost. */
import type { Money, Range } from '../money.ts';
import { count } from '../wording.ts';

/** Calls as the examples are, and as they would be without tuning. */
export interface PlannedCalls {
  /** Of the examples that were counted. */
  readonly calls: number;
  /** Tokens of all of them together. */
  readonly promptTokens: number;
  readonly answerTokens: number;
  /** Tokens of one call that its prompt has more without tuning. */
  readonly saved: number;
  /** Of one call, where they are not what the examples have. */
  readonly ofPrompt?: number | undefined;
  readonly ofAnswer?: number | undefined;
}

/** An amount of which something may be missing. */
interface Cost extends Range {
  readonly unpriced: readonly unknown[];
}

export type BreakEven = {
  /** Tokens of a call of the tuned model, in the mean. */
  readonly promptTokens: number;
  readonly answerTokens: number;
} & (
  | {
      readonly kind: 'pays';
      /** Calls, where prices and training are as cheap as they can be, and as dear. */
      readonly from: number;
      /** Null where it may be that it never pays. */
      readonly to: number | null;
    }
  | {
      readonly kind: 'never';
      readonly reason: string;
      /** Tokens that a call would have to save; undefined where none would do. */
      readonly neededSaving: number | undefined;
    }
  | { readonly kind: 'unknown'; readonly reason: string }
);

/** Prices calls that have so many tokens together. */
type CallPrice = (input: number, output: number) => Cost;

export function breakEven(
  training: Cost,
  planned: PlannedCalls,
  base: CallPrice,
  tuned: CallPrice,
): BreakEven {
  // As many calls as there are examples, so that means need no division.
  const calls = Math.max(1, planned.calls);
  const input = planned.ofPrompt === undefined ? planned.promptTokens : planned.ofPrompt * calls;
  const output = planned.ofAnswer === undefined ? planned.answerTokens : planned.ofAnswer * calls;
  const means = {
    promptTokens: Math.round(input / calls),
    answerTokens: Math.round(output / calls),
  };
  const unknown = (reason: string): BreakEven => ({ ...means, kind: 'unknown', reason });
  const longer = input + planned.saved * calls;
  if (!Number.isSafeInteger(longer) || !Number.isSafeInteger(output)) {
    return unknown('calls have more tokens than can be counted exactly');
  }
  if (training.unpriced.length > 0) return unknown('the cost of the training is not all known');
  const [before, after] = [base(longer, output), tuned(input, output)];
  if (before.unpriced.length + after.unpriced.length > 0) {
    return unknown('not all prices of the calls are published');
  }
  const most = before.high - after.low;
  const least = before.low - after.high;
  const from = most > 0n ? callsToSave(training.low, most, calls) : undefined;
  const to = least > 0n ? callsToSave(training.high, least, calls) : undefined;
  if (from !== undefined) return { ...means, kind: 'pays', from, to: to ?? null };
  const needed = neededSaving(after.low - base(input, output).high, base(calls, 0).high);
  return { ...means, kind: 'never', reason: whyNever(planned.saved), neededSaving: needed };
}

/** Undefined where nobody will ever make so many. */
function callsToSave(training: Money, savedByAll: bigint, calls: number): number | undefined {
  const needed = (training * BigInt(calls) + savedByAll - 1n) / savedByAll;
  return needed <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(needed) : undefined;
}

/** Tokens of a call that make up for the higher prices, and one more. */
function neededSaving(dearer: bigint, perToken: Money): number | undefined {
  if (perToken === 0n) return undefined;
  const tokens = dearer < 0n ? 0n : dearer / perToken + 1n;
  return tokens <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(tokens) : undefined;
}

function whyNever(saved: number): string {
  return `a call of the tuned model costs no less, even without ${count(saved)} tokens of its prompt`;
}
