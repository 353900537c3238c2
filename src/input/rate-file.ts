import { z } from 'zod';
import { ENCODINGS } from '../core/encodings.ts';
import { BANDS, DATE_BASES, ENCODING_BASES, MODEL_KINDS, UNITS, type Unit } from '../core/rates.ts';
import { parseInstant } from '../core/time.ts';
import { MODALITIES, SERVICE_TIERS, TOKEN_KINDS } from '../core/usage.ts';
import { formProblems } from './form.ts';
import { type RateProblem, senseProblems } from './rate-sense.ts';

/** The form of a rate table file: what `rates/schema.json` tells an editor. */

const name = z.string().regex(/^[\x21-\x7e]+$/, 'must be a name without spaces');
const text = z.string().min(1);
const date = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?$/, {
    message: 'must be a UTC date such as 2026-07-30',
    abort: true,
  })
  .refine((value) => parseInstant(value) !== undefined, 'is not a day of the calendar');
const usd = z
  .string()
  .regex(/^(0|[1-9]\d*)(\.\d{1,6})?$/, 'must be a decimal such as "1.25", with at most 6 places');
const tokenCount = z.int().positive();
const cell = z.union([usd, z.enum(['as-input', 'unpublished'])], {
  error: 'must be a price such as "1.25", "as-input" or "unpublished"',
});
const tier = z.enum(SERVICE_TIERS);
const period = { from: date.nullable(), to: date.nullable() };
const datedName = z.strictObject({ name, ...period });

const tokens = z.partialRecord(
  tier,
  z.partialRecord(
    z.enum(BANDS),
    z.partialRecord(z.enum(MODALITIES), z.partialRecord(z.enum(TOKEN_KINDS), cell)),
  ),
);

const unit = z.strictObject({
  unit: z.enum(Object.keys(UNITS) as [Unit, ...Unit[]]),
  per: z.int().positive(),
  tier: tier.optional(),
  quality: text.optional(),
  size: text.optional(),
  free: usd.optional(),
  usd,
  estimate: z.boolean().optional(),
});

const price = z.strictObject({
  ...period,
  dateBasis: z.enum(DATE_BASES),
  checked: date,
  sources: z.array(name).min(1),
  confirmedBy: z.record(text, z.array(name)).optional(),
  confidence: z.int().positive(),
  guaranteedUntil: date.optional(),
  promotional: z.boolean().optional(),
  derived: z.array(z.strictObject({ cells: z.array(text).min(1), how: text })).optional(),
  rounded: z.record(text, usd).optional(),
  tokens: tokens.optional(),
  alternatives: z.array(z.strictObject({ when: text, tokens })).optional(),
  units: z.array(unit).optional(),
  note: text.optional(),
});

const model = z.strictObject({
  id: name,
  kind: z.enum(MODEL_KINDS),
  prominent: z.boolean().optional(),
  aliases: z.array(datedName).optional(),
  standsFor: z.array(z.strictObject({ model: name, ...period })).optional(),
  snapshots: z.array(name).optional(),
  encoding: z.enum(ENCODINGS).nullable(),
  encodingBasis: z.enum(ENCODING_BASES).optional(),
  contextWindow: tokenCount.optional(),
  maxInputTokens: tokenCount.optional(),
  maxOutputTokens: tokenCount.optional(),
  requestLimits: z
    .strictObject({
      inputs: z.int().positive(),
      tokens: tokenCount,
      checked: date,
      sources: z.array(name).min(1),
    })
    .optional(),
  callsTools: z.array(name).min(1).optional(),
  longContextAbove: tokenCount.optional(),
  regionalUplift: z.union([z.enum(['none', 'unknown']), usd], {
    error: 'must be a factor such as "1.1", "none" or "unknown"',
  }),
  endpoints: z.array(text).optional(),
  shutdown: z.record(name, date).optional(),
  prices: z.array(price),
  noPrice: text.optional(),
});

export const rateFile = z.strictObject({
  $schema: z.string().optional(),
  schemaVersion: z.literal(1),
  version: date,
  currency: z.literal('USD'),
  sources: z.record(
    name,
    z.strictObject({ title: text, checked: date, official: z.boolean().optional() }),
  ),
  serviceTiers: z.array(
    z.strictObject({ id: tier, aliases: z.array(name).optional(), note: text.optional() }),
  ),
  regions: z.array(
    z.strictObject({
      id: name,
      unavailable: z
        .array(z.strictObject({ tiers: z.array(tier), models: z.array(name) }))
        .optional(),
    }),
  ),
  models: z.array(model).min(1),
  tools: z.array(z.strictObject({ id: name, title: text, prices: z.array(price).min(1) })),
  imageOutputTokens: z.array(
    z.strictObject({
      models: z.array(name).min(1),
      basis: z.enum(['published', 'derived']),
      sources: z.array(name).min(1),
      tokens: z.array(z.strictObject({ quality: text, size: text, tokens: tokenCount })).min(1),
      note: text.optional(),
    }),
  ),
});

export type RateFile = z.infer<typeof rateFile>;
export type RateFileModel = RateFile['models'][number];
export type RateFilePrice = RateFileModel['prices'][number];
export type RateFileTokens = NonNullable<RateFilePrice['tokens']>;

/** The JSON Schema for editors, made from the same definitions. */
export function rateFileSchema(): object {
  return {
    title: 'openai-cost rate table',
    ...z.toJSONSchema(rateFile, { io: 'input' }),
  };
}

/** Checks form first; only a file of the right form can be checked for sense. */
export function checkRateFile(json: unknown): { file: RateFile } | { problems: RateProblem[] } {
  const parsed = rateFile.safeParse(json);
  if (!parsed.success) {
    return {
      problems: formProblems(parsed.error),
    };
  }
  const problems = [...senseProblems(parsed.data)];
  return problems.length > 0 ? { problems } : { file: parsed.data };
}
