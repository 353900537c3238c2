import { grouped } from '../core/grouped.ts';
import type { EstimateFacts } from '../core/report.ts';
import { longestCall } from '../core/request/input-count.ts';
import { count } from '../core/wording.ts';
import { listed, type Rule } from './rule.ts';

/** The step in price is steep: one token more doubles the input price of the whole request. */
export const longContext: Rule<EstimateFacts> = {
  id: 'long-context',
  severity: 'warning',
  *check({ models }) {
    const calls = models.flatMap(({ name, model, prompts }) =>
      prompts.map(({ prompt, input }) => ({
        name,
        prompt,
        source: longestCall(input).source ?? prompt.source,
        // Of the longest call: that of a file of requests is one of them.
        input: Math.max(...input.shares.map((share) => share.inputTokensPerRequest.most)),
        above: model?.longContextAbove,
      })),
    );
    const groups = grouped(calls, ({ prompt, input, above }) =>
      above !== undefined && input > above * NEAR
        ? `${prompt.source.file}\n${input > above}\n${input}\n${above}`
        : undefined,
    );
    for (const group of groups.values()) {
      const [first] = group;
      if (!first?.above) continue;
      const { input, above, source } = first;
      const names = listed(group.map(({ name }) => name));
      const over = input - above;
      yield over > 0
        ? {
            source,
            message: `${count(input)} input tokens: above ${count(above)} the whole request is billed at the long-context rates of ${names}; ${count(over)} tokens less would avoid it`,
          }
        : {
            severity: 'note',
            source,
            message: `${count(input)} input tokens: ${count(1 - over)} more, and the whole request is billed at the long-context rates of ${names}`,
          };
    }
  },
};

/** From 95 % of the threshold on, a few messages more cross it. */
const NEAR = 0.95;
