import type { Finding, Severity } from '../core/report.ts';
import { SEVERITIES } from '../core/report.ts';
import { DEFAULT_LIMITS, type Limits } from './limits.ts';
import type { Rule } from './rule.ts';

/** What somebody wants of single rules: silence, or another severity for all they say. */
export type Wishes = ReadonlyMap<string, Severity | 'off'>;

/** All remarks of all rules, the most severe first, otherwise in the order of the rules. */
export function findings<Facts>(
  rules: readonly Rule<Facts>[],
  facts: Facts,
  limits: Limits = DEFAULT_LIMITS,
  wishes: Wishes = new Map(),
): Finding[] {
  const off = new Set(rules.map(({ id }) => id).filter((id) => wishes.get(id) === 'off'));
  const found = rules.flatMap((rule) => {
    const wish = wishes.get(rule.id);
    if (wish === 'off') return [];
    return [...rule.check(facts, limits, off)].map(
      ({ severity = rule.severity, ...remark }): Finding => ({
        rule: rule.id,
        severity: wish ?? severity,
        ...remark,
      }),
    );
  });
  return SEVERITIES.flatMap((severity) => found.filter((finding) => finding.severity === severity));
}
