/**
 * Compares what is counted of recorded requests with what the API reported for them.
 *
 *   npm run bench:accuracy -- FOLDER
 *
 * FOLDER has JSON files, each a list of records {id, source, model, endpoint, request, expected}.
 * The tables go to stdout in Markdown, records that cannot be counted to stderr. The exit code is
 * 1 if a floor is missed, or a request had fewer tokens than "at least".
 */
import { existsSync } from 'node:fs';
import { accuracyOf, isReached, type Row } from './accuracy.ts';
import { countRecord } from './count.ts';
import { KINDS, type Kind } from './kinds.ts';
import { readRecords } from './records.ts';
import { type Line, toMarkdown } from './table.ts';

const [folder] = process.argv.slice(2);
if (folder === undefined || !existsSync(folder)) {
  process.stderr.write('usage: npm run bench:accuracy -- FOLDER\n');
  process.exit(2);
}

const WORST = 5;
const kinds = Object.keys(KINDS) as Kind[];
const { records, leftOut } = readRecords(folder);
const rows = records.flatMap((record): Row[] => {
  const counted = countRecord(record);
  if (typeof counted === 'string') process.stderr.write(`not read: ${record.id}: ${counted}\n`);
  if (counted === undefined || typeof counted === 'string') return [];
  const { expected } = counted.count;
  const difference = expected === null ? undefined : counted.reported - expected;
  return [{ ...counted, record, difference }];
});

function byKind(): Line[] {
  return kinds.map((kind) => {
    const { title, floor } = KINDS[kind];
    const accuracy = accuracyOf(rows.filter((row) => row.kind === kind));
    if (accuracy.belowLeast > 0) process.exitCode = 1;
    if (!floor) return { names: [title], accuracy };
    const reached = isReached(floor, accuracy);
    if (reached === false) process.exitCode = 1;
    const words = reached === undefined ? 'nothing measured' : reached ? 'reached' : '**MISSED**';
    return { names: [title], accuracy, verdict: `${floor.exact} / ${floor.close}: ${words}` };
  });
}

function byKindAnd(nameOf: (row: Row) => string): Line[] {
  return kinds.flatMap((kind) => {
    const some = rows.filter((row) => row.kind === kind);
    const names = [...new Set(some.map(nameOf))].sort();
    return names.map((name) => ({
      names: [kind, name],
      accuracy: accuracyOf(some.filter((row) => nameOf(row) === name)),
    }));
  });
}

function worstOf(kind: Kind): string[] {
  const off = ({ difference = 0 }: Row) => Math.abs(difference);
  const worst = rows
    .filter((row) => row.kind === kind && off(row) > 0)
    .sort((a, b) => off(b) - off(a))
    .slice(0, WORST)
    .map(({ record, difference, reported }) => `${record.id} ${difference} of ${reported}`);
  return worst.length > 0 ? [`Worst of ${kind}: ${worst.join('; ')}.`] : [];
}

const output = [
  toMarkdown(['kind'], byKind()),
  toMarkdown(
    ['kind', 'family'],
    byKindAnd(({ family }) => family),
  ),
  toMarkdown(
    ['kind', 'repository'],
    byKindAnd(({ record }) => record.source.split('@')[0] ?? record.source),
  ),
  kinds.flatMap(worstOf).join('\n\n'),
  [...leftOut].map(([reason, count]) => `- left out: ${count} ${reason}`).join('\n'),
];
process.stdout.write(`${output.join('\n\n')}\n`);
