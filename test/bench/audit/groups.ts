/** What all engines must agree on: sums by day, model, tier and context band, as sorted lines. */

export const SUMMED = ['rows', 'requests', 'input', 'cached', 'written', 'output'] as const;
export type Sums = Record<(typeof SUMMED)[number], number | bigint>;

/** By model: above how many input tokens of a request another price holds. */
export type LongContexts = Readonly<Record<string, number>>;

export type Band = 'short' | 'long' | 'open';

export function groupLine(
  group: {
    readonly day: string;
    readonly model: string;
    readonly tier: string;
    readonly band: Band;
  },
  sums: Sums,
): string {
  const { day, model, tier, band } = group;
  return [day, model, tier, band, ...SUMMED.map((name) => `${name}=${sums[name]}`)].join(' ');
}

export function printGroups(lines: readonly string[]): void {
  process.stdout.write(`${[...lines].sort().join('\n')}\n`);
}
