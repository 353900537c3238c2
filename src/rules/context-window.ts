import { misfit } from '../core/estimate/fit.ts';
import { grouped } from '../core/grouped.ts';
import type { EstimateFacts } from '../core/report.ts';
import { listed, type Rule } from './rule.ts';

/** A request that the API would refuse costs nothing and does nothing. */
export const contextWindow: Rule<EstimateFacts> = {
  id: 'context-window',
  severity: 'error',
  *check({ models, request, comparison }) {
    const misfits = models.flatMap(({ name, model, prompts }) =>
      prompts.map(({ prompt, input }) => ({
        name,
        prompt,
        ...(model && misfit(model, input, request.outputTokens)),
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
        source: first.source ?? first.prompt.source,
        message: `${first.problem} of ${listed(group.map(({ name }) => name))}`,
      };
    }
  },
};
