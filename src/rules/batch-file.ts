import { problemKind } from '../core/batch.ts';
import type { EstimateFacts } from '../core/report.ts';
import { counted } from '../core/wording.ts';
import { type Remark, type Rule, shortened } from './rule.ts';

/** Of each kind of problem, so many are told one by one. */
const SHOWN = 3;

/** The API checks a batch file as a whole before it runs any request, and says so hours later. */
export const batchFile: Rule<EstimateFacts> = {
  id: 'batch-file',
  severity: 'error',
  *check({ request }) {
    for (const { source, lines } of request.prompts) {
      for (const { kind, all, first } of lines?.problems ?? []) {
        const { code, remedy, refuses } = problemKind(kind);
        const severity = refuses === 'file' ? 'error' : 'warning';
        const remarks = first.map(({ line, what }): Remark => {
          const place = line === undefined ? source : { file: source.file, line };
          const named = code === undefined ? what : `${what} (${code})`;
          return { severity, source: place, message: `${named}; ${remedy}` };
        });
        yield* shortened(
          remarks,
          SHOWN,
          (others) => ({
            severity,
            source,
            message: `the same problem in ${counted(others, 'more line')}; ${remedy}`,
          }),
          all,
        );
      }
    }
  },
};
