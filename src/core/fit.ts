/** Whether calls fit into what a model can take and give. */
import { type InputCount, longestCall } from './input-count.ts';
import type { Model } from './rates.ts';
import { count } from './wording.ts';

type Limits = Pick<Model, 'contextWindow' | 'maxInputTokens' | 'maxOutputTokens'>;

/**
 * What does not fit, in a sentence that ends before the name of the model; undefined if all does.
 * @param output tokens of each answer; undefined where nobody has said
 */
export function misfit(
  model: Limits,
  calls: InputCount,
  output: number | undefined,
): string | undefined {
  const { tokens: input } = longestCall(calls);
  const window = model.contextWindow ?? Number.POSITIVE_INFINITY;
  const most = Math.min(model.maxInputTokens ?? window, window);
  if (input > most) {
    return `${count(input)} input tokens do not fit into the ${count(most)} tokens`;
  }
  if (output === undefined) return undefined;
  if (model.maxOutputTokens !== undefined && output > model.maxOutputTokens) {
    return `${count(output)} output tokens are more than the maximum of ${count(model.maxOutputTokens)}`;
  }
  if (input + output > window) {
    return `${count(input)} input and ${count(output)} output tokens do not fit together into the ${count(window)} tokens`;
  }
  return undefined;
}
