import type { TuningFacts } from '../../core/report.ts';
import { counted } from '../../core/wording.ts';
import type { Rule } from '../rule.ts';

/** What is wrong with the examples: for an error the API refuses the file. */
export const trainingFile: Rule<TuningFacts> = {
  id: 'training-file',
  severity: 'error',
  *check({ file }) {
    yield* file.problems;
    for (const [severity, all] of [
      ['error', file.errors],
      ['warning', file.warnings],
    ] as const) {
      const told = file.problems.filter((problem) => problem.severity === severity).length;
      if (all === told) continue;
      const message = `and ${counted(all - told, `more ${severity}`)} of this kind or others`;
      yield { severity, source: file.source, message };
    }
  },
};
