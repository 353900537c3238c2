import type { Report } from '../core/report.ts';
import { counted } from '../core/wording.ts';

/** GitHub takes no comment that is longer. The summary of a step has more room, and nobody reads more. */
export const MOST_CHARACTERS = 65_536;

/**
 * A report in Markdown, of blocks with an empty line between them. By its first line, whoever posts
 * it as a comment finds the one to replace. What is too long loses rows of the longest tables and
 * lists, the last ones first, and says how many; sums stay.
 */
export function comment(command: Report['command'], blocks: readonly string[]): string {
  const all = [`<!-- openai-cost: ${command} -->`, ...blocks].filter((block) => block !== '');
  const text = written(all);
  return text.length <= MOST_CHARACTERS ? text : shortened(all, text.length);
}

function written(blocks: readonly string[]): string {
  return `${blocks.join('\n\n')}\n`;
}

interface Cuttable {
  /** The title of a table, or nothing. */
  readonly head: readonly string[];
  readonly rows: string[];
  /** The sum of a table, or nothing. */
  readonly foot: readonly string[];
  length: number;
  left: number;
}

function shortened(blocks: readonly string[], length: number): string {
  const parts = blocks.map(cuttable);
  const notes = parts.length * noteOn(MOST_CHARACTERS).length;
  let over = length + notes - MOST_CHARACTERS;
  while (over > 0) {
    const longest = parts.reduce((a, b) => (b.length > a.length ? b : a));
    const row = longest.rows.pop();
    if (row === undefined) break;
    over -= row.length + 1;
    longest.length -= row.length + 1;
    longest.left += 1;
  }
  return written(
    parts.map(({ head, rows, foot, left }) => {
      const text = [...head, ...rows, ...foot].join('\n');
      return left === 0 ? text : [text, noteOn(left)].filter((each) => each !== '').join('\n\n');
    }),
  );
}

const TITLE_LINES = 2;

function cuttable(block: string): Cuttable {
  const lines = block.split('\n');
  const head = lines[0]?.startsWith('| ') ? lines.slice(0, TITLE_LINES) : [];
  const foot = lines.filter((line, index) => index >= head.length && line.startsWith('| Total |'));
  const isRow = (line: string) => /^(?:\| |- )/.test(line);
  const others = lines.slice(head.length, lines.length - foot.length);
  if (!others.every(isRow)) return { head: lines, rows: [], foot: [], length: 0, left: 0 };
  const length = others.reduce((sum, row) => sum + row.length + 1, 0);
  return { head, rows: others, foot, length, left: 0 };
}

function noteOn(left: number): string {
  return `_${counted(left, 'more row')} left out, as a comment has no room for them; \`--format json=FILE\` has all._`;
}
