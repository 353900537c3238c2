/** The results as a table in Markdown. */
export interface Row {
  readonly what: string;
  readonly against: string;
  readonly measured: string;
  readonly floor: string;
  readonly isReached: boolean;
}

export function atLeast(what: string, against: string, ratio: number, floor: number): Row {
  return {
    what,
    against,
    measured: `${ratio.toFixed(1)}x`,
    floor: `${floor}x`,
    isReached: ratio >= floor,
  };
}

export function atMost(
  what: string,
  against: string,
  value: number,
  ceiling: number,
  unit: string,
): Row {
  return {
    what,
    against,
    measured: `${value.toFixed(2)} ${unit}`,
    floor: `at most ${ceiling} ${unit}`,
    isReached: value <= ceiling,
  };
}

export function toMarkdown(rows: readonly Row[]): string {
  const lines = rows.map(
    (row) =>
      `| ${row.what} | ${row.against} | ${row.measured} | ${row.floor} | ${row.isReached ? 'yes' : '**MISSED**'} |`,
  );
  return ['| | against | measured | floor | reached |', '|---|---|---|---|---|', ...lines].join(
    '\n',
  );
}
