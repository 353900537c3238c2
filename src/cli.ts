import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { AuditOptions } from './commands/audit.ts';
import type { CheckOptions } from './commands/check.ts';
import type { DiffOptions } from './commands/diff.ts';
import type { EstimateOptions } from './commands/estimate.ts';
import type { ImagePriceOptions } from './commands/image-prices.ts';
import type { InitOptions } from './commands/init.ts';
import type { RateHistoryFormat, RatesOptions } from './commands/rates.ts';
import type { ReplayOptions } from './commands/replay.ts';
import { DIMENSIONS, type Dimension, SORTS } from './core/audit.ts';
import { ASSUMPTIONS } from './core/check.ts';
import { CACHE_TTLS, PERIODS_PER_MONTH } from './core/estimate.ts';
import type { ImageSize } from './core/image-tokens.ts';
import { InputError } from './core/input-error.ts';
import { type Money, parseUsd } from './core/money.ts';
import { EXIT } from './core/report.ts';
import { TEMPLATE_STYLES } from './core/template.ts';
import { TEXT_FORMS } from './core/text-input.ts';
import { type Instant, parseInstant } from './core/time.ts';
import { WHAT_IF_AXES, type WhatIfAxis } from './core/what-if-axes.ts';
import { SENDABLE_KINDS } from './input/sendables/index.ts';
import type { Io } from './io.ts';
import { type Destination, FORMAT_NAMES, FORMATS, type FormatName } from './output/index.ts';
import type { RateListFormat } from './output/rate-list.ts';
import type { ReplayFormat } from './output/replay.ts';
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

type SetCode = (code: number) => void;

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

function estimateCommand(io: Io, setCode: SetCode): Command {
  return withPrintOptions(new Command('estimate'))
    .summary('what prompts will cost')
    .description(
      'Counts the tokens of prompt files, requests and batch files, and prices them. Without --model, and where nothing that is sent names one, it compares current models.',
    )
    .argument('<files...>', 'files, globs, directories, or - for standard input')
    .addOption(
      new Option('-m, --model <names>', 'model, repeatable or separated by commas').argParser(
        names,
      ),
    )
    .option('--all-models', 'compare all models that are in use')
    .option('-o, --output-tokens <n>', 'output tokens of each call', wholeNumber)
    .option('--cached-tokens <n>', 'input tokens of each call read from the cache', wholeNumber)
    .addOption(
      new Option(
        '--cached-share <share>',
        'the same as a share of its input: 0.5, or 50%',
      ).argParser(share),
    )
    .option('--cache-write-tokens <n>', 'input tokens of each call written to it', wholeNumber)
    .addOption(new Option('--cache-ttl <ttl>', 'how long they are kept').choices(CACHE_TTLS))
    .option('-n, --requests <n>', 'calls of each prompt', positiveNumber)
    .addOption(
      new Option('--per <period>', '--requests is a rate; shows a month of 30 days').choices(
        Object.keys(PERIODS_PER_MONTH),
      ),
    )
    .addOption(
      new Option('--as <form>', 'how text is sent, or what a file holds').choices([
        ...TEXT_FORMS,
        ...SENDABLE_KINDS.map(({ id }) => id),
      ]),
    )
    .option('--column <name>', 'of CSV or JSON Lines, with --as embedding: where the texts are')
    .option('--vars <file>', 'values for placeholders: JSON, or one object a line for a call each')
    .addOption(
      new Option('--var <name=text>', 'the value of a placeholder, repeatable').argParser(each),
    )
    .addOption(
      new Option('--var-tokens <name=n>', 'how long an unknown value is, repeatable').argParser(
        each,
      ),
    )
    .addOption(
      new Option(
        '--template <style>',
        'the style of placeholders; by default, what they look like',
      ).choices([...TEMPLATE_STYLES, 'none']),
    )
    .option('--image-size <size>', 'of images at a URL, such as 1024x768', imageSize)
    .option('--tier <tier>', 'service tier: standard, batch, flex, priority, ...')
    .option('--region <region>', 'regional processing: eu, us')
    .option('--on <date>', 'prices in force on a day (UTC)', instant)
    .option('--budget <usd>', 'exit with 1 above this amount (with --per, of a month)', dollars)
    .addOption(new Option('--by <group>', 'a row for each').choices(['model', 'file']))
    .addOption(
      new Option(
        '--compare <what>',
        `side by side, repeatable or separated by commas: ${WHAT_IF_AXES.join(', ')}`,
      ).argParser(axes),
    )
    .option('--online', 'have OpenAI count: sends the prompts, with OPENAI_API_KEY')
    .option('--timeout <seconds>', 'for each answer of --online (default: 30)', positiveNumber)
    .option('--rates <file>', 'another rate table')
    .option('--audio-seconds <n>', 'of audio to write down, or that is to be spoken', seconds)
    .option('--epochs <n>', 'of fine-tuning: how often the file is gone through', positiveNumber)
    .option(
      '--prompt-tokens-saved <n>',
      'of fine-tuning: input tokens of a call that the tuned model does without',
      wholeNumber,
    )
    .option(
      '--prompt-tokens <n>',
      'of fine-tuning: input tokens of a call of the tuned model (default: as the examples)',
      wholeNumber,
    )
    .option('--explain', 'show each figure as tokens x rate, with date and source')
    .action(async (files: string[], options: EstimateOptions) => {
      const { runEstimate } = await import('./commands/estimate.ts');
      setCode(await runEstimate(files, options, io));
    });
}

function auditCommand(io: Io, setCode: SetCode): Command {
  return withPrintOptions(new Command('audit'))
    .summary('where the money went, and whether the bill is right')
    .description(
      'Reads usage exports, logs and cost exports of OpenAI, prices every row at the rates of its day, and compares with the bill. All times are UTC.',
    )
    .argument('<files...>', 'CSV, JSON or JSON Lines, also .gz; globs, directories, or -')
    .option('--costs <files...>', "OpenAI's cost exports, to reconcile the usage with the bill")
    .addOption(
      new Option(
        '-b, --by <groups>',
        `a row for each, of several within each other: ${Object.keys(DIMENSIONS).join(', ')} (default: model)`,
      ).argParser(dimensions),
    )
    .option('--cross', 'two groups as rows and columns: --by project,model --cross')
    .option('--since <date>', 'buckets that begin on this day or later', instant)
    .option('--until <date>', 'buckets that begin before this day', instant)
    .addOption(new Option('-m, --model <names>', 'only these models, repeatable').argParser(names))
    .addOption(new Option('--project <ids>', 'only these projects, repeatable').argParser(names))
    .option('--top <n>', 'only the first groups; the total holds all', positiveNumber)
    .addOption(
      new Option('--sort <order>', 'of the groups; those of time are in its order').choices(SORTS),
    )
    .option('--tier <tier>', 'the service tier where the data does not tell it')
    .option('--region <region>', 'regional processing: eu, us')
    .option('--map <columns>', 'read any other CSV: model=column,input=column,...')
    .option(
      '--rates-as-of <date>',
      'price everything as if on that day, beside the prices in force',
      instant,
    )
    .option('--budget <usd>', 'exit with 1 above this amount', dollars)
    .option('--forecast', 'what this month comes to')
    .option(
      '--spend-limit <usd>',
      'a limit of a month: when does it fall, and when did it',
      dollars,
    )
    .addOption(
      new Option('--alert-at <percent>', 'of the spend limit, repeatable').argParser(percents),
    )
    .option('--spend-limits <files...>', "OpenAI's own spend limits and alerts, as JSON")
    .option('--credits <file>', 'grants, as JSON: what they pay for, and until when')
    .option('--tolerance <usd>', 'a difference from the bill that is no error', dollars)
    .option('--rates <file>', 'another rate table')
    .addOption(
      new Option('--rule <id=severity>', 'off, note, warning or error; repeatable').argParser(
        names,
      ),
    )
    .addOption(
      new Option('--limit <name=value>', 'from where on a rule speaks; repeatable').argParser(
        names,
      ),
    )
    .option('--explain', 'show each figure as tokens x rate, with date and source')
    .option('--show-ids', 'show users and keys as they are, and not by an alias')
    .action(async (files: string[], options: AuditOptions) => {
      const { runAudit } = await import('./commands/audit.ts');
      setCode(await runAudit(files, options, io));
    });
}

function checkCommand(io: Io, setCode: SetCode): Command {
  return withPrintOptions(new Command('check'))
    .summary('whether budgets hold: the step of a build that fails')
    .description(
      'Holds prompts and usage against the budgets in openai-cost.json. What cannot be judged does not pass.',
    )
    .option('--config <file>', 'by default openai-cost.json here, or in a folder above')
    .option('--base <ref>', 'a git ref, or a JSON report, to hold increases against')
    .option('--no-base', 'leave increases unchecked')
    .addOption(
      new Option('--assume <end>', 'of a range, to hold against limits (default: high)').choices(
        ASSUMPTIONS,
      ),
    )
    .option('--warn-only', 'tell failures, and exit with 0')
    .option('--rates <file>', 'another rate table')
    .option('--show-ids', 'show users and keys as they are, and not by an alias')
    .action(async (options: CheckOptions) => {
      const { runCheck } = await import('./commands/check.ts');
      setCode(await runCheck(options, io));
    });
}

function diffCommand(io: Io, setCode: SetCode): Command {
  return withPrintOptions(new Command('diff'))
    .summary('what prompts cost now, and at a base')
    .description(
      'Compares the prompts of openai-cost.json, or of --files, with those where the work began that BASE is the base of. Both are priced at the rates of today.',
    )
    .argument('<base>', 'a git ref such as origin/main, or a JSON report')
    .argument('[head]', 'a git ref; by default the work tree')
    .option('--config <file>', 'by default openai-cost.json here, or in a folder above')
    .addOption(
      new Option('--files <names>', 'files, globs or directories, repeatable').argParser(names),
    )
    .addOption(new Option('-m, --model <names>', 'what they are sent to').argParser(names))
    .option('-o, --output-tokens <n>', 'output tokens of each call', wholeNumber)
    .option('--rates <file>', 'another rate table')
    .action(async (base: string, head: string | undefined, options: DiffOptions) => {
      const { runDiff } = await import('./commands/diff.ts');
      setCode(await runDiff(base, head, options, io));
    });
}

function replayCommand(io: Io, setCode: SetCode): Command {
  return withPrintOptions(new Command('replay'), REPLAY)
    .summary('with these limits, when would spending have stopped')
    .description('Replays monthly spend limits and alerts over past usage. All times are UTC.')
    .argument('<files...>', 'usage or cost exports, as for audit')
    .option('--spend-limit <usd>', 'of a month, above which requests fail', dollars)
    .addOption(new Option('--alert-at <percent>', 'of it, repeatable').argParser(percents))
    .option('--spend-limits <files...>', "OpenAI's own spend limits and alerts, as JSON")
    .option('--since <date>', 'buckets that begin on this day or later', instant)
    .option('--until <date>', 'buckets that begin before this day', instant)
    .option('--rates <file>', 'another rate table')
    .action(async (files: string[], options: ReplayOptions) => {
      const { runReplay } = await import('./commands/replay.ts');
      setCode(await runReplay(files, options, io));
    });
}

function initCommand(io: Io, setCode: SetCode): Command {
  return new Command('init')
    .summary('write an openai-cost.json to start from')
    .description('Writes openai-cost.json with the prompts and exports that it finds here.')
    .option('-m, --model <name>', 'the model that the prompts are sent to')
    .action(async (options: InitOptions) => {
      const { runInit } = await import('./commands/init.ts');
      setCode(await runInit(options, io));
    });
}

const REPLAY: readonly ReplayFormat[] = ['text', 'json'];
const RATE_LIST: readonly RateListFormat[] = ['text', 'json', 'csv', 'markdown'];
const RATE_HISTORY: readonly RateHistoryFormat[] = ['text', 'json'];

function ratesCommand(io: Io, setCode: SetCode): Command {
  const list = withPrintOptions(new Command('list'), RATE_LIST)
    .summary('all models and their prices')
    .description('Lists the models with their prices per million text tokens.')
    .option('--on <date>', 'prices in force on a day (UTC)', instant)
    .option('--rates <file>', 'another rate table')
    .action(async (options: RatesOptions) => {
      const { listRates } = await import('./commands/rates.ts');
      setCode(await listRates(options, io));
    });
  const show = withPrintOptions(new Command('show'), RATE_HISTORY)
    .summary('one model: all prices, with history and sources')
    .description('Shows everything that the rate table says of a model or tool.')
    .argument('<model>', 'a model, alias, fine-tuned model or tool')
    .option('--rates <file>', 'another rate table')
    .action(async (name: string, options: RatesOptions<RateHistoryFormat>) => {
      const { showRates } = await import('./commands/rates.ts');
      setCode(await showRates(name, options, io));
    });
  const images = withPrintOptions(new Command('images'), RATE_LIST)
    .summary('what an image costs, by model, quality and size')
    .description('Shows what models bill for each image that they make.')
    .addOption(new Option('-m, --model <names>', 'only these models, repeatable').argParser(names))
    .option('--size <size>', 'such as 1024x1024')
    .option('--quality <quality>', 'such as high')
    .option('--tier <tier>', 'service tier: standard or batch')
    .option('--on <date>', 'prices in force on a day (UTC)', instant)
    .option('--rates <file>', 'another rate table')
    .action(async (options: ImagePriceOptions) => {
      const { listImagePrices } = await import('./commands/image-prices.ts');
      setCode(await listImagePrices(options, io));
    });
  const check = new Command('check')
    .summary('whether a rate table is sound')
    .description('Checks the form and the sense of a rate table, by default the one in use.')
    .argument('[file]', 'a rate table')
    .action(async (file: string | undefined) => {
      const { checkRates } = await import('./commands/rates.ts');
      setCode(await checkRates(file, io));
    });
  return new Command('rates')
    .summary('the prices that are used')
    .description('Shows and checks the rate table.')
    .addCommand(list)
    .addCommand(show)
    .addCommand(images)
    .addCommand(check);
}

function withPrintOptions(
  command: Command,
  formats: readonly FormatName[] = FORMAT_NAMES,
): Command {
  const help = formats.map((name) => `${name} (${FORMATS[name].help})`);
  return command
    .addOption(
      new Option(
        '-f, --format <format>',
        `${help.join(', ')}; repeatable, and format=file writes a file`,
      )
        .argParser(destinations(formats))
        .default(TEXT, 'text'),
    )
    .option('--color', 'colour even when it is piped')
    .option('--no-color', 'no colour')
    .option('-q, --quiet', 'no warnings and notes');
}

const TEXT: readonly Destination[] = [{ format: 'text', file: undefined }];

/** Several formats may be asked for, but standard output has room for one. */
function destinations(formats: readonly FormatName[]) {
  return (value: string, previous: readonly Destination[]): Destination[] => {
    const added = value.split(',').map((part) => destination(part.trim(), formats));
    const all = previous === TEXT ? added : [...previous, ...added];
    const places = all.map(({ file }) => file);
    for (const file of new Set(places)) {
      if (places.filter((other) => other === file).length < 2) continue;
      const where = file === undefined ? 'standard output' : safeText(file);
      throw new InvalidArgumentError(
        `Two formats cannot both go to ${where}; name a file, such as json=report.json.`,
      );
    }
    return all;
  };
}

function destination(part: string, formats: readonly FormatName[]): Destination {
  const [name = '', ...rest] = part.split('=');
  const format = formats.find((each) => each === name);
  if (format === undefined) {
    throw new InvalidArgumentError(`"${safeText(name)}" is none of ${formats.join(', ')}.`);
  }
  if (rest.length === 0) return { format, file: undefined };
  const file = rest.join('=');
  if (file === '') throw new InvalidArgumentError(`"${name}=" names no file.`);
  return { format, file: file === '-' ? undefined : file };
}

function names(value: string, previous: readonly string[] = []): string[] {
  const added = value
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (added.length === 0) throw new InvalidArgumentError('It must name a model.');
  return [...new Set([...previous, ...added])];
}

function axes(value: string, previous: readonly WhatIfAxis[] = []): WhatIfAxis[] {
  return names(value, previous).map((name) => {
    const axis = WHAT_IF_AXES.find((known) => known === name);
    if (axis) return axis;
    const known = WHAT_IF_AXES.join(', ');
    throw new InvalidArgumentError(`"${safeText(name)}" is none of ${known}.`);
  });
}

function imageSize(value: string): ImageSize {
  const [, width, height] = /^(\d+)x(\d+)$/.exec(value) ?? [];
  if (!Number(width) || !Number(height)) {
    throw new InvalidArgumentError('It must be width and height in pixels, such as 1024x768.');
  }
  return { width: Number(width), height: Number(height) };
}

/** From 0 to 1. */
function share(value: string): number {
  const isPercent = value.endsWith('%');
  const number = Number(isPercent ? value.slice(0, -1) : value) / (isPercent ? 100 : 1);
  if (!/^\d+(\.\d+)?%?$/.test(value) || number > 1) {
    throw new InvalidArgumentError('It must be a share such as 0.5 or 50%.');
  }
  return number;
}

/** Whole, as a value may hold a comma. */
function each(value: string, previous: readonly string[] = []): string[] {
  return [...previous, value];
}

function dimensions(value: string, previous: readonly Dimension[] = []): Dimension[] {
  const known = Object.keys(DIMENSIONS);
  return names(value, previous).map((name) => {
    if (!known.includes(name)) {
      throw new InvalidArgumentError(`"${safeText(name)}" is none of ${known.join(', ')}.`);
    }
    return name as Dimension;
  });
}

function percents(value: string, previous: readonly number[] = []): number[] {
  const added = value.split(',').map((part) => {
    if (!/^\d+(\.\d{1,2})?%?$/.test(part.trim()) || Number.parseFloat(part) > 100) {
      throw new InvalidArgumentError('It must be a percentage such as 80.');
    }
    return Number.parseFloat(part);
  });
  return [...previous, ...added];
}

function wholeNumber(value: string): number {
  const number = Number(value);
  if (!/^\d+$/.test(value) || !Number.isSafeInteger(number)) {
    throw new InvalidArgumentError('It must be a whole number such as 1000.');
  }
  return number;
}

function positiveNumber(value: string): number {
  const number = wholeNumber(value);
  if (number === 0) throw new InvalidArgumentError('It must be at least 1.');
  return number;
}

function seconds(value: string): number {
  if (!/^\d{1,6}(\.\d{1,6})?$/.test(value)) {
    throw new InvalidArgumentError('It must be a number of seconds such as 90 or 12.5.');
  }
  return Number(value);
}

function instant(value: string): Instant {
  const parsed = parseInstant(value);
  if (parsed === undefined) {
    throw new InvalidArgumentError('It must be a date such as 2026-07-30.');
  }
  return parsed;
}

function dollars(value: string): Money {
  const amount = parseUsd(value.replace(/^\$/, ''));
  if (amount === undefined) throw new InvalidArgumentError('It must be an amount such as 12.50.');
  return amount;
}
