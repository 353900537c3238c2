import { posix } from 'node:path';
import type { Files } from '../core/files.ts';
import { InputError } from '../core/input-error.ts';
import type { RateTable } from '../core/rates.ts';
import { CONFIG_NAME, type Config, readConfig } from '../input/config.ts';
import { isGlob } from '../input/file-names.ts';
import type { Io } from '../io.ts';
import { readSmallFile } from './load-rates.ts';
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

/**
 * Reads a configuration; what its names stand for is told by the rate table that it asks for.
 * @throws InputError for everything in it that cannot be followed
 */
export async function loadConfig(
  file: string,
  files: Pick<Files, 'readFile'>,
  ratesFor: (own: string | undefined) => Promise<RateTable>,
): Promise<Config> {
  const config = await readConfig(await readSmallFile(files, file), file, async (own) => {
    const rates = await ratesFor(own && fromConfig(file, [own])[0]);
    return {
      tierOf: (name) => tierOf(name, rates),
      regionOf: (name) => regionOf(name, rates),
    };
  });
  const { filling, varsFile } = config;
  if (!filling || varsFile === undefined) return config;
  const [path = varsFile] = fromConfig(file, [varsFile]);
  const { readVariables } = await import('../input/variables.ts');
  const runs = readVariables(await readSmallFile(files, path), path);
  return { ...config, filling: { ...filling, runs } };
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

const GLOB_SIGNS = /[*?[\]{}()!\\]/g;
const STANDARD_INPUT = '-';

/** The shortest name from the working directory on: `a.md` of `../here/a.md`. */
export function fromCwd(path: string, { cwd }: Pick<Io, 'cwd'>): string {
  return posix.relative(cwd, posix.resolve(cwd, path));
}
