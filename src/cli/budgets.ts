import { Command, Option } from 'commander';
import type { CheckOptions } from '../commands/check.ts';
import type { DiffOptions } from '../commands/diff.ts';
import type { InitOptions } from '../commands/init.ts';
import type { ReplayOptions } from '../commands/replay.ts';
import { ASSUMPTIONS } from '../core/budget/check.ts';
import type { Io } from '../io.ts';
import type { ReplayFormat } from '../output/replay.ts';
import {
  dollars,
  instant,
  names,
  percents,
  type SetCode,
  wholeNumber,
  withPrintOptions,
} from './options.ts';

const REPLAY: readonly ReplayFormat[] = ['text', 'json'];

export function checkCommand(io: Io, setCode: SetCode): Command {
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
      const { runCheck } = await import('../commands/check.ts');
      setCode(await runCheck(options, io));
    });
}

export function diffCommand(io: Io, setCode: SetCode): Command {
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
      const { runDiff } = await import('../commands/diff.ts');
      setCode(await runDiff(base, head, options, io));
    });
}

export function replayCommand(io: Io, setCode: SetCode): Command {
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
      const { runReplay } = await import('../commands/replay.ts');
      setCode(await runReplay(files, options, io));
    });
}

export function initCommand(io: Io, setCode: SetCode): Command {
  return new Command('init')
    .summary('write an openai-cost.json to start from')
    .description('Writes openai-cost.json with the prompts and exports that it finds here.')
    .option('-m, --model <name>', 'the model that the prompts are sent to')
    .action(async (options: InitOptions) => {
      const { runInit } = await import('../commands/init.ts');
      setCode(await runInit(options, io));
    });
}
