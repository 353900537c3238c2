import { type Model, shutdownOf } from '../core/rates.ts';
import { dayOf, daysBetween, type Instant } from '../core/time.ts';
import type { Rule } from './rule.ts';

/** Time enough to change a model in a program that is in use. */
const NOTICE_DAYS = 90;

/** What names models that are to be used on a day. */
interface Naming {
  readonly models: readonly { readonly name: string; readonly model: Model | undefined }[];
  readonly request: { readonly at: Instant };
}

export const shutDown: Rule<Naming> = {
  id: 'shut-down',
  severity: 'warning',
  *check({ models, request }) {
    for (const { name, model } of models) {
      const end = shutdownOf(model, name);
      if (end === undefined) continue;
      if (end <= request.at) {
        yield { message: `${name} was shut down on ${dayOf(end)}: this call would be refused` };
      } else if (daysBetween(request.at, end) <= NOTICE_DAYS) {
        yield {
          severity: 'note',
          message: `${name} will be shut down on ${remaining(end, request.at)}`,
        };
      }
    }
  },
};

export function remaining(end: Instant, at: Instant): string {
  const days = daysBetween(at, end);
  return `${dayOf(end)}, in ${days} ${days === 1 ? 'day' : 'days'}`;
}
