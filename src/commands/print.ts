import { posix } from 'node:path';
import { InputError, type InputProblem } from '../core/input-error.ts';
import { once } from '../core/once.ts';
import type { Report } from '../core/report.ts';
import { errorCode } from '../input/file-names.ts';
import type { Io } from '../io.ts';
import {
  type Appendix,
  type Destination,
  FORMATS,
  type Format,
  type FormatName,
  type Reporter,
} from '../output/index.ts';
import { type FromRoot, type Terminal, terminalOf } from '../output/terminal.ts';
import { isReadByRunner, withoutCommands } from '../output/workflow-commands.ts';

export interface PrintOptions<Name extends FormatName = FormatName> {
  readonly format: readonly Destination<Name>[];
  readonly color?: boolean;
  readonly quiet?: boolean;
}

/**
 * Writes the report in each format to where it goes. Findings that standard output does not show
 * go to standard error, so that nothing is said nowhere.
 * @throws InputError for files that cannot be written, when all else has been
 */
export async function print<R extends Report>(
  report: R,
  reporterOf: (format: Format) => Promise<Reporter<R>>,
  options: PrintOptions,
  io: Io,
): Promise<void> {
  const shown = options.quiet ? withFailuresOnly(report) : report;
  const render: Render<FormatName> = async (name, terminal) => {
    const reporter = await reporterOf(FORMATS[name]);
    return reporter(shown, terminal);
  };
  const outputs = await rendered(render, options, io);
  const appendices = await appendicesTo(shown, render, options, io);
  const onScreen = outputs.filter(({ file }) => file === undefined);
  for (const { format, text } of onScreen) {
    io.out(format === 'text' && isReadByRunner(io.env) ? withoutCommands(text) : text);
  }
  if (!onScreen.some(({ format }) => FORMATS[format].showsFindings)) {
    const { findingLine } = await import('../output/finding.ts');
    for (const finding of shown.findings) io.err(`${findingLine(finding)}\n`);
  }
  writeFiles(outputs, appendices, io);
}

/** What the formats add to files that the environment names, each once. */
async function appendicesTo(
  report: Report,
  render: Render<FormatName>,
  { format }: PrintOptions,
  { env }: Io,
): Promise<Appendix[]> {
  const appendices: Appendix[] = [];
  for (const name of new Set(format.map((destination) => destination.format))) {
    const { appendices: load }: Format = FORMATS[name];
    if (!load) continue;
    const markdown = await render('markdown', await plainTerminal());
    appendices.push(...(await load())(report, markdown, env));
  }
  return appendices;
}

/** What is to be quiet still says why it does not pass. */
function withFailuresOnly<R extends Report>(report: R): R {
  const failures = report.findings.filter(
    ({ severity, isUndecided }) => severity === 'error' || isUndecided,
  );
  return { ...report, findings: failures };
}

/** Writes what is no report, in each format to where it goes. @throws InputError as `print` does */
export async function publish<Name extends FormatName>(
  render: Render<Name>,
  options: PrintOptions<Name>,
  io: Io,
): Promise<void> {
  const outputs = await rendered(render, options, io);
  for (const { file, text } of outputs) if (file === undefined) io.out(text);
  writeFiles(outputs, [], io);
}

type Render<Name> = (format: Name, terminal: Terminal) => string | Promise<string>;

interface Output<Name> extends Destination<Name> {
  readonly text: string;
}

/** All of them, before any is written: what fails leaves nothing behind. */
async function rendered<Name extends FormatName>(
  render: Render<Name>,
  { format, color }: PrintOptions<Name>,
  io: Io,
): Promise<Output<Name>[]> {
  const outputs: Output<Name>[] = [];
  const fromRoot = rootedIn(io);
  for (const destination of format) {
    const terminal = { ...(await terminalFor(destination, color, io)), fromRoot };
    outputs.push({ ...destination, text: await render(destination.format, terminal) });
  }
  return outputs;
}

/** Files by their names from the root of the repository on; what lies outside keeps its own. */
function rootedIn(io: Io): FromRoot {
  const here = slashed(io.cwd);
  const rootOf = once(() => repositoryAround(here, io));
  return (file) => {
    const name = slashed(file);
    const isWhole = posix.isAbsolute(name) || /^[A-Za-z]:\//.test(name);
    const path = posix.relative(rootOf(), isWhole ? name : posix.join(here, name));
    return path.startsWith('../') ? file : path;
  };
}

/** What CI has checked out; there, or elsewhere, the next folder upward that is git's. */
function repositoryAround(here: string, { env, stat }: Io): string {
  const [workspace] = [env.GITHUB_WORKSPACE, env.CI_PROJECT_DIR].flatMap((folder) => {
    const root = folder && posix.normalize(slashed(folder)).replace(/\/$/, '');
    return root && `${here}/`.startsWith(`${root}/`) ? [root] : [];
  });
  const isRepository = (folder: string) => stat(posix.join(folder, '.git')) !== undefined;
  if (workspace !== undefined && isRepository(workspace)) return workspace;
  for (let folder = here; folder !== workspace; folder = posix.dirname(folder)) {
    if (isRepository(folder)) return folder;
    if (folder === posix.dirname(folder)) return here;
  }
  return workspace ?? here;
}

function slashed(path: string): string {
  return path.replaceAll('\\', '/');
}

/** Every one that can be written. @throws InputError for each of the others */
function writeFiles(
  outputs: readonly Output<FormatName>[],
  appendices: readonly Appendix[],
  io: Io,
): void {
  const problems: InputProblem[] = [];
  const attempt = (file: string, write: () => void) => {
    try {
      write();
    } catch (error) {
      problems.push({ source: { file }, message: unwritable(error) });
    }
  };
  for (const { file, text } of outputs) {
    if (file !== undefined) attempt(file, () => io.writeFile(file, text));
  }
  for (const { file, text } of appendices) attempt(file, () => io.appendFile(file, text));
  if (problems.length > 0) throw new InputError(problems);
}

function unwritable(error: unknown): string {
  const code = errorCode(error);
  return UNWRITABLE[code] ?? `cannot be written (${code})`;
}

const UNWRITABLE: Readonly<Record<string, string>> = {
  EISDIR: 'cannot be written: it is a directory',
  ENOENT: 'cannot be written: there is no such directory',
};

/** Of a file: it has no width. */
function plainTerminal(): Promise<Terminal> {
  return terminalOf(Number.POSITIVE_INFINITY, false);
}

async function terminalFor(
  { file }: Destination,
  color: boolean | undefined,
  io: Io,
): Promise<Terminal> {
  if (file !== undefined) return plainTerminal();
  // What is piped is not wrapped: a program reads lines, and so does grep.
  const width = io.columns ?? (Number(io.env.COLUMNS) || Number.POSITIVE_INFINITY);
  return terminalOf(width, color ?? wantsColour(io));
}

/** The conventions of no-color.org and force-color.org; then whether there is a terminal. */
function wantsColour({ env, columns }: Io): boolean {
  if (env.NO_COLOR) return false;
  const forced = env.FORCE_COLOR;
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false';
  return columns !== undefined && env.TERM !== 'dumb';
}
