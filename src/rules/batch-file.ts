import { type BatchProblems, problemKind } from '../core/estimate/batch.ts';
import type { EstimateFacts } from '../core/report.ts';
import type { Source } from '../core/source.ts';
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
      const remarks = (lines?.problems ?? []).flatMap((problems) => [
        ...remarksOn(problems, source),
      ]);
      yield* remarks.sort((a, b) => lineOf(a) - lineOf(b));
    }
  },
};

function remarksOn({ kind, all, first }: BatchProblems, source: Source): Iterable<Remark> {
  const { code, remedy, refuses } = problemKind(kind);
  const severity = refuses === 'file' ? 'error' : 'warning';
  const named = (what: string) => (code === undefined ? what : `${what} (${code})`);
  const remarks = first.map(
    ({ line, what }): Remark => ({
      severity,
      source: line === undefined ? source : { file: source.file, line },
      message: `${named(what)}; ${remedy}`,
    }),
  );
  const more = (others: number): Remark => ({
    severity,
    source,
    message: `the same in ${counted(others, 'more line')}: ${named(first[0]?.what ?? '')}`,
  });
  return shortened(remarks, SHOWN, more, all);
}

/** What is about the whole file comes last. */
function lineOf({ source }: Remark): number {
  return source?.line ?? Number.MAX_SAFE_INTEGER;
}
