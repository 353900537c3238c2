import { z } from 'zod';
import { ENCODINGS } from '../core/encodings.ts';
import { parseUsd, unitPrice } from '../core/money.ts';
import { BANDS, DATE_BASES, ENCODING_BASES, MODEL_KINDS, UNITS, type Unit } from '../core/rates.ts';
import { parseInstant } from '../core/time.ts';
import { MODALITIES, SERVICE_TIERS, TOKEN_KINDS } from '../core/usage.ts';

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

/** Something wrong in a rate table file. */
export interface RateProblem {
  /** A JSON path such as `models[3].prices[0].to`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
}

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
      problems: parsed.error.issues.map((issue) => ({
        path: pathOf(issue.path),
        message: messageOf(issue),
      })),
    };
  }
  const problems = [...senseProblems(parsed.data)];
  return problems.length > 0 ? { problems } : { file: parsed.data };
}

/** What is wrong in the words of this file, not of the library that noticed it. */
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
        : `must be more than ${issue.minimum}`;
    default:
      return issue.message;
  }
}

function pathOf(path: readonly PropertyKey[]): string {
  return path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '');
}

function* senseProblems(file: RateFile): Generator<RateProblem> {
  yield* namingProblems(file);
  for (const [index, entry] of file.models.entries()) {
    const path = `models[${index}]`;
    if (entry.prices.length === 0 && !entry.noPrice) {
      yield { path, message: `${entry.id} has no price; say why in "noPrice"` };
    }
    if (entry.encoding !== null && !entry.encodingBasis) {
      yield { path, message: `${entry.id} has an encoding; say who says so in "encodingBasis"` };
    }
    if (entry.encoding === null && hasTokenPrice(entry)) {
      yield { path, message: `${entry.id} is billed by the token, so it needs an "encoding"` };
    }
    yield* priceProblems(file, entry.prices, `${path}.prices`, entry.regionalUplift);
    yield* completenessProblems(entry, path);
  }
  for (const [index, tool] of file.tools.entries()) {
    yield* priceProblems(file, tool.prices, `tools[${index}].prices`, 'none');
  }
}

function hasTokenPrice(entry: RateFileModel): boolean {
  return entry.prices.some((version) =>
    [...cellsOf(version.tokens ?? {})].some(({ cell }) => cell !== '0' && parseUsd(cell)),
  );
}

function* namingProblems(file: RateFile): Generator<RateProblem> {
  const owners = new Map<string, string>();
  const ids = new Set(file.models.map(({ id }) => id));
  for (const [index, entry] of file.models.entries()) {
    const path = `models[${index}]`;
    const aliases = entry.aliases?.map((alias) => alias.name) ?? [];
    for (const known of [entry.id, ...(entry.snapshots ?? []), ...aliases]) {
      const owner = owners.get(known);
      if (owner) yield { path, message: `the name ${known} already belongs to ${owner}` };
      owners.set(known, entry.id);
    }
    for (const [at, { model: target }] of (entry.standsFor ?? []).entries()) {
      if (!ids.has(target)) {
        yield { path: `${path}.standsFor[${at}]`, message: `there is no model ${target}` };
      }
    }
    for (const known of Object.keys(entry.shutdown ?? {})) {
      if (![entry.id, ...(entry.snapshots ?? []), ...aliases].includes(known)) {
        yield { path: `${path}.shutdown`, message: `${known} is not a name of ${entry.id}` };
      }
    }
  }
  const listed = [
    ...file.regions.flatMap(({ unavailable }) => unavailable?.flatMap((x) => x.models) ?? []),
    ...file.imageOutputTokens.flatMap((table) => table.models),
  ];
  for (const known of listed) {
    if (!owners.has(known)) yield { path: '', message: `there is no model ${known}` };
  }
}

function* priceProblems(
  file: RateFile,
  prices: readonly RateFilePrice[],
  path: string,
  uplift: string,
): Generator<RateProblem> {
  for (const [index, version] of prices.entries()) {
    const here = `${path}[${index}]`;
    yield* dateProblems(version, prices[index + 1], here);
    const named = [...version.sources, ...Object.values(version.confirmedBy ?? {}).flat()];
    for (const source of named) {
      if (!file.sources[source]) yield { path: here, message: `there is no source ${source}` };
    }
    if (!version.tokens && !version.units) {
      yield { path: here, message: 'has neither "tokens" nor "units"' };
    }
    yield* amountProblems(version, prices[index - 1], here, uplift);
    yield* pointerProblems(version, here);
  }
}

function* dateProblems(
  version: RateFilePrice,
  next: RateFilePrice | undefined,
  path: string,
): Generator<RateProblem> {
  if (version.from !== null && version.to !== null && version.from >= version.to) {
    yield { path, message: `ends (${version.to}) before it begins (${version.from})` };
  }
  if (!next) return;
  if (next.from === null) {
    yield { path, message: 'is followed by a price without a beginning; sort by "from"' };
  } else if (version.to === null || version.to > next.from) {
    yield { path, message: `overlaps the next price, which begins on ${next.from}; set "to"` };
  } else if (version.to < next.from) {
    yield { path, message: `leaves a gap from ${version.to} to ${next.from}` };
  }
}

/**
 * Between gpt-5-nano's cached input ($0.0025) and o1-pro's output ($600) lies every price so far,
 * and $0.02 is the least for standard input. What is far outside is a slip of the unit: a price
 * per thousand written as one per million, or cents for dollars.
 */
const PLAUSIBLE_USD_PER_MILLION = { least: 0.001, leastStandardInput: 0.01, most: 2_000 };
/** No price change yet was by more than a factor of 5; none within a version by more than 133. */
const PLAUSIBLE_CHANGE = 20;
const PLAUSIBLE_SPREAD = 300;

function* amountProblems(
  version: RateFilePrice,
  before: RateFilePrice | undefined,
  path: string,
  uplift: string,
): Generator<RateProblem> {
  const factors = uplift === 'none' ? [] : [uplift === 'unknown' ? '1.1' : uplift];
  const standard = standardInput(version);
  const earlier = standardInput(before);
  for (const { path: at, cell } of cellsOf(version.tokens ?? {})) {
    const here = `${path}.tokens.${at}`;
    if (parseUsd(cell) === undefined || Number(cell) === 0) continue;
    if (unitPrice(cell, 1_000_000, factors) === undefined) {
      yield { path: here, message: `$${cell} is finer than the money unit` };
    }
    const isStandardInput = at === 'standard.short.text.input';
    const { least, leastStandardInput, most } = PLAUSIBLE_USD_PER_MILLION;
    if (Number(cell) < (isStandardInput ? leastStandardInput : least) || Number(cell) > most) {
      yield { path: here, message: `$${cell} per million tokens is implausible; check the unit` };
    } else if (standard && isFarFrom(Number(cell), standard, PLAUSIBLE_SPREAD)) {
      const beside = `beside the standard input price of $${standard}; check the unit`;
      yield { path: here, message: `$${cell} is implausible ${beside}` };
    } else if (isStandardInput && earlier && isFarFrom(Number(cell), earlier, PLAUSIBLE_CHANGE)) {
      yield { path: here, message: `$${cell} is implausible after $${earlier}; check the unit` };
    }
  }
  for (const [index, { usd: value, per }] of (version.units ?? []).entries()) {
    if (unitPrice(value, per) === undefined) {
      yield { path: `${path}.units[${index}]`, message: `$${value} is finer than the money unit` };
    }
  }
}

function standardInput(version: RateFilePrice | undefined): number | undefined {
  const cell = Number(version?.tokens?.standard?.short?.text?.input);
  return cell > 0 ? cell : undefined;
}

function isFarFrom(a: number, b: number, factor: number): boolean {
  return a > b * factor || b > a * factor;
}

/** What "derived" and "rounded" point to must be there. */
function* pointerProblems(version: RateFilePrice, path: string): Generator<RateProblem> {
  const cells = [...cellsOf(version.tokens ?? {})].map((entry) => entry.path);
  const pointers = [
    ...(version.derived?.flatMap((entry) => entry.cells) ?? []),
    ...Object.keys(version.rounded ?? {}),
    ...Object.keys(version.confirmedBy ?? {}),
  ];
  for (const pointer of pointers) {
    if (!cells.some((known) => known === pointer || known.startsWith(`${pointer}.`))) {
      yield { path, message: `there is no price ${pointer} to point to` };
    }
  }
}

/** Absence must be written down: a reader cannot tell "unpublished" from "forgotten". */
function* completenessProblems(entry: RateFileModel, path: string): Generator<RateProblem> {
  const cachesInput = ['text', 'realtime', 'audio', 'image', 'fine-tuned'].includes(entry.kind);
  for (const [index, version] of entry.prices.entries()) {
    for (const [tierName, bands] of Object.entries(version.tokens ?? {})) {
      for (const [band, modalities] of Object.entries(bands)) {
        for (const [modality, cells] of Object.entries(modalities)) {
          const at = `${path}.prices[${index}].tokens.${tierName}.${band}.${modality}`;
          if (band === 'long' && entry.longContextAbove === undefined) {
            yield { path: at, message: 'is a long band, but the model has no "longContextAbove"' };
          }
          if (cachesInput && cells.input !== undefined && cells.cachedInput === undefined) {
            yield { path: at, message: 'says nothing of "cachedInput"; write "unpublished"' };
          }
          if (entry.kind === 'text' && cells.output === undefined) {
            yield { path: at, message: 'says nothing of "output"; write "unpublished"' };
          }
        }
      }
    }
  }
}

function* cellsOf(rates: RateFileTokens): Generator<{ path: string; cell: string }> {
  for (const [tierName, bands] of Object.entries(rates)) {
    for (const [band, modalities] of Object.entries(bands)) {
      for (const [modality, cells] of Object.entries(modalities)) {
        for (const [kind, value] of Object.entries(cells)) {
          yield { path: `${tierName}.${band}.${modality}.${kind}`, cell: value };
        }
      }
    }
  }
}
