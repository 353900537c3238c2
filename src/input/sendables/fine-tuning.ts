import type { Head } from './head.ts';
import type { SendableKind } from './kind.ts';

/** What a request has beside its messages, and an example has not. */
const REQUEST_KEYS = [
  ...['model', 'body', 'custom_id', 'url', 'stream', 'n', 'service_tier', 'response_format'],
  ...['temperature', 'top_p', 'stop', 'max_tokens', 'max_completion_tokens', 'reasoning_effort'],
] as const;
/** The key, where it comes after all that the head has, and not the word in a text. */
const MODEL = /(?<!\\)"model"\s*:/;
/** What both can have. */
const SHARED_KEYS: readonly string[] = ['messages', 'tools', 'functions', 'parallel_tool_calls'];

/** Examples to tune a model with, one a line. Its estimate is another one, and is made alone. */
export const FINE_TUNING: SendableKind = {
  id: 'fine-tuning',
  matches: (head) => isTraining(head),
  load: async () => async (sendable) => ({
    source: { file: sendable.file },
    reason: 'a fine-tuning file; estimate it alone, as what it costs is no call',
  }),
};

/** @param areLines whether its name says that there is a value in each line, broken ones and all */
export function isTraining({ keys, isLines, text }: Head, areLines = false): boolean {
  if (keys.has('preferred_output')) return true;
  if (!keys.has('messages') || !(isLines || areLines)) return false;
  const [first = ''] = text.split('\n', 1);
  if (REQUEST_KEYS.some((key) => keys.has(key)) || MODEL.test(first)) return false;
  // An answer, or what a grader compares one with.
  const isAnswered = /"role"\s*:\s*"assistant"/.test(first);
  return isAnswered || [...keys].some((key) => !SHARED_KEYS.includes(key));
}
