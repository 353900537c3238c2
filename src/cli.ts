import { Command, CommanderError } from 'commander';
import { auditCommand } from './cli/audit.ts';
import { checkCommand, diffCommand, initCommand, replayCommand } from './cli/budgets.ts';
import { estimateCommand } from './cli/estimate.ts';
import type { SetCode } from './cli/options.ts';
import { ratesCommand } from './cli/rates.ts';
import { InputError } from './core/input-error.ts';
import { EXIT } from './core/report.ts';
import type { Io } from './io.ts';
import { safeText } from './output/safe.ts';
import { isReadByRunner, withoutCommands } from './output/workflow-commands.ts';
import { VERSION } from './version.ts';

/** The program: arguments in, exit code out. It touches nothing but `io` and never throws. */
export async function main(argv: readonly string[], world: Io): Promise<number> {
  const io = isReadByRunner(world.env)
    ? { ...world, err: (text: string) => world.err(withoutCommands(text)) }
    : world;
  let code: number = EXIT.ok;
  const program = programFor(argv, io, (result) => {
    code = result;
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    return exitCodeOf(error, io);
  }
}

function exitCodeOf(error: unknown, io: Io): number {
  if (error instanceof CommanderError) {
    // commander has already written its message; its own code for a wrong call is 1.
    return error.exitCode === 0 ? EXIT.ok : EXIT.cannotRun;
  }
  if (error instanceof InputError) {
    for (const { source, message } of error.problems) {
      const where = source ? `${source.file}${source.line ? `:${source.line}` : ''}: ` : '';
      io.err(`${safeText(`${where}error: ${message}`)}\n`);
    }
    return EXIT.cannotRun;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  io.err(`openai-cost ${VERSION}: this is a bug, please report it\n${stack}\n`);
  return EXIT.bug;
}

/** By name, as most of them are not needed to run one. */
const COMMANDS: Readonly<Record<string, (io: Io, setCode: SetCode) => Command>> = {
  estimate: estimateCommand,
  audit: auditCommand,
  check: checkCommand,
  diff: diffCommand,
  init: initCommand,
  replay: replayCommand,
  rates: ratesCommand,
};

function programFor(argv: readonly string[], io: Io, setCode: SetCode): Command {
  const program = new Command('openai-cost')
    .description('What OpenAI API calls cost: before you send them, and on the bill.')
    .version(VERSION, '-V, --version', 'show the version')
    .helpOption('-h, --help', 'show help')
    .addHelpText('after', EXIT_CODES);
  const [name = ''] = argv;
  const chosen = Object.hasOwn(COMMANDS, name) ? [name] : Object.keys(COMMANDS);
  const commands = chosen.flatMap((each) => COMMANDS[each]?.(io, setCode) ?? []);
  for (const command of commands) program.addCommand(command);
  // addCommand hands nothing down, so every command is told.
  for (const command of [program, ...commands, ...commands.flatMap((c) => c.commands)]) {
    command
      .exitOverride()
      .showHelpAfterError('(--help shows how it is used)')
      .configureOutput({
        writeOut: io.out,
        writeErr: io.err,
        getOutHelpWidth: () => io.columns ?? 80,
        getErrHelpWidth: () => io.columns ?? 80,
      });
  }
  return program;
}

const EXIT_CODES = `
Exit codes:
  0  fine
  1  a budget is exceeded, or a rule failed
  2  the command could not run: wrong usage, missing file, bad rate table
  3  incomplete: something could not be read or priced, the total is a lower bound
`;
