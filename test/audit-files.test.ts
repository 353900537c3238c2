import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { run } from './run.ts';

/** What becomes of the same usage, however it lies in files. */

const EXAMPLE = readFileSync(new URL('example/usage.csv', import.meta.url), 'utf8');
const [HEADER = '', ...ROWS] = EXAMPLE.trimEnd().split('\n');

async function audit(files: readonly string[]) {
  const cwd = mkdtempSync(join(tmpdir(), 'audit-'));
  const names = files.map((content, index) => {
    const name = `${index}.csv`;
    writeFileSync(join(cwd, name), content);
    return name;
  });
  const { code, out } = await run(['audit', ...names, '-f', 'json', '-b', 'project,day'], { cwd });
  const { total, groups, rows, findings } = JSON.parse(out);
  const said = findings.map(({ rule, message }: { rule: string; message: string }) => [
    rule,
    message,
  ]);
  return { code, total, groups, rows, said };
}

const csv = (rows: readonly string[], header = HEADER) => `${[header, ...rows].join('\n')}\n`;
const dayOf = (row: string) => row.split(',')[0];

describe('usage that does not tell whose it is', () => {
  it('is told, beside that of several organizations on the same days', async () => {
    const header = `${HEADER},organization_id`;
    const used = ROWS.filter((row) => row.includes(',proj_')).map((row) =>
      row.replace(/proj_\w+/, 'Default project'),
    );
    const of = (name: string) =>
      csv(
        used.map((row) => `${row},${name}`),
        header,
      );
    const { said, rows } = await audit([of('org-A'), of('org-B'), csv(used)]);
    expect(rows).toMatchObject({ read: 3 * used.length, duplicate: 0 });
    expect(said).toContainEqual([
      'overlap',
      `this file names no organization for ${used.length} rows, on days for which others name 2; that counts as one more, and twice if it is of one of these: leave the file out, or export it with the organization`,
    ]);
    const { said: ofOne } = await audit([of('org-A'), csv(used)]);
    expect(ofOne.map(([rule]: string[]) => rule)).toContain('overlap');
    expect(JSON.stringify(ofOne)).not.toContain('names no organization');
  });
});

describe('the same usage', () => {
  it('may be cut into files between any two days', async () => {
    const whole = await audit([csv(ROWS)]);
    const days = [...new Set(ROWS.map(dayOf))];
    for (const first of days.slice(1, 5)) {
      const at = ROWS.findIndex((row) => dayOf(row) === first);
      expect(await audit([csv(ROWS.slice(0, at)), csv(ROWS.slice(at))])).toEqual(whole);
    }
  });

  it('may have its rows in any order, and its columns', async () => {
    const whole = await audit([csv(ROWS)]);
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(ROWS, { minLength: ROWS.length }),
        fc.shuffledSubarray(
          HEADER.split(',').map((_, index) => index),
          { minLength: HEADER.split(',').length },
        ),
        async (rows, order) => {
          const moved = (line: string) => {
            const cells = line.split(',');
            return order.map((index) => cells[index]).join(',');
          };
          const { said, ...mixed } = await audit([csv(rows.map(moved), moved(HEADER))]);
          expect(mixed).toEqual({
            code: whole.code,
            total: whole.total,
            groups: whole.groups,
            rows: whole.rows,
          });
          expect(said).toHaveLength(whole.said.length);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('counts once in two files, and twice in one', async () => {
    const whole = await audit([csv(ROWS)]);
    const doubled = await audit([csv(ROWS), csv(ROWS)]);
    expect(doubled.total).toEqual(whole.total);
    expect(doubled.rows.duplicate).toBe(whole.rows.read - whole.rows.empty);
    const twice = await audit([csv([...ROWS, ...ROWS])]);
    expect(twice.total.requests).toBe(2 * whole.total.requests);
  });
});

describe('a bucket across --since or --until', () => {
  const day = 86_400;
  const [first] = ROWS;
  const start = Number(first?.split(',')[0]);
  const rowOn = (index: number, from: number) => {
    const cells = (ROWS.find((row) => row.includes(',proj_')) ?? '').split(',');
    const at = [from + index * day, from + (index + 1) * day];
    const iso = at.map((seconds) => new Date(seconds * 1000).toISOString().slice(0, 19));
    return [...at, ...iso, ...cells.slice(4)].join(',');
  };
  const said = async (rows: readonly string[], ...args: string[]) => {
    const cwd = mkdtempSync(join(tmpdir(), 'audit-'));
    writeFileSync(join(cwd, 'usage.csv'), csv(rows));
    const { out } = await run(['audit', 'usage.csv', '-f', 'json', ...args], { cwd });
    const { findings } = JSON.parse(out);
    return findings
      .filter(({ rule }: { rule: string }) => rule === 'unattributed')
      .map(({ message }: { message: string }) => /counted whole|left out whole/.exec(message)?.[0]);
  };
  const at = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 19);

  // The second file is large enough to be scanned.
  it.each([4, 1000])('is told, in a file of %i rows', async (many) => {
    const rows = Array.from({ length: many }, (_, index) => rowOn(index % 4, start));
    const noon = start + 1.5 * day;
    expect(await said(rows, '--since', at(noon))).toEqual(['left out whole']);
    expect(await said(rows, '--until', at(noon))).toEqual(['counted whole']);
    for (const limit of ['--since', '--until']) {
      expect(await said(rows, limit, at(start + day))).toEqual([]);
    }
  });
});
