import type { Encoding } from '../../core/encodings.ts';
import type { Peculiarity, Prompt, Unreadable } from '../../core/estimate/estimate.ts';
import type { Repeats } from '../../core/estimate/repeats.ts';
import type { ImageRules } from '../../core/media/image-rules.ts';
import type { ImageSize } from '../../core/media/image-tokens.ts';
import type { Beginnings } from '../../core/prefix/beginnings.ts';
import type { Model, RateTable } from '../../core/rates.ts';
import type { RequestCounter } from '../../core/request/request-tokens.ts';
import type { Filling } from '../../core/request/template.ts';
import type { Instant } from '../../core/time.ts';
import type { Peekable } from '../peekable.ts';
import type { Head } from './head.ts';

/** Something that is sent and is no plain text, recognised by how its file begins. */
export interface SendableKind {
  /** As `--as` names it. */
  readonly id: string;
  /** Whether it may be one: reading it settles that. */
  matches(head: Head): boolean;
  /** Only when there is one: an estimate of plain text needs none of it. */
  load(): Promise<ReadSendable>;
}

/**
 * Undefined, or what is peculiar about it, where it is text after all; then nothing but `peek` was
 * used of its content.
 */
export type ReadSendable = (
  sendable: Sendable,
  counting: Counting,
) => Promise<Prompt | readonly Prompt[] | Unreadable | Peculiarity | undefined>;

export interface Sendable {
  readonly file: string;
  readonly head: Head;
  readonly content: Peekable;
  /** Somebody said that it is of this kind: it then is no text, however it looks. */
  readonly isForced: boolean;
}

export interface AcrossRequests {
  readonly repeats: Repeats;
  readonly beginnings: Beginnings;
}

/** What it takes to count. */
export interface Counting {
  readonly rates: RateTable;
  readonly at: Instant;
  /**
   * Those to count for, where somebody has named them; else what is sent names its own. Undefined
   * is one that the rate table does not know.
   */
  readonly models: readonly (Model | undefined)[] | undefined;
  /** Those to count for where nobody names any. */
  readonly compared: readonly (Model | undefined)[];
  /** Those to count for in any case, as somebody compares them. */
  readonly besides: readonly (Model | undefined)[];
  /** What is found out of all requests of an estimate together. */
  readonly across: AcrossRequests;
  readonly counter: RequestCounter;
  readonly images: ImageRules;
  /** How placeholders are filled; undefined where nothing is to be taken for one. */
  readonly filling: Filling | undefined;
  /** Of images at a URL, if somebody has said it. */
  readonly imageSize: ImageSize | undefined;
  /** Whether requests are kept, and not only counted. */
  readonly keepsContent: boolean;
  /** Of speech that is expected, or of audio that does not tell; undefined where nobody says it. */
  readonly audioSeconds: number | undefined;
  /** What of the two was of use. */
  readonly used: Set<'imageSize' | 'audioSeconds'>;
  countText(text: string | Uint8Array, encoding: Encoding): number;
}
