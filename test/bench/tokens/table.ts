/** The results as a table in Markdown. */
export interface Row {
  readonly what: string;
  readonly against: string;
  readonly measured: string;
  /** The same by CPU time, which says more where others use the machine; empty if not measured. */
  readonly byCpuTime: string;
  readonly floor: string;
  readonly isReached: boolean;
}

/** The floor is for `ratio`. */
export function atLeast(
  what: string,
  against: string,
  ratio: number,
  floor: number,
  cpuRatio?: number,
): Row {
  return {
    what,
    against,
    measured: times(ratio),
    byCpuTime: cpuRatio === undefined ? '' : times(cpuRatio),
    floor: `${floor}x`,
    isReached: ratio >= floor,
  };
}

function times(ratio: number): string {
  return `${ratio.toFixed(1)}x`;
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
    byCpuTime: '',
    floor: `at most ${ceiling} ${unit}`,
    isReached: value <= ceiling,
  };
}

export function toMarkdown(rows: readonly Row[]): string {
  const lines = rows.map(
    (row) =>
      `| ${row.what} | ${row.against} | ${row.measured} | ${row.byCpuTime} | ${row.floor} | ${row.isReached ? 'yes' : '**MISSED**'} |`,
  );
  return [
    '| | against | measured | by CPU time | floor | reached |',
    '|---|---|---|---|---|---|',
    ...lines,
  ].join('\n');
}
