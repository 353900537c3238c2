import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'rolldown';

/**
 * What is bundled, and why: Node takes longer to find and compile the sixty modules of the program
 * and those of its packages than an estimate takes to make. As one file of CommonJS, which Node
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
    plugins: [withoutUnused(), quickWidth(), notices()],
    output: {
      dir: 'dist',
      format: 'cjs',
      entryFileNames: '[name].cjs',
      chunkFileNames: '[name]-[hash].cjs',
      // Such a file is no module to Node, and may not import().
      dynamicImportInCjs: false,
      // Fewer files start sooner; these are needed by few calls.
      codeSplitting: { groups: [{ name: 'shared', minShareCount: 2, test: isForAll }] },
      // Those of the licences are in NOTICES.txt; the others are for who reads the source.
      comments: false,
    },
  },
  {
    ...shared,
    // It loads the files of the first one, and so is in none of them.
    input: 'src/start.ts',
    output: { dir: 'dist', format: 'cjs', entryFileNames: '[name].cjs', comments: false },
  },
  {
    ...shared,
    // A thread of the program, which starts as a file of its own.
    input: 'src/scan-worker.ts',
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
    input: { compile: 'src/tokens/compile.ts', 'compile-chunks': 'src/compile-chunks.ts' },
    external: /^js-tiktoken/,
    output: { dir: 'dist', format: 'esm' },
  },
]);

function isForAll(id) {
  return !/[\\/](?:json|csv|markdown|audit-csv|audit-json|audit-markdown|budget-case|telling|rate-\w+|tinyglobby)\b/.test(
    id,
  );
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
