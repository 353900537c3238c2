import { z } from 'zod';
import { CACHE_ENDS, EVIDENCE_PARTS, FRAMING_BASES } from '../core/request/framing.ts';

/** The form of `rates/framing.json`: what `rates/framing.schema.json` tells an editor. */

const name = z.string().regex(/^[\x21-\x7e]+$/, 'must be a name without spaces');
const names = z.array(name);
const text = z.string().min(1);
const tokens = z.int();
const band = z.tuple([z.int().nonpositive(), z.int().nonnegative()]);
const described = z.strictObject({ described: tokens, undescribed: tokens });

const evidence = z.strictObject({
  basis: z.enum(FRAMING_BASES),
  records: z.int().nonnegative(),
  note: text.optional(),
});

const family = z.strictObject({
  id: name,
  models: z.strictObject({ seen: names, inferred: names }),
  messages: z.strictObject({
    each: tokens,
    priming: tokens,
    assistant: tokens,
    audio: tokens,
    system: z.enum(['counted', 'not-counted']),
    name: z.enum(['added', 'replaces-role']),
    band,
  }),
  calls: z.strictObject({
    chat: tokens,
    stored: tokens,
    sent: tokens,
    together: tokens,
    storedBand: band,
    togetherBand: band,
  }),
  tools: z.strictObject({
    chatPlace: z.enum(['system-message', 'apart']),
    chat: described,
    responses: described,
    named: tokens.nullable(),
    notParallel: tokens,
    band,
    grammar: tokens,
    grammarBand: band,
  }),
  schema: z.strictObject({
    responses: tokens,
    chatWithTools: tokens,
    chat: tokens,
    assistant: tokens,
    band,
  }),
  reasoning: z.strictObject({ isKept: z.enum(['never', 'within-turn', 'all-turns']) }),
  evidence: z.record(z.enum(EVIDENCE_PARTS), evidence),
});

const records = z.int().positive();
const builtIn = { types: names.min(1), family: name, models: names.min(1).optional() };

export const framingFile = z.strictObject({
  $schema: z.string().optional(),
  schemaVersion: z.literal(1),
  version: z.iso.date(),
  families: z.array(family).min(1),
  texts: names,
  unknown: z.array(z.strictObject({ models: names.min(1), reason: text })),
  builtInTools: z.array(
    z.union([
      z.strictObject({ ...builtIn, tokens, records }),
      z.strictObject({ ...builtIn, seen: z.tuple([tokens, tokens]), records }),
      z.strictObject({ ...builtIn, least: tokens, reason: text }),
    ]),
  ),
  caching: z.array(
    z.strictObject({
      families: names.min(1).optional(),
      models: names.min(1).optional(),
      minimum: z.int().positive(),
      step: z.int().positive(),
      endsAt: z.enum(CACHE_ENDS),
      note: text.optional(),
    }),
  ),
});

/** The JSON Schema for editors, made from the same definitions. */
export function framingFileSchema(): object {
  return {
    title: 'openai-cost framing table',
    ...z.toJSONSchema(framingFile, { io: 'input' }),
  };
}
