/** The results as tables in Markdown. */
import type { Accuracy } from './accuracy.ts';

const HEADS = [
  ...['n', 'unknown', 'exact', 'within 3', 'within 1 %', 'either', 'in range'],
  'wrong of "exact"',
];

export interface Line {
  /** What it is about, as many cells as the table has names for them. */
  readonly names: readonly string[];
  readonly accuracy: Accuracy;
  readonly verdict?: string;
}

export function toMarkdown(names: readonly string[], lines: readonly Line[]): string {
  const heads = [...names, ...HEADS, ...(lines.some(({ verdict }) => verdict) ? ['floor'] : [])];
  const rows = lines.map((line) => [
    ...line.names,
    ...cellsOf(line.accuracy),
    ...(heads.includes('floor') ? [line.verdict ?? ''] : []),
  ]);
  return [heads, heads.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

function cellsOf(accuracy: Accuracy): string[] {
  const { records, unknown, belowLeast, exact, within3, within1Percent, close, inRange } = accuracy;
  const { calledExact, wronglyCalledExact } = accuracy;
  const shares = [exact, within3, within1Percent, close, inRange].map((part) =>
    records === 0 ? '-' : `${((100 * part) / records).toFixed(1)} %`,
  );
  return [
    String(records),
    belowLeast > 0 ? `${unknown}, **${belowLeast} below the least**` : String(unknown),
    ...shares,
    calledExact === 0 ? '-' : `${wronglyCalledExact} of ${calledExact}`,
  ];
}
