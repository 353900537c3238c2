import { posix } from 'node:path';
import type { Files } from '../core/files.ts';
import { InputError, type InputProblem } from '../core/input-error.ts';
import type { RateTable } from '../core/rates.ts';
import { CONFIG_NAME, type Config, readConfig } from '../input/config.ts';
import { isGlob, matchedBy, type Wanted } from '../input/file-names.ts';
import { type FileNames, matcherOf } from '../input/patterns.ts';
import type { Io } from '../io.ts';
import { loadRates, readSmallFile } from './load-rates.ts';
import { regionOf, tierOf } from './tier.ts';

/**
 * The configuration that is named, or the next one from the working directory upward.
 * @throws InputError when there is none, with what to do about it
 */
export function findConfig(named: string | undefined, io: Io): string {
  const file = named ?? io.env.OPENAI_COST_CONFIG;
  if (file !== undefined && file !== '') return file;
  const depth = io.cwd.split(/[\\/]/).length;
  for (let level = 0; level < depth; level++) {
    const candidate = posix.join('../'.repeat(level), CONFIG_NAME);
    if (io.stat(candidate)?.kind === 'file') return candidate;
  }
  throw new InputError(
    `there is no ${CONFIG_NAME} here or in a folder above; "openai-cost init" writes one, --config names another`,
  );
}

export interface LoadedConfig {
  readonly config: Config;
  /** The table that tells what its names stand for. */
  readonly rates: RateTable;
}

/**
 * Reads a configuration and the rate table that it goes by.
 * @throws InputError for everything in it that cannot be followed
 */
export async function loadConfig(
  file: string,
  files: Pick<Files, 'readFile'>,
  ratesFor: (own: string | undefined) => Promise<RateTable>,
): Promise<LoadedConfig> {
  let rates: RateTable | undefined;
  const config = await readConfig(await readSmallFile(files, file), file, async (own) => {
    const table = await ratesFor(own && fromConfig(file, [own])[0]);
    rates = table;
    return {
      tierOf: (name) => tierOf(name, table),
      regionOf: (name) => regionOf(name, table),
    };
  });
  rates ??= await ratesFor(undefined);
  const { filling, varsFile } = config;
  if (!filling || varsFile === undefined) return { config, rates };
  const [path = varsFile] = fromConfig(file, [varsFile]);
  const { readVariables } = await import('../input/variables.ts');
  const runs = readVariables(await readSmallFile(files, path), path);
  return { config: { ...config, filling: { ...filling, runs } }, rates };
}

/** An option wins over the environment, and that over the configuration. */
export function ratesAsked(option: string | undefined, io: Io) {
  return (own: string | undefined) => loadRates(io, option ?? (io.env.OPENAI_COST_RATES || own));
}

/** The names in a configuration, from the working directory on. */
export function fromConfig(file: string, names: readonly string[]): string[] {
  const folder = posix.dirname(file);
  return names.map((name) => {
    if (posix.isAbsolute(name)) return posix.normalize(name);
    // What the folder is called is no pattern, whatever is in it.
    const path = posix.join(isGlob(name) ? folder.replace(GLOB_SIGNS, '\\$&') : folder, name);
    return path === STANDARD_INPUT ? `./${path}` : path;
  });
}

/** The same for files of a budget, of which a name that begins with `!` takes files out. */
export function filesFromConfig(file: string, all: readonly string[]): FileNames {
  const isException = (name: string) => name.startsWith('!');
  return {
    names: fromConfig(
      file,
      all.filter((name) => !isException(name)),
    ),
    except: fromConfig(
      file,
      all.filter(isException).map((name) => name.slice(1)),
    ),
  };
}

/**
 * The files of a budget, from the working directory on, each under one name however it was found:
 * by it, a file is known at the base again. A problem for each name that stands for none.
 */
export async function filesOf(
  budget: { readonly name: string; readonly files: readonly string[] },
  config: string,
  files: Files,
  cwd: string,
  wanted?: Wanted,
): Promise<{ paths: string[]; problems: InputProblem[] }> {
  const { names, except } = filesFromConfig(config, budget.files);
  const { paths: all, problems } = await matchedBy(names, files, wanted);
  const isOut = matcherOf({ names: except, except: [] }, cwd);
  const paths = all.filter((path) => !isOut(path)).map((path) => fromCwd(path, { cwd }));
  const of = `(files of the budget ${budget.name})`;
  if (problems.length === 0 && paths.length === 0) {
    const message = `all of its files are taken out by ${except.map((name) => `!${name}`).join(', ')} ${of}`;
    return { paths, problems: [{ source: { file: config }, message }] };
  }
  return {
    paths: [...new Set(paths)],
    problems: problems.map(({ source, message }) => ({ source, message: `${message} ${of}` })),
  };
}

const GLOB_SIGNS = /[*?[\]{}()!\\]/g;
const STANDARD_INPUT = '-';

/** The shortest name from the working directory on: `a.md` of `../here/a.md`. */
export function fromCwd(path: string, { cwd }: Pick<Io, 'cwd'>): string {
  return posix.relative(cwd, posix.resolve(cwd, path));
}
