import type { EstimateFacts } from '../core/report.ts';
import { counted } from '../core/wording.ts';
import { type Remark, type Rule, shortened } from './rule.ts';

const SHOWN = 10;

/** Lines of a file of requests that are none; of a batch file `batch-file` tells what is wrong. */
export const badLines: Rule<EstimateFacts> = {
  id: 'bad-lines',
  severity: 'warning',
  *check({ request }) {
    for (const { source, lines } of request.prompts) {
      if (!lines || lines.isBatch) continue;
      const { all, first } = lines.bad;
      const remarks = first.map(
        ({ line, reason }): Remark => ({
          source: { file: source.file, line },
          message: `not priced: ${reason}`,
        }),
      );
      yield* shortened(
        remarks,
        SHOWN,
        (others) => ({ source, message: `not priced: ${counted(others, 'more line')}` }),
        all,
      );
    }
  },
};
