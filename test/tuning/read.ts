/** Reads and counts fine-tuning files as the program does, with the tables that the package ships. */
import { readFileSync } from 'node:fs';
import { countedModel } from '../../src/core/request/framing.ts';
import {
  type TrainingFile,
  type Tuning,
  type TuningRequest,
  tunableModel,
  tuning,
} from '../../src/core/tuning/fine-tuning.ts';
import { exampleLimit, type FineTuningRules } from '../../src/core/tuning/fine-tuning-rules.ts';
import {
  type EpochTokens,
  ExampleCounter,
  TrainingTally,
} from '../../src/core/tuning/training-tokens.ts';
import { readTrainingFile } from '../../src/input/fine-tuning-file.ts';
import { readShippedFineTuningRules } from '../../src/input/shipped.ts';
import { countTokens } from '../../src/tokens/index.ts';
import { counter, framing } from '../requests/count.ts';
import { inPieces } from '../run.ts';
import { instant, shipped } from '../table.ts';

export const rules: FineTuningRules = readShippedFineTuningRules(
  readFileSync(new URL('../../rates/fine-tuning.json', import.meta.url)),
);

const AT = instant('2026-11-22');

export interface Trained {
  readonly file: TrainingFile;
  readonly tokens: EpochTokens;
}

/** `lines` are examples, or the text of a line that is to stand as it is. */
export async function train(
  lines: readonly unknown[],
  name = 'gpt-4.1-mini-2025-04-14',
  of: FineTuningRules = rules,
): Promise<Trained> {
  const { base } = tunableModel(shipped, name, AT);
  const examples = new ExampleCounter(counter, framing, countTokens);
  const tables = { examples, framing, rules: of };
  const tally = new TrainingTally(countedModel(base), exampleLimit(of, name), tables);
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
  const bytes = new TextEncoder().encode(text.map((line) => `${line}\n`).join(''));
  const file = await readTrainingFile(
    'train.jsonl',
    inPieces(bytes, 997),
    of.fewestExamples,
    (each) => tally.add(each),
  );
  return { file, tokens: tally.end() };
}

export function priced(
  { file, tokens }: Trained,
  request: Partial<TuningRequest> = {},
): Tuning['models'][number] & Pick<Tuning, 'epochs'> {
  const models = request.models ?? ['gpt-4.1-mini-2025-04-14'];
  const result = tuning(
    { models, at: AT, tier: 'standard', ...request },
    file,
    () => tokens,
    shipped,
    rules,
  );
  const [first] = result.models;
  if (!first) throw new Error('no model');
  return { ...first, epochs: result.epochs };
}

export function example(question: string, answer: string, more: object = {}): object {
  return {
    messages: [
      { role: 'user', content: question },
      { role: 'assistant', content: answer },
    ],
    ...more,
  };
}

/** What is said of the lines of a file, as `line severity: message`. */
export async function problems(...lines: readonly unknown[]): Promise<string[]> {
  const { file } = await train(lines, undefined, { ...rules, fewestExamples: 1 });
  return file.problems.map(
    ({ severity, message, source }) => `${source.line ?? 'file'} ${severity}: ${message}`,
  );
}
