/** What can be sent besides plain text. A new kind is a file here and a line in the list. */
import { AUDIO } from './audio.ts';
import { FINE_TUNING } from './fine-tuning.ts';
import type { Head } from './head.ts';
import type { SendableKind } from './kind.ts';
import { REQUEST } from './request.ts';
import { BATCH, REQUEST_LINES } from './request-lines.ts';

/** In the order in which they are tried: the first that matches is read. */
export const SENDABLE_KINDS: readonly SendableKind[] = [
  FINE_TUNING,
  BATCH,
  AUDIO,
  REQUEST_LINES,
  REQUEST,
];

/** @param forced the id of a kind; a file is then taken for one, however it begins */
export function kindOf(head: Head, forced?: string | undefined): SendableKind | undefined {
  return SENDABLE_KINDS.find(({ id, matches }) =>
    forced === undefined ? head.json !== undefined && matches(head) : id === forced,
  );
}
