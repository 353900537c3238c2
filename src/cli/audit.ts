import { Command, Option } from 'commander';
import type { AuditOptions } from '../commands/audit.ts';
import { DIMENSIONS, SORTS } from '../core/audit/audit.ts';
import type { Io } from '../io.ts';
import {
  dimensions,
  dollars,
  instant,
  names,
  percents,
  positiveNumber,
  type SetCode,
  withPrintOptions,
} from './options.ts';

export function auditCommand(io: Io, setCode: SetCode): Command {
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
    .option(
      '--versus <from..to>',
      'why it costs more or less than in an earlier period: by prices, or by use',
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
    .action(async (files: string[], options: AuditOptions & { readonly versus?: string }) => {
      const { versus } = options;
      if (versus !== undefined) {
        const { runVersus } = await import('../commands/versus.ts');
        setCode(await runVersus(files, versus, options, io));
        return;
      }
      const { runAudit } = await import('../commands/audit.ts');
      setCode(await runAudit(files, options, io));
    });
}
