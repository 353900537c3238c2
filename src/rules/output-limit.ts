import type { EstimateFacts } from '../core/report.ts';
import { count } from '../core/wording.ts';
import type { Rule } from './rule.ts';

/** A request that ends its answers sooner costs less than was asked about. */
export const outputLimit: Rule<EstimateFacts> = {
  id: 'output-limit',
  severity: 'warning',
  *check({ models, request: { outputTokens } }) {
    const told = new Set<string>();
    for (const { prompts } of models) {
      for (const { prompt, input } of prompts) {
        const { file } = prompt.source;
        const [share, ...others] = input.shares;
        // Requests of a file each have a limit of their own.
        if (!share || others.length > 0 || share.calls !== 1 || told.has(file)) continue;
        const most = (share.maxOutputTokens ?? Number.POSITIVE_INFINITY) / share.answers;
        if (outputTokens === undefined || outputTokens <= most) continue;
        told.add(file);
        yield {
          source: prompt.source,
          message: `--output-tokens ${count(outputTokens)} is more than the ${count(most)} that the request allows; priced as given`,
        };
      }
    }
  },
};
