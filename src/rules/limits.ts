/** From where on rules of `audit` speak. All of them can be set. */
export const LIMITS = {
  'saving.usd': { value: 1, meaning: 'USD that a saving has to reach to be worth a remark' },
  'saving.shown': { value: 10, meaning: 'savings of one rule shown one by one' },
  'bad-rows.shown': { value: 20, meaning: 'rows shown one by one' },
  'reconciliation.shown': { value: 20, meaning: 'differences shown one by one' },
  'long-context.share': {
    value: 0.1,
    meaning:
      'share of the long-context threshold that the average request has to reach, where single requests are not in the data',
  },
  'tokens-per-request.times': {
    value: 4,
    meaning: "times a model's own median that its input tokens per request have to reach",
  },
  'tokens-per-request.tokens': {
    value: 10_000,
    meaning: 'input tokens per request that are too few to speak of',
  },
  'tokens-per-request.places': {
    value: 5,
    meaning: 'days, projects and keys that are needed to know what is usual',
  },
  'tokens-per-request.usd': {
    value: 1,
    meaning: 'USD that the tokens above the median have to cost',
  },
  'cacheable.tokens': {
    value: 1024,
    meaning: 'input tokens of an average request, from which on OpenAI caches',
  },
  'cacheable.requests': { value: 100, meaning: 'requests a day that have to be exceeded' },
  'cacheable.share': { value: 0.3, meaning: 'share of cached input below which it is low' },
  'fine-tuning.requests': {
    value: 100,
    meaning: 'requests in the period below which a tuned model is hardly used',
  },
  'dear-models.share': { value: 0.2, meaning: 'share of the cost that a model has to reach' },
  'jump.times': {
    value: 3,
    meaning: 'times the median of the other days that have to be exceeded',
  },
  'jump.usd': { value: 1, meaning: 'USD that the day has to cost' },
  'jump.days': { value: 7, meaning: 'days with data that are needed to know what is usual' },
  'jump.shown': { value: 10, meaning: 'jumps shown one by one' },
  'shut-down.days': { value: 90, meaning: 'days before its end from which on a model is urgent' },
} as const satisfies Record<string, { readonly value: number; readonly meaning: string }>;

/** The rule, and what of it is limited. */
export type LimitName = keyof typeof LIMITS;
export type Limits = Readonly<Record<LimitName, number>>;

export const DEFAULT_LIMITS = Object.fromEntries(
  Object.entries(LIMITS).map(([name, { value }]) => [name, value]),
) as Limits;
