import { describe, expect, it } from 'vitest';
import { RULE_TITLES } from '../../src/output/rule-titles.ts';
import { AUDIT_RULES } from '../../src/rules/audit-rules.ts';
import { CHECK_RULES } from '../../src/rules/check-rules.ts';
import { ESTIMATE_RULES } from '../../src/rules/estimate-rules.ts';
import { TUNING_RULES } from '../../src/rules/tuning-rules.ts';

describe('titles of rules', () => {
  it('are there for each rule, with its weight, and for no other', () => {
    const rules = [...ESTIMATE_RULES, ...AUDIT_RULES, ...CHECK_RULES, ...TUNING_RULES];
    const weights = Object.entries(RULE_TITLES).map(([id, { severity }]) => [id, severity]);
    // What a report says itself when it is incomplete.
    const expected = [...rules.map(({ id, severity }) => [id, severity]), ['incomplete', 'error']];
    expect(Object.fromEntries(weights)).toEqual(Object.fromEntries(expected));
  });
});
