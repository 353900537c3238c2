import type { z } from 'zod';

/** Something wrong with the form of a JSON file. */
export interface FormProblem {
  /** A JSON path such as `models[3].prices[0].to`; empty for the file as a whole. */
  readonly path: string;
  /** The same to what is wrong itself, which may be a key of it. */
  readonly steps: readonly PropertyKey[];
  readonly message: string;
}

/** What to do about a key that is not known at a path. */
export type KeyHint = (path: readonly PropertyKey[], key: string) => string;

export function formProblems(
  { issues }: z.ZodError,
  hintOn: KeyHint = () => 'remove or correct it',
): FormProblem[] {
  return issues.flatMap((issue): FormProblem[] => {
    const path = pathOf(issue.path);
    if (issue.code !== 'unrecognized_keys') {
      return [{ path, steps: issue.path, message: messageOf(issue) }];
    }
    return issue.keys.map((key) => ({
      ...{ path, steps: [...issue.path, key] },
      message: `has an unknown key ${key}; ${hintOn(issue.path, key)}`,
    }));
  });
}

/** What is wrong in our words, not of the library that noticed it. */
function messageOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.message.endsWith('received undefined')
        ? 'is missing'
        : `must be of type ${issue.expected}`;
    case 'invalid_value':
      return `must be ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`;
    case 'unrecognized_keys':
      return `has an unknown key ${issue.keys.join(', ')}; remove or correct it`;
    case 'invalid_key':
      return 'is a key that is not known here';
    case 'too_small':
      return issue.origin === 'array' || issue.origin === 'string'
        ? 'must not be empty'
        : `must be ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}`;
    case 'too_big':
      return issue.origin === 'string'
        ? `must not be longer than ${issue.maximum} characters`
        : `must be at most ${issue.maximum}`;
    case 'invalid_union':
      return unionMessage(issue);
    default:
      return issue.message;
  }
}

/** What the library says of a union where nobody has said it better. */
const UNSAID = 'Invalid input';

/** Of the ways in which it may be right: what the one that comes nearest lacks, or all of them. */
function unionMessage({ errors, message }: z.core.$ZodIssueInvalidUnion): string {
  if (message !== UNSAID) return message;
  const deeper = errors.find((issues) => issues.some(({ path }) => path.length > 0));
  const [nearest] = deeper ?? [];
  if (nearest) return `${pathOf(nearest.path)} ${messageOf(nearest)}`;
  const messages = errors.flatMap(([first]) => (first ? [messageOf(first)] : []));
  return [...new Set(messages)].join(', or ');
}

export function pathOf(path: readonly PropertyKey[]): string {
  return path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '');
}
