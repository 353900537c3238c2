import { grouped } from '../core/grouped.ts';
import type { EstimateFacts } from '../core/report.ts';
import { listed, type Rule } from './rule.ts';

/** A count is only as sure as the tokenizer. */
export const assumedEncoding: Rule<EstimateFacts> = {
  id: 'assumed-encoding',
  severity: 'note',
  *check({ models }) {
    const assumed = grouped(models, ({ model }) =>
      model?.encoding && model.encodingBasis === 'assumed' ? model.encoding : undefined,
    );
    for (const [encoding, group] of assumed) {
      const names = listed(group.map(({ name }) => name));
      yield {
        message: `OpenAI has not published the tokenizer of ${names}; ${encoding} is assumed`,
      };
    }
  },
};
