import type { TuningFacts } from '../../core/report.ts';
import { addDays, parseInstant } from '../../core/time.ts';
import type { Rule } from '../rule.ts';

export const tuningPlatform: Rule<TuningFacts> = {
  id: 'tuning-platform',
  severity: 'note',
  *check({ rules, request }) {
    const { note, jobsUntil } = rules.platform;
    const last = parseInstant(jobsUntil);
    if (last !== undefined && request.at >= addDays(last, 1)) {
      yield {
        severity: 'warning',
        message: `${note}, and since ${jobsUntil} nobody can make a job any more`,
      };
    } else {
      yield { message: `${note}; those who have it can make jobs until ${jobsUntil}` };
    }
  },
};
