import { grouped } from '../core/grouped.ts';
import type { EstimateFacts } from '../core/report.ts';
import { count } from '../core/wording.ts';
import { listed, type Rule } from './rule.ts';

/** A request that the API would refuse costs nothing and does nothing. */
export const contextWindow: Rule<EstimateFacts> = {
  id: 'context-window',
  severity: 'error',
  *check({ models, request, comparison }) {
    const misfits = models.flatMap(({ name, model, prompts }) =>
      prompts.map(({ prompt, inputTokens }) => ({
        name,
        prompt,
        problem: model && misfit(model, inputTokens ?? 0, request.outputTokens),
      })),
    );
    const groups = grouped(misfits, ({ prompt, problem }) =>
      problem === undefined ? undefined : `${prompt.source.file}\n${problem}`,
    );
    for (const group of groups.values()) {
      const [first] = group;
      if (!first?.problem) continue;
      yield {
        // Nobody asked for the models of a comparison: that some are too small is no failure.
        severity: comparison ? 'warning' : 'error',
        source: first.prompt.source,
        message: `${first.problem} of ${listed(group.map(({ name }) => name))}`,
      };
    }
  },
};

interface Limits {
  readonly contextWindow?: number | undefined;
  readonly maxInputTokens?: number | undefined;
  readonly maxOutputTokens?: number | undefined;
}

function misfit(model: Limits, input: number, output: number | undefined): string | undefined {
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
