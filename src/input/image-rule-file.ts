import { z } from 'zod';
import type { ImageRules } from '../core/media/image-rules.ts';
import { EVIDENCE } from '../core/media/media-tokens.ts';

/** The form of `rates/images.json`: what `rates/images.schema.json` tells an editor. */

const text = z.string().min(1);
const name = z.string().regex(/^[\x21-\x7e]+$/, 'must be a name without spaces');
const day = z.iso.date();
const ids = z.array(name).min(1);
const sources = z.array(name).min(1);
const evidence = z.enum(EVIDENCE);
const pixels = z.int().positive();
const tokens = z.int().nonnegative();
const size = z.string().regex(/^[1-9]\d*x[1-9]\d*$/, 'must be a size such as 1024x1536');

function levels<Level extends z.ZodType>(level: Level) {
  return z.record(name, z.union([level, name]));
}

const reading = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('tiles'),
    base: tokens,
    tile: tokens,
    maxSide: pixels,
    shortSide: pixels,
    tileSide: pixels,
    levels: levels(z.strictObject({ tiles: z.boolean() })),
  }),
  z.strictObject({
    kind: z.literal('patches'),
    patchSide: pixels,
    multiplier: z.number().positive(),
    extra: z.tuple([tokens, tokens]),
    levels: levels(
      z.strictObject({
        maxSide: pixels,
        maxPatches: z.int().positive().optional(),
        rejectAbove: z.int().positive().optional(),
      }),
    ),
  }),
]);

const models = z.union([
  z.strictObject({ ids, rule: name, evidence, sources, note: text.optional() }),
  z.strictObject({ ids, unknown: text }),
  z.strictObject({ ids, takesImages: z.literal(false) }),
]);

const output = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('table'),
    tokens: z.record(name, z.record(size, z.int().positive())),
  }),
  z.strictObject({
    kind: z.literal('formula'),
    q: z.record(name, z.int().positive()),
    limits: z.strictObject({
      multipleOf: pixels,
      maxSide: pixels,
      maxRatio: z.number().min(1),
      minPixels: pixels,
      maxPixels: pixels,
    }),
  }),
  z.strictObject({ kind: z.literal('image') }),
  z.strictObject({ kind: z.literal('unknown'), reason: text }),
]);

const generation = z.strictObject({
  ids,
  evidence,
  sources,
  note: text.optional(),
  qualities: z.array(name),
  sizes: z.array(size),
  defaults: z.strictObject({ quality: name, size: z.union([size, z.literal('auto')]) }),
  output,
  maxImages: z.int().positive(),
  partialImages: z.strictObject({ most: z.int().positive(), tokens }).optional(),
  promptOverhead: tokens.optional(),
  textOutput: z.tuple([tokens, tokens]).optional(),
  fidelity: z
    .strictObject({
      default: name,
      levels: z.record(name, z.strictObject({ square: tokens, oblong: tokens })),
    })
    .optional(),
});

export const imageRuleFile = z.strictObject({
  $schema: z.string().optional(),
  schemaVersion: z.literal(1),
  version: day,
  sources: z.record(
    name,
    z.strictObject({ title: text, checked: day, official: z.boolean().optional() }),
  ),
  rules: z.record(
    name,
    z.strictObject({ readings: z.array(reading).min(1), open: text.optional() }),
  ),
  models: z.array(models),
  generation: z.array(generation),
}) satisfies z.ZodType<ImageRules>;

/** The JSON Schema for editors, made from the same definitions. */
export function imageRuleSchema(): object {
  return {
    title: 'openai-cost image rules',
    ...z.toJSONSchema(imageRuleFile, { io: 'input' }),
  };
}
