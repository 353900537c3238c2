/**
 * Compares what is counted of recorded requests with what the API reported for them.
 *
 *   npm run bench:accuracy -- FOLDER
 *
 * FOLDER has JSON files, each a list of records {id, source, model, endpoint, request, expected}.
 * The tables go to stdout in Markdown, records that cannot be counted to stderr. The exit code is
 * 1 if a floor is missed.
 */
import { type Counted, countRecord } from './count.ts';
import { type Floor, KINDS, type Kind } from './kinds.ts';
import { type AccuracyRecord, readRecords } from './records.ts';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: npm run bench:accuracy -- FOLDER');

const WORST = 5;
/** OpenAI admits that an image may be a token off; records of the same image are two apart. */
const IMAGE_TOLERANCE = 2;

interface Row extends Counted {
  readonly record: AccuracyRecord;
  /** Reported, less what was expected; undefined where nobody can tell. */
  readonly difference: number | undefined;
}

const { records, leftOut } = readRecords(folder);
const rows: Row[] = [];
const unread: string[] = [];
for (const record of records) {
  const counted = countRecord(record);
  if (typeof counted === 'string') unread.push(`${record.id}: ${counted}`);
  else if (counted) {
    const { expected } = counted.count;
    const difference = expected === null ? undefined : counted.reported - expected;
    rows.push({ ...counted, record, difference });
  }
}

interface Accuracy {
  readonly records: number;
  readonly unknown: number;
  /** Of the unknown: how many had fewer tokens than "at least". */
  readonly belowLeast: number;
  readonly exact: number;
  readonly within3: number;
  readonly within1Percent: number;
  readonly close: number;
  /** Whether what was reported lies in the range that was given. */
  readonly inRange: number;
  readonly calledExact: number;
  readonly wronglyCalledExact: number;
}

function accuracyOf(some: readonly Row[]): Accuracy {
  const known = some.filter(({ difference }) => difference !== undefined);
  const count = (is: (row: Row, off: number) => boolean) =>
    known.filter((row) => is(row, Math.abs(row.difference ?? 0))).length;
  const isPercent = (row: Row, off: number) => off <= row.reported / 100;
  return {
    records: known.length,
    unknown: some.length - known.length,
    belowLeast: some.filter(
      ({ difference, reported, count: { low } }) => difference === undefined && reported < low,
    ).length,
    exact: count((row, off) => off <= (row.kind === 'image' ? IMAGE_TOLERANCE : 0)),
    within3: count((_, off) => off <= 3),
    within1Percent: count(isPercent),
    close: count((row, off) =>
      row.kind === 'image' ? off <= IMAGE_TOLERANCE : off <= 3 || isPercent(row, off),
    ),
    inRange: count(
      ({ reported, count: { low, high } }) => low <= reported && reported <= (high ?? reported),
    ),
    calledExact: count(({ count: { basis } }) => basis === 'exact'),
    wronglyCalledExact: count(({ count: { basis } }, off) => basis === 'exact' && off > 0),
  };
}

const percent = (part: number, whole: number) =>
  whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)} %`;

function verdict(floor: Floor | undefined, { records: n, exact, close }: Accuracy): string {
  if (!floor) return '';
  if (n === 0) return 'nothing measured';
  const isReached = 100 * exact >= floor.exact * n && 100 * close >= floor.close * n;
  if (!isReached) process.exitCode = 1;
  return `${floor.exact} / ${floor.close}: ${isReached ? 'reached' : '**MISSED**'}`;
}

function line(cells: readonly (string | number)[]): string {
  return `| ${cells.join(' | ')} |`;
}

function cellsOf(accuracy: Accuracy): (string | number)[] {
  const {
    records: n,
    unknown,
    belowLeast,
    exact,
    within3,
    within1Percent,
    close,
    inRange,
  } = accuracy;
  const shares = [exact, within3, within1Percent, close, inRange].map((part) => percent(part, n));
  return [
    n,
    belowLeast > 0 ? `${unknown}, ${belowLeast} below` : unknown,
    ...shares,
    `${accuracy.wronglyCalledExact} of ${accuracy.calledExact}`,
  ];
}

const HEADS = [
  'n',
  'unknown',
  'exact',
  'within 3',
  'within 1 %',
  'either',
  'in range',
  'wrong of "exact"',
];
const kinds = Object.keys(KINDS) as Kind[];
const output: string[] = [
  line(['kind', ...HEADS, 'floor']),
  line(Array.from({ length: HEADS.length + 2 }, () => '---')),
];
for (const kind of kinds) {
  const some = rows.filter((row) => row.kind === kind);
  const { title, floor } = KINDS[kind];
  const accuracy = accuracyOf(some);
  output.push(line([title, ...cellsOf(accuracy), verdict(floor, accuracy)]));
}
output.push(
  '',
  line(['kind', 'family', ...HEADS]),
  line(Array.from({ length: HEADS.length + 2 }, () => '---')),
);
for (const kind of kinds) {
  const some = rows.filter((row) => row.kind === kind);
  for (const family of [...new Set(some.map((row) => row.family))].sort()) {
    const ofFamily = some.filter((row) => row.family === family);
    output.push(line([kind, family, ...cellsOf(accuracyOf(ofFamily))]));
  }
}
output.push(
  '',
  line(['kind', 'repository', ...HEADS]),
  line(Array.from({ length: HEADS.length + 2 }, () => '---')),
);
for (const kind of kinds) {
  const some = rows.filter((row) => row.kind === kind);
  const repositoryOf = ({ record }: Row) => record.source.split('@')[0] ?? record.source;
  for (const repository of [...new Set(some.map(repositoryOf))].sort()) {
    const ofOne = some.filter((row) => repositoryOf(row) === repository);
    output.push(line([kind, repository, ...cellsOf(accuracyOf(ofOne))]));
  }
}
for (const kind of kinds) {
  const worst = rows
    .filter((row) => row.kind === kind && (row.difference ?? 0) !== 0)
    .sort((a, b) => Math.abs(b.difference ?? 0) - Math.abs(a.difference ?? 0))
    .slice(0, WORST)
    .map(({ record, difference, reported }) => `${record.id} ${difference} of ${reported}`);
  if (worst.length > 0) output.push('', `Worst of ${kind}: ${worst.join('; ')}.`);
}
output.push('', ...[...leftOut].map(([reason, n]) => `Left out: ${n} ${reason}.`));
for (const reason of unread) process.stderr.write(`not read: ${reason}\n`);
process.stdout.write(`${output.join('\n')}\n`);
