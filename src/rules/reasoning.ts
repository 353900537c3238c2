import { hasOutput } from '../core/estimate/estimate.ts';
import type { EstimateFacts } from '../core/report.ts';
import { listed, type Rule } from './rule.ts';

/** Whoever sends a request sees no reasoning in it, and pays for it all the same. */
export const reasoning: Rule<EstimateFacts> = {
  id: 'reasoning',
  severity: 'note',
  *check({ models, request, reasoningModels = new Set() }) {
    if (request.outputTokens !== undefined) return;
    const some = models.filter(({ model, prompts }) => {
      const isRequest = prompts.some(({ prompt }) => prompt.asks !== undefined);
      return model && isRequest && reasoningModels.has(model.id) && hasOutput(model);
    });
    if (some.length === 0) return;
    const isBounded = some.every(({ prompts }) =>
      prompts.every(({ input }) =>
        input.shares.every(({ maxOutputTokens }) => maxOutputTokens !== undefined),
      ),
    );
    const bound = isBounded
      ? 'the most that it allows is in "At most"'
      : 'max_output_tokens in the request would bound it';
    yield {
      message: `${listed(some.map(({ name }) => name))}: reasoning is billed as output and cannot be counted beforehand; ${bound}`,
    };
  },
};
