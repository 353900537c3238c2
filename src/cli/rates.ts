import { Command, Option } from 'commander';
import type { ImagePriceOptions } from '../commands/image-prices.ts';
import type { RateHistoryFormat, RatesOptions } from '../commands/rates.ts';
import type { Io } from '../io.ts';
import type { RateListFormat } from '../output/rate-list.ts';
import { instant, names, type SetCode, withPrintOptions } from './options.ts';

const RATE_LIST: readonly RateListFormat[] = ['text', 'json', 'csv', 'markdown'];
const RATE_HISTORY: readonly RateHistoryFormat[] = ['text', 'json'];

export function ratesCommand(io: Io, setCode: SetCode): Command {
  const list = withPrintOptions(new Command('list'), RATE_LIST)
    .summary('all models and their prices')
    .description('Lists the models with their prices per million text tokens.')
    .option('--on <date>', 'prices in force on a day (UTC)', instant)
    .option('--rates <file>', 'another rate table')
    .action(async (options: RatesOptions) => {
      const { listRates } = await import('../commands/rates.ts');
      setCode(await listRates(options, io));
    });
  const show = withPrintOptions(new Command('show'), RATE_HISTORY)
    .summary('one model: all prices, with history and sources')
    .description('Shows everything that the rate table says of a model or tool.')
    .argument('<model>', 'a model, alias, fine-tuned model or tool')
    .option('--rates <file>', 'another rate table')
    .action(async (name: string, options: RatesOptions<RateHistoryFormat>) => {
      const { showRates } = await import('../commands/rates.ts');
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
      const { listImagePrices } = await import('../commands/image-prices.ts');
      setCode(await listImagePrices(options, io));
    });
  const check = new Command('check')
    .summary('whether a rate table is sound')
    .description('Checks the form and the sense of a rate table, by default the one in use.')
    .argument('[file]', 'a rate table')
    .action(async (file: string | undefined) => {
      const { checkRates } = await import('../commands/rates.ts');
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
