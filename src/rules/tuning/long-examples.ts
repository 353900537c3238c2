import type { TuningFacts } from '../../core/report.ts';
import { exampleLimit } from '../../core/tuning/fine-tuning-rules.ts';
import { limitText } from '../../core/tuning/training-tokens.ts';
import { count } from '../../core/wording.ts';
import type { Rule } from '../rule.ts';

/** What is cut off is the end of an example, which is what was to be learned. */
export const longExamples: Rule<TuningFacts> = {
  id: 'long-examples',
  severity: 'warning',
  *check({ models, rules, file }) {
    for (const { tunable, tokens } of models) {
      const limit = exampleLimit(rules, tunable.name);
      if (!limit || tokens.truncated === 0) continue;
      const some =
        tokens.truncated === 1 ? '1 example has' : `${count(tokens.truncated)} examples have`;
      yield {
        source: file.source,
        message: `${some} more tokens than ${tunable.name} takes (${limitText(limit)}; the longest has ${count(tokens.longest)}): the end is cut off, and with it the answer; shorten or split them`,
      };
    }
  },
};
