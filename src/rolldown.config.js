import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'rolldown';

/**
 * What is bundled, and why: Node takes longer to find and compile the sixty modules of the program
 * and those of its packages than an estimate takes to make. As few files of CommonJS, which Node
 * starts sooner than ES modules, it runs in two thirds of the time (120 ms -> 95 ms, where an empty
 * program takes 60). Users also have nothing to install but this package.
 *
 * Everything lies directly in dist/, one level below the package, as root.ts expects.
 */
const shared = { platform: 'node' };

export default defineConfig([
  {
    ...shared,
    input: 'src/main.ts',
    preserveEntrySignatures: 'allow-extension',
    // Formats are imported when asked for, also where one of them rests on another.
    checks: { ineffectiveDynamicImport: false },
    plugins: [
      withoutCompiled(),
      withoutUnused(),
      withoutDebugText(),
      quickWidth(),
      ownRequire(),
      ascii(),
      notices(),
    ],
    output: {
      dir: 'dist',
      format: 'cjs',
      entryFileNames: '[name].cjs',
      chunkFileNames: '[name]-[hash].cjs',
      // Such a file is no module to Node, and may not import().
      dynamicImportInCjs: false,
      codeSplitting: {
        groups: [{ name: groupOf, debugName: 'calls', includeDependenciesRecursively: false }],
      },
      // Those of the licences are in NOTICES.txt; the others are for who reads the source.
      comments: false,
    },
  },
  {
    ...shared,
    // Threads, each of which starts as a file of its own.
    input: { 'scan-worker': 'src/scan-worker.ts', 'count-worker': 'src/tokens/count-worker.ts' },
    output: {
      dir: 'dist',
      format: 'cjs',
      entryFileNames: '[name].cjs',
      chunkFileNames: '[name]-[hash].cjs',
      comments: false,
    },
  },
  { ...shared, input: 'src/index.ts', output: { dir: 'dist', format: 'esm' } },
  {
    ...shared,
    // Build steps, which are not shipped.
    input: {
      compile: 'src/tokens/compile.ts',
      'compile-rates': 'src/compile-rates.ts',
      'compile-chunks': 'src/compile-chunks.ts',
    },
    external: /^js-tiktoken/,
    output: { dir: 'dist', format: 'esm' },
  },
]);

/** The commands that are called most, in the format that they have by default. */
const CALLS = {
  estimate: ['main.ts', 'commands/estimate.ts', 'output/text.ts'],
  audit: ['main.ts', 'commands/audit.ts', 'output/audit-text.ts'],
};

/**
 * Every file that is loaded takes time, and so does what it holds and nobody needs: hence one with
 * what both of these calls need, and one for each of them with the rest. Other modules are grouped
 * by the bundler.
 */
function groupOf(id, graph) {
  const calls = Object.entries(CALLS).filter(([, roots]) =>
    roots.some((root) => closureOf(root, graph).has(id)),
  );
  const names = calls.map(([name]) => name);
  return names.length > 0 ? names.join('-and-') : null;
}

const closures = new Map();

/** A module and all that it imports when it is loaded. */
function closureOf(root, graph) {
  const known = closures.get(root);
  if (known) return known;
  const closure = new Set([join(import.meta.dirname, root)]);
  for (const id of closure) {
    for (const imported of graph.getModuleInfo(id)?.importedIds ?? []) closure.add(imported);
  }
  closures.set(root, closure);
  return closure;
}

/** What is compiled holds the source that it is of, and would go on with what is no longer there. */
function withoutCompiled() {
  return {
    name: 'without-compiled',
    buildStart: () => rmSync('dist/compiled', { recursive: true, force: true }),
  };
}

/**
 * commander can run subcommands that are programs of their own, and cli-table3 can colour cells
 * by an optional package; ours do neither, and to load what they need for it takes a tenth of our
 * time.
 */
function withoutUnused() {
  const unused = new Set(['node:child_process', '@colors/colors/safe']);
  const empty = '\0unused';
  return {
    name: 'without-unused',
    resolveId: (id, importer) =>
      unused.has(id) && importer?.includes('/node_modules/') ? empty : null,
    load: (id) => (id === empty ? 'module.exports = {};' : null),
  };
}

/**
 * With each line that it draws, cli-table3 clips the whole text of the cell for a debug message. Our
 * cells have many lines (see table.ts), so that takes longer than the table itself.
 */
function withoutDebugText() {
  const clipped = 'utils.truncate(this.content, 10, this.truncate)';
  return {
    name: 'without-debug-text',
    transform(code, id) {
      if (!id.endsWith('/cli-table3/src/cell.js')) return null;
      if (!code.includes(clipped)) throw new Error(`cli-table3 no longer has ${clipped}`);
      return code.replace(clipped, "''");
    },
  };
}

/**
 * Printable ASCII is as wide as it is long, and so is what our bars are drawn with. To know that
 * before string-width compiles its regular expression, 10 KB of emoji, saves 3 ms.
 */
function quickWidth() {
  const name = 'string-width';
  const quick = '\0quick-width';
  return {
    name: 'quick-width',
    resolveId: (id, importer) => (id === name && importer !== quick ? quick : null),
    load: (id) =>
      id === quick
        ? `const width = require('${name}');
           const NARROW = /^[\\x20-\\x7e\\u2580-\\u259f]*$/;
           module.exports = (text) => (NARROW.test(text) ? text.length : width(text));`
        : null,
  };
}

/** A file of CommonJS has a require, and need not load node:module, which takes 1 ms, to make one. */
function ownRequire() {
  const own = '\0own-require';
  return {
    name: 'own-require',
    resolveId: (id) => (id === 'node:module' ? own : null),
    load: (id) => (id === own ? 'module.exports = { createRequire: () => require };' : null),
  };
}

/** A text with any other character takes V8 twice the memory, and longer to read. */
function ascii() {
  const escaped = (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return {
    name: 'ascii',
    generateBundle(_, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type === 'chunk') file.code = file.code.replace(/[^\0-\x7f]/g, escaped);
      }
    },
  };
}

/** Writes dist/NOTICES.txt: the licences of all packages of which a part is bundled. */
function notices() {
  return {
    name: 'notices',
    generateBundle(_, bundle) {
      const folders = new Set();
      for (const { modules = {} } of Object.values(bundle)) {
        for (const id of Object.keys(modules)) {
          const folder = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id.replaceAll('\\', '/'));
          if (folder) folders.add(folder[0].replace(/^\0/, ''));
        }
      }
      const source = [...folders].sort().map(notice).join('\n');
      this.emitFile({ type: 'asset', fileName: 'NOTICES.txt', source });
    },
  };
}

function notice(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (!file) throw new Error(`${name} has no licence file to ship`);
  const text = readFileSync(join(folder, file), 'utf8').trim();
  return `${name} ${version} (${license})\n\n${text}\n`;
}
