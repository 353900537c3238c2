import type { FineTuningRules } from '../core/fine-tuning-rules.ts';

/** Reads the rules that the package ships. Their form is not checked again: the tests do that. */
export function readShippedFineTuningRules(bytes: Uint8Array): FineTuningRules {
  const rules: FineTuningRules = JSON.parse(new TextDecoder().decode(bytes));
  return rules;
}
