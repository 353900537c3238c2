import type { Source } from './source.ts';

export interface InputProblem {
  readonly source?: Source | undefined;
  /** What is wrong and what to do about it. */
  readonly message: string;
}

/** Input with which the command cannot run at all: exit code 2. */
export class InputError extends Error {
  override readonly name = 'InputError';
  readonly problems: readonly InputProblem[];

  constructor(problems: readonly InputProblem[] | string) {
    const list = typeof problems === 'string' ? [{ message: problems }] : problems;
    super(list.map(({ message }) => message).join('\n'));
    this.problems = list;
  }
}
