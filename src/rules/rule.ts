import type { Severity } from '../core/report.ts';
import type { Source } from '../core/source.ts';

/** What a rule has to say about the facts; the rule itself says under which id and how severe. */
export interface Remark {
  readonly message: string;
  readonly source?: Source | undefined;
  /** Where it differs from the rule's own. */
  readonly severity?: Severity | undefined;
}

export interface Rule<Facts> {
  readonly id: string;
  readonly severity: Severity;
  check(facts: Facts): Iterable<Remark>;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(names: readonly string[]): string {
  if (names.length < 2) return names.join('');
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** Groups things under a key, in the order in which the keys appear. */
export function grouped<Item>(
  items: Iterable<Item>,
  keyOf: (item: Item) => string | undefined,
): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
