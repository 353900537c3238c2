import type { Head } from './head.ts';
import type { SendableKind } from './kind.ts';

/** What the requests that are read here have at least one of. */
const TELLING_KEYS = ['messages', 'input', 'instructions', 'prompt', 'model', 'role'] as const;

/** A single request to the API as JSON, whatever it is for, or the list of its messages. */
export const REQUEST: SendableKind = {
  id: 'request',
  matches: (head) => !head.isLines && (isTelling(head) || !head.hasEnd),
  load: async () => (await import('./read-request.ts')).readSentRequest,
};

export function isTelling({ keys }: Head): boolean {
  return TELLING_KEYS.some((key) => keys.has(key));
}
