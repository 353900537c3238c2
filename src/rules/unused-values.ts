import type { EstimateFacts } from '../core/report.ts';
import { listed, type Rule } from './rule.ts';

/** A value that is put in nowhere is a slip, or a prompt that is no template. */
export const unusedValues: Rule<EstimateFacts> = {
  id: 'unused-values',
  severity: 'warning',
  *check({ unusedValues: names = [], unusedOptions: options = [] }) {
    for (const option of options) {
      yield { message: `${option} changes nothing here: nothing that is sent needs it` };
    }
    if (names.length === 0) return;
    yield {
      message: `nothing has a placeholder for ${listed(names)}; look for a slip, or say its style with --template`,
    };
  },
};
