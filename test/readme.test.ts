import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { AUDIT_RULES } from '../src/rules/audit-rules.ts';
import { LIMITS } from '../src/rules/limits.ts';
import { config, folderOf, git, prompts, put, repositoryOf } from './budgets/build.ts';
import { run } from './run.ts';

/**
 * Every `console` block of the README is a command and what it prints. `UPDATE_CASES=1 npm test`
 * writes the output anew.
 */
const ROOT = fileURLToPath(new URL('../', import.meta.url));
const README = `${ROOT}README.md`;
const text = readFileSync(README, 'utf8');
const BLOCK = /```console\n\$ openai-cost (.*)\n([\s\S]*?)```/g;

async function output(args: string): Promise<string> {
  const { code, out, err } = await run(args.split(' '), { cwd: ROOT, env: { COLUMNS: '80' } });
  const lines = `${out}${err}`.replaceAll('\r\n', '\n');
  return code === 0 ? lines : `${lines}$ echo $?\n${code}\n`;
}

describe('README', () => {
  const blocks = [...text.matchAll(BLOCK)];

  it('has examples', () => {
    expect(blocks.length).toBeGreaterThan(6);
    expect(text.match(/```console/g)?.length).toBe(blocks.length);
  });

  for (const [, args = '', shown] of blocks) {
    it(`shows what it prints: ${args}`, async () => {
      const printed = await output(args);
      if (process.env.UPDATE_CASES) update(args, printed);
      // The hash changes with every edit of the table, and nobody reads it here.
      else expect(withoutHash(shown ?? '')).toBe(withoutHash(printed));
    });
  }

  it('lists every rule of audit with its weight and limits', () => {
    for (const { id, severity } of AUDIT_RULES)
      expect(text).toContain(`| \`${id}\` | ${severity} |`);
    for (const [name, { value }] of Object.entries(LIMITS)) {
      expect(text).toMatch(new RegExp(`\`${name.replace('.', '\\.')}\` \\(?${value}\\)?[,: |]`));
    }
  });

  it('shows the configuration of its example', () => {
    const [, shown = ''] = /## Budgets[\s\S]*?```json\n([\s\S]*?)```/.exec(text) ?? [];
    const example = readFileSync(`${ROOT}test/example/openai-cost.json`, 'utf8');
    const withoutSchema = (json: string) => ({ ...JSON.parse(json), $schema: undefined });
    expect(withoutSchema(shown)).toEqual(withoutSchema(example));
  });

  it('has recipes for CI that work on a branch of a clone', async () => {
    const origin = repositoryOf({
      'prompts/reply.md': 'Answer the customer.',
      'openai-cost.json': config(prompts({ increase: { total: { usd: 1 } } })),
    });
    const clone = folderOf();
    git(clone, 'clone', '-q', origin, '.');
    put(clone, { 'prompts/reply.md': 'Answer the customer in a sentence.' });
    const recipes = [...text.matchAll(/npx openai-cost (check .*?)(?: \|\| exit)?$/gm)];
    expect(recipes.length).toBe(3);
    for (const [, args = ''] of recipes) {
      const { code, err } = await run(args.split(' '), { cwd: clone });
      expect({ args, code, err }).toEqual({ args, code: 0, err: '' });
    }
    for (const file of ['junit.xml', 'openai-cost.sarif', 'gl-code-quality-report.json']) {
      expect(existsSync(`${clone}/${file}`), file).toBe(true);
    }
  });

  it('names the commands that CI runs', () => {
    const ci = readFileSync(`${ROOT}.ci/run`, 'utf8');
    const commands = [...text.matchAll(/```sh\nnpm ci && (.*)\n```/g)].map(
      ([, command]) => command,
    );
    expect(commands.length).toBe(2);
    for (const command of commands) expect(ci).toContain(command);
  });

  it('runs its library examples', async () => {
    const library = await import('../src/index.ts');
    const AsyncFunction = (async () => undefined).constructor as new (
      ...parts: string[]
    ) => (value: typeof library) => Promise<unknown>;
    const examples = [...text.matchAll(/```js\n([\s\S]*?)```/g)].map(([, code = '']) => code);
    expect(examples.length).toBe(2);
    for (const code of examples) {
      const expected = /console\.log\(.*\); \/\/ (.*)/.exec(code)?.[1];
      const body = code
        .replace(/import \{(.*)\} from 'openai-cost';/, 'const {$1} = library;')
        .replace(/console\.log\((.*)\);.*/, 'return $1;');
      expect(String(await new AsyncFunction('library', body)(library))).toBe(expected);
    }
  });

  it('lists every option of estimate', async () => {
    const { out } = await run(['estimate', '--help']);
    const options = [...out.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, option]) => option);
    const untold = ['--help', '--color', '--no-color'];
    for (const option of options.filter((name) => name && !untold.includes(name))) {
      expect(text, option).toContain(option);
    }
  });
});

function withoutHash(output: string): string {
  return output.replace(/[0-9a-f]{64}/, '');
}

function update(args: string, printed: string): void {
  const now = readFileSync(README, 'utf8');
  const start = now.indexOf(`$ openai-cost ${args}\n`);
  const from = start + `$ openai-cost ${args}\n`.length;
  const to = now.indexOf('```', from);
  writeFileSync(README, now.slice(0, from) + printed + now.slice(to));
}
