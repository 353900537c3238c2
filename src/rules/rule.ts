import type { Finding, Severity } from '../core/report.ts';
import type { Limits } from './limits.ts';

/** What a rule has to say about the facts; the rule itself says under which id and how severe. */
export interface Remark extends Omit<Finding, 'rule' | 'severity'> {
  /** Where it differs from the rule's own. */
  readonly severity?: Severity | undefined;
}

export interface Rule<Facts> {
  readonly id: string;
  readonly severity: Severity;
  /** `off`: rules that shall be silent, for one that speaks of what others say. */
  check(facts: Facts, limits: Limits, off: ReadonlySet<string>): Iterable<Remark>;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(names: readonly string[]): string {
  if (names.length < 2) return names.join('');
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** The first remarks, and one that says how many there are besides. `all` counts those not given too. */
export function* shortened(
  remarks: Iterable<Remark>,
  most: number,
  more: (others: number) => Remark,
  all?: number,
): Iterable<Remark> {
  const list = [...remarks];
  yield* list.slice(0, most);
  const others = (all ?? list.length) - Math.min(list.length, most);
  if (others > 0) yield more(others);
}
