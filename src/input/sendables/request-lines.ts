import type { Head } from './head.ts';
import type { SendableKind } from './kind.ts';
import { isTelling } from './request.ts';

/** An input file of the Batch API. */
export const BATCH: SendableKind = {
  id: 'batch',
  title: 'an input file of the Batch API',
  matches: ({ keys }) => {
    const marks = ['custom_id', 'method', 'url'].filter((key) => keys.has(key)).length;
    return marks > 1 || (marks === 1 && keys.has('body'));
  },
  load: async () => (await import('./read-request-lines.ts')).readBatchFile,
};

/** Requests to the API, one on each line. */
export const REQUEST_LINES: SendableKind = {
  id: 'requests',
  title: 'requests as JSON Lines',
  matches: (head) => isTelling(head) && (head.isLines || isOneLongLine(head)),
  load: async () => (await import('./read-request-lines.ts')).readRequestLines,
};

/** It may be the first of many: no more than a line of it is ever held. */
function isOneLongLine({ json, hasEnd, isWhole, text }: Head): boolean {
  return json === 'object' && !hasEnd && !isWhole && !text.trimStart().includes('\n');
}
