#!/usr/bin/env node
/**
 * Starts the program: the files of dist/, run with what V8 compiled of them when they were built, as to
 * compile them anew takes longer than an estimate. What another Node compiled is left alone; Node
 * then compiles the file, which is slower and otherwise the same.
 *
 * All of it is in this one file and in JavaScript, as each file that Node has to find takes longer
 * than what is in it. src/chunks.ts has its types.
 */
'use strict';
const { existsSync, readFileSync, statSync } = require('node:fs');
const { Script } = require('node:vm');

/** What Node puts around a CommonJS module. */
const BEFORE = '(function (exports, require, module, __filename, __dirname) { ';
const AFTER = '\n});';
/** What the kept code of a file ends with: its own length, as a float64. */
const TRAILER_BYTES = 8;

function loaderOf(folder, onScript = () => {}) {
  const compiled = compiledFolder(folder);
  const isCompiled = existsSync(compiled);
  const modules = new Map();

  function load(name) {
    const known = modules.get(name);
    if (known) return known.exports;
    const filename = folder + name;
    const kept = isCompiled ? keptIn(compiled + name) : undefined;
    const script = new Script(kept?.source ?? BEFORE + readFileSync(filename) + AFTER, {
      filename,
      columnOffset: -BEFORE.length,
      cachedData: kept?.code,
    });
    onScript(name, script);
    const module = { exports: {} };
    modules.set(name, module);
    script.runInThisContext()(module.exports, requireNext, module, filename, folder);
    return module.exports;
  }

  const requireNext = (id) => (id.startsWith('./') ? load(id.slice('./'.length)) : require(id));
  return load;
}

function compiledFolder(folder) {
  const { version, platform, arch, execPath } = process;
  const size = statSync(execPath, { throwIfNoEntry: false })?.size;
  return `${folder}compiled/${version}-${platform}-${arch}-${size}/`;
}

/** The code and its source in one file: to read a second one takes longer than to check it. */
function toKeep(code, source) {
  const trailer = Buffer.alloc(TRAILER_BYTES);
  trailer.writeDoubleLE(code.length);
  return Buffer.concat([code, Buffer.from(BEFORE + source + AFTER), trailer]);
}

/** Undefined if the file is missing or cut off. The source is ASCII. */
function keptIn(file) {
  try {
    const bytes = readFileSync(file);
    const end = bytes.length - TRAILER_BYTES;
    const length = bytes.readDoubleLE(end);
    const source = bytes.toString('latin1', length, end);
    return source.endsWith(AFTER) && source.startsWith(BEFORE)
      ? { code: bytes.subarray(0, length), source }
      : undefined;
  } catch {
    return undefined;
  }
}

module.exports = { loaderOf, compiledFolder, toKeep };

if (require.main === module) start(`${__dirname.slice(0, -'bin'.length)}dist/`);

function start(folder) {
  let program;
  try {
    program = loaderOf(folder)('main.cjs');
  } catch (error) {
    // The documented codes: it could not run, or this is a bug. Node's own is that of a budget.
    const isBuilt = existsSync(`${folder}main.cjs`);
    const message = isBuilt ? error.stack : `error: ${folder} is not there: npm ci builds it`;
    process.stderr.write(`openai-cost: ${message}\n`);
    process.exitCode = isBuilt ? 70 : 2;
    return;
  }
  void program.main(process.argv.slice(2), program.nodeIo()).then((code) => {
    process.exitCode = code;
  });
}
