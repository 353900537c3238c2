/** Whether calls fit into what a model can take and give. */

import type { Model } from '../rates.ts';
import { type InputCount, longestCall, type Refusal } from '../request/input-count.ts';
import { count, counted } from '../wording.ts';

type Limits = Pick<Model, 'contextWindow' | 'maxInputTokens' | 'maxOutputTokens'>;

/** The most input tokens that a call, or each text of it, can have. */
export function mostInput({ maxInputTokens, contextWindow }: Limits): number {
  const window = contextWindow ?? Number.POSITIVE_INFINITY;
  return Math.min(maxInputTokens ?? window, window);
}

/**
 * What does not fit; undefined if all does.
 * @param output tokens of each answer; undefined where nobody has said
 */
export function misfit(
  model: Limits,
  calls: InputCount,
  output: number | undefined,
): Refusal | undefined {
  const { tokens: input, source, place, tooLong = 0 } = longestCall(calls);
  const most = mostInput(model);
  if (input > most) {
    const of = place === undefined ? '' : ` of ${place}`;
    const others = tooLong > 1 ? `, and those of ${counted(tooLong - 1, 'other')},` : '';
    const problem = `${count(input)} input tokens${of}${others} do not fit into the ${count(most)} tokens`;
    return { problem, source };
  }
  const refused = calls.shares.find((share) => share.refused !== undefined)?.refused;
  if (refused) return refused;
  if (output === undefined) return undefined;
  if (model.maxOutputTokens !== undefined && output > model.maxOutputTokens) {
    const problem = `${count(output)} output tokens are more than the maximum of ${count(model.maxOutputTokens)}`;
    return { problem, source };
  }
  if (input + output > (model.contextWindow ?? Number.POSITIVE_INFINITY)) {
    const problem = `${count(input)} input and ${count(output)} output tokens do not fit together into the ${count(model.contextWindow ?? 0)} tokens`;
    return { problem, source };
  }
  return undefined;
}
