import { exactUsd } from '../core/money.ts';
import type { TuningReport } from '../core/report.ts';
import type { ModelTuning } from '../core/tuning/fine-tuning.ts';
import type { Amount } from './amount.ts';
import { csvRow } from './csv-row.ts';
import { amounts } from './json.ts';

/** For spreadsheets: exact amounts, an empty cell for what is not known, never a zero. */
export function tuningCsv(report: TuningReport): string {
  return [HEADER, ...report.models.map((model) => row(report, model))].map(csvRow).join('');
}

const HEADER = [
  'model',
  'file',
  'method',
  'examples',
  'epochs',
  'trained_tokens_low',
  'trained_tokens_high',
  'usd',
  'usd_low',
  'usd_high',
  'complete',
  'input_usd_per_million',
  'untuned_input_usd_per_million',
  'output_usd_per_million',
  'untuned_output_usd_per_million',
  'pays_from_calls',
  'pays_from_calls_at_most',
  'reason',
];

function row({ file, epochs }: TuningReport, model: ModelTuning): string[] {
  const { tunable, trained, cost, prices, breakEven } = model;
  const isByToken = tunable.unit === 'trainingToken';
  const known = amounts(cost);
  const pays = breakEven?.kind === 'pays' ? breakEven : undefined;
  return [
    tunable.name,
    file.source.file,
    file.method ?? '',
    String(file.examples),
    String(epochs),
    isByToken ? String(trained.low) : '',
    isByToken && trained.high !== null ? String(trained.high) : '',
    known.usd ?? '',
    known.complete || cost.low > 0n ? known.usdLow : '',
    known.usdHigh ?? '',
    String(known.complete),
    ...[prices.tuned.input, prices.base.input, prices.tuned.output, prices.base.output].map(price),
    pays ? String(pays.from) : '',
    String(pays?.to ?? ''),
    cost.unpriced[0] ?? '',
  ];
}

/** Empty where it is not published, or not settled. */
function price({ low, high, unpriced }: Amount): string {
  return unpriced.length === 0 && low === high ? exactUsd(low) : '';
}
