import type { EstimateFacts, OnlineCount } from '../core/report.ts';
import type { Count } from '../core/request/tally.ts';
import { count } from '../core/wording.ts';
import type { Rule } from './rule.ts';

/** Whoever has OpenAI count wants to know how that compares with the count that is made here. */
export const onlineCount: Rule<EstimateFacts> = {
  id: 'online-count',
  severity: 'note',
  *check({ online = [] }) {
    for (const counted of online) {
      yield { source: counted.source, message: messageOf(counted) };
    }
  },
};

function messageOf({ model, tokens, local, reason }: OnlineCount): string {
  if (tokens === undefined || local === undefined) {
    return `is not counted by OpenAI for ${model || 'its model'}, but here: ${reason}`;
  }
  return `OpenAI counts ${count(tokens)} input tokens with ${model}; here it is ${localText(local)}`;
}

function localText({ low, high }: Count): string {
  if (high === null) return `at least ${count(low)}`;
  return low === high ? count(low) : `${count(low)} to ${count(high)}`;
}
