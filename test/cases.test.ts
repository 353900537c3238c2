import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isValidReport } from './report-schema.ts';
import { run } from './run.ts';

/**
 * A case is a folder: `args` (an argument a line), the files that it reads, perhaps `stdin` and
 * `env` (NAME=value a line), and `expected`: exit code, standard output and standard error.
 * `UPDATE_CASES=1 npm test` writes `expected` anew; read the difference before you commit it.
 */
const CASES = new URL('cases/', import.meta.url);

describe('cases', () => {
  for (const name of readdirSync(CASES).sort()) {
    it(name, async () => {
      const folder = new URL(`${name}/`, CASES);
      const lines = (file: string) =>
        existsSync(new URL(file, folder))
          ? readFileSync(new URL(file, folder), 'utf8')
              .split('\n')
              .filter((line) => line !== '')
          : [];
      const stdin = new URL('stdin', folder);
      const env = Object.fromEntries(
        lines('env').map((line) => [
          line.slice(0, line.indexOf('=')),
          line.slice(line.indexOf('=') + 1),
        ]),
      );
      const args = lines('args');
      const result = await run(args, {
        cwd: folder.pathname,
        env: { COLUMNS: '80', GITHUB_WORKSPACE: folder.pathname, ...env },
        ...(existsSync(stdin) ? { stdin: readFileSync(stdin) } : {}),
      });
      if (result.out.startsWith('{\n  "schemaVersion"')) {
        const document = JSON.parse(result.out);
        expect(isValidReport(document)).toEqual({ valid: true, errors: [] });
        // No row of an audited file is lost.
        const { read, ...parts } = document.rows ?? { read: 0 };
        expect(Object.values<number>(parts).reduce((a, b) => a + b, 0)).toBe(read);
      }
      // It changes with every edit of the table, also where a line is broken before it.
      const hash = /"sha256": "[0-9a-f]{64}"|\([0-9a-f]{12}\)|sha256\s+[0-9a-f]{64}/g;
      const withoutHash = (text: string) => text.replace(hash, '<hash of the rate table>');
      const actual = [
        `exit ${result.code}`,
        '--- stdout',
        withoutHash(result.out),
        '--- stderr',
        result.err,
      ].join('\n');
      const expected = new URL('expected', folder);
      if (process.env.UPDATE_CASES) writeFileSync(expected, actual);
      expect(actual).toBe(withoutHash(readFileSync(expected, 'utf8')));
    });
  }
});
