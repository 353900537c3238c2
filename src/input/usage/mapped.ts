/** Any CSV of which the user says which column is which: `--map model=name,input=tokens_in`. */
import type { Row } from '../../core/audit/entry.ts';
import { InputError } from '../../core/input-error.ts';
import { addDays, type Instant } from '../../core/time.ts';
import type { Tokens } from '../../core/usage.ts';
import type { CsvFormat } from './format.ts';
import { withoutZeros } from './openai-tokens.ts';
import { tiersOf } from './tiers.ts';
import { type Cells, fail, needed, readRow, shown } from './values.ts';

/** What a column can be, and what it must hold. */
const MEANINGS = {
  model: 'the model',
  input: 'input tokens, or none',
  output: 'output tokens, or none',
  cached: 'cached input tokens',
  written: 'input tokens written to the cache',
  requests: 'how many requests a row stands for',
  time: 'when: ISO 8601, or seconds or milliseconds since 1970',
  tier: 'the service tier',
  batch: 'whether it was a batch: true or false',
  project: 'the project',
  key: 'the API key',
  user: 'the user',
} as const;
type Meaning = keyof typeof MEANINGS;

const INCLUDES_CACHED = 'input-includes-cached';

interface Mapping {
  readonly columns: ReadonlyMap<Meaning, string>;
  /** Of which there are none. A column that nobody named would otherwise be zero in silence. */
  readonly without: ReadonlySet<Meaning>;
  /** Whether cached and written tokens are counted within the input, as OpenAI does it. */
  readonly includesCached: boolean;
}

/**
 * The format that a text such as `model=name,input=tokens_in,time=day` describes. Rows of files
 * without a time took place at `withoutTime`.
 * @throws InputError that lists what can be mapped
 */
export function mappedFormat(spec: string, withoutTime?: Instant): CsvFormat {
  const mapping = mappingOf(spec);
  const { columns, without } = mapping;
  if (!columns.has('model')) throw wrong('model= is missing');
  if (!columns.has('input') && !columns.has('output')) throw wrong('input= or output= is missing');
  for (const side of ['input', 'output'] as const) {
    if (columns.has(side) || without.has(side)) continue;
    throw wrong(
      `${side}= is missing, which is not the same as none; if there is none, ${side}=none`,
    );
  }
  if (!columns.has('time') && withoutTime === undefined) {
    throw wrong('time= is missing, and prices depend on the day');
  }
  return {
    id: 'mapped',
    title: 'CSV with the columns of --map',
    required: [...new Set(columns.values())],
    read: (fields) => readRow(fields, (cells) => rowOf(cells, mapping, withoutTime)),
  };
}

function mappingOf(spec: string): Mapping {
  const columns = new Map<Meaning, string>();
  const without = new Set<Meaning>();
  let includesCached: boolean | undefined;
  for (const part of spec.split(',')) {
    const [name = '', ...rest] = part.split('=');
    const meaning = name.trim().toLowerCase();
    const column = rest.join('=').trim().toLowerCase();
    if (column === '') throw wrong(`${shown(part)} names no column`);
    if (meaning === INCLUDES_CACHED) {
      if (column !== 'yes' && column !== 'no') throw wrong(`${INCLUDES_CACHED} is yes or no`);
      if (includesCached !== undefined) throw wrong(`${INCLUDES_CACHED} is there twice`);
      includesCached = column === 'yes';
      continue;
    }
    if (!isMeaning(meaning)) throw wrong(`${shown(name.trim())} is not known`);
    if (columns.has(meaning) || without.has(meaning)) throw wrong(`${meaning}= is there twice`);
    if (column === 'none' && (meaning === 'input' || meaning === 'output')) without.add(meaning);
    else columns.set(meaning, column);
  }
  return { columns, without, includesCached: includesCached ?? true };
}

function isMeaning(name: string): name is Meaning {
  return Object.hasOwn(MEANINGS, name);
}

function wrong(problem: string): InputError {
  const meanings = Object.entries(MEANINGS).map(([name, what]) => `${name}= ${what}`);
  return new InputError(
    `--map: ${problem}; it is a list such as model=name,input=tokens_in,time=created_at of: ${meanings.join('; ')}; ${INCLUDES_CACHED}= yes (as OpenAI counts, and unless said otherwise) or no`,
  );
}

function rowOf(cells: Cells, { columns, includesCached }: Mapping, withoutTime?: Instant): Row {
  const text = (meaning: Meaning) => cells.text(columns.get(meaning) ?? '');
  const count = (meaning: Meaning) => cells.count(columns.get(meaning) ?? '');
  const { source } = cells;
  const start = needed(
    columns.has('time') ? cells.time(columns.get('time') ?? '') : withoutTime,
    columns.get('time') ?? 'time',
  );
  const isDay = /^\d{4}-\d\d-\d\d$/.test(text('time') ?? '');
  const batch = cells.flag(columns.get('batch') ?? '');
  const tier = tiersOf(text('tier'), batch, columns.get('tier'));
  if ('problem' in tier) return fail(tier.problem);
  const entry = {
    source,
    start,
    end: isDay ? addDays(start, 1) : ((start + 1) as Instant),
    endpoint: 'completions',
    model: text('model'),
    ...tier,
    project: text('project'),
    apiKey: text('key'),
    user: text('user'),
    requests: count('requests'),
    tokens: tokensOf(count, columns, includesCached),
    quantities: [],
  } as const;
  return { kind: 'usage', entry };
}

function tokensOf(
  count: (meaning: Meaning) => number | undefined,
  columns: Mapping['columns'],
  includesCached: boolean,
): Tokens {
  // Somebody said that there is none; a blank cell of a column that was named is not zero.
  const given = (meaning: Meaning) => {
    const column = columns.get(meaning);
    return column === undefined ? 0 : needed(count(meaning), column);
  };
  const input = given('input');
  // Logs leave these blank where there were none.
  const cached = count('cached') ?? 0;
  const written = count('written') ?? 0;
  const uncached = includesCached ? input - cached - written : input;
  if (uncached < 0) {
    fail(
      `cached and written tokens, ${cached + written}, are more than the input, ${input}; if it does not include them, say ${INCLUDES_CACHED}=no`,
    );
  }
  return withoutZeros({
    text: { input: uncached, cachedInput: cached, cacheWrite30m: written, output: given('output') },
  });
}
