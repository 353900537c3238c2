import type { Peculiarity } from '../core/estimate/estimate.ts';
import type { EstimateFacts, Severity } from '../core/report.ts';
import type { Rule } from './rule.ts';

const MESSAGES = {
  empty: { severity: 'warning', message: 'is empty' },
  'byte-order-mark': {
    severity: 'note',
    message: 'begins with a byte order mark, which is counted as part of the text',
  },
  'invalid-utf-8': {
    severity: 'warning',
    message: 'is not valid UTF-8; broken bytes are counted as U+FFFD, as they would be sent',
  },
  'no-request': {
    severity: 'note',
    message:
      'is JSON, but no request that is known here: it is counted as the text of a message, as it stands',
  },
  'several-requests': {
    severity: 'warning',
    message:
      'is several JSON objects that may be requests: they are counted as the text of a message; write one a line',
  },
  placeholders: {
    severity: 'note',
    message:
      'has what looks like a placeholder, among code or other braces: it is counted as text; --template or --var fills it in',
  },
} as const satisfies Record<Peculiarity, { severity: Severity; message: string }>;

export const promptText: Rule<EstimateFacts> = {
  id: 'prompt-text',
  severity: 'note',
  *check({ request }) {
    for (const { source, peculiarities } of request.prompts) {
      for (const peculiarity of peculiarities) yield { source, ...MESSAGES[peculiarity] };
    }
  },
};
