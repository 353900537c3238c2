/** What a file with a request on each line is made of, besides what its requests cost. */

import type { CallShare } from '../request/input-count.ts';
import type { BatchProblems } from './batch.ts';
import type { Repeated } from './repeats.ts';

export interface SentLines {
  readonly isBatch: boolean;
  /** With something on them; their number is that of `requests` and `bad` together. */
  readonly lines: number;
  readonly requests: number;
  /** Those that are no request: they are not priced. */
  readonly bad: BadLines;
  /** What the API would refuse a batch for. */
  readonly problems: readonly BatchProblems[];
}

export interface BadLines {
  readonly all: number;
  /** The first of them. */
  readonly first: readonly BadLine[];
}

export interface BadLine {
  readonly line: number;
  readonly reason: string;
}

/** Requests that came before, with the same body to the same endpoint. */
export interface RepeatCount {
  /** How many requests are such that the same had come before. */
  readonly requests: number;
  /** How many different ones they are. */
  readonly different: number;
  /** What these requests are billed for. */
  readonly shares: readonly CallShare[];
  /** The most frequent of them, each with what one of its calls is billed for. */
  readonly most: readonly RepeatedRequest[];
  /** Whether some may not have been noticed, as there were too many. */
  readonly isPartial: boolean;
}

export interface RepeatedRequest extends Repeated {
  readonly shares: readonly CallShare[];
}
