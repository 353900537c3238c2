import { z } from 'zod';
import { ASSUMPTIONS } from '../core/budget/check.ts';
import { PERIODS } from '../core/budget/prompt-budget.ts';
import { SCOPE_DIMENSIONS } from '../core/budget/usage-spends.ts';
import { parseAmount } from '../core/money.ts';
import { nearestNames } from '../core/names.ts';
import { TEMPLATE_STYLES, TEXT_FORMS } from '../core/request/choices.ts';
import { parseInstant } from '../core/time.ts';
import { eitherOf } from '../core/wording.ts';
import { type FormProblem, formProblems } from './form.ts';

/** The form of `openai-cost.json`: what `config.schema.json` tells an editor. */

/** With more calls in a month, numbers of tokens are no longer exact. */
const MOST_REQUESTS = 1_000_000_000;

const text = z.string().min(1);
const comment = { $comment: z.union([text, z.array(text)]).optional() };
const usd = z
  .union([z.string(), z.number()])
  .refine((value) => (parseAmount(String(value)) ?? -1n) >= 0n, {
    message: 'must be an amount in USD such as 12.5 or "0.0005"',
  })
  .describe('An amount in USD, such as 12.5 or "0.0005".');
const tokens = z.int().nonnegative();
const percent = z
  .number()
  .nonnegative()
  .refine((value) => hasDecimals(value, 2), 'must have at most two decimals');
const share = z
  .number()
  .min(0)
  .max(1)
  .refine((value) => hasDecimals(value, 4), 'must have at most four decimals');
const names = z
  .union([text, z.array(text).min(1)])
  .describe('One, or a list. * stands for any number of characters.');
/** More than any file system has room for, and as much as a pattern may have. */
const file = z.string().min(1).max(4096);
const files = z
  .union([file, z.array(file).min(1)])
  .describe(
    'Files, globs or directories, from the folder of this file on; what begins with ! takes files out of the others.',
  );
const warnAt = z
  .array(percent.positive().max(100))
  .describe('Percentages of a limit from which on to warn.');

const promptLimits = z.strictObject({
  usdPerCall: usd
    .optional()
    .describe('What one call of each file may cost; of several in it, the dearest.'),
  usdPerRun: usd.optional().describe('What all calls of all files may cost together.'),
  usdPerMonth: usd.optional().describe('The same in 30 days, where "per" is hour, day or month.'),
  tokensPerFile: tokens.optional().describe('The input tokens that a call of each file may have.'),
  contextShare: share.optional().describe("The share of a model's context window it may fill."),
});

const perFileIncrease = z.strictObject({
  usd: usd.optional().describe('How much more one call of a file may cost than before.'),
  percent: percent.optional(),
  tokens: tokens.optional(),
});

const settings = {
  models: z.union([text, z.array(text).min(1)]).describe('Each is held against the limits.'),
  outputTokens: z
    .union([tokens, z.literal('maximum')])
    .optional()
    .describe('Of each call; "maximum" is the longest answer that the model can give.'),
  requests: z
    .int()
    .positive()
    .max(MOST_REQUESTS)
    .optional()
    .describe('Calls of each file; 1 when left out.'),
  per: z.enum(PERIODS).optional().describe('What "requests" are counted by; "run" when left out.'),
  cachedShare: share.optional().describe('How much of the input is read from the cache.'),
  cacheWriteShare: share
    .optional()
    .describe(
      'How much is written to it, which costs more from gpt-5.6 on; a range when left out.',
    ),
  limits: promptLimits.optional(),
};

const prompts = z.strictObject({
  ...comment,
  name: text,
  files,
  ...settings,
  as: z
    .enum(TEXT_FORMS)
    .optional()
    .describe('How text is sent: as one message of chat, when left out, or as it is.'),
  tier: text.optional().describe('When left out, what a request asks for, or else "standard".'),
  region: text.optional().describe('"global" when left out.'),
  increase: z
    .strictObject({
      perFile: perFileIncrease.optional(),
      total: z
        .strictObject({
          usd: usd.optional().describe('How much more all calls of all files may cost.'),
          percent: percent.optional(),
        })
        .optional(),
    })
    .optional()
    .describe('How much more it may be than at the base: checked where --base is given.'),
  warnAt: warnAt.optional(),
  overrides: z
    .array(
      z.strictObject({
        ...comment,
        files,
        ...z.object(settings).partial().shape,
        increase: perFileIncrease.optional(),
      }),
    )
    .optional()
    .describe('Settings and limits of their own for some of the files; the last one wins.'),
});

const permitted = z
  .strictObject({ allow: names.optional(), forbid: names.optional() })
  .describe('* stands for any number of characters.');

const date = z
  .string()
  .refine((value) => parseInstant(value) !== undefined, 'must be a day such as 2026-07-30');

const usage = z.strictObject({
  ...comment,
  name: text,
  files,
  scope: z
    .partialRecord(z.enum(SCOPE_DIMENSIONS), names)
    .optional()
    .describe('What of the usage counts; all when left out.'),
  each: z
    .union([z.enum(SCOPE_DIMENSIONS), z.array(z.enum(SCOPE_DIMENSIONS)).min(1)])
    .optional()
    .describe('The limits are of each of these, and not of all together.'),
  limits: z
    .strictObject({
      usd: usd.optional().describe('What everything in the files may cost.'),
      usdPerDay: usd.optional().describe('Of each day (UTC).'),
      usdPerMonth: usd.optional().describe('Of each calendar month (UTC).'),
      tokensPerRequest: tokens
        .optional()
        .describe('Input tokens of a request; the average of a day where there are only sums.'),
    })
    .optional(),
  models: permitted.optional(),
  tiers: permitted.optional(),
  imageQualities: permitted.optional(),
  warnAt: warnAt.optional(),
  allowEmpty: z.boolean().optional().describe('Whether it passes when nothing is in its scope.'),
  spendLimits: z
    .array(z.union([text, z.strictObject({ file: text, project: text.optional() })]))
    .optional()
    .describe("JSON files of OpenAI's own spend limits and alerts; held against each month."),
  credits: z
    .array(z.strictObject({ ...comment, name: text, usd, start: date, expires: date }))
    .optional()
    .describe('Grants that are used up before anything is billed.'),
});

const values = z.record(z.string(), z.string());

const configForm = z.strictObject({
  $schema: z.string().optional(),
  ...comment,
  rates: text.optional().describe('A rate table of your own.'),
  maxRatesAgeDays: z.int().nonnegative().optional().describe('An older rate table is an error.'),
  assume: z
    .enum(ASSUMPTIONS)
    .optional()
    .describe('Which end of a range is held against limits; "high" when left out.'),
  warnOnly: z.boolean().optional().describe('Tells failures, and exits with 0 all the same.'),
  base: text.optional().describe('What to compare with: a git ref, or a report of "check".'),
  vars: z
    .union([values, z.array(values).min(1), file])
    .optional()
    .describe(
      'The text of placeholders in prompts, such as {{name}}, by their names; a list of such, or a file with one on each line, each of which is a call of its own.',
    ),
  varTokens: z
    .record(z.string(), tokens)
    .optional()
    .describe('How many tokens a placeholder without a text is taken for.'),
  template: z
    .enum(['auto', ...TEMPLATE_STYLES, 'none'])
    .optional()
    .describe('What placeholders look like; "none" takes them for text.'),
  prompts: z.array(prompts).optional(),
  usage: z.array(usage).optional(),
});

/** What has more of them would be rounded, and a limit is none that is not what it says. */
function hasDecimals(value: number, most: number): boolean {
  const [, fraction = '', exponent = '0'] =
    /^\d+(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value)) ?? [];
  return fraction.length - Number(exponent) <= most;
}

export type ConfigForm = z.infer<typeof configForm>;
export type PromptsForm = NonNullable<ConfigForm['prompts']>[number];
export type OverrideForm = NonNullable<PromptsForm['overrides']>[number];
export type UsageForm = NonNullable<ConfigForm['usage']>[number];

/** The JSON Schema for editors, made from the same definitions. */
export function configSchema(): object {
  return { title: 'openai-cost.json', ...z.toJSONSchema(configForm, { io: 'input' }) };
}

export function checkConfigForm(json: unknown): { form: ConfigForm } | { problems: FormProblem[] } {
  const parsed = configForm.safeParse(json);
  return parsed.success ? { form: parsed.data } : { problems: formProblems(parsed.error, keyHint) };
}

/** Where the key belongs, or which one may have been meant. */
function keyHint(path: readonly PropertyKey[], key: string): string {
  const place = path.filter((step) => typeof step === 'string').join('.');
  const known = knownKeys(configSchema());
  // The outermost come first.
  const below = [...known]
    .filter(([at, keys]) => keys.includes(key) && (place === '' || at.startsWith(`${place}.`)))
    .map(([at]) => at.slice(place === '' ? 0 : place.length + 1).split('.'))
    .sort((a, b) => a.length - b.length);
  if (known.get('')?.includes(key)) {
    return 'it belongs at the top of the configuration, beside "prompts" and "usage"';
  }
  const nearest = below.filter(({ length }) => length === below[0]?.length);
  if (nearest.length > 0) {
    return `it belongs in ${eitherOf(nearest.map((at) => `"${at.join('.')}"`))}`;
  }
  const near = nearestNames(known.get(place) ?? [], key);
  return near.length > 0 ? `did you mean ${eitherOf(near)}?` : 'remove or correct it';
}

/** The keys that objects may have, by the path to them, without the numbers of elements. */
function knownKeys(schema: Schema, path = '', found = new Map<string, string[]>()) {
  const { properties = {}, propertyNames, items, anyOf = [] } = schema;
  const keys = [...Object.keys(properties), ...(propertyNames?.enum ?? [])];
  if (keys.length > 0) found.set(path, [...(found.get(path) ?? []), ...keys]);
  for (const [key, inner] of Object.entries(properties)) {
    knownKeys(inner, path === '' ? key : `${path}.${key}`, found);
  }
  for (const inner of [items ?? [], anyOf].flat()) knownKeys(inner, path, found);
  return found;
}

/** What of a JSON Schema tells of keys. */
interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly propertyNames?: { readonly enum?: readonly string[] };
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}
