import type { TuningFacts } from '../core/report.ts';
import type { Rule } from './rule.ts';
import { shutDown } from './shut-down.ts';
import { staleRates } from './stale-rates.ts';
import { longExamples } from './tuning/long-examples.ts';
import { trainingBudget } from './tuning/training-budget.ts';
import { trainingFile } from './tuning/training-file.ts';
import { tuningPlatform } from './tuning/tuning-platform.ts';

/** What is worth telling about a fine-tuning file. */
export const TUNING_RULES: readonly Rule<TuningFacts>[] = [
  trainingBudget,
  trainingFile,
  longExamples,
  shutDown,
  tuningPlatform,
  staleRates,
];
