/** Makes usage exports of OpenAI's as they are, and then spoils them. */
import fc from 'fast-check';

export const COLUMNS = [
  ...['start_time', 'end_time', 'start_time_iso', 'end_time_iso', 'project_id'],
  ...['num_model_requests', 'user_id', 'api_key_id', 'model', 'batch', 'service_tier'],
  ...['compute_units', 'input_tokens', 'output_tokens', 'input_cached_tokens'],
  ...['input_cache_write_tokens', 'input_uncached_tokens', 'input_text_tokens'],
  ...['output_text_tokens', 'input_cached_text_tokens', 'input_audio_tokens'],
  ...['input_cached_audio_tokens', 'output_audio_tokens', 'input_image_tokens'],
  ...['input_cached_image_tokens', 'output_image_tokens'],
] as const;

const DAY = 86_400;
const FIRST_DAY = Date.UTC(2026, 5, 1) / 1000;
const MODELS = [
  ...['gpt-4o-mini-2024-07-18', 'gpt-4.1-2025-04-14', 'gpt-5-mini-2025-08-07', 'gpt-5.6-sol'],
  ...['ft:gpt-4o-mini-2024-07-18:acme::AbCdEfGh', 'no-such-model', 'gpt-5.4'],
];
const TIERS = [
  ...['False,default', 'False,default', 'False,default', 'True,default', 'False,flex'],
  ...['False,priority', 'False,incentivized-tier', ',', 'FALSE,', 'True,flex'],
];

/** The same numbers for the same seed: from 0 to below `most`. */
export function randomFrom(seed: number): (most: number) => number {
  let state = seed | 0;
  return (most) => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) % most;
  };
}

export interface ExportOptions {
  readonly rows: number;
  readonly seed: number;
  /** Seconds of a bucket. */
  readonly width?: number;
}

export function csvOf({ rows, seed, width: wanted }: ExportOptions): string {
  const random = randomFrom(seed);
  const width = wanted ?? [60, 3600, DAY, 3 * DAY][random(4)] ?? DAY;
  const lines = Array.from({ length: rows }, () => lineOf(random, width));
  return `${[COLUMNS.join(','), ...lines].join('\n')}\n`;
}

function lineOf(random: (most: number) => number, width: number): string {
  const start = FIRST_DAY + random(Math.ceil((6 * DAY) / width)) * width + (random(50) ? 0 : 7);
  const times = [start, start + width, iso(start), iso(start + width)].join(',');
  if (random(20) === 0) return times + ','.repeat(COLUMNS.length - 4);
  const requests = random(3) === 0 ? 1 : random(50);
  const input = random(5) === 0 ? random(600_000) : random(9000);
  const part = (most: number) => (random(2) ? random(most + 1) : 0);
  const cached = part(input);
  const written = random(5) ? 0 : part(input - cached);
  const uncached = input - cached - written;
  const [audio, image] = random(4) ? [0, 0] : [part(uncached >> 1), part(uncached >> 1)];
  const cachedAudio = random(8) ? 0 : part(cached);
  const output = random(3000);
  const outImage = random(9) ? 0 : part(output);
  const numbers = [
    ...[input, output, cached, written, uncached, uncached - audio - image, output - outImage],
    ...[cached - cachedAudio, audio, cachedAudio, 0, image, 0, outImage],
  ];
  const decimal = random(2) ? '.0' : '';
  return [
    times,
    ['proj_A', 'proj_B', ''][random(3)],
    `${requests}${decimal}`,
    ['user-A', 'user-Bé', ''][random(3)],
    ['key_A', 'key_B'][random(2)],
    MODELS[random(MODELS.length)],
    TIERS[random(TIERS.length)],
    random(30) ? '' : '1.5',
    ...numbers.map((count) => `${count}${decimal}`),
  ].join(',');
}

function iso(instant: number): string {
  return new Date(instant * 1000).toISOString().slice(0, 19);
}

export type Mutation = (csv: string) => string;

const CELLS = [
  ...['', ' ', '"', '""', '"a"', '"a\nb"', 'a"b', '"a,b"', '-1', '+1', '1.5', '4.0', '4.', '.0'],
  ...[
    '1.000',
    '1234.000',
    '1.00',
    '007',
    '1e3',
    '0x10',
    '٣',
    '999999999999999',
    '9007199254740993',
  ],
  ...['99999999999999999999', 'NaN', 'True', 'flex', 'unheard-of', 'gpt-5.6-sol', '1790812800.0'],
  ...[
    '2026-10-01T00:00:00Z',
    '\t5',
    ' 5 ',
    '\u00a05',
    '1 000',
    '5\r',
    '\r',
    '\u2028',
    '\ufeff',
    '\0',
  ],
];

/** A change that a program or a person may have made to a file, or that only a fuzzer makes. */
export function mutated(): fc.Arbitrary<Mutation> {
  const place = fc.nat();
  return fc.oneof(
    { weight: 6, arbitrary: fc.tuple(place, place, fc.constantFrom(...CELLS)).map(cellSet) },
    { weight: 2, arbitrary: place.map((at) => onLine(at, (line) => `${line},`)) },
    { weight: 2, arbitrary: place.map((at) => onLine(at, (line) => line.replace(/,[^,]*$/, ''))) },
    { weight: 1, arbitrary: place.map((at) => onLine(at, (line) => `${line}\r`)) },
    { weight: 1, arbitrary: place.map((at) => onLine(at, (line) => `${line}\n \n`)) },
    { weight: 1, arbitrary: place.map((at) => onLine(at, (line) => `${line}\r${line}`)) },
    { weight: 1, arbitrary: place.map((at) => onLine(at, (line) => `${line}\n${line}`)) },
    {
      weight: 1,
      arbitrary: fc.tuple(place, fc.constantFrom(',', '"', '\n', '\r', '0', '\\')).map(insert),
    },
    { weight: 1, arbitrary: fc.constant((csv: string) => csv.replaceAll('\n', '\r\n')) },
    { weight: 1, arbitrary: fc.constant((csv: string) => `\ufeff${csv}`) },
    { weight: 1, arbitrary: fc.constant((csv: string) => csv.replace(/\n$/, '')) },
    { weight: 1, arbitrary: place.map(columnsTurned) },
    { weight: 1, arbitrary: place.map(columnDropped) },
    { weight: 1, arbitrary: fc.constantFrom('Project_Name', 'api_source', 'x').map(columnAdded) },
    { weight: 1, arbitrary: fc.constant(columnAdded('input_cache_write_12h_tokens', '0')) },
    { weight: 1, arbitrary: fc.constant((csv: string) => csv.replaceAll(',', ';')) },
    {
      weight: 1,
      arbitrary: place.map((at) => (csv: string) => csv.slice(0, at % (csv.length + 1))),
    },
  );
}

function onLine(at: number, change: (line: string) => string): Mutation {
  return (csv) => {
    const lines = csv.split('\n');
    const index = at % lines.length;
    // The header may be spoilt too, but not so often.
    const chosen = index === 0 && at % 3 > 0 ? lines.length - 1 : index;
    return lines.map((line, each) => (each === chosen ? change(line) : line)).join('\n');
  };
}

function cellSet([at, column, cell]: readonly [number, number, string]): Mutation {
  return onLine(at, (line) => {
    const cells = line.split(',');
    return cells.map((old, each) => (each === column % cells.length ? cell : old)).join(',');
  });
}

function insert([at, text]: readonly [number, string]): Mutation {
  return (csv) => {
    const place = at % (csv.length + 1);
    return csv.slice(0, place) + text + csv.slice(place);
  };
}

const everyLine =
  (change: (cells: string[], index: number) => readonly string[]) => (csv: string) =>
    csv
      .split('\n')
      .map((line, index) => (line === '' ? line : change(line.split(','), index).join(',')))
      .join('\n');

function columnsTurned(by: number): Mutation {
  return everyLine((cells) => {
    const turn = by % cells.length;
    return [...cells.slice(turn), ...cells.slice(0, turn)];
  });
}

function columnDropped(at: number): Mutation {
  return everyLine((cells) => cells.filter((_, each) => each !== at % cells.length));
}

function columnAdded(name: string, value?: string): Mutation {
  return everyLine((cells, index) => [
    ...cells,
    index === 0 ? name : (value ?? ['', 'p', '3'][index % 3] ?? ''),
  ]);
}
