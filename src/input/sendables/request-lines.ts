import type { SendableKind } from './kind.ts';
import { isTelling } from './request.ts';

/** An input file of the Batch API. */
export const BATCH: SendableKind = {
  id: 'batch',
  matches: ({ keys }) => {
    const marks = ['custom_id', 'method', 'url'].filter((key) => keys.has(key)).length;
    return marks > 1 || (marks === 1 && keys.has('body'));
  },
  load: async () => (await import('./read-request-lines.ts')).readBatchFile,
};

/** Requests to the API, one on each line. */
export const REQUEST_LINES: SendableKind = {
  id: 'requests',
  // Where the first line is longer than the head, a reader of single requests looks further.
  matches: (head) => isTelling(head) && head.isLines,
  load: async () => (await import('./read-request-lines.ts')).readRequestLines,
};
