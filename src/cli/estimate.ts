import { Command, Option } from 'commander';
import type { EstimateOptions } from '../commands/estimate.ts';
import { CACHE_TTLS, PERIODS_PER_MONTH, WHAT_IF_AXES } from '../core/estimate/choices.ts';
import { TEMPLATE_STYLES, TEXT_FORMS } from '../core/request/choices.ts';
import { SENDABLE_KINDS } from '../input/sendables/index.ts';
import type { Io } from '../io.ts';
import {
  axes,
  dollars,
  each,
  imageSize,
  instant,
  names,
  positiveNumber,
  type SetCode,
  seconds,
  share,
  wholeNumber,
  withPrintOptions,
} from './options.ts';

export function estimateCommand(io: Io, setCode: SetCode): Command {
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
    .option('--audio-seconds <n>', 'of audio that does not tell, or is to be spoken', seconds)
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
      const { runEstimate } = await import('../commands/estimate.ts');
      setCode(await runEstimate(files, options, io));
    });
}
