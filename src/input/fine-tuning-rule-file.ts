import { z } from 'zod';
import type { FineTuningRules } from '../core/tuning/fine-tuning-rules.ts';

/** The form of `rates/fine-tuning.json`: what `rates/fine-tuning.schema.json` tells an editor. */

const text = z.string().min(1);
const name = z.string().regex(/^[\x21-\x7e]+$/, 'must be a name without spaces');
const day = z.iso.date();
const sources = z.array(name).min(1);
const amount = z.int().positive();
const range = z.tuple([amount, amount]);

export const fineTuningRuleFile = z.strictObject({
  $schema: z.string().optional(),
  schemaVersion: z.literal(1),
  version: day,
  sources: z.record(
    name,
    z.strictObject({ title: text, checked: day, official: z.boolean().optional() }),
  ),
  platform: z.strictObject({ note: text, jobsUntil: day, sources }),
  fewestExamples: amount,
  epochs: z.strictObject({
    usual: amount,
    fewestTrained: amount,
    mostEpochs: amount,
    mostTrained: amount,
    allowed: range,
    evidence: text,
    sources,
  }),
  exampleTokens: z.strictObject({ tokens: range, evidence: text, sources }),
  limits: z.array(z.strictObject({ models: z.array(name).min(1), maxTokens: range, sources })),
}) satisfies z.ZodType<FineTuningRules>;

/** The JSON Schema for editors, made from the same definitions. */
export function fineTuningRuleSchema(): object {
  return {
    title: 'openai-cost fine-tuning rules',
    ...z.toJSONSchema(fineTuningRuleFile, { io: 'input' }),
  };
}
